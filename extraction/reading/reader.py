"""The reader: small fitted networks that say which span is the name, title, department, company.

Each network has one hidden layer over the features of a span (`spans.py`); the reader is the mean
of several. Weights are plain numbers in JSON, fitted by `training.py`, and so are those of the
calibration, which turns the evidence for a value into the probability that it is right.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from extraction.reading.spans import Span

VERSION = 1
"""Raised when weights of before cannot be used any more."""

FIELDS = ("full_name", "job_title", "department", "company")
NONE = len(FIELDS)
"""The class of a span that is none of the fields."""

THRESHOLD = 0.3
"""Probability from which a span takes a field. A wrong value costs little more than a missed one
where there is something to find, which is nearly always; chosen by cross-validation."""

FARTHEST = 4.0
"""Standard deviations at which a feature is cut, so that no odd card runs away."""

Matrix = NDArray[np.float64]


class ReaderError(Exception):
    """Weights that cannot be used, in words for staff."""


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """One hidden layer of rectified units (features × units), then the classes (units × 5)."""

    hidden: Matrix
    hidden_bias: Matrix
    output: Matrix
    output_bias: Matrix

    def probabilities(self, features: Matrix) -> Matrix:
        """For each row of features how likely each class is."""
        units = np.maximum(0.0, features @ self.hidden + self.hidden_bias)
        scores = units @ self.output + self.output_bias
        exponents = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(exponents / exponents.sum(axis=1, keepdims=True))


@dataclass(frozen=True, slots=True)
class Choice:
    """The span chosen for a field: how likely it is that, and how likely its rivals are.

    `other_field` is the best other field for the same span; `rival` the probability of the best
    other span for the same field.
    """

    span: Span
    probability: float
    rival: float
    other_field: str
    other_probability: float


@dataclass(frozen=True, eq=False)
class Reader:
    """Fitted weights: which features in which order, how they are scaled, and the networks.

    `calibration` has a weight for each kind of evidence (`confidence.py`).
    """

    features: tuple[str, ...]
    mean: Matrix
    scale: Matrix
    networks: tuple[Network, ...]
    calibration: Mapping[str, float]

    @cached_property
    def digest(self) -> str:
        """What tells this reader from all others, in eight letters."""
        text = json.dumps(self.to_json(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:8]

    def probabilities(self, spans: Sequence[Span]) -> Matrix:
        """For each span how likely it is each of FIELDS, and none of them (spans × 5)."""
        if not spans:
            return np.zeros((0, NONE + 1))
        rows = [[span.features.get(name, 0.0) for name in self.features] for span in spans]
        scaled = (np.asarray(rows, dtype=np.float64) - self.mean) / self.scale
        cut = np.clip(scaled, -FARTHEST, FARTHEST)
        total = sum(network.probabilities(cut) for network in self.networks)
        return np.asarray(total / len(self.networks))

    def choose(self, spans: Sequence[Span]) -> dict[str, Choice]:
        """The span for each field: the surest pair of field and span first, none used twice."""
        likely = self.probabilities(spans)
        pairs = sorted(
            (
                (likely[row, column], column, row)
                for row in range(len(spans))
                for column in range(NONE)
            ),
            reverse=True,
        )
        taken: dict[str, int] = {}
        for probability, column, row in pairs:
            if probability < THRESHOLD:
                break
            is_free = not any(spans[row].overlaps(spans[other]) for other in taken.values())
            if FIELDS[column] not in taken and is_free:
                taken[FIELDS[column]] = row
        return {field: _choice(field, row, spans, likely) for field, row in taken.items()}

    def to_json(self) -> dict[str, Any]:
        return {
            "version": VERSION,
            "features": list(self.features),
            "mean": _plain(self.mean),
            "scale": _plain(self.scale),
            "networks": [
                [
                    _plain(part)
                    for part in (one.hidden, one.hidden_bias, one.output, one.output_bias)
                ]
                for one in self.networks
            ],
            "calibration": {name: round(w, 4) for name, w in self.calibration.items()},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Reader:
        """The reader in `data`. Raises ReaderError when it cannot be used."""
        if not isinstance(data, Mapping) or data.get("version") != VERSION:
            raise ReaderError(
                "This reader was fitted by another version of Card Desk; fit it again with `train`."
            )
        try:
            networks = [
                Network(*(np.asarray(part, dtype=np.float64) for part in parts))
                for parts in data["networks"]
            ]
            reader = cls(
                tuple(data["features"]),
                np.asarray(data["mean"], dtype=np.float64),
                np.asarray(data["scale"], dtype=np.float64),
                tuple(networks),
                dict(data["calibration"]),
            )
            for network in networks:
                network.probabilities(np.zeros((1, len(reader.features))) - reader.mean)
        except (KeyError, TypeError, ValueError) as error:
            raise ReaderError("These weights are damaged; fit the reader again.") from error
        return reader


@cache
def shipped() -> Reader:
    """The reader that comes with the program."""
    path = Path(__file__).with_name("weights.json")
    return Reader.from_json(json.loads(path.read_text(encoding="utf-8")))


def _choice(field: str, row: int, spans: Sequence[Span], likely: Matrix) -> Choice:
    column = FIELDS.index(field)
    rivals = [
        float(likely[other, column])
        for other, span in enumerate(spans)
        if not span.overlaps(spans[row])
    ]
    others = {name: float(likely[row, FIELDS.index(name)]) for name in FIELDS if name != field}
    other_field = max(others, key=lambda name: others[name])
    return Choice(
        spans[row],
        float(likely[row, column]),
        max(rivals, default=0.0),
        other_field,
        others[other_field],
    )


def _plain(values: Matrix) -> Any:
    """Numbers as lists, with the four digits that matter."""
    if values.ndim > 1:
        return [_plain(row) for row in values]
    return [float(f"{value:.4g}") if math.isfinite(value) else 0.0 for value in values]
