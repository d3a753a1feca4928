"""Copies every committed review into the vault, after the commit, until it is there."""

from __future__ import annotations

import logging

from django.utils import timezone

from cards import vault
from review.models import Review

log = logging.getLogger(__name__)


def catch_up(*, at_most: int = 500) -> int:
    """The number of reviews copied into the vault now. The reviewer never waits for this."""
    late = Review.objects.filter(journaled_at__isnull=True).select_related("by").order_by("id")
    copied = 0
    for review in late.prefetch_related("corrections")[:at_most]:
        try:
            vault.put_json(vault.review_name(review.card_id, review.number), document(review))
        except vault.VaultConflict:
            log.exception("review %s is in the vault with other contents", review.pk)
            continue
        except vault.VaultError as error:
            log.warning("reviews from %s on are not in the vault yet: %s", review.pk, error)
            break
        Review.objects.filter(pk=review.pk).update(journaled_at=timezone.now())
        copied += 1
    return copied


def document(review: Review) -> dict[str, object]:
    """What the vault keeps of a review. Grows only by what older reviews do not have, so that a
    copy made twice is the same."""
    more = {} if review.seconds is None else {"seconds": review.seconds}
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
