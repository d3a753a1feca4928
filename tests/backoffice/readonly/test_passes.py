"""Passes: given while people work, good for a while, and only in the hands of their owner."""

from __future__ import annotations

import time

import pytest
from django.contrib.auth.models import User
from django.core import signing
from django.http import HttpRequest
from django.test import Client, RequestFactory
from pytest_django import Settings

from backoffice.readonly import passes
from tests.cast import Person

pytestmark = pytest.mark.django_db


def held(client: Client) -> passes.Pass | None:
    """The pass that a browser has."""
    return passes.shown(with_cookie(client.cookies[passes.COOKIE].value))


def with_cookie(text: str) -> HttpRequest:
    request = RequestFactory().get("/")
    request.COOKIES[passes.COOKIE] = text
    return request


def test_whoever_signs_in_gets_a_pass(manager: Person) -> None:
    manager.user.last_name = "Meyer"
    manager.user.set_password("only-for-this-test")
    manager.user.save()
    client = Client()
    words = {"username": "mona", "password": "only-for-this-test"}
    cookie = client.post("/admin/login/", words).cookies[passes.COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == 12 * 3600
    assert not cookie["secure"]
    found = held(client)
    assert found
    assert found.name == "Mona Meyer"
    assert found.may == set(passes.PERMISSIONS)


def test_with_https_a_pass_goes_over_https_alone(manager: Person, settings: Settings) -> None:
    settings.SESSION_COOKIE_SECURE = True
    assert manager.client.get("/admin/").cookies[passes.COOKIE]["secure"]


def test_a_pass_says_what_its_owner_may_see(outsider: Person, uploader: Person) -> None:
    for person in (outsider, uploader):
        person.client.get("/admin/")
    nobody, some = held(outsider.client), held(uploader.client)
    assert nobody
    assert not nobody.may
    assert some
    assert some.may_upload
    assert not some.may_export


def test_a_pass_is_renewed_when_ten_minutes_old(
    manager: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    assert passes.COOKIE in manager.client.get("/admin/").cookies
    assert passes.COOKIE not in manager.client.get("/admin/").cookies
    monkeypatch.setattr("time.time", lambda: now + 601)
    assert passes.COOKIE in manager.client.get("/admin/").cookies


def test_the_pass_of_somebody_else_is_replaced_at_once(manager: Person, outsider: Person) -> None:
    manager.client.get("/admin/")
    outsider.client.cookies[passes.COOKIE] = manager.client.cookies[passes.COOKIE].value
    outsider.client.get("/admin/")
    found = held(outsider.client)
    assert found
    assert found.user_id == outsider.user.pk


def test_whoever_signs_out_or_is_shut_out_loses_the_pass(manager: Person, analyst: Person) -> None:
    for person in (manager, analyst):
        person.client.get("/admin/")
    manager.client.post("/admin/logout/")
    User.objects.filter(pk=analyst.user.pk).update(is_active=False)
    analyst.client.get("/admin/")
    assert not manager.client.cookies[passes.COOKIE].value
    assert not analyst.client.cookies[passes.COOKIE].value


def test_visitors_pictures_and_scripts_get_none(visitor: Client, manager: Person) -> None:
    assert passes.COOKIE not in visitor.get("/admin/login/").cookies
    assert passes.COOKIE not in manager.client.get("/readyz").cookies
    assert passes.COOKIE not in manager.client.get("/admin/jsi18n/").cookies


@pytest.mark.parametrize("text", ["", "x", ".", "eyJpZCI6MX0:1vM:abc", "{}"])
def test_a_forged_pass_is_none(text: str) -> None:
    assert passes.shown(with_cookie(text)) is None


@pytest.mark.parametrize("facts", [None, [], {"id": 1}, {"id": "x", "name": "", "may": 1}])
def test_a_pass_of_another_shape_is_none(facts: object) -> None:
    assert passes.shown(with_cookie(signing.dumps(facts, salt=passes.SALT))) is None


def test_a_pass_signed_for_something_else_is_none() -> None:
    facts = {"id": 1, "name": "Mona", "may": ["cards.view_card"], "given": 1}
    assert passes.shown(with_cookie(signing.dumps(facts))) is None


def test_a_pass_is_good_for_twelve_hours(manager: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    manager.client.get("/admin/")
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + 12 * 3600 - 60)
    assert held(manager.client)
    monkeypatch.setattr("time.time", lambda: now + 12 * 3600 + 60)
    assert held(manager.client) is None
