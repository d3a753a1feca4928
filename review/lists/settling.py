"""Settling the doubt in one field of a card, and taking that back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.timezone import localtime

from cards.models import Card
from review import decisions, merging, queue
from review.forms import parts_of_name
from review.merging import Seen
from review.models import Review

if TYPE_CHECKING:
    from uuid import UUID

    from django.contrib.auth.models import User

GONE = "This card is not here any more: it was erased. Nothing was written."
_HELD = (
    "{who} has this card open until {time}. Nothing was written and what you typed stays here:"
    " press Enter again later, or open the card to take it over."
)
_DECIDED = "This card was decided meanwhile, with this value. Nothing is left to do."
_CHANGED = "{who} has changed this card since then: open the card to put it right."


class NotSettled(Exception):
    """Nothing was written, and why; `card` is how the card stands now where it has moved on."""

    def __init__(self, message: str, *, code: int = 409, card: Card | None = None) -> None:
        super().__init__(message)
        self.code, self.card = code, card

    def to_json(self, field: str) -> dict[str, Any]:
        if self.card is None:
            return {"message": str(self)}
        return {
            "message": str(self),
            "theirs": getattr(self.card, field),
            "version": self.card.version,
            "status": self.card.status,
        }


@dataclass(frozen=True, slots=True)
class Settled:
    """A field that was confirmed, corrected or put back: the card as it stands now."""

    card: Card
    text: str
    message: str
    review: Review | None
    """None when there was nothing left to decide."""

    @property
    def is_clear(self) -> bool:
        """Whether the card waits and nothing on it is doubtful any more."""
        card = self.card
        is_waiting = card.status == Card.Status.NEEDS_REVIEW
        return is_waiting and not card.doubtful_fields and not card.notice

    def to_json(self) -> dict[str, Any]:
        return {
            "message": self.message,
            "version": self.card.version,
            "status": self.card.status,
            "text": self.text,
            "number": self.review.number if self.review else None,
            "is_clear": self.is_clear,
        }


def settle(card_id: UUID, field: str, text: str, seen: Seen, *, by: User) -> Settled:
    """Writes `text`, or confirms the field when that is what was `seen`. Raises NotSettled."""
    _refuse_held(card_id, by)
    typed = {field: text} if text != seen.values[field] else {}
    more = parts_of_name(text) if "full_name" in typed else None
    try:
        review = merging.write(card_id, seen, typed, by=by, more=more, confirmed=(field,))
    except Card.DoesNotExist as error:
        raise NotSettled(GONE, code=404) from error
    except merging.CollisionError as collision:
        if getattr(collision.card, field) == text:  # it says so already, and is decided
            return _settled(card_id, field, _DECIDED)
        raise NotSettled(str(collision), card=collision.card) from collision
    return _settled(card_id, field, "Saved" if typed else "Confirmed", review)


def put_back(card_id: UUID, field: str, number: int, *, by: User) -> Settled:
    """Takes one's own settling of a field back, and makes the field doubtful again.

    What others have done to other fields since then stays. Raises NotSettled when they have
    changed what was settled, or decided about the card.
    """
    kinds = (Review.Decision.CORRECTED, Review.Decision.CONFIRMED)
    mine = Review.objects.filter(card=card_id, number=number, by=by, decision__in=kinds).first()
    card = Card.objects.filter(pk=card_id).first()
    if mine is None or not mine.before or card is None:
        raise NotSettled("There is nothing of yours to undo on this card.", code=404)
    _refuse_held(card_id, by)
    old = {change.field: change.machine_value for change in mine.corrections.all()}
    is_moved = card.status != mine.before["status"]
    if is_moved or any(getattr(card, name) != mine.values[name] for name in old):
        raise _changed(card)
    try:
        review = decisions.restore(
            card,
            _state_without(mine, card, {field, *old}, old),
            version=card.version,
            by=by,
            reason="Undone in snippet review.",
        )
    except decisions.StaleCard as stale:
        raise _changed(stale.card) from stale
    return _settled(card_id, field, "Undone", review)


def _state_without(
    mine: Review, card: Card, fields: set[str], old: Mapping[str, str]
) -> dict[str, Any]:
    """How the card would stand now if `mine` had never been."""
    before = mine.before
    is_last = card.version == before["version"] + 1
    doubtful = [
        name for name in before["doubtful_fields"] if name in fields or name in card.doubtful_fields
    ]
    return {
        **before,
        "values": old,
        "notice": card.notice,
        "is_edited": before["is_edited"] if is_last else card.is_edited,
        "doubtful_fields": doubtful,
        "doubt": before["doubt"] if is_last else max(before["doubt"], card.doubt),
    }


def _refuse_held(card_id: UUID, by: User) -> None:
    """Raises NotSettled while a colleague has the card open."""
    claim = queue.holder(Card(pk=card_id))
    if claim and claim.by_id != by.pk:
        raise NotSettled(_HELD.format(who=claim.holder, time=f"{localtime(claim.until):%H:%M}"))


def _changed(card: Card) -> NotSettled:
    return NotSettled(_CHANGED.format(who=decisions.StaleCard(card).colleague))


def _settled(card_id: UUID, field: str, message: str, review: Review | None = None) -> Settled:
    card = Card.objects.get(pk=card_id)
    return Settled(card, getattr(card, field), message, review)
