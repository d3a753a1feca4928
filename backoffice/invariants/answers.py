"""Is every answer of the vault in the database, and does the ledger say what the vault says?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from backoffice.archive.chunks import chunks
from backoffice.archive.papers import Document, read_documents
from backoffice.invariants.listing import Listing
from cards import vault
from cards.models import Side
from extraction import extractors
from extraction.extractors.base import BaseExtractor, ExtractorError, Usage
from extraction.models import Call, Extraction

OCR = "ocr"
"""Under this name the vault keeps what the OCR saw, which is no answer of an extractor."""

_HEARD = (
    Call.Outcome.ANSWERED, Call.Outcome.REFUSED, Call.Outcome.CUT_OFF, Call.Outcome.ILL_FORMED,
)  # fmt: skip


class _Line(NamedTuple):
    """What the ledger says of a call."""

    outcome: str
    usage: Usage


@dataclass(slots=True)
class _Database:
    """What the database knows, by the SHA-256 of the front picture: answers by their digest, and
    the extractors of readings that have yet to end (`to_come`) or came to nothing."""

    shown: set[str] = field(default_factory=set)
    answers: set[tuple[str, str]] = field(default_factory=set)
    to_come: set[tuple[str, str]] = field(default_factory=set)
    failed: set[tuple[str, str]] = field(default_factory=set)
    calls: dict[int, _Line] = field(default_factory=dict)
    paid: set[str] = field(default_factory=set)
    _extractors: dict[str, BaseExtractor | None] = field(default_factory=dict)

    @classmethod
    def ask(cls) -> _Database:
        found = cls(set(Side.objects.order_by().values_list("picture", flat=True).distinct()))
        readings = Extraction.objects.filter(card__sides__position=0).order_by()
        names = ("card__sides__picture", "digest", "extractor", "status")
        for picture, digest, extractor, status in readings.values_list(*names).iterator():
            found.answers.add((picture, digest))
            if status in Extraction.OPEN:
                found.to_come.add((picture, extractor))
            elif status == Extraction.Status.FAILED:
                found.failed.add((picture, extractor))
        calls = Call.objects.order_by().values_list(
            "pk", "digest", "outcome", "input_tokens", "cached_input_tokens", "output_tokens"
        )
        for number, digest, outcome, *tokens in calls.iterator():
            found.calls[number] = _Line(outcome, Usage(*tokens))
            found.paid.add(digest)
        return found

    def usage(self, document: Document) -> Usage | None:
        """The tokens that an answer was billed for; None when its extractor is not set up."""
        slug = document["extractor"]
        if slug not in self._extractors:
            try:
                self._extractors[slug] = extractors.configured(slug)
            except ExtractorError:
                self._extractors[slug] = None
        extractor = self._extractors[slug]
        return extractor.usage(document["answer"]) if extractor else None


def unknown(kept: Listing) -> Iterator[str]:
    """Answers of which the database has no reading, or the ledger no call that came to it.

    Those that a reading names and that cost nothing are not read, all others are.
    """
    database = _Database.ask()
    suspects = [
        name
        for picture, names in kept.answers.items()
        for name in names
        if (picture, _digest(name)) not in database.answers or _digest(name) in database.paid
    ]
    for chunk in chunks(suspects):
        for name, document in read_documents(chunk):
            if isinstance(document, vault.VaultDamage):
                yield str(document)
            elif why := _complaint(name, document, database, kept):
                yield f"{name} is in the vault, and {why}."


def _complaint(name: str, document: Document, database: _Database, kept: Listing) -> str:
    """What is wrong about an answer; "" when nothing is."""
    picture, extractor = name.split("/")[2], str(document.get("extractor"))
    if picture not in database.shown:
        card = document.get("card")
        if card and UUID(card) in kept.erased:
            return f"its card {card} was erased; erase it again"
        return f"no card has its picture; `manage.py rebuild` brings card {card} back"
    if extractor == OCR or (picture, extractor) in database.to_come:
        return ""  # it will be adopted, and its call closed
    if number := document.get("call"):
        return _billing(number, document, database)
    known = (picture, _digest(name)) in database.answers or (picture, extractor) in database.failed
    return "" if known else f"no reading of card {document.get('card')} in the database has it"


def _billing(number: int, document: Document, database: _Database) -> str:
    line = database.calls.get(number)
    if line is None:
        return f"the ledger has no call {number}, which it came by; `manage.py rebuild` adds it"
    if line.outcome not in (*_HEARD, Call.Outcome.UNDER_WAY):
        return f"the ledger says of its call {number}: {line.outcome}"
    usage = database.usage(document)
    if usage is not None and line.outcome in _HEARD and usage != line.usage:
        return f"the ledger says of its call {number} {line.usage}, and it says {usage}"
    return ""


def ledger(kept: Listing) -> Iterator[str]:
    """Calls that the vault knows, or knows further, and the ledger does not."""
    closings = dict(Call.objects.order_by().values_list("pk", "closings"))
    for number, closing in kept.calls.items():
        if closings.get(number, 0) < closing:
            yield (
                f"Closing {closing} of call {number} is in the vault alone; `manage.py rebuild`"
                " brings it back."
            )


def altered_calls(kept: Listing) -> Iterator[str]:
    """Calls that cost something else in the ledger than in the copy that was made of them.

    Reads the documents of all calls; one that is missing is for others to tell.
    """
    copied = Call.objects.filter(journaled_at__isnull=False).order_by("pk")
    rows = copied.values("pk", "started_at", "closings", *_COPIED)
    by_name: dict[str, Mapping[str, Any]] = {}
    for row in rows.iterator():
        name = vault.call_name(row["started_at"], row["pk"], row["closings"])
        if name in kept.names:
            by_name[name] = row
    for chunk in chunks(list(by_name)):
        for name, document in read_documents(chunk):
            if isinstance(document, vault.VaultDamage):
                yield str(document)
                continue
            row = by_name[name]
            cost = document["cost"]
            there = {**document, "cost": None if cost is None else Decimal(cost)}
            for what in _COPIED:
                if there[what] != row[what]:
                    yield (
                        f"Call {row['pk']}: its {what} is {row[what]} in the ledger and"
                        f" {there[what]} in {name}."
                    )


_COPIED = ("outcome", "cost", "input_tokens", "cached_input_tokens", "output_tokens")


def _digest(name: str) -> str:
    """What an answer depends on, by its name; the second to the same question has the same."""
    return name.rpartition("/")[2].removesuffix(".json").partition("-")[0]
