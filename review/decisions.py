"""What a reviewer can do to a card: guards, then one transaction each.

Every verb names the version of the card that the person saw. If the card has moved on since,
nothing is written and `StaleCard` tells what happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from cards.fields import CONTACT_FIELDS
from cards.models import Card, CardQuerySet
from extraction.models import Extraction
from extraction.reading.confidence import doubts
from extraction.result import Result
from review.models import Claim, Correction, Review

if TYPE_CHECKING:
    from django.contrib.auth.models import User

_WAITING = (Card.Status.UPLOADED, Card.Status.NEEDS_REVIEW)


class DecisionError(Exception):
    """A decision that was not carried out, with the reason and the next step for the person."""


class StaleCard(DecisionError):
    """The card has changed since the person saw it; `card` is how it stands now."""

    def __init__(self, card: Card) -> None:
        who = Review.objects.filter(card=card).select_related("by").order_by("-number").first()
        name = (who.by.get_full_name() or who.by.get_username()) if who and who.by else ""
        self.card = card
        self.colleague = name or "the machine"
        super().__init__(
            f"This card was changed by {self.colleague} while you had it open"
            f" (it is now “{card.get_status_display().lower()}”). Nothing of yours was lost:"
            " compare below and decide again."
        )


def waiting() -> CardQuerySet:
    """The cards that need a person: the oldest batch first, the most doubtful first within it."""
    return Card.objects.filter(status=Card.Status.NEEDS_REVIEW).order_by("batch_id", "-doubt", "id")


def next_for(user: User, *, after: Card | None = None) -> Card | None:
    """The card this reviewer should see next: the first waiting one that no colleague holds.

    `after` is the card just left; it comes again only when nothing else waits.
    """
    now = timezone.now()
    free = waiting().exclude(Q(claim__until__gt=now) & ~Q(claim__by=user))
    if after is None:
        return free.first()
    behind = Q(batch__gt=after.batch_id) | Q(batch=after.batch_id) & (
        Q(doubt__lt=after.doubt) | Q(doubt=after.doubt, id__gt=after.pk)
    )
    others = free.exclude(pk=after.pk)
    return others.filter(behind).first() or others.first()


def claim(card: Card, user: User, *, from_colleague: bool = False) -> Claim:
    """The claim on `card`, taken or renewed for `user` if no colleague holds it.

    The row that comes back may be a colleague's: compare its `by`. With `from_colleague` it is
    taken over; what the colleague then sends in is refused as stale only if the card has changed.
    """
    now = timezone.now()
    until = now + timedelta(seconds=settings.REVIEW_LEASE_SECONDS)
    held = Claim.objects.filter(card=card)
    free = held if from_colleague else held.filter(Q(by=user) | Q(until__lte=now))
    if not free.update(by=user, until=until):
        try:
            with transaction.atomic():
                return Claim.objects.create(card=card, by=user, until=until)
        except IntegrityError:
            pass  # a colleague holds it, or was quicker by a moment
    found = held.select_related("by").first()
    # Gone again: the colleague has decided in this very moment, and the card is free.
    return found or Claim.objects.get_or_create(card=card, defaults={"by": user, "until": until})[0]


def release(card: Card, user: User) -> None:
    Claim.objects.filter(card=card, by=user).delete()


def approve(card: Card, values: Mapping[str, str], *, version: int, by: User) -> Review:
    """The Review that approves `card` with `values`. Raises StaleCard, DecisionError for none."""
    if not any(values.values()):
        raise DecisionError("There is nothing on this card yet: type what you see, or reject it.")
    return _decide(
        card, Review.Decision.APPROVED, values, version=version, by=by,
        origins=_WAITING, to=Card.Status.APPROVED, approved_at=timezone.now(),
    )  # fmt: skip


def reject(
    card: Card, reason: str, *, version: int, by: User, values: Mapping[str, str] | None = None
) -> Review:
    """The Review that rejects `card`. Raises DecisionError without a reason, StaleCard."""
    if not reason.strip():
        raise DecisionError("Say why the card is rejected; the reason is kept with it.")
    return _decide(
        card, Review.Decision.REJECTED, values or {}, version=version, by=by,
        origins=_WAITING, to=Card.Status.REJECTED, reason=reason.strip(),
    )  # fmt: skip


def reopen(card: Card, *, version: int, by: User) -> Review:
    """The Review that sends an approved or rejected card back. Raises StaleCard."""
    result = latest_result(card)
    doubt, doubtful = doubts(result) if result else (0.0, [])
    return _decide(
        card, Review.Decision.REOPENED, {}, version=version, by=by,
        origins=(Card.Status.APPROVED, Card.Status.REJECTED), to=Card.Status.NEEDS_REVIEW,
        approved_at=None, doubt=doubt, doubtful_fields=doubtful,
    )  # fmt: skip


def correct(card: Card, values: Mapping[str, str], *, version: int, by: User) -> Review:
    """The Review that writes some `values` and leaves the status as it is. Raises StaleCard."""
    status = Card.objects.values_list("status", flat=True).get(pk=card.pk)
    return _decide(
        card, Review.Decision.CORRECTED, values, version=version, by=by,
        origins=(status,), to=status,
    )  # fmt: skip


def machine_values(card: Card) -> dict[str, str]:
    """What the machine last read, by field; empty when it never succeeded."""
    result = latest_result(card)
    return {name: value.text for name, value in result.values.items()} if result else {}


def latest_result(card: Card) -> Result | None:
    done = latest_extraction(card)
    return Result.from_json(done.result) if done and done.result else None


def latest_extraction(card: Card) -> Extraction | None:
    """The last reading of `card` that succeeded."""
    done = card.extractions.filter(status=Extraction.Status.SUCCEEDED)
    return done.order_by("-id").first()


def _decide(
    card: Card,
    decision: str,
    values: Mapping[str, str],
    *,
    version: int,
    by: User,
    origins: tuple[str, ...],
    to: str,
    reason: str = "",
    **changes: Any,
) -> Review:
    changes |= dict(values)
    if values:
        changes["is_edited"] = True
    if decision == Review.Decision.APPROVED:
        changes |= {"doubt": 0.0, "doubtful_fields": [], "is_edited": True, "notice": ""}
    with transaction.atomic():
        before = Card.objects.get(pk=card.pk)
        moved = Card.objects.filter(pk=card.pk, version=version).move(*origins, to=to, **changes)
        current = Card.objects.get(pk=card.pk)
        if not moved:
            raise StaleCard(current)
        review = _record(current, decision, by, reason)
        Correction.objects.bulk_create(_corrections(review, before, values))
        Claim.objects.filter(card=current).delete()
    return review


def note_import(card: Card, before: Mapping[str, str] | None, by: User | None) -> None:
    """Keep the decision that an import is: in its transaction, after the card was written.

    `before` holds what stood in the fields that the import changed, None for a new card.
    """
    review = _record(card, Review.Decision.IMPORTED, by)
    Correction.objects.bulk_create(
        Correction(review=review, field=name, machine_value=text, human_value=getattr(card, name))
        for name, text in (before or {}).items()
        if name in CONTACT_FIELDS
    )


def _record(card: Card, decision: str, by: User | None, reason: str = "") -> Review:
    return Review.objects.create(
        card=card,
        number=Review.objects.filter(card=card).count() + 1,
        decision=decision,
        reason=reason,
        values={**card.contact(), "extra": card.extra},
        by=by,
    )


def _corrections(review: Review, before: Card, values: Mapping[str, str]) -> list[Correction]:
    """A decision on the whole card is held against the machine, one in the list against before."""
    machine = (
        before.contact() if review.decision == Review.Decision.CORRECTED else machine_values(before)
    )
    return [
        Correction(review=review, field=name, machine_value=machine.get(name, ""), human_value=text)
        for name, text in values.items()
        if name in CONTACT_FIELDS and text != machine.get(name, "")
    ]
