"""Fitting a reader on labelled cards. Needs scikit-learn, which nothing else does."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

import numpy as np
from numpy.typing import NDArray

from extraction.extractors import offline
from extraction.measuring import labels, scoring
from extraction.measuring.scoring import Truth
from extraction.reading import lines, same, vocabulary
from extraction.reading.names import split_name
from extraction.reading.reader import FARTHEST, FIELDS, NONE, Matrix, Network, Reader
from extraction.reading.spans import Span
from extraction.result import Seen

UNITS = 16
NETWORKS = 6
PENALTY = 3.0
PASSES = 150
BATCH = 200
"""Size and fitting of the networks, chosen by cross-validation; more of each gained nothing."""

BASE_WEIGHT = 0.5
"""How much an example of the base counts beside a real card."""

FOLDS = 3
"""The calibration is fitted on cards that the networks judged had not seen."""

NEAR = 0.87
"""Similarity from which a misread text still counts as an example of its field."""


Rows = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Example:
    """A card to learn from: what was seen on it, and what is printed there."""

    seen: Seen
    truth: Truth


@dataclass(frozen=True, slots=True)
class _Card:
    """An example with the features (spans × features) and the class of each of its spans."""

    example: Example
    features: tuple[str, ...]
    rows: Rows
    classes: Sequence[int]
    weight: float


def fit(
    examples: Sequence[Example], *, base: Sequence[Example] = (), onto: Reader | None = None
) -> Reader:
    """A reader fitted on `examples`, and with less weight on those of the `base`.

    With `onto`, a reader fitted elsewhere, the new one is the mean of both: few cards of its own
    then add to what that one knows. Takes about a minute for a few hundred cards. The same
    examples give the same reader. Raises ValueError when they hold no name, title, department or
    company to learn from.
    """
    cards, further = list(_prepared(examples, 1.0)), list(_prepared(base, BASE_WEIGHT))
    reader = _fit_networks([*cards, *further], NETWORKS, onto)
    return replace(reader, calibration=_calibration(cards, further, onto))


def _prepared(examples: Sequence[Example], weight: float) -> Iterator[_Card]:
    for example in examples:
        found = lines.sort_out(example.seen.lines).candidates
        if found:
            names = tuple(found[0].features)
            # Thousands of approved cards fit into memory as numbers, not as spans.
            rows = np.array([[span.features[name] for name in names] for span in found], np.float32)
            yield _Card(example, names, rows, [_class(s, example.truth) for s in found], weight)


def _class(span: Span, truth: Truth) -> int:
    """The index in FIELDS of what the span is, NONE when it is nothing of the kind."""
    for field in ("full_name", "company", "job_title", "department"):
        if getattr(truth, field) and _is(field, span.text, truth):
            return FIELDS.index(field)
    return NONE


def _is(field: str, text: str, truth: Truth) -> bool:
    """Whether the text is what is printed for the field, if a little misread."""
    if _exact(field, text, truth):
        return True
    key = same.key(getattr(truth, field))
    likeness = SequenceMatcher(None, _bare(field, text), key, autojunk=False).ratio()
    return len(key) > 5 and likeness > NEAR


def _exact(field: str, text: str, truth: Truth) -> bool:
    printed = _bare(field, text)
    return any(printed == _bare(field, accepted) for accepted in truth.accepted(field) if accepted)


def _bare(field: str, text: str) -> str:
    """The letters that count; of a name without its titles."""
    if field == "full_name":
        name = split_name(text)
        text = text if vocabulary.HAS_CJK.search(text) else f"{name.first} {name.last}"
    return same.key(text)


def _fit_networks(cards: Sequence[_Card], count: int, onto: Reader | None) -> Reader:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    if not _can_teach(cards):
        raise ValueError("The cards hold no name, title, department or company to learn from.")
    classes = np.array([number for card in cards for number in card.classes])
    names = onto.features if onto else cards[0].features
    columns = [cards[0].features.index(name) for name in names]
    rows = np.concatenate([card.rows for card in cards])[:, columns]
    weights = np.array([card.weight for card in cards for _ in card.classes])
    mean, scale = (onto.mean, onto.scale) if onto else _spread(rows)
    scaled = np.clip(
        (rows - mean.astype(np.float32)) / scale.astype(np.float32), -FARTHEST, FARTHEST
    )
    networks = list(onto.networks) if onto else []
    # In a small last batch the penalty would outweigh its few rows, so all are made equal.
    batch = math.ceil(len(rows) / max(1, round(len(rows) / BATCH)))
    with warnings.catch_warnings():
        # PASSES is all that they are given; more of them fit the cards and not the field.
        warnings.simplefilter("ignore", ConvergenceWarning)
        for seed in range(count):
            network = MLPClassifier(
                (UNITS,), alpha=PENALTY, max_iter=PASSES, learning_rate_init=0.003,
                n_iter_no_change=PASSES, batch_size=batch, random_state=seed,
            )  # fmt: skip
            networks.append(_network(network.fit(scaled, classes, sample_weight=weights)))
    return Reader(names, mean, scale, tuple(networks), {})


def _spread(rows: Rows) -> tuple[Matrix, Matrix]:
    """The mean of each feature and its standard deviation, 1 for one that never varies."""
    scale = rows.std(axis=0, dtype=np.float64)
    return rows.mean(axis=0, dtype=np.float64), np.where(scale == 0, 1.0, scale)


def _can_teach(cards: Sequence[_Card]) -> bool:
    return any(number != NONE for card in cards for number in card.classes)


def _network(fitted: Any) -> Network:
    """The weights of a scikit-learn network, with columns for classes that never occurred."""
    hidden, output = fitted.coefs_
    hidden_bias, output_bias = fitted.intercepts_
    full = np.zeros((hidden.shape[1], NONE + 1))
    bias = np.full(NONE + 1, -30.0)
    if len(fitted.classes_) == 2:  # scikit-learn keeps one column for two classes
        output = np.hstack([np.zeros_like(output), output])
        output_bias = np.concatenate([[0.0], output_bias])
    full[:, fitted.classes_] = output
    bias[fitted.classes_] = output_bias
    return Network(hidden, hidden_bias, full, bias)


def _calibration(
    cards: Sequence[_Card], base: Sequence[_Card], onto: Reader | None
) -> dict[str, float]:
    """Weights that turn evidence into the probability that a value is right, fitted on values
    read by networks that had not seen their card."""
    from sklearn.linear_model import LogisticRegression

    numbers, rights = [], []
    folds = labels.folds(
        [(str(place), labels.companies(card.example.truth)) for place, card in enumerate(cards)],
        FOLDS,
    )
    for fold in range(FOLDS):
        inside = [card for card, number in zip(cards, folds, strict=True) if number == fold]
        outside = [card for card, number in zip(cards, folds, strict=True) if number != fold]
        if not inside or not _can_teach([*outside, *base]):
            continue
        reader = _fit_networks([*outside, *base], 2, onto)
        for card in inside:
            for evidence, is_right in _judged(card.example, reader):
                numbers.append(evidence)
                rights.append(is_right)
    if len(set(rights)) < 2:
        return {}
    names = sorted({name for row in numbers for name in row})
    rows: Matrix = np.array([[row.get(name, 0.0) for name in names] for row in numbers])
    fitted = LogisticRegression(C=1.0, fit_intercept=False, max_iter=1000).fit(rows, rights)
    return dict(zip(names, fitted.coef_[0].tolist(), strict=True))


def _judged(example: Example, reader: Reader) -> Iterator[tuple[dict[str, float], bool]]:
    """The evidence for each value read on a card, and whether it is right."""
    found = {reading.evidence.field: reading for reading in offline.readings(example.seen, reader)}
    texts = {name: reading.text for name, reading in found.items()}
    for name, is_right in scoring.score(example.truth, texts).right.items():
        if name in found:
            yield found[name].evidence.numbers(), is_right
