"""Two readings of a card side by side, with what differs marked within the texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils.translation import gettext as _

from cards.fields import CONTACT_COLUMNS
from cards.models import Card
from extraction.reading.confidence import DOUBT_BELOW
from extraction.result import Result, Value

MARKED_AT_MOST = 400
"""Longer texts are marked as a whole: the work grows with the product of their lengths."""

Pieces = tuple[tuple[str, bool], ...]
"""A text in pieces, each with whether it differs from the other text."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The value of a field in one reading; `value` is None where it found none."""

    value: Value | None
    pieces: Pieces

    @property
    def percent(self) -> int:
        return round(self.value.confidence * 100) if self.value else 0

    @property
    def is_doubtful(self) -> bool:
        return self.value is not None and self.value.confidence < DOUBT_BELOW


@dataclass(frozen=True, slots=True)
class Line:
    """One field in both readings and on the card. `agrees` says with which the card agrees:
    "A and B", "A", "B" or ""."""

    name: str
    label: str
    a: Reading
    b: Reading
    now: str
    agrees: str

    @property
    def sides(self) -> tuple[tuple[str, Reading], tuple[str, Reading]]:
        return ("A", self.a), ("B", self.b)

    @property
    def differs(self) -> bool:
        return any(is_marked for _, is_marked in (*self.a.pieces, *self.b.pieces))


def compare(card: Card, a: Result, b: Result) -> list[Line]:
    """A line for each field that a reading or the card has, in the order of the screen."""
    return list(_lines(card, a, b))


def mark(text: str, other: str) -> Pieces:
    """`text` in pieces, marked where it is not as in `other`."""
    if not text:
        return ()
    if text == other:
        return ((text, False),)
    if not other or max(len(text), len(other)) > MARKED_AT_MOST:
        return ((text, True),)
    matcher = SequenceMatcher(None, text, other, autojunk=False)
    return tuple(
        (text[begin:end], word != "equal")
        for word, begin, end, _, _ in matcher.get_opcodes()
        if end > begin
    )


def _lines(card: Card, a: Result, b: Result) -> Iterator[Line]:
    for column in CONTACT_COLUMNS:
        name = column.name
        one, other, now = a.values.get(name), b.values.get(name), getattr(card, name)
        texts = (one.text if one else "", other.text if other else "")
        if not (any(texts) or now):
            continue
        yield Line(
            name,
            str(column.verbose_name),
            Reading(one, mark(texts[0], texts[1])),
            Reading(other, mark(texts[1], texts[0])),
            now,
            _agreeing(texts, now),
        )


def _agreeing(texts: tuple[str, str], now: str) -> str:
    """The letters of the readings that have what stands on the card, in words."""
    if texts == (now, now):
        return _("A and B")
    return next((letter for letter, text in zip("AB", texts, strict=True) if text == now), "")
