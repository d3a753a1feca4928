"""Copies every committed decision into the vault, after the commit, until it is there.

So it does with what they stand on: batches, imported cards, readings, paid calls.
"""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone

from cards import journal as cards_journal
from cards import vault
from cards.drafts import Draft
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
        + cards_journal.copy(
            late_reviews(),
            lambda review: (_name(review), document(review)),
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


def _name(review: Review) -> str:
    """The name of a decision; a card without pictures gets its own document before its first."""
    if review.number == 1 and review.decision == Review.Decision.IMPORTED:
        _keep_imported(review)
    return vault.review_name(review.card_id, review.number)


def _keep_imported(review: Review) -> None:
    """Raises VaultError."""
    card = review.card
    if not card.sides.exists() and not vault.has(vault.card_name(card.pk)):
        vault.put_json(vault.card_name(card.pk), Draft(card, ()).document(review.by))


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
