"""Taking back what was settled in a row."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from cards.models import Card
from review import decisions
from tests.cast import Person
from tests.review.conftest import MakeCard
from tests.review.snippets.conftest import READ_AS, doubting, post, sent

pytestmark = pytest.mark.django_db


def undo(client: Client, card: Card, answer: dict[str, Any], field: str = "mobile") -> Any:
    data = sent(card, field, version=answer["version"]) | {"undo": answer["number"]}
    return post(client, card, data, field)


@pytest.mark.parametrize("text", [READ_AS, "typed"])
def test_undo_puts_text_and_doubt_back(card: Card, reviewer: Person, text: str) -> None:
    Card.objects.filter(pk=card.pk).update(doubt=0.42)
    answer = post(reviewer.client, card, sent(card, text=text)).json()
    back = undo(reviewer.client, card, answer).json()
    card.refresh_from_db()
    assert (card.mobile, card.doubtful_fields, card.doubt) == (READ_AS, ["mobile"], 0.42)
    assert (back["text"], back["version"], card.is_edited) == (READ_AS, 2, False)
    assert card.reviews.order_by("-number")[0].decision == "reverted"


def test_undo_of_a_name_puts_its_parts_back(make_card: MakeCard, reviewer: Person) -> None:
    card = doubting(make_card, "full_name")
    data = sent(card, "full_name", text="Rosa Halloway")
    undo(reviewer.client, card, post(reviewer.client, card, data, "full_name").json(), "full_name")
    card.refresh_from_db()
    assert (card.full_name, card.first_name) == ("Mira Ahlstrom", "Mira")


def test_undo_leaves_what_a_colleague_did_elsewhere(
    make_card: MakeCard, reviewer: Person, manager: Person
) -> None:
    card = doubting(make_card, "mobile", "email")
    answer = post(reviewer.client, card, sent(card, text="typed")).json()
    decisions.correct(card, {"email": "rosa@northwind.example"}, version=1, by=manager.user)
    assert undo(reviewer.client, card, answer).status_code == 200
    card.refresh_from_db()
    assert (card.mobile, card.email) == (READ_AS, "rosa@northwind.example")
    assert (card.doubtful_fields, card.is_edited) == (["mobile"], True)


def test_undo_does_not_bury_what_a_colleague_put_there_since(
    card: Card, reviewer: Person, manager: Person
) -> None:
    answer = post(reviewer.client, card, sent(card, text="typed")).json()
    decisions.correct(card, {"mobile": "theirs"}, version=1, by=manager.user)
    response = undo(reviewer.client, card, answer)
    assert response.status_code == 409
    assert "Mona has changed this card since then" in response.json()["message"]
    card.refresh_from_db()
    assert card.mobile == "theirs"


def test_undo_does_not_open_a_card_that_was_approved_since(
    card: Card, reviewer: Person, manager: Person
) -> None:
    answer = post(reviewer.client, card, sent(card)).json()
    card.refresh_from_db()
    decisions.approve(card, card.contact(), version=1, by=manager.user)
    assert undo(reviewer.client, card, answer).status_code == 409
    card.refresh_from_db()
    assert card.status == "approved"


@pytest.mark.parametrize("number", ["1", "7", "x"])
def test_only_ones_own_settling_can_be_undone(
    card: Card, reviewer: Person, manager: Person, number: str
) -> None:
    decisions.correct(card, {"mobile": "theirs"}, version=0, by=manager.user)
    response = post(reviewer.client, card, sent(card) | {"undo": number})
    assert response.status_code == 404
    card.refresh_from_db()
    assert card.version == 1
