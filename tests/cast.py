"""The small cast of the tests: one person for each group, one who may do nothing, a visitor."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.test import Client


@dataclass(frozen=True)
class Person:
    """Somebody on the staff, signed in."""

    user: User
    client: Client


def _person(name: str, group: str = "") -> Person:
    user = User.objects.create_user(name.lower(), first_name=name, is_staff=True)
    if group:
        if not Group.objects.exists():  # a test with real transactions has emptied the tables
            import_module("backoffice.migrations.0001_groups").make(apps, None)
            import_module("backoffice.migrations.0002_managers_of_paid_calls").grant(apps, None)
        user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    return Person(user, client)


@pytest.fixture
def uploader(db: None) -> Person:
    return _person("Ursula", "Uploader")


@pytest.fixture
def reviewer(db: None) -> Person:
    return _person("Rui", "Reviewer")


@pytest.fixture
def analyst(db: None) -> Person:
    return _person("Ana", "Analyst")


@pytest.fixture
def manager(db: None) -> Person:
    return _person("Mona", "Manager")


@pytest.fixture
def outsider(db: None) -> Person:
    """On the staff and signed in, but in no group: must be refused everywhere."""
    return _person("Otto")


@pytest.fixture
def visitor() -> Client:
    """Not signed in."""
    return Client()
