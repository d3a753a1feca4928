"""What a colleague has open is nobody else's to write on, whichever way they come."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import QuerySet
from django.urls import reverse

from cards.models import Card, new_id
from review import decisions, queue
from review.models import Claim, Review
from review.provenance import reverts
from tests.cast import Person
from tests.review.conftest import MakeCard

pytestmark = pytest.mark.django_db


def company_by(person: Person, card: Card) -> Review:
    card.refresh_from_db()
    return decisions.correct(
        card, {"company": "Nordlicht GmbH"}, version=card.version, by=person.user
    )


def test_a_row_of_the_list_is_refused_and_says_who_has_the_card(
    card: Card, reviewer: Person, manager: Person
) -> None:
    queue.claim(card, manager.user)
    data = {
        "version": card.version, "seen_status": card.status, "company": "Northwind",
        "initial-company": card.company,
    }  # fmt: skip
    response = reviewer.client.post(reverse("admin:review_cells", args=(card.pk,)), data)
    assert response.status_code == 409
    assert "Mona has this card open until" in response.json()["errors"]["company"][0]
    assert not Review.objects.exists()


def test_the_holder_writes_in_the_list_too(card: Card, reviewer: Person) -> None:
    queue.claim(card, reviewer.user)
    assert company_by(reviewer, card).decision == Review.Decision.CORRECTED


def test_a_value_of_a_held_card_is_not_put_back(
    card: Card, reviewer: Person, manager: Person
) -> None:
    company_by(reviewer, card)
    queue.claim(card, manager.user)
    card.refresh_from_db()
    with pytest.raises(decisions.HeldCard, match="Mona has this card open until"):
        reverts.put_back(card, "company", 0, version=card.version, by=reviewer.user)


def test_reverting_a_day_leaves_held_cards_and_says_so(
    make_card: MakeCard, reviewer: Person, manager: Person
) -> None:
    free, held = make_card(), make_card()
    day = reverts.Day(reviewer.user, company_by(reviewer, free).at.date())
    company_by(reviewer, held)
    queue.claim(held, reviewer.user)
    outcome = reverts.revert_day(day, by=manager.user)
    assert [decided.card for decided in outcome.put_back] == [free]
    assert "has this card open until" in outcome.left[0].why_not


def test_an_expired_claim_keeps_nobody_out(card: Card, reviewer: Person, manager: Person) -> None:
    claim = queue.claim(card, manager.user)
    claim.until = claim.since
    claim.save()
    assert company_by(reviewer, card)


def test_a_decided_card_is_reopened_whoever_looks_at_it(
    make_card: MakeCard, reviewer: Person, manager: Person
) -> None:
    card = make_card(status=Card.Status.APPROVED)
    queue.claim(card, manager.user)  # a second look
    assert decisions.reopen(card, version=card.version, by=reviewer.user)


def test_a_claim_that_goes_while_it_is_renewed_is_taken_anew(
    card: Card, reviewer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page renews its claim in the very moment in which its own approval gives it up."""
    queue.claim(card, reviewer.user)
    update = QuerySet.update

    def update_and_lose(claims: QuerySet[Claim], **changes: Any) -> int:
        done = update(claims, **changes)
        monkeypatch.undo()
        queue.release(card, reviewer.user)
        return done

    monkeypatch.setattr(QuerySet, "update", update_and_lose)
    assert queue.claim(card, reviewer.user).by == reviewer.user
    assert queue.holder(card)


@pytest.mark.django_db(transaction=True)
def test_a_card_that_is_gone_is_claimed_by_nobody(reviewer: Person) -> None:
    gone = Card(pk=new_id())
    with pytest.raises(Card.DoesNotExist):
        queue.claim(gone, reviewer.user)
