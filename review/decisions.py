"""What a reviewer can do to a card: guards, then one transaction each.

Every verb names the version of the card that the person saw. If the card has moved on since,
nothing is written and `StaleCard` tells what happened.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from cards.fields import CONTACT_FIELDS
from cards.models import Card
from cards.wording import within
from extraction.reading.confidence import doubts
from review import queue, records
from review.models import Claim, Correction, Draft, Review, SecondLook, name_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Values = Mapping[str, Any]
"""Texts by contact field; `extra` is a mapping of further fields to their texts."""

SENT_BACK = "To be photographed again: {reason}"
"""The notice of a card whose picture is not good enough."""

WAITING = (Card.Status.UPLOADED, Card.Status.NEEDS_REVIEW)
"""Statuses of a card that nobody has decided."""


class DecisionError(Exception):
    """A decision that was not carried out, with the reason and the next step for the person."""


class StaleCard(DecisionError):
    """The card has changed since the person saw it; `card` is how it stands now."""

    def __init__(self, card: Card) -> None:
        last = Review.objects.filter(card=card).select_related("by").order_by("-number").first()
        # An import keeps no version of the card before it.
        was_it = last and last.before.get("version", card.version - 1) + 1 == card.version
        self.card = card
        self.colleague = name_of(last.by) if last and was_it else _("the machine")
        super().__init__(
            _(
                "This card was changed by %(name)s while you had it open (it is now “%(status)s”)."
                " Nothing of yours was lost: compare below and decide again."
            )
            % {"name": self.colleague, "status": within(card.get_status_display())}
        )


class HeldCard(DecisionError):
    """A colleague has the card open for review."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        super().__init__(
            _(
                "%(name)s has this card open until %(time)s. Nothing was written and nothing typed"
                " is lost: open the card and take it over, or try again later."
            )
            % {"name": claim.holder, "time": f"{localtime(claim.until):%H:%M}"}
        )


def approve(
    card: Card, values: Values, *, version: int, by: User, seconds: int | None = None
) -> Review:
    """The Review that approves `card` with `values`. Raises StaleCard, DecisionError for none.

    `seconds` is the time that the person worked on it. Some approved cards, chosen by chance that
    repeats itself, are to be looked at by a second reviewer.
    """
    if not any(values.values()):
        words = _("There is nothing on this card yet: type what you see, or reject it.")
        raise DecisionError(words)
    return _decide(
        card, Review.Decision.APPROVED, values, version=version, by=by, seconds=seconds,
        origins=WAITING, to=Card.Status.APPROVED, approved_at=timezone.now(),
        doubt=0.0, doubtful_fields=[], notice="",
    )  # fmt: skip


def reject(
    card: Card, reason: str, *, version: int, by: User, values: Values | None = None,
    seconds: int | None = None,
) -> Review:  # fmt: skip
    """The Review that rejects `card`. Raises DecisionError without a reason, StaleCard."""
    if not reason.strip():
        raise DecisionError(_("Say why the card is rejected; the reason is kept with it."))
    return _decide(
        card, Review.Decision.REJECTED, values or {}, version=version, by=by, seconds=seconds,
        origins=WAITING, to=Card.Status.REJECTED, reason=reason.strip(),
    )  # fmt: skip


def send_back(
    card: Card, reason: str, *, version: int, by: User, values: Values | None = None,
    seconds: int | None = None,
) -> Review:  # fmt: skip
    """The Review that asks for a better picture: the card is rejected, and whoever uploaded it
    sees why. Raises DecisionError without a reason, StaleCard."""
    if not reason.strip():
        words = _("Say what is wrong with the picture; the reason goes to the uploader.")
        raise DecisionError(words)
    return _decide(
        card, Review.Decision.RETAKE, values or {}, version=version, by=by, seconds=seconds,
        origins=WAITING, to=Card.Status.REJECTED, reason=reason.strip(),
        notice=SENT_BACK.format(reason=reason.strip()),
    )  # fmt: skip


def reopen(card: Card, *, version: int, by: User) -> Review:
    """The Review that sends an approved or rejected card back. Raises StaleCard."""
    result = records.latest_result(card)
    doubt, doubtful = doubts(result) if result else (0.0, [])
    last = Review.objects.filter(card=card).order_by("-number").first()
    was_sent_back = last is not None and last.decision == Review.Decision.RETAKE
    return _decide(
        card, Review.Decision.REOPENED, {}, version=version, by=by,
        notice="" if was_sent_back else card.notice,
        origins=(Card.Status.APPROVED, Card.Status.REJECTED), to=Card.Status.NEEDS_REVIEW,
        approved_at=None, doubt=doubt, doubtful_fields=doubtful,
    )  # fmt: skip


def correct(
    card: Card, values: Values, *, version: int, by: User, confirmed: Collection[str] = (),
    decision: str = "", reason: str = "",
) -> Review:  # fmt: skip
    """The Review that writes some `values` and leaves the status as it is. Raises StaleCard.

    Neither what is written nor the fields `confirmed` as they are stay doubtful.
    """
    current = Card.objects.only("status", "doubtful_fields").get(pk=card.pk)
    settled = {*values, *confirmed}
    doubtful = [name for name in current.doubtful_fields if name not in settled]
    usual = Review.Decision.CORRECTED if values else Review.Decision.CONFIRMED
    return _decide(
        card, decision or usual, values, version=version, by=by, reason=reason,
        origins=(current.status,), to=current.status,
        doubtful_fields=doubtful, doubt=records.doubt_of(card, doubtful),
    )  # fmt: skip


def undo(review: Review, *, by: User) -> Review:
    """The Review that takes back one's own last decision, soon after it.

    Raises DecisionError when it is another's or too long ago, StaleCard when more has happened.
    """
    if review.by_id != by.pk or review.decision not in Review.OF_THE_CARD or not review.before:
        raise DecisionError(_("Only your own approvals and rejections can be undone."))
    if timezone.now() - review.at > timedelta(seconds=settings.REVIEW_UNDO_SECONDS):
        words = _("That was too long ago to be undone; open the card and reopen it.")
        raise DecisionError(words)
    return restore(
        review.card, review.before, version=review.before["version"] + 1, by=by,
        decision=Review.Decision.UNDONE,
    )  # fmt: skip


def undoable(by: User) -> Review | None:
    """The last decision of a person, if it can still be undone."""
    since = timezone.now() - timedelta(seconds=settings.REVIEW_UNDO_SECONDS)
    last = Review.objects.filter(by=by, at__gt=since).select_related("card").order_by("-id").first()
    return last if last and last.decision in Review.OF_THE_CARD else None


def restore(
    card: Card, state: Mapping[str, Any], *, version: int, by: User, reason: str = "",
    decision: str = Review.Decision.REVERTED,
) -> Review:  # fmt: skip
    """The Review that puts a card back to `state`, the `before` of one of its reviews. Raises
    StaleCard."""
    status = Card.objects.values_list("status", flat=True).get(pk=card.pk)
    approved_at = state["approved_at"] and datetime.fromisoformat(state["approved_at"])
    # A card that was being read then has been read by now.
    was_waiting = state["status"] in WAITING
    return _decide(
        card, decision, state["values"], version=version, by=by, reason=reason,
        origins=(status,), to=Card.Status.NEEDS_REVIEW if was_waiting else state["status"],
        approved_at=approved_at, is_edited=state["is_edited"],
        **{name: state[name] for name in ("doubt", "doubtful_fields", "notice")},
    )  # fmt: skip


def _decide(
    card: Card,
    decision: str,
    values: Values,
    *,
    version: int,
    by: User,
    origins: tuple[str, ...],
    to: str,
    reason: str = "",
    seconds: int | None = None,
    **changes: Any,
) -> Review:
    if values or decision in (Review.Decision.APPROVED, Review.Decision.CONFIRMED):
        changes = {"is_edited": True, **changes, **values}
    with transaction.atomic():
        before = Card.objects.get(pk=card.pk)
        held = queue.holder(before) if before.status in WAITING else None
        if held and held.by_id != by.pk:
            raise HeldCard(held)
        moved = Card.objects.filter(pk=card.pk, version=version).move(*origins, to=to, **changes)
        current = Card.objects.get(pk=card.pk)
        if not moved:
            raise StaleCard(current)
        review = records.record(current, decision, by, reason, before=before, seconds=seconds)
        Correction.objects.bulk_create(records.corrections(review, before, values))
        if current.status not in WAITING:
            Claim.objects.filter(card=current).delete()
        if decision in Review.OF_THE_CARD:  # what was typed went into it
            Draft.objects.filter(card=current, by=by).delete()
        _look_again(review)
    return review


def note_import(card: Card, before: Mapping[str, str] | None, by: User | None) -> None:
    """Keep the decision that an import is: in its transaction, after the card was written.

    `before` holds what stood in the fields that the import changed, None for a new card.
    """
    stands = Card.objects.get(pk=card.pk)  # with the version that the import gave it
    review = records.record(stands, Review.Decision.IMPORTED, by)
    Correction.objects.bulk_create(
        Correction(review=review, field=name, machine_value=text, human_value=getattr(card, name))
        for name, text in (before or {}).items()
        if name in CONTACT_FIELDS
    )
    if before:
        _look_again(review)


def _look_again(review: Review) -> None:
    """What a decision does to second looks: an approval may ask for one, all others end them."""
    waiting = (SecondLook.Status.WAITING, SecondLook.Status.DIFFERS)
    SecondLook.objects.filter(card=review.card, status__in=waiting).update(
        status=SecondLook.Status.DROPPED
    )
    if review.decision != Review.Decision.APPROVED:
        return
    if is_looked_at_again(review.card_id, review.number):
        SecondLook.objects.create(first=review, card=review.card)


def is_looked_at_again(card_id: object, number: int) -> bool:
    """Whether the approval which is the `number`-th decision of a card is drawn for a second look:
    by a chance that repeats itself."""
    drawn = hashlib.sha256(f"{card_id}/{number}".encode()).digest()
    return int.from_bytes(drawn[:8], "big") * 100 < settings.SECOND_LOOK_PERCENT * 2**64
