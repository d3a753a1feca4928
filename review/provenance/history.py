"""Who or what gave each value of a card, when, and why: its readings and decisions in order.

Nothing is kept for this page alone: readings are immutable, and each decision holds every value
before and after it, so that the history of a field follows from them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cards.fields import CONTACT_COLUMNS, CONTACT_FIELDS
from cards.kept import told
from cards.models import Card
from extraction import shown
from extraction.models import Extraction
from extraction.reading import codes
from review.models import Review, name_of
from review.provenance import taken
from review.records import EXTRA_PREFIX, flat

LABELS = {column.name: column.verbose_name for column in CONTACT_COLUMNS}


class Kind(models.TextChoices):
    """What a value came from."""

    MACHINE = "machine", _("Read")
    CODE = "code", _("From a code")
    REVIEWER = "reviewer", _("Reviewer")
    IMPORT = "import", _("Import")
    REVERT = "revert", _("Put back")
    SECOND_LOOK = "second_look", _("Second look")
    UNKNOWN = "unknown", _("Not recorded")


KINDS = {
    Review.Decision.IMPORTED: Kind.IMPORT,
    Review.Decision.UNDONE: Kind.REVERT,
    Review.Decision.REVERTED: Kind.REVERT,
    Review.Decision.SECOND_LOOK: Kind.SECOND_LOOK,
}
"""What the values of a decision came from, where that is not simply the reviewer."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Who or what gave a value, when, and why.

    `confidence` (0 to 1) is that of a reading; `source` says who had given the value first when
    somebody only put it back. `at` is None where nothing was recorded.
    """

    kind: Kind
    who: str = ""
    at: datetime | None = None
    why: str = ""
    confidence: float | None = None
    source: Origin | None = None

    @property
    def percent(self) -> int | None:
        return None if self.confidence is None else round(self.confidence * 100)


@dataclass(frozen=True, slots=True)
class Given:
    """A text that a field had, and where it came from."""

    text: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Change:
    """What an event did to one field."""

    name: str
    before: str
    after: str

    @property
    def label(self) -> str:
        return label(self.name)


@dataclass(frozen=True, slots=True)
class Event:
    """A successful reading or a decision, with the fields it changed.

    `was_taken` says of a reading whether its values went onto the card.
    """

    origin: Origin
    changes: Sequence[Change]
    review: Review | None = None
    reading: Extraction | None = None
    was_taken: bool = True


@dataclass(frozen=True, slots=True)
class History:
    """What happened to a card: `events` in order of time, and the texts that each field had.

    The last of a field's texts is the one that stands. Fields that never had any are left out;
    further fields stand under `EXTRA_PREFIX` and their name.
    """

    card: Card
    events: Sequence[Event]
    fields: Mapping[str, Sequence[Given]]


def history(card: Card) -> History:
    """What happened to `card`, and to each field of it. Two queries."""
    return _Story(card).told()


def provenance(card: Card) -> dict[str, Origin]:
    """Where the value that stands now came from, by field. Two queries.

    Fields that never had a value are left out; one that somebody emptied is not. Further fields
    stand under `EXTRA_PREFIX` and their name.
    """
    return {name: given[-1].origin for name, given in history(card).fields.items()}


def label(name: str) -> str:
    """A field's name as people know it."""
    return str(LABELS.get(name, name.removeprefix(EXTRA_PREFIX)))


OriginOf = Callable[[str], Origin]


@dataclass
class _Story:
    """Goes through what happened and notes each change of each field."""

    card: Card
    now: dict[str, str] = field(default_factory=dict)
    fields: dict[str, list[Given]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    start: Origin | None = None
    """Of the first event: where a field was empty that was filled later, this left it so."""

    def told(self) -> History:
        reviews = list(self.card.reviews.select_related("by").order_by("number"))
        readings = taken.readings(self.card)
        counted = taken.ids(self.card, readings, reviews)
        names = shown.reader_names()
        happened: list[Extraction | Review] = [*readings, *reviews]
        for item in sorted(happened, key=_order):
            if isinstance(item, Review):
                self._decided(item)
            else:
                self._read(item, shown.reader(item, names), was_taken=item.pk in counted)
        self._notice({**self.card.contact(), "extra": self.card.extra})
        return History(self.card, self.events, self.fields)

    def _read(self, reading: Extraction, who: str, *, was_taken: bool) -> None:
        origin = Origin(Kind.MACHINE, who, taken.at(reading))
        changes: list[Change] = []
        if was_taken and (result := shown.result_of(reading)):
            texts = {name: value.text for name, value in result.values.items()}
            values = {**dict.fromkeys(CONTACT_FIELDS, ""), **texts, "extra": dict(result.extra)}
            changes = self._become(values, _origins(origin, result), origin)
        self.events.append(Event(origin, changes, reading=reading, was_taken=was_taken))

    def _decided(self, review: Review) -> None:
        if review.before:
            self._notice(review.before["values"])
        kind = KINDS.get(Review.Decision(review.decision), Kind.REVIEWER)
        why = review.why or review.get_decision_display()
        origin = Origin(kind, name_of(review.by), review.at, why)
        changes = self._become(review.values, lambda _: origin, origin)
        self.events.append(Event(origin, changes, review=review))

    def _notice(self, values: Mapping[str, Any]) -> None:
        """Takes over what stands there without a record of how it came."""
        unknown = Origin(Kind.UNKNOWN)
        self._become(values, lambda _: unknown, unknown)

    def _become(
        self, values: Mapping[str, Any], origin_of: OriginOf, event: Origin
    ) -> list[Change]:
        """The changes that make the fields what `values` has; what it does not have stays."""
        texts = flat(values)
        gone = [n for n in self.now if n.startswith(EXTRA_PREFIX) and n not in texts]
        if "extra" in values:
            texts |= dict.fromkeys(gone, "")
        changes = []
        for name, text in texts.items():
            before, given = self.now.get(name, ""), self.fields.get(name, [])
            origin = origin_of(name)
            if text != before:
                changes.append(Change(name, before, text))
                self._note(name, text, origin)
            elif text and _is_read(origin) and _is_read(given[-1].origin):
                given[-1] = Given(text, origin)  # read again, and the later reading stands
            self.now[name] = text
        self.start = self.start or event
        return changes

    def _note(self, name: str, text: str, origin: Origin) -> None:
        given = self.fields.setdefault(name, [])
        if not given and self.start:
            given.append(Given("", self.start))
        if origin.kind == Kind.REVERT:
            first = next((one.origin for one in reversed(given) if one.text == text), None)
            source = (first.source or first) if first else None
            origin = Origin(origin.kind, origin.who, origin.at, origin.why, source=source)
        given.append(Given(text, origin))


def _origins(event: Origin, result: Any) -> OriginOf:
    """Where each value of a reading stands: on the card in print, or in a code on it."""
    places = {code.box for code in result.seen.codes}
    in_codes = set(codes.contacts(result.seen.codes).values())

    def origin_of(name: str) -> Origin:
        value = result.values.get(name)
        if value is None:
            return event
        is_code = bool(value.boxes) and places.issuperset(value.boxes)
        agrees = gettext("The code on the card says the same.") if value.text in in_codes else ""
        why = told(value.reason) or ("" if is_code else agrees)
        kind = Kind.CODE if is_code else Kind.MACHINE
        return Origin(kind, event.who, event.at, why, value.confidence)

    return origin_of


def _is_read(origin: Origin) -> bool:
    return origin.kind in (Kind.MACHINE, Kind.CODE)


def _order(item: Extraction | Review) -> tuple[datetime, bool]:
    """Of what happened in the same moment, the reading was first: people decide on what it gave."""
    return (item.at, True) if isinstance(item, Review) else (taken.at(item), False)
