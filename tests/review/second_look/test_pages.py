"""What the pages of second looks show, and to whom."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from cards.models import Card
from tests.cast import Person
from tests.review.conftest import MakeCard
from tests.review.second_look.conftest import LIST, answer, approved, client_of, fresh, text_of, url

pytestmark = pytest.mark.django_db


def test_the_second_reviewer_sees_only_what_the_machine_read(
    card: Card, rosa: User, ilse: User
) -> None:
    look = approved(card, rosa, full_name="Mirabella Typed-By-Rosa", notes="typed by the first")
    page = text_of(client_of(ilse).get(url(look)))
    assert 'value="Mira Ahlstrom"' in page
    assert "+49 151 5550 987" in page
    for secret in ("Typed-By-Rosa", "typed by the first", "m.ahlstrom@", "98765", "Rosa", "rosa"):
        assert secret not in page, secret


def test_the_list_of_looks_shows_no_value_and_no_name(card: Card, rosa: User, ilse: User) -> None:
    approved(card, rosa)
    page = text_of(client_of(ilse).get(LIST))
    assert "Look next" in page
    for secret in ("Ahlström", "Ahlstrom", "Nordlicht", "Rosa", "rosa"):
        assert secret not in page, secret


def test_a_card_nobody_read_begins_empty(make_card: MakeCard, rosa: User, ilse: User) -> None:
    look = approved(make_card(values={}), rosa)
    page = text_of(client_of(ilse).get(url(look)))
    assert "Ahlström" not in page
    assert 'name="full_name"' in page


def test_the_third_sees_both_values_and_no_names(
    card: Card, rosa: User, ilse: User, nils: User
) -> None:
    look = answer(approved(card, rosa), ilse, company="Nordlicht Augenoptik")
    response = client_of(nils).get(url(look))
    page = text_of(response)
    choices = [choice.value + choice.text for choice in response.context["rows"][0].choices]
    assert choices == ["0Nordlicht Augenoptik", "1Nordlicht Optik"]
    assert "+49 151 5550 98765" in page  # both have it alike
    for name in ("Rosa", "rosa", "Ilse", "ilse"):
        assert name not in page, name


def test_markup_in_a_value_is_shown_as_text(card: Card, rosa: User, ilse: User, nils: User) -> None:
    look = answer(approved(card, rosa), ilse, job_title="<script>alert(1)</script>")
    page = client_of(nils).get(url(look)).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_opening_a_page_decides_nothing(card: Card, rosa: User, ilse: User) -> None:
    look = approved(card, rosa)
    client_of(ilse).get(url(look))
    assert fresh(look).status == "waiting"
    assert Card.objects.get(pk=card.pk).version == 1


@pytest.mark.parametrize("who", ["uploader", "analyst", "outsider"])
def test_only_reviewers_look(
    who: str, card: Card, rosa: User, request: pytest.FixtureRequest
) -> None:
    look = approved(card, rosa)
    person: Person = request.getfixturevalue(who)
    for path in (LIST, LIST + "next/", url(look)):
        assert person.client.get(path).status_code == 403


def test_a_longer_list_costs_no_more_queries(make_card: MakeCard, rosa: User, ilse: User) -> None:
    client, counts = client_of(ilse), []
    for _ in range(2):
        for _ in range(3):
            approved(make_card(), rosa)
        with CaptureQueriesContext(connection) as captured:
            client.get(LIST)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def labels(client: Client) -> dict[str, str]:
    sections = client.get("/admin/").context["navigation"]
    return {entry.label: entry.count for section in sections for entry in section.entries}


def test_without_second_looks_the_navigation_does_not_speak_of_them(
    reviewer: Person, settings: Settings
) -> None:
    settings.SECOND_LOOK_PERCENT = 0
    assert "Second looks" not in labels(reviewer.client)


def test_what_still_waits_is_offered_after_second_looks_were_switched_off(
    card: Card, rosa: User, ilse: User, settings: Settings
) -> None:
    approved(card, rosa)
    settings.SECOND_LOOK_PERCENT = 0
    assert labels(client_of(ilse))["Second looks"] == "1"
    assert "Second looks" not in labels(client_of(rosa))


def test_the_list_says_how_to_have_second_looks(reviewer: Person, settings: Settings) -> None:
    settings.SECOND_LOOK_PERCENT = 0
    assert "can set SECOND_LOOK_PERCENT above 0" in text_of(reviewer.client.get(LIST))
