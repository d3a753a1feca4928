"""Taking back one's own last decision."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from cards.models import Card
from review import decisions
from review.models import Draft, Review
from tests.cast import Person
from tests.review.workspace.conftest import approve

pytestmark = pytest.mark.django_db


def undo(person: Person, review: Review) -> Any:
    url = reverse("admin:review_undo", args=(review.card_id, review.number))
    return person.client.post(url, follow=True)


def test_undoing_brings_the_card_back_and_what_was_typed(card: Card, reviewer: Person) -> None:
    values = card.contact() | {"company": "Northwind", "extra": {"Assistant": "Ilse"}}
    review = decisions.approve(card, values, version=0, by=reviewer.user)
    page = undo(reviewer, review).content.decode()
    assert "Undone" in page
    card.refresh_from_db()
    assert (card.status, card.company, card.extra) == ("needs_review", "Nordlicht Optik", {})
    draft = Draft.objects.get()
    assert draft.values == {"company": "Northwind", "extra:Assistant": "Ilse"}
    assert 'value="Northwind"' in page
    assert 'value="Ilse"' in page


def test_undoing_twice_changes_nothing_more(card: Card, reviewer: Person) -> None:
    review = decisions.approve(card, card.contact(), version=0, by=reviewer.user)
    undo(reviewer, review)
    assert b"was changed by Rui" in undo(reviewer, review).content
    assert Review.objects.count() == 2


def test_an_old_decision_is_not_undone(card: Card, reviewer: Person, settings: Settings) -> None:
    review = decisions.approve(card, card.contact(), version=0, by=reviewer.user)
    past = timezone.now() - timedelta(seconds=settings.REVIEW_UNDO_SECONDS + 1)
    Review.objects.update(at=past)
    assert b"too long ago to be undone" in undo(reviewer, review).content
    assert decisions.undoable(reviewer.user) is None


def test_a_colleagues_decision_is_not_undone(card: Card, reviewer: Person, manager: Person) -> None:
    review = decisions.approve(card, card.contact(), version=0, by=manager.user)
    assert b"Only your own" in undo(reviewer, review).content


def test_a_decision_is_not_undone_by_looking(card: Card, reviewer: Person) -> None:
    review = decisions.approve(card, card.contact(), version=0, by=reviewer.user)
    url = reverse("admin:review_undo", args=(card.pk, review.number))
    assert reviewer.client.get(url).status_code == 405


def test_only_reviewers_undo(card: Card, reviewer: Person, uploader: Person) -> None:
    review = decisions.approve(card, card.contact(), version=0, by=reviewer.user)
    assert undo(uploader, review).status_code == 403


def test_the_last_decision_can_be_undone_where_nothing_more_waits(
    card: Card, reviewer: Person
) -> None:
    approve(reviewer, card)
    page = reviewer.client.get(reverse("admin:review_next")).content.decode()
    assert reverse("admin:review_undo", args=(card.pk, 1)) in page


def test_a_state_that_is_restored_is_whole(card: Card, reviewer: Person) -> None:
    before = Card.objects.get()
    values = card.contact() | {"company": "Northwind", "extra": {"Pager": "12"}}
    review = decisions.approve(card, values, version=0, by=reviewer.user)
    decisions.restore(card, review.before, version=1, by=reviewer.user)
    after = Card.objects.get()
    for name in ("status", "doubt", "doubtful_fields", "is_edited", "approved_at", "extra"):
        assert getattr(after, name) == getattr(before, name)
    assert after.contact() == before.contact()
