"""The second reviewer's answer, and what counts as a difference."""

from __future__ import annotations

from threading import Thread

import pytest
from django.contrib.auth.models import User
from django.db import connections

from cards.models import Card
from review import decisions, queue
from review.quality import second_look
from tests.review.second_look.conftest import FIRST, answer, approved, colleague, fresh

pytestmark = pytest.mark.django_db


def test_the_same_values_agree_and_leave_the_card_as_it_is(
    card: Card, rosa: User, ilse: User
) -> None:
    look = answer(approved(card, rosa), ilse)
    card.refresh_from_db()
    assert (look.status, look.by, look.differences) == ("agreed", ilse, [])
    assert (card.version, card.reviews.count()) == (1, 1)


@pytest.mark.parametrize(
    ("field", "first", "second"),
    [
        ("company", "Nordlicht Optik", "NORDLICHT-OPTIK"),
        ("mobile", "+49 151 5550 98765", "0151 555098765"),
        ("website", "https://www.nordlicht.example", "nordlicht.example"),
        ("email", "Mira@Nordlicht.example", "mira@nordlicht.example"),
        ("suffix", "", "  "),
    ],
)
def test_another_way_to_write_the_same_is_no_difference(
    field: str, first: str, second: str
) -> None:
    assert second_look.differences({field: first}, {field: second}) == []


@pytest.mark.parametrize(
    ("field", "first", "second"),
    [
        ("company", "Nordlicht Optik", "Nordlicht"),
        ("mobile", "+49 151 5550 98765", "+49 151 5550 98766"),
        ("email", "m.ahlstrom@nordlicht.example", "mahlstrom@nordlicht.example"),
        ("website", "nordlicht.example", "nordlicht.test"),
        ("job_title", "Optician", ""),
        ("notes", "★", "☆"),
    ],
)
def test_something_else_is_a_difference(field: str, first: str, second: str) -> None:
    assert second_look.differences({field: first}, {field: second}) == [field]


def test_different_values_wait_for_a_third_and_change_nothing(
    card: Card, rosa: User, ilse: User
) -> None:
    look = answer(approved(card, rosa), ilse, company="Nordlicht", mobile="+49 151 1")
    card.refresh_from_db()
    assert (look.status, look.differences) == ("differs", ["company", "mobile"])
    assert (look.values["company"], card.company) == ("Nordlicht", "Nordlicht Optik")


def test_of_two_second_reviewers_the_later_is_told(
    card: Card, rosa: User, ilse: User, nils: User
) -> None:
    look = approved(card, rosa)
    answer(look, ilse)
    with pytest.raises(second_look.LookEndedError, match="A colleague has looked at this card"):
        answer(look, nils, company="Nordlicht")
    assert (fresh(look).by, fresh(look).values["company"]) == (ilse, "Nordlicht Optik")


def test_the_first_reviewer_cannot_answer(card: Card, rosa: User) -> None:
    look = approved(card, rosa)
    with pytest.raises(second_look.LookEndedError, match="You have decided on this card before"):
        answer(look, rosa)
    assert fresh(look).status == "waiting"


def test_a_card_that_was_reopened_needs_no_look_any_more(
    card: Card, rosa: User, ilse: User
) -> None:
    look = approved(card, rosa)
    decisions.reopen(card, version=1, by=rosa)
    with pytest.raises(second_look.LookEndedError, match="was changed while you looked at it"):
        answer(look, ilse)
    assert fresh(look).status == "dropped"


def test_a_card_whose_version_moved_on_drops_its_look(card: Card, rosa: User, ilse: User) -> None:
    look = approved(card, rosa)
    Card.objects.filter(pk=card.pk).move("approved", to="approved", company="Southwind")
    with pytest.raises(second_look.LookEndedError, match="Nothing was written"):
        second_look.answer(look, FIRST, by=ilse, version=1)
    assert fresh(look).status == "dropped"


def test_an_import_over_a_card_drops_its_look(card: Card, rosa: User) -> None:
    look = approved(card, rosa)
    decisions.note_import(card, {"company": "Nordlicht Optik"}, rosa)
    assert fresh(look).status == "dropped"


@pytest.mark.django_db(transaction=True)
def test_of_many_answers_at_once_one_counts(card: Card, rosa: User) -> None:
    look = approved(card, rosa)
    people = [colleague(name) for name in ("Ada", "Bo", "Cleo", "Dag")]
    told: list[str] = []

    def try_it(user: User) -> None:
        try:
            answer(look, user, company=f"Northwind {user.first_name}")
        except second_look.LookEndedError as error:
            told.append(str(error))
        finally:
            connections.close_all()

    threads = [Thread(target=try_it, args=(user,)) for user in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winner = fresh(look).by
    assert winner in people
    assert fresh(look).values["company"] == f"Northwind {winner.first_name}"
    assert told == [str(second_look.WAS_QUICKER)] * 3


def test_another_answer_of_the_same_person_is_refused(card: Card, rosa: User, ilse: User) -> None:
    look = answer(approved(card, rosa), ilse)
    with pytest.raises(second_look.LookEndedError, match="You have given your answer"):
        answer(look, ilse, company="Nordlicht")
    assert fresh(look).status == "agreed"


def test_while_a_colleague_has_the_card_open_nothing_is_answered(
    card: Card, rosa: User, ilse: User, nils: User
) -> None:
    look = approved(card, rosa)
    queue.claim(card, nils)
    with pytest.raises(second_look.LookHeldError, match="A colleague has this card open"):
        answer(look, ilse)
    assert fresh(look).status == "waiting"
    assert answer(look, nils).status == "agreed"
