"""Three reviewers, and the looks at what the first of them approved."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from cards.models import Card
from review import decisions
from review.models import Review, SecondLook
from review.quality import second_look

LIST = "/admin/review/waitingcard/second/"
FIRST = {
    "full_name": "Mira Ahlström", "first_name": "Mira", "last_name": "Ahlström",
    "company": "Nordlicht Optik", "mobile": "+49 151 5550 98765",
    "email": "m.ahlstrom@nordlicht.example",
}  # fmt: skip


@pytest.fixture(autouse=True)
def every_card_again(settings: Settings) -> None:
    settings.SECOND_LOOK_PERCENT = 100


def colleague(name: str) -> User:
    user = User.objects.create_user(name.lower(), first_name=name, is_staff=True)
    # Tests that write in threads of their own leave no groups behind.
    user.groups.add(Group.objects.get_or_create(name="Reviewer")[0])
    return user


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def rosa(db: None) -> User:
    """Who approves first."""
    return colleague("Rosa")


@pytest.fixture
def ilse(db: None) -> User:
    """Who looks second."""
    return colleague("Ilse")


@pytest.fixture
def nils(db: None) -> User:
    """Who looks third."""
    return colleague("Nils")


def approved(card: Card, by: User, **values: str) -> SecondLook:
    """The look at `card` that its approval asks for."""
    review = decisions.approve(card, FIRST | values, version=card.version, by=by)
    return SecondLook.objects.select_related("card", "first").get(first=review)


def fresh(look: SecondLook) -> SecondLook:
    return SecondLook.objects.select_related("card", "first").get(pk=look.pk)


def answer(look: SecondLook, by: User, **values: str) -> SecondLook:
    look = fresh(look)
    return second_look.answer(look, FIRST | values, by=by, version=look.card.version)


def settle(look: SecondLook, by: User, **values: str) -> Review:
    look = fresh(look)
    return second_look.settle(look, values, by=by, version=look.card.version)


def url(look: SecondLook) -> str:
    return reverse("admin:review_second_look_card", args=(look.pk,))


def text_of(response: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", response.content.decode()))
