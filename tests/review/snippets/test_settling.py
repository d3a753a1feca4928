"""Settling a field row by row, also beside colleagues."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from cards.models import Card
from review import decisions, queue
from tests.cast import Person
from tests.review.conftest import MakeCard
from tests.review.snippets.conftest import READ_AS, doubting, post, sent

pytestmark = pytest.mark.django_db


def test_a_row_sent_as_it_is_confirms_the_field(card: Card, reviewer: Person) -> None:
    answer = post(reviewer.client, card, sent(card)).json()
    card.refresh_from_db()
    assert (answer["message"], answer["version"], card.version) == ("Confirmed", 1, 1)
    assert (card.mobile, card.doubtful_fields, card.status) == (READ_AS, [], "needs_review")
    assert card.reviews.get().decision == "confirmed"


def test_what_was_typed_is_saved(card: Card, reviewer: Person) -> None:
    answer = post(reviewer.client, card, sent(card, text="+49 151 55509871")).json()
    card.refresh_from_db()
    assert (answer["message"], answer["text"]) == ("Saved", "+49 151 55509871")
    assert (card.mobile, card.doubtful_fields, card.is_edited) == ("+49 151 55509871", [], True)
    assert card.reviews.get().by == reviewer.user


def test_the_last_doubt_cleared_is_told(make_card: MakeCard, reviewer: Person) -> None:
    one, two = make_card(), doubting(make_card, "mobile", "email")
    assert post(reviewer.client, one, sent(one)).json()["is_clear"]
    assert not post(reviewer.client, two, sent(two)).json()["is_clear"]


def test_a_full_name_takes_its_parts_along(make_card: MakeCard, reviewer: Person) -> None:
    card = doubting(make_card, "full_name")
    data = sent(card, "full_name", text="Rosa Halloway")
    post(reviewer.client, card, data, "full_name")
    card.refresh_from_db()
    assert (card.full_name, card.first_name, card.last_name) == (
        "Rosa Halloway", "Rosa", "Halloway",
    )  # fmt: skip


def test_control_and_direction_characters_are_taken_out(card: Card, reviewer: Person) -> None:
    answer = post(reviewer.client, card, sent(card, text="+49\u202e 151\x07")).json()
    assert answer["text"] == "+49 151"


def test_lines_of_a_long_field_stay_lines(make_card: MakeCard, reviewer: Person) -> None:
    card = doubting(make_card, "notes", notes="one\ntwo")
    as_browsers_send = sent(card, "notes", seen="one\r\ntwo", text="one\r\ntwo")
    assert post(reviewer.client, card, as_browsers_send, "notes").json()["message"] == "Confirmed"
    card.refresh_from_db()
    assert card.notes == "one\ntwo"


@pytest.mark.parametrize("wrong", [{"text": "x" * 10_000}, {"version": "x"}, {"status": "sold"}])
def test_what_cannot_be_kept_is_refused_with_a_sentence(
    card: Card, reviewer: Person, wrong: dict[str, Any]
) -> None:
    response = post(reviewer.client, card, sent(card, **wrong))
    assert response.status_code == 400
    assert response.json()["message"]
    card.refresh_from_db()
    assert card.version == 0


def test_a_card_that_is_gone_is_named_so(card: Card, reviewer: Person) -> None:
    data = sent(card)
    card.pk = uuid4()
    response = post(reviewer.client, card, data)
    assert response.status_code == 404
    assert "not here any more" in response.json()["message"]


# With colleagues


def test_a_colleagues_value_in_the_same_field_is_a_conflict_that_loses_neither(
    card: Card, reviewer: Person, manager: Person
) -> None:
    data = sent(card, text="mine")
    decisions.correct(card, {"mobile": "theirs"}, version=0, by=manager.user)
    response = post(reviewer.client, card, data)
    answer = response.json()
    assert response.status_code == 409
    assert (answer["theirs"], answer["version"]) == ("theirs", 1)
    assert "“theirs”" in answer["message"]
    assert "“mine”" in answer["message"]
    card.refresh_from_db()
    assert card.mobile == "theirs"


def test_a_refused_row_can_be_sent_again(card: Card, reviewer: Person, manager: Person) -> None:
    data = sent(card, text="mine")
    decisions.correct(card, {"mobile": "theirs"}, version=0, by=manager.user)
    answer = post(reviewer.client, card, data).json()
    again = data | {"version": answer["version"], "seen": answer["theirs"]}
    assert post(reviewer.client, card, again).status_code == 200
    card.refresh_from_db()
    assert card.mobile == "mine"


def test_a_confirmation_does_not_bury_a_colleagues_correction(
    card: Card, reviewer: Person, manager: Person
) -> None:
    data = sent(card)
    decisions.correct(card, {"mobile": "theirs"}, version=0, by=manager.user)
    assert post(reviewer.client, card, data).status_code == 409


def test_a_colleagues_change_of_another_field_is_no_conflict(
    card: Card, reviewer: Person, manager: Person
) -> None:
    data = sent(card, text="mine")
    decisions.correct(card, {"company": "Northwind"}, version=0, by=manager.user)
    assert post(reviewer.client, card, data).json()["version"] == 2
    card.refresh_from_db()
    assert (card.company, card.mobile) == ("Northwind", "mine")


def test_a_card_approved_meanwhile_is_a_conflict(
    card: Card, reviewer: Person, manager: Person
) -> None:
    data = sent(card, text="mine")
    decisions.approve(card, card.contact(), version=0, by=manager.user)
    answer = post(reviewer.client, card, data).json()
    assert "Mona has moved this card to “Approved”" in answer["message"]
    assert answer["status"] == "approved"


def test_confirming_what_was_approved_meanwhile_decides_nothing(
    card: Card, reviewer: Person, manager: Person
) -> None:
    data = sent(card)
    decisions.approve(card, card.contact(), version=0, by=manager.user)
    response = post(reviewer.client, card, data)
    assert response.status_code == 200
    assert response.json()["number"] is None
    assert card.reviews.count() == 1


def test_a_card_that_a_colleague_has_opened_since_is_left_to_them(
    card: Card, reviewer: Person, manager: Person
) -> None:
    queue.claim(card, manager.user)
    response = post(reviewer.client, card, sent(card, text="mine"))
    assert response.status_code == 409
    assert "Mona has this card open" in response.json()["message"]
    claim = queue.holder(card)
    assert claim
    assert claim.by == manager.user
    card.refresh_from_db()
    assert card.version == 0
