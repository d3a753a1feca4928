"""The third reviewer's choice."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from cards.models import Card
from review import decisions, queue
from review.quality import second_look
from tests.review.second_look.conftest import answer, approved, colleague, fresh, settle

pytestmark = pytest.mark.django_db


def test_the_third_can_find_the_second_right(
    card: Card, rosa: User, ilse: User, nils: User
) -> None:
    look = answer(approved(card, rosa), ilse, company="Nordlicht")
    review = settle(look, nils, company="Nordlicht")
    card.refresh_from_db()
    assert (card.company, card.status, fresh(look).status) == ("Nordlicht", "approved", "settled")
    correction = review.corrections.get()
    assert (review.decision, fresh(look).settled) == ("second_look", review)
    assert (correction.machine_value, correction.human_value) == ("Nordlicht Optik", "Nordlicht")


def test_the_third_can_find_the_first_right(card: Card, rosa: User, ilse: User, nils: User) -> None:
    look = answer(approved(card, rosa), ilse, company="Nordlicht")
    before = Card.objects.get(pk=card.pk).contact()
    review = settle(look, nils, company="Nordlicht Optik")
    assert Card.objects.get(pk=card.pk).contact() == before
    assert (review.decision, review.by, review.corrections.count()) == ("second_look", nils, 0)


def test_the_third_can_find_neither_right(card: Card, rosa: User, ilse: User, nils: User) -> None:
    look = answer(approved(card, rosa), ilse, company="Nordlicht")
    settle(look, nils, company="Nordlicht Optik GmbH")
    assert Card.objects.get(pk=card.pk).company == "Nordlicht Optik GmbH"


def test_every_difference_must_be_settled(card: Card, rosa: User, ilse: User, nils: User) -> None:
    look = answer(approved(card, rosa), ilse, company="Nordlicht", mobile="+49 151 1")
    with pytest.raises(decisions.DecisionError, match="Choose a value for each field"):
        settle(look, nils, company="Nordlicht")
    assert fresh(look).status == "differs"


def test_neither_of_the_two_can_settle(card: Card, rosa: User, ilse: User) -> None:
    look = answer(approved(card, rosa), ilse, company="Nordlicht")
    for user in (rosa, ilse):
        with pytest.raises(second_look.LookEndedError):
            settle(look, user, company="Nordlicht")
    assert Card.objects.get(pk=card.pk).company == "Nordlicht Optik"


def test_a_card_corrected_meanwhile_is_not_settled(
    card: Card, rosa: User, ilse: User, nils: User
) -> None:
    look = answer(approved(card, rosa), ilse, company="Nordlicht")
    decisions.correct(card, {"company": "Southwind"}, version=1, by=rosa)
    with pytest.raises(second_look.LookEndedError, match="was changed while you looked at it"):
        second_look.settle(fresh(look), {"company": "Nordlicht"}, by=nils, version=1)
    assert Card.objects.get(pk=card.pk).company == "Southwind"
    assert fresh(look).status == "dropped"


def test_while_a_colleague_has_the_card_open_nothing_is_settled(
    card: Card, rosa: User, ilse: User, nils: User
) -> None:
    look = answer(approved(card, rosa), ilse, company="Nordlicht")
    queue.claim(card, colleague("Ada"))
    with pytest.raises(second_look.LookHeldError, match="A colleague has this card open"):
        settle(look, nils, company="Nordlicht")
    assert Card.objects.get(pk=card.pk).company == "Nordlicht Optik"


def test_the_same_choice_sent_again_is_written_once(
    card: Card, rosa: User, ilse: User, nils: User
) -> None:
    look = answer(approved(card, rosa), ilse, company="Nordlicht")
    reviews = [
        second_look.settle(look, {"company": "Nordlicht"}, by=nils, version=1) for _ in range(2)
    ]
    assert reviews[0] == reviews[1]
    with pytest.raises(second_look.LookEndedError, match="You have given your answer"):
        second_look.settle(look, {"company": "Nordlicht Optik"}, by=nils, version=1)
    assert Card.objects.get(pk=card.pk).company == "Nordlicht"
