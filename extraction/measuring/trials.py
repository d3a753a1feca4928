"""Extractors tried on labelled pictures; their answers are kept, so that none is paid twice."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from cards.images import PictureError
from extraction.extractors.base import BadAnswer, BaseExtractor
from extraction.measuring import sightings
from extraction.measuring.evaluation import Trial
from extraction.measuring.labels import Label
from extraction.measuring.sightings import Shelf, Sighting
from extraction.paying import calls, ledger
from extraction.questions import digest
from extraction.reading import ocr
from extraction.result import Result

LEASE = timedelta(minutes=10)
"""After so long a call whose process has gone may be made again."""


def missing(extractor: BaseExtractor, slug: str, cards: Sequence[Label], shelf: Shelf) -> int:
    """How many answers would have to be asked for."""
    identities = (sightings.answer_identity(extractor, slug, card.image) for card in cards)
    return sum(shelf.get(identity) is None for identity in identities)


def run(
    extractor: BaseExtractor,
    slug: str,
    cards: Iterable[tuple[Label, Sighting]],
    shelf: Shelf,
) -> Iterator[Trial]:
    """What `extractor` makes of each card, from answers on the shelf or asked for now.

    A picture that cannot be read and a bad answer give a trial without values. Raises
    ExtractorError when no answer can be had; those that came before are on the shelf.
    """
    for card, sighting in cards:
        error, seconds, result = sighting.error, sighting.seconds, Result({}, sighting.seen)
        if not error:
            try:
                answer, asked_seconds = _answer(extractor, slug, card, sighting, shelf)
                started = time.monotonic()
                result = extractor.parse(answer, sighting.seen)
                seconds += asked_seconds + time.monotonic() - started
            except (BadAnswer, PictureError) as problem:
                error = str(problem)
        yield Trial(card.id, card.truth, result, seconds, error)


def _answer(
    extractor: BaseExtractor, slug: str, card: Label, sighting: Sighting, shelf: Shelf
) -> tuple[Mapping[str, Any], float]:
    """The raw answer about a card, and the seconds that it took when it was asked for."""
    identity = sightings.answer_identity(extractor, slug, card.image)
    kept = shelf.get(identity)
    if kept is None:
        started = time.monotonic()
        content = _ask(extractor, slug, identity, card, sighting)
        kept = {"answer": content, "seconds": round(time.monotonic() - started, 3)}
        shelf.put(identity, kept)
    return kept["answer"], kept["seconds"]


def _ask(
    extractor: BaseExtractor,
    slug: str,
    identity: Mapping[str, Any],
    card: Label,
    sighting: Sighting,
) -> dict[str, Any]:
    """A new answer. One that costs money stands in the ledger like any other, and neither a
    closed gate nor a spent budget lets it through, whatever was agreed to."""
    turns = zip(sightings.pictures(card.image), sighting.seen.turns, strict=True)
    pictures = [ocr.turned(picture, degrees) for picture, degrees in turns]
    if not extractor.is_paid:
        return extractor.ask(pictures, sighting.seen)
    call = ledger.open_call(extractor, slug, digest(identity), lease=LEASE)
    content = calls.make(call, extractor, pictures, sighting.seen)
    calls.close(extractor, call.pk, content, sighting.seen)
    return content
