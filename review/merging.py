"""When two people write on one card: edits of different fields both stay, the rest is refused.

For whatever writes a few fields without holding the whole card: the list and its rows that are
saved by themselves (`review.lists.cells`), and snippet review (`review.lists.snippets`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cards.models import Card
from review import decisions
from review.models import Review

if TYPE_CHECKING:
    from uuid import UUID

    from django.contrib.auth.models import User


_WROTE = gettext_noop(
    "%(who)s has put “%(theirs)s” here meanwhile; you typed “%(typed)s”. Save again to keep yours."
)
_MOVED = gettext_noop(
    "%(who)s has moved this card to “%(status)s” meanwhile; you typed “%(typed)s”. Save again to"
    " keep yours."
)


@dataclass(frozen=True, slots=True)
class Seen:
    """How a card stood when a person began to type: at least the fields that were typed in."""

    version: int
    status: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Merged:
    """What comes of typing on a card that may have moved on since."""

    card: Card
    """As it stands now; its version is the one to write with."""
    collisions: Mapping[str, str]
    """A sentence by field with both values, for the person who typed; empty when all may stay."""


class CollisionError(Exception):
    """Somebody else has changed what was typed over; nothing was written."""

    def __init__(self, merged: Merged) -> None:
        self.card, self.collisions = merged.card, merged.collisions
        super().__init__(" ".join(merged.collisions.values()))


def merge(card_id: UUID, seen: Seen, typed: Mapping[str, str]) -> Merged:
    """The card as it is now, and what of `typed` collides with a change since it was `seen`.

    To merge a confirmation, give the text that was confirmed as the one typed. One query, two
    when something collides. Raises Card.DoesNotExist when the card is gone.
    """
    card = Card.objects.get(pk=card_id)
    if card.version == seen.version:
        return Merged(card, {})
    found = {name: _change(card, name, seen, text) for name, text in typed.items()}
    if not any(found.values()):
        return Merged(card, {})
    who = decisions.StaleCard(card).colleague
    return Merged(
        card,
        {
            name: _(sentence)
            % {
                "who": who,
                "theirs": getattr(card, name) or _("nothing"),
                "typed": typed[name] or _("nothing"),
                "status": card.get_status_display(),
            }
            for name, sentence in found.items()
            if sentence
        },
    )  # fmt: skip


def write(
    card_id: UUID, seen: Seen, typed: Mapping[str, str], *, by: User,
    more: Mapping[str, str] | None = None, confirmed: tuple[str, ...] = (),
) -> Review:  # fmt: skip
    """The Review that corrects a card by what was `typed`, and `confirmed` as it was `seen`.

    `more` follows from what was typed and is written with it, but collides with nothing. Raises
    CollisionError, HeldCard, Card.DoesNotExist.
    """
    claimed = {**{name: seen.values[name] for name in confirmed}, **typed}
    while True:
        merged = merge(card_id, seen, claimed)
        if merged.collisions:
            raise CollisionError(merged)
        try:
            return decisions.correct(
                merged.card, {**typed, **(more or {})}, version=merged.card.version, by=by,
                confirmed=confirmed,
            )  # fmt: skip
        except decisions.StaleCard:
            continue  # changed in this very moment: look again


def _change(card: Card, name: str, seen: Seen, text: str) -> str:
    """The sentence on what a colleague did that `text` would undo; empty for nothing."""
    theirs = getattr(card, name)
    if theirs != seen.values.get(name, "") and theirs != text:
        return _WROTE
    return _MOVED if card.status != seen.status else ""
