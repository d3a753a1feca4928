"""Copies every committed decision into the vault, after the commit, until it is there.

So it does with what they stand on: batches, imported cards, readings, paid calls.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from cards import journal as cards_journal
from cards import vault
from cards.drafts import Draft
from cards.models import Side
from extraction import journal as extraction_journal
from review.models import Review, SecondLook

_ANSWERED = (
    SecondLook.Status.AGREED, SecondLook.Status.DIFFERS, SecondLook.Status.SETTLED,
    SecondLook.Status.DROPPED,
)  # fmt: skip
"""Second looks that somebody has answered, or that came to nothing: one that waits is drawn
again when its decision is."""


def late_reviews() -> QuerySet[Review]:
    """The decisions that the vault has not got yet, the oldest first."""
    late = Review.objects.filter(journaled_at__isnull=True).select_related("by", "card__batch")
    return late.prefetch_related("corrections").order_by("id")


def late_imports() -> QuerySet[Review]:
    """The imports of whose cards the vault may know nothing yet, the oldest first."""
    sides = Side.objects.filter(card=OuterRef("card"))
    late = Review.objects.filter(decision="imported", card_journaled_at__isnull=True)
    return late.annotate(has_sides=Exists(sides)).select_related("by", "card__batch").order_by("id")


def late_looks() -> QuerySet[SecondLook]:
    """The second looks of which the vault has no copy as they are now, the oldest first."""
    late = SecondLook.objects.filter(status__in=_ANSWERED).exclude(status=F("journaled_status"))
    return late.select_related("first", "by", "settled").order_by("id")


def catch_up() -> int:
    """The number of objects copied into the vault now."""
    now = timezone.now()
    return (
        cards_journal.catch_up()
        + extraction_journal.catch_up()
        + _keep_imported_cards()
        + cards_journal.copy(
            late_reviews(),
            lambda review: (vault.review_name(review.card_id, review.number), document(review)),
            lambda review: Review.objects.filter(pk=review.pk).update(journaled_at=now),
        )
        + cards_journal.copy(
            late_looks(),
            lambda look: (
                vault.look_name(look.card_id, look.first.number, look.status),
                look_document(look),
            ),
            lambda look: SecondLook.objects.filter(pk=look.pk).update(journaled_status=look.status),
            may_differ=True,
        )
    )


def _keep_imported_cards() -> int:
    """The number of imported cards whose document was copied into the vault now. A card with
    pictures got it when these were taken in; others get it here, before their first decision."""
    now = timezone.now()
    is_without = Q(number=1, has_sides=False)
    others = late_imports().exclude(is_without).values_list("pk", flat=True)
    if found := list(others[: cards_journal.AT_MOST]):
        Review.objects.filter(pk__in=found).update(card_journaled_at=now)
    return cards_journal.copy(
        late_imports().filter(is_without),
        lambda review: (
            vault.card_name(review.card_id), Draft(review.card, ()).document(review.by)
        ),
        lambda review: Review.objects.filter(pk=review.pk).update(card_journaled_at=now),
        may_differ=True,
    )  # fmt: skip


def look_document(look: SecondLook) -> dict[str, Any]:
    """What the vault keeps of a second look."""
    return {
        "version": 1,
        "id": look.pk,
        "card": str(look.card_id),
        "first": look.first.number,
        "status": look.status,
        "by": look.by.get_username() if look.by else "",
        "at": look.at.isoformat() if look.at else None,
        "values": look.values,
        "differences": look.differences,
        "settled": look.settled.number if look.settled else None,
    }


def document(review: Review) -> dict[str, object]:
    """What the vault keeps of a review. Grows only by what older reviews do not have, so that a
    copy made twice is the same."""
    more: dict[str, object] = {} if review.seconds is None else {"seconds": review.seconds}
    if review.after:
        more |= {"version": 2, "id": review.pk, "before": review.before, "after": review.after}
    return {
        "version": 1,
        "card": str(review.card_id),
        "number": review.number,
        "decision": review.decision,
        "reason": review.reason,
        "by": review.by.get_username() if review.by else "",
        "at": review.at.isoformat(),
        "values": review.values,
        "corrections": [
            {"field": c.field, "machine": c.machine_value, "human": c.human_value}
            for c in review.corrections.all()
        ],
        **more,
    }
