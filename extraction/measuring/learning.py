"""How the bundled reader learns: from labelled cards, drawn ones, and what reviewers approved.

A reader is never scored on cards that it was fitted on, nor on others of the same companies.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from cards.models import Card
from extraction import extractors
from extraction.extractors.base import BaseExtractor
from extraction.measuring import evaluation, labels
from extraction.measuring.evaluation import Trial
from extraction.measuring.processes import spread
from extraction.measuring.scoring import Truth
from extraction.models import Extraction
from extraction.result import Seen

if TYPE_CHECKING:
    from extraction.measuring.training import Example

FOLDS = 5
HELD_OUT_FOLDS = 4
"""One in so many approved cards is kept from fitting, to judge the reader by."""

ENOUGH_HELD_OUT = 20
"""With fewer approved cards held out, chance decides which reader is better."""

NEWEST = 10_000
"""The most approved cards that are learned from: the last ones approved."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A card whose truth is known: its id, what was seen on it, and what is printed there.

    `seconds` is how long the OCR looked; `error` says why it saw nothing.
    """

    id: str
    seen: Seen
    truth: Truth
    seconds: float = 0.0
    error: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """How a new reader and the one before it read the same cards, which neither saw in fitting.

    The scores are those of `evaluation.report`; empty when there were too few cards to judge by.
    """

    held_out: int
    before: dict[str, Any]
    after: dict[str, Any]

    @property
    def is_better(self) -> bool:
        """Whether the new reader is: a tie keeps the old one."""
        return bool(self.after) and self.after["micro_f1"] > self.before["micro_f1"]

    def to_json(self) -> dict[str, Any]:
        return {"held_out": self.held_out, "before": self.before, "after": self.after}


def fit(
    lessons: Sequence[Lesson], base: Sequence[Lesson] = (), *, goes_on: bool = False
) -> dict[str, Any]:
    """The weights of a reader fitted on `lessons`, on top of drawn cards in `base`. Takes long.

    Drawn cards are all that it is fitted on when there are no others. One that `goes_on` adds to
    what the reader that came with the program knows; without, it begins from nothing.
    """
    from extraction.measuring import training
    from extraction.reading import reader

    real, drawn = (lessons, base) if lessons else (base, ())
    onto = reader.shipped() if goes_on else None
    fitted = training.fit(_examples(real), base=_examples(drawn), onto=onto)
    weights: dict[str, Any] = fitted.to_json()
    return weights


def with_weights(weights: dict[str, Any] | None) -> BaseExtractor:
    """The bundled extractor with a fitted reader; None is the one that came with the program."""
    return extractors.from_settings(extractors.BUNDLED, reader=weights)


def read(lessons: Sequence[Lesson], extractor: BaseExtractor) -> Iterator[Trial]:
    """What the bundled extractor makes of each card."""
    for lesson in lessons:
        started = time.monotonic()
        result = extractor.parse(extractor.ask((), lesson.seen), lesson.seen)
        seconds = lesson.seconds + time.monotonic() - started
        yield Trial(lesson.id, lesson.truth, result, seconds, lesson.error)


def cross_validate(
    lessons: Sequence[Lesson], base: Sequence[Lesson] = (), *, processes: int = 1
) -> Iterator[Trial]:
    """What is made of each card by a reader that was fitted on the other folds, fold by fold."""
    numbers = _folds(lessons, FOLDS)
    parts = [_parted(lessons, numbers, fold) for fold in sorted(set(numbers))]
    fitted = spread(partial(fit, base=base), [outside for _, outside in parts], processes)
    for (inside, _), weights in zip(parts, fitted, strict=True):
        yield from read(inside, with_weights(weights))


def held_out(lessons: Sequence[Lesson]) -> tuple[list[Lesson], list[Lesson]]:
    """The approved cards to judge by, and those to fit on; always the same ones."""
    return _parted(lessons, _folds(lessons, HELD_OUT_FOLDS), 0)


def judge(
    lessons: Sequence[Lesson], before: dict[str, Any] | None, after: dict[str, Any]
) -> Judgement:
    """How two readers, given as their weights, read cards that were held out."""
    if len(lessons) < ENOUGH_HELD_OUT:
        return Judgement(len(lessons), {}, {})
    return Judgement(len(lessons), _scores(lessons, before), _scores(lessons, after))


def approved() -> Iterator[Lesson]:
    """The cards that reviewers approved and a machine has read, the last ones first.

    What was seen is taken from the last reading. Cards that were typed or imported have none.
    """
    readings = (
        Extraction.objects.filter(
            card__status=Card.Status.APPROVED, status=Extraction.Status.SUCCEEDED
        )
        .select_related("card")
        .order_by("-card__approved_at", "-id")
    )
    learned: set[uuid.UUID] = set()
    for reading in readings.iterator(chunk_size=200):
        card = reading.card
        if card.pk in learned or not reading.result:
            continue
        learned.add(card.pk)
        yield Lesson(
            str(card.pk), Seen.from_json(reading.result), Truth.from_contact(card.contact())
        )
        if len(learned) == NEWEST:
            return


def _scores(lessons: Sequence[Lesson], weights: dict[str, Any] | None) -> dict[str, Any]:
    figures = evaluation.report(list(read(lessons, with_weights(weights))))
    return {"micro_f1": figures["micro"]["f1"], "perfect": figures["perfect"]}


def _examples(lessons: Sequence[Lesson]) -> list[Example]:
    from extraction.measuring.training import Example

    return [Example(lesson.seen, lesson.truth) for lesson in lessons if lesson.seen.lines]


def _folds(lessons: Sequence[Lesson], count: int) -> list[int]:
    cards: list[tuple[str, Collection[str]]] = [
        (lesson.id, labels.companies(lesson.truth)) for lesson in lessons
    ]
    return labels.folds(cards, count)


def _parted(
    lessons: Sequence[Lesson], numbers: Sequence[int], fold: int
) -> tuple[list[Lesson], list[Lesson]]:
    """The cards in the fold, and the others."""
    pairs = list(zip(lessons, numbers, strict=True))
    inside = [lesson for lesson, number in pairs if number == fold]
    return inside, [lesson for lesson, number in pairs if number != fold]
