"""Documents of the vault as rows of the database, not yet saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from backoffice.archive.ids import Numbers, People
from backoffice.archive.papers import Document, Papers
from backoffice.archive.standing import columns, sides, standing
from backoffice.archive.there import Known
from cards.models import Arrival, Batch, Card, Side
from extraction.models import Call, Extraction
from review.decisions import is_looked_at_again
from review.models import Correction, Review, SecondLook


class Conflict(Exception):
    """What a document says cannot be, beside what the database has; the reason in words."""


@dataclass(slots=True)
class Rows:
    """The rows of some cards. `forward`, `ended` and `answered` are there, but not as far."""

    cards: list[Card] = field(default_factory=list)
    forward: list[Card] = field(default_factory=list)
    sides: list[Side] = field(default_factory=list)
    turned: list[Side] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    readings: list[Extraction] = field(default_factory=list)
    ended: list[Extraction] = field(default_factory=list)
    waiting: list[Extraction] = field(default_factory=list)
    at_half_price: list[Extraction] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    looks: list[SecondLook] = field(default_factory=list)
    answered: list[SecondLook] = field(default_factory=list)

    def add(self, other: Rows) -> None:
        for name in self.__slots__:
            getattr(self, name).extend(getattr(other, name))


class Clerk:
    """Makes rows of documents."""

    def __init__(self) -> None:
        self.people = People()
        self.numbers = Numbers()
        self.now = timezone.now()
        """Since when, as far as is known, the vault has what is read from it."""

    def batch(self, document: Document, version: int) -> Batch:
        return Batch(
            id=document["id"],
            version=version,
            journaled_version=version,
            created_by_id=self.people.id(document["created_by"]),
            created_at=_time(document["created_at"]),
            **{name: document[name] for name in _OF_A_BATCH},
            priority=document["priority"],
        )

    def batch_of(self, card: Document) -> Batch:
        """The batch as `card.json` has it, for one that has no document of its own."""
        batch = card["batch"]
        return Batch(
            id=batch["id"],
            created_by_id=self.people.id(card["taken_in_by"]),
            created_at=_time(batch["created_at"]),
            **{name: batch[name] for name in _OF_A_BATCH},
        )

    def call(self, document: Document) -> Call:
        return Call(
            id=document["id"],
            card_id=UUID(document["card"]) if document["card"] else None,
            extraction_id=document["extraction"],
            started_at=_time(document["started_at"]),
            cost=None if document["cost"] is None else Decimal(document["cost"]),
            journaled_at=self.now,
            **{name: document[name] for name in _OF_A_CALL},
        )

    def rows(self, papers: Papers, known: Known) -> Rows:
        """The rows of a card, as far as the database has not got them.

        Raises Conflict, and KeyError, TypeError, ValueError when a document lacks something.
        """
        rows = Rows()
        card = self._card(papers)
        if card.pk not in known.cards:
            rows.cards.append(card)
            rows.sides = [Side(card=card, **side) for side in _placed(sides(papers))]
            self._note_arrival(card, rows)
            if card.status == Card.Status.UPLOADED and rows.sides:
                rows.waiting.append(self._job(card, papers.card))
                if papers.card["batch"]["can_wait"]:
                    rows.at_half_price += rows.waiting
        elif known.cards[card.pk] < card.version:
            rows.forward.append(card)
            rows.turned = [Side(card=card, **side) for side in _placed(sides(papers))]
        for document in papers.readings:
            self._read(document, known, rows)
        ids = self._reviews(papers, known, rows)
        self._looks(papers, known, rows, ids)
        return rows

    def needs_number(self, papers: Papers, known: Known) -> bool:
        """Whether some row of the card has no id that it can keep: such cards come last, when
        all ids are known."""
        return bool(
            (papers.card_id not in known.cards
             and standing(papers)["status"] == Card.Status.UPLOADED)
            or any(
                (papers.card_id, document["number"]) not in known.reviews
                and document.get("id", 0) in (0, *known.taken_reviews)
                for document in papers.reviews
            )
            or any(
                (papers.card_id, document["first"]) not in known.looks
                and document["id"] in known.taken_looks
                for document in papers.looks
            )
            or self._drawn(papers, known)
        )  # fmt: skip

    def saw(self, papers: Papers) -> None:
        """Note the ids in the documents."""
        for document in papers.reviews:
            self.numbers.saw(Review, document.get("id", 0))
        for document in papers.looks:
            self.numbers.saw(SecondLook, document["id"])

    def _card(self, papers: Papers) -> Card:
        document = papers.card
        return Card(
            id=papers.card_id,
            batch_id=document["batch"]["id"],
            file_name=document["file_name"],
            created_at=_time(document["taken_in_at"]),
            **columns(standing(papers)),
        )

    def _note_arrival(self, card: Card, rows: Rows) -> None:
        if rows.sides:  # imported ones did not come as files
            rows.arrivals.append(
                Arrival(
                    batch_id=card.batch_id, card=card, file_name=card.file_name,
                    outcome=Arrival.Outcome.TAKEN_IN, at=card.created_at,
                )
            )  # fmt: skip

    def _job(self, card: Card, document: Document) -> Extraction:
        """The job that a card gets when it comes in; an answer in the vault will do for it."""
        return Extraction(
            id=self.numbers.next(Extraction),
            card=card,
            extractor=document["batch"]["extractor"] or settings.EXTRACTOR,
            requested_by_id=self.people.id(document["taken_in_by"]),
            requested_at=card.created_at,
            run_after=card.created_at,
            rung_at=card.created_at,
        )

    def _read(self, document: Document, known: Known, rows: Rows) -> None:
        found = known.readings.get(document["id"])
        if found and found.card_id != UUID(document["card"]):
            raise Conflict(f"reading {document['id']} of it is another card's in this database")
        reading = Extraction(
            id=document["id"],
            card_id=UUID(document["card"]),
            requested_by_id=self.people.id(document["requested_by"]),
            requested_at=_time(document["requested_at"]),
            run_after=_time(document["requested_at"]),
            rung_at=_time(document["requested_at"]),
            started_at=_time_or_none(document["started_at"]),
            finished_at=_time_or_none(document["finished_at"]),
            fence=document["attempts"],
            journaled_at=self.now,
            **{name: document[name] for name in _OF_A_READING},
        )
        if not found:
            rows.readings.append(reading)
        elif not found.has_ended:
            rows.ended.append(reading)

    def _reviews(self, papers: Papers, known: Known, rows: Rows) -> dict[int, int]:
        """The ids of the card's decisions by number, those that are in the database too."""
        ids = {number: pk for (card, number), pk in known.reviews.items() if card == papers.card_id}
        taken = known.taken_reviews
        for document in sorted(papers.reviews, key=lambda document: document["number"]):
            if document["number"] in ids:
                continue
            number = document.get("id", 0)
            if not number or number in taken:
                number = self.numbers.next(Review)
            ids[document["number"]] = number
            review = Review(
                id=number,
                card_id=papers.card_id,
                by_id=self.people.id(document["by"]),
                at=_time(document["at"]),
                before=document.get("before", {}),
                after=document.get("after", {}),
                seconds=document.get("seconds"),
                journaled_at=self.now,
                card_journaled_at=self.now if document["decision"] == "imported" else None,
                **{name: document[name] for name in ("number", "decision", "reason", "values")},
            )
            rows.reviews.append(review)
            rows.corrections += [
                Correction(
                    review=review, field=made["field"], machine_value=made["machine"],
                    human_value=made["human"],
                )
                for made in document["corrections"]
            ]  # fmt: skip
        return ids

    def _looks(self, papers: Papers, known: Known, rows: Rows, ids: Mapping[int, int]) -> None:
        taken = known.taken_looks
        for document in papers.looks:
            found = known.looks.get((papers.card_id, document["first"]))
            if found == document["status"]:
                continue
            number = document["id"]
            if number in taken and found is None:
                number = self.numbers.next(SecondLook)
            look = SecondLook(
                id=number,
                card_id=papers.card_id,
                first_id=ids[document["first"]],
                by_id=self.people.id(document["by"]),
                at=_time_or_none(document["at"]),
                settled_id=document["settled"] and ids[document["settled"]],
                journaled_status=document["status"],
                **{name: document[name] for name in ("status", "values", "differences")},
            )
            (rows.looks if found is None else rows.answered).append(look)
        if first := self._drawn(papers, known):
            look_id = self.numbers.next(SecondLook)
            look = SecondLook(id=look_id, card_id=papers.card_id, first_id=ids[first])
            rows.looks.append(look)

    def _drawn(self, papers: Papers, known: Known) -> int:
        """The number of the approval that waits for a second look; 0 for none."""
        ending = [document for document in papers.reviews if _ends_looks(document)]
        last = ending[-1] if ending else None
        if last is None or last["decision"] != Review.Decision.APPROVED:
            return 0
        number: int = last["number"]
        is_new = (papers.card_id, number) not in known.reviews
        is_answered = any(look["first"] == number for look in papers.looks)
        is_drawn = is_new and not is_answered and is_looked_at_again(papers.card_id, number)
        return number if is_drawn else 0


_OF_A_BATCH = ("name", "source", "duplicate_policy", "extractor", "can_wait")
_OF_A_READING = (
    "extractor", "model", "status", "attempts", "digest", "result", "error", "seconds",
)  # fmt: skip
_OF_A_CALL = (
    "extractor", "model", "digest", "outcome", "detail", "input_tokens", "cached_input_tokens",
    "output_tokens", "seconds", "closings",
)  # fmt: skip


def _placed(found: Sequence[Document]) -> list[dict[str, Any]]:
    return [{"position": position, **side} for position, side in enumerate(found)]


def _ends_looks(document: Document) -> bool:
    """An import that changed no field leaves a second look as it was."""
    is_import = document["decision"] == Review.Decision.IMPORTED
    return not is_import or bool(document["corrections"])


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _time_or_none(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
