"""What a reviewer can do to a card, and what a colleague's edit does to that."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from cards.models import Batch, Card
from review import decisions, queue
from review.models import Claim, Review
from tests.cast import Person
from tests.review.conftest import MakeCard

pytestmark = pytest.mark.django_db


@pytest.fixture
def me(reviewer: Person) -> User:
    return reviewer.user


@pytest.fixture
def colleague(manager: Person) -> User:
    return manager.user


def values_of(card: Card, **changes: str) -> dict[str, str]:
    return card.contact() | changes


def test_approving_writes_the_values_and_the_status_in_one_go(card: Card, me: User) -> None:
    decisions.approve(card, values_of(card, full_name="Mira Ahlström"), version=0, by=me)
    card.refresh_from_db()
    assert (card.status, card.full_name, card.version) == ("approved", "Mira Ahlström", 1)
    assert card.approved_at is not None
    assert card.is_edited
    assert card.doubtful_fields == []


def test_approving_keeps_a_review_with_every_value(card: Card, me: User) -> None:
    review = decisions.approve(card, values_of(card, city="Berlin"), version=0, by=me)
    assert review.number == 1
    assert review.values["city"] == "Berlin"
    assert review.values["company"] == "Nordlicht Optik"
    assert review.by == me


def test_a_correction_is_kept_for_each_field_that_the_machine_had_otherwise(
    card: Card, me: User
) -> None:
    values = values_of(card, full_name="Mira Ahlström", city="Berlin")
    review = decisions.approve(card, values, version=0, by=me)
    corrections = {c.field: (c.machine_value, c.human_value) for c in review.corrections.all()}
    assert corrections == {
        "full_name": ("Mira Ahlstrom", "Mira Ahlström"),
        "city": ("", "Berlin"),
    }


def test_a_value_that_the_person_emptied_is_a_correction(card: Card, me: User) -> None:
    review = decisions.approve(card, values_of(card, mobile=""), version=0, by=me)
    correction = review.corrections.get()
    assert (correction.field, correction.human_value) == ("mobile", "")


def test_a_stale_version_is_refused_and_changes_nothing(
    card: Card, me: User, colleague: User
) -> None:
    decisions.correct(card, {"company": "Nordlicht GmbH"}, version=0, by=colleague)
    with pytest.raises(decisions.StaleCard) as refused:
        decisions.approve(card, values_of(card, company="Mine"), version=0, by=me)
    card.refresh_from_db()
    assert (card.company, card.status) == ("Nordlicht GmbH", "needs_review")
    assert refused.value.colleague in str(refused.value)
    assert Review.objects.count() == 1


def test_two_decisions_on_one_version_leave_one_review(
    card: Card, me: User, colleague: User
) -> None:
    decisions.approve(card, values_of(card), version=0, by=me)
    with pytest.raises(decisions.StaleCard):
        decisions.reject(card, "Cut off", version=0, by=colleague)
    assert [review.decision for review in card.reviews.all()] == ["approved"]


def test_rejecting_wants_a_reason(card: Card, me: User) -> None:
    with pytest.raises(decisions.DecisionError, match="Say why"):
        decisions.reject(card, "  ", version=0, by=me)
    card.refresh_from_db()
    assert card.status == "needs_review"


def test_rejecting_keeps_the_reason(card: Card, me: User) -> None:
    review = decisions.reject(card, "Not a business card", version=0, by=me)
    card.refresh_from_db()
    assert (card.status, review.reason) == ("rejected", "Not a business card")


def test_reopening_an_approved_card_sends_it_back(make_card: MakeCard, me: User) -> None:
    card = make_card(status=Card.Status.APPROVED)
    decisions.reopen(card, version=0, by=me)
    card.refresh_from_db()
    assert (card.status, card.approved_at) == ("needs_review", None)


def test_a_card_that_waits_cannot_be_reopened(card: Card, me: User) -> None:
    with pytest.raises(decisions.StaleCard):
        decisions.reopen(card, version=0, by=me)


def test_correcting_leaves_the_status_and_counts_the_version_up(card: Card, me: User) -> None:
    review = decisions.correct(card, {"company": "Nordlicht GmbH"}, version=0, by=me)
    card.refresh_from_db()
    assert (card.status, card.version, card.is_edited) == ("needs_review", 1, True)
    assert [c.machine_value for c in review.corrections.all()] == ["Nordlicht Optik"]


def test_reviews_of_a_card_are_numbered_in_order(card: Card, me: User) -> None:
    decisions.approve(card, values_of(card), version=0, by=me)
    decisions.reopen(card, version=1, by=me)
    decisions.reject(card, "Left the company", version=2, by=me)
    assert [review.number for review in card.reviews.order_by("id")] == [1, 2, 3]


def test_the_oldest_batch_comes_first_and_the_most_doubtful_card_within_it(
    make_card: MakeCard,
) -> None:
    old, new = Batch.objects.create(name="old"), Batch.objects.create(name="new")
    newest = make_card(batch=new, doubt=0.9)
    sure = make_card(batch=old, doubt=0.1)
    unsure = make_card(batch=old, doubt=0.5)
    assert list(queue.waiting()) == [unsure, sure, newest]


def test_a_card_that_a_colleague_holds_is_not_next(
    make_card: MakeCard, me: User, colleague: User
) -> None:
    held, free = make_card(doubt=0.9), make_card(doubt=0.1)
    queue.claim(held, colleague)
    assert queue.next_for(me) == free
    assert queue.next_for(colleague) == held


def test_an_expired_claim_frees_the_card(card: Card, me: User, colleague: User) -> None:
    queue.claim(card, colleague)
    Claim.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert queue.next_for(me) == card
    assert queue.claim(card, me).by == me


def test_a_held_card_stays_with_its_holder(card: Card, me: User, colleague: User) -> None:
    queue.claim(card, colleague)
    assert queue.claim(card, me).by == colleague


def test_a_held_card_can_be_taken_over_on_purpose(card: Card, me: User, colleague: User) -> None:
    queue.claim(card, colleague)
    assert queue.claim(card, me, from_colleague=True).by == me


def test_a_decision_ends_the_claim(card: Card, me: User) -> None:
    queue.claim(card, me)
    decisions.approve(card, values_of(card), version=0, by=me)
    assert not Claim.objects.exists()


def test_after_a_skipped_card_the_one_behind_it_follows(make_card: MakeCard, me: User) -> None:
    first, second, third = (make_card(doubt=doubt) for doubt in (0.9, 0.5, 0.1))
    assert queue.next_for(me, after=first) == second
    assert queue.next_for(me, after=second) == third
    assert queue.next_for(me, after=third) == first


def test_nothing_is_next_when_all_is_decided(make_card: MakeCard, me: User) -> None:
    make_card(status=Card.Status.APPROVED)
    assert queue.next_for(me) is None


def test_an_import_of_new_contacts_is_kept_as_a_review(me: User, make_card: MakeCard) -> None:
    card = make_card(status=Card.Status.APPROVED, values={}, full_name="Mira Ahlström")
    decisions.note_import(card, None, me)
    review = card.reviews.get()
    assert (review.decision, review.values["full_name"]) == ("imported", "Mira Ahlström")
    assert not review.corrections.exists()


def test_an_import_that_corrects_a_card_keeps_what_stood_there(card: Card, me: User) -> None:
    decisions.note_import(card, {"full_name": "Mina"}, me)
    correction = card.reviews.get().corrections.get()
    assert (correction.machine_value, correction.human_value) == ("Mina", "Mira Ahlstrom")


def test_a_card_without_a_word_cannot_be_approved(make_card: MakeCard, me: User) -> None:
    card = make_card(values={})
    with pytest.raises(decisions.DecisionError, match="nothing on this card yet"):
        decisions.approve(card, card.contact(), version=0, by=me)
    card.refresh_from_db()
    assert card.status == "needs_review"


def test_a_reopened_card_is_as_doubtful_as_it_was_read(card: Card, me: User) -> None:
    decisions.approve(card, values_of(card), version=0, by=me)
    decisions.reopen(card, version=1, by=me)
    card.refresh_from_db()
    assert card.doubt == pytest.approx(0.42)
    assert card.doubtful_fields == ["mobile"]
