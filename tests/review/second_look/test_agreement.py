"""How often two people come to the same."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from cards.models import Card
from review import decisions
from review.quality import second_look
from tests.review.conftest import MakeCard
from tests.review.second_look.conftest import answer, approved

pytestmark = pytest.mark.django_db


def test_agreement_counts_what_anybody_filled_in(card: Card, rosa: User, ilse: User) -> None:
    answer(approved(card, rosa), ilse, company="Nordlicht", fax="+49 30 1234567")
    found = second_look.agreement_by_field()
    assert (found["company"].agreed, found["company"].compared) == (0, 1)
    assert (found["fax"].agreed, found["mobile"].agreed) == (0, 1)
    assert "notes" not in found


def test_the_fields_that_differ_most_come_first(
    make_card: MakeCard, rosa: User, ilse: User
) -> None:
    answer(approved(make_card(), rosa), ilse, company="Nordlicht", mobile="+49 151 1")
    answer(approved(make_card(), rosa), ilse, mobile="+49 151 1")
    assert list(second_look.agreement_by_field())[:2] == ["mobile", "company"]


def test_a_look_that_was_dropped_is_not_counted(card: Card, rosa: User, ilse: User) -> None:
    answer(approved(card, rosa), ilse, company="Nordlicht")
    decisions.reopen(card, version=1, by=rosa)
    assert second_look.agreement_by_field() == {}
