"""Which card comes next: claims, parts of the queue, one's own cards."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from cards.models import Batch, Card
from extraction.result import Value
from review import queue
from review.models import Claim
from review.queue import Part
from review.workspace import drafts
from tests.cast import Person
from tests.review.conftest import MakeCard
from tests.review.workspace.conftest import TYPED

pytestmark = pytest.mark.django_db


def test_two_reviewers_never_get_the_same_card(
    make_card: MakeCard, reviewer: Person, manager: Person
) -> None:
    cards = {make_card(), make_card()}
    taken = [queue.take_next(person.user) for person in (reviewer, manager)]
    assert set(taken) == cards
    assert queue.take_next(reviewer.user, after=taken[0]) is None


def test_nothing_is_taken_when_colleagues_hold_all(
    card: Card, reviewer: Person, manager: Person
) -> None:
    queue.claim(card, manager.user)
    assert queue.take_next(reviewer.user) is None
    assert Claim.objects.get().by == manager.user


def test_a_part_is_what_its_address_says(make_card: MakeCard, reviewer: Person) -> None:
    fair = Batch.objects.create(name="Fair")
    make_card()
    card = make_card(batch=fair, languages="de, sv", values={"email": Value("x", 0.3)})
    query = {"batch": str(fair.pk), "language": "sv", "field": "email"}
    part = Part.from_query(query)
    assert part.query() == query
    assert list(part.of(queue.waiting())) == [card]
    assert queue.next_for(reviewer.user, part=part) == card


@pytest.mark.parametrize(
    "query",
    [{"batch": "x"}, {"batch": "²"}, {"batch": "9" * 30}, {"field": "status"}, {"other": "1"}],
)
def test_a_part_that_makes_no_sense_is_the_whole_queue(query: dict[str, str], card: Card) -> None:
    assert list(Part.from_query(query).of(queue.waiting())) == [card]


def test_going_on_stays_within_the_part(make_card: MakeCard, reviewer: Person) -> None:
    fair = Batch.objects.create(name="Fair")
    make_card(doubt=0.9)
    first, second = make_card(batch=fair), make_card(batch=fair)
    data = first.contact() | {"version": 0, "action": "approve"}
    url = reverse("admin:review_waitingcard_change", args=(first.pk,))
    response = reviewer.client.post(f"{url}?batch={fair.pk}", data)
    assert response.url.endswith(f"{second.pk}/change/?batch={fair.pk}")  # type: ignore[attr-defined]
    assert Claim.objects.get().card == second


def test_ones_own_cards_are_those_open_and_those_with_a_draft(
    make_card: MakeCard, reviewer: Person, manager: Person
) -> None:
    opened, begun, theirs, _ = (make_card() for _ in range(4))
    queue.claim(opened, reviewer.user)
    queue.claim(theirs, manager.user)
    drafts.save(begun, reviewer.user, 0, TYPED)
    assert set(queue.mine(reviewer.user)) == {opened, begun}


@pytest.mark.django_db(transaction=True)
def test_a_card_that_is_erased_while_it_is_given_out_is_passed_over(
    make_card: MakeCard, reviewer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = make_card(doubt=0.9), make_card()
    claim = queue.claim

    def erase_and_claim(card: Card, *words: Any) -> Claim:
        if card == first:
            Card.objects.filter(pk=card.pk).delete()
        return claim(card, *words)

    monkeypatch.setattr(queue, "claim", erase_and_claim)
    assert queue.take_next(reviewer.user) == second


def test_who_is_always_a_moment_late_is_told_that_nothing_waits(
    card: Card, reviewer: Person, manager: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = Claim(card=card, by=manager.user)
    monkeypatch.setattr(queue, "claim", lambda *_: theirs)
    assert queue.take_next(reviewer.user) is None
