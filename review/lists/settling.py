"""Settling the doubt in one field of a card, and taking that back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from cards.models import Card
from review import decisions, merging
from review.forms import parts_of_name
from review.merging import Seen
from review.models import Review

if TYPE_CHECKING:
    from uuid import UUID

    from django.contrib.auth.models import User


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
    typed = {field: text} if text != seen.values[field] else {}
    more = parts_of_name(text) if "full_name" in typed else None
    try:
        review = merging.write(card_id, seen, typed, by=by, more=more, confirmed=(field,))
    except Card.DoesNotExist as error:
        gone = _("This card is not here any more: it was erased. Nothing was written.")
        raise NotSettled(gone, code=404) from error
    except decisions.HeldCard as held:
        raise NotSettled(str(held)) from held
    except merging.CollisionError as collision:
        if getattr(collision.card, field) == text:  # it says so already, and is decided
            message = _("This card was decided meanwhile, with this value. Nothing is left to do.")
            return _settled(card_id, field, message)
        raise NotSettled(str(collision), card=collision.card) from collision
    return _settled(card_id, field, _("Saved") if typed else _("Confirmed"), review)


def put_back(card_id: UUID, field: str, number: int, *, by: User) -> Settled:
    """Takes one's own settling of a field back, and makes the field doubtful again.

    What others have done to other fields since then stays. Raises NotSettled when they have
    changed what was settled, or decided about the card.
    """
    kinds = (Review.Decision.CORRECTED, Review.Decision.CONFIRMED)
    mine = Review.objects.filter(card=card_id, number=number, by=by, decision__in=kinds).first()
    card = Card.objects.filter(pk=card_id).first()
    if mine is None or not mine.before or card is None:
        raise NotSettled(_("There is nothing of yours to undo on this card."), code=404)
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
            reason="Undone in snippet review.",  # kept for good, in English
        )
    except decisions.HeldCard as held:
        raise NotSettled(str(held)) from held
    except decisions.StaleCard as stale:
        raise _changed(stale.card) from stale
    return _settled(card_id, field, _("Undone"), review)


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


def _changed(card: Card) -> NotSettled:
    words = _("%(name)s has changed this card since then: open the card to put it right.")
    return NotSettled(words % {"name": decisions.StaleCard(card).colleague})


def _settled(card_id: UUID, field: str, message: str, review: Review | None = None) -> Settled:
    card = Card.objects.get(pk=card_id)
    return Settled(card, getattr(card, field), message, review)
