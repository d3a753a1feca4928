"""How good an extractor is on labelled cards: scores by field, calibration, time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from extraction.measuring import scoring
from extraction.measuring.scoring import CardScore, Counts, Truth
from extraction.result import Result

BINS = 10

_FIELDS = {
    "full_name": scoring.NAME_FIELDS,
    "address": scoring.ADDRESS_FIELDS,
    **scoring.LIST_FIELDS,
}
"""The contact fields of the groups that are not a field of their own."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One labelled card and what an extractor made of it; `error` says why it made nothing."""

    id: str
    truth: Truth
    result: Result
    seconds: float
    error: str = ""

    @property
    def read(self) -> dict[str, str]:
        """The text that was read, by contact field."""
        return {name: value.text for name, value in self.result.values.items()}

    def score(self) -> CardScore:
        return scoring.score(self.truth, self.read)


@dataclass(frozen=True, slots=True)
class Bin:
    """The values whose confidence lies in one tenth: how many, how sure, and how many right."""

    least: float
    confidence: float
    right: float
    count: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """How far confidences are from the share of right values.

    `error` is the expected calibration error over ten bins of equal width (Guo and others, "On
    Calibration of Modern Neural Networks", 2017): the mean distance, each bin by its count.
    """

    error: float
    bins: tuple[Bin, ...]


def calibrate(judged: Iterable[tuple[float, bool]]) -> Calibration:
    """The calibration of values given as their confidence, 0 to 1, and whether they are right."""
    binned: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for confidence, is_right in judged:
        binned[min(int(confidence * BINS), BINS - 1)].append((confidence, is_right))
    bins = tuple(
        Bin(
            number / BINS,
            sum(confidence for confidence, _ in members) / len(members),
            sum(is_right for _, is_right in members) / len(members),
            len(members),
        )
        for number, members in enumerate(binned)
        if members
    )
    total = sum(bin.count for bin in bins) or 1
    error = sum(abs(bin.confidence - bin.right) * bin.count for bin in bins) / total
    return Calibration(error, bins)


def report(trials: Sequence[Trial]) -> dict[str, Any]:
    """All figures of an evaluation, as JSON."""
    scores = [trial.score() for trial in trials]
    calibration = calibrate(
        (trial.result.values[field].confidence, is_right)
        for trial, score in zip(trials, scores, strict=True)
        for field, is_right in score.right.items()
    )
    perfect = sum(score.is_perfect for score in scores)
    return {
        "cards": len(trials),
        "errors": sum(bool(trial.error) for trial in trials),
        "fields": {name: _figures(counts) for name, counts in scoring.totals(scores).items()},
        "micro": _figures(scoring.micro(scores)),
        "perfect": perfect,
        "perfect_share": _rounded(perfect / len(trials)),
        "calibration_error": _rounded(calibration.error),
        "reliability": [
            {
                "from": bin.least,
                "confidence": _rounded(bin.confidence),
                "right": _rounded(bin.right),
                "values": bin.count,
            }
            for bin in calibration.bins
        ],
        "seconds_a_picture": _rounded(sum(trial.seconds for trial in trials) / len(trials)),
    }


def misses(trial: Trial) -> dict[str, Any]:
    """What was expected and what was read in each group of a card that is not right."""
    score, read = trial.score(), trial.read
    wrong = [name for name, counts in score.groups.items() if counts.fp or counts.fn]
    return {
        "id": trial.id,
        "error": trial.error,
        "misses": {
            name: {
                "expected": getattr(trial.truth, name),
                "accepted": list((trial.truth.alt or {}).get(name, ())),
                "read": {
                    field: read[field] for field in _FIELDS.get(name, (name,)) if field in read
                },
            }
            for name in wrong
        },
        "lines": [line.text for line in trial.result.lines],
    }


def _figures(counts: Counts) -> dict[str, Any]:
    return {
        "precision": _rounded(counts.precision),
        "recall": _rounded(counts.recall),
        "f1": _rounded(counts.f1),
        "tp": counts.tp,
        "fp": counts.fp,
        "fn": counts.fn,
    }


def _rounded(figure: float) -> float:
    return round(figure, 4)
