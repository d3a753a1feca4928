import json
import math
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.fields import CONTACT_COLUMNS
from extraction.reading import reader
from extraction.reading.confidence import evidence
from extraction.reading.layout import Piece
from extraction.reading.lines import sort_out
from extraction.reading.reader import FARTHEST, FIELDS, THRESHOLD, Network, Reader, ReaderError
from extraction.reading.spans import Span
from extraction.result import Line
from tests.extraction.printed import rows
from tests.extraction.test_lines import ENGLISH, JAPANESE, card

CLASSES = (*FIELDS, "none")
STEEPNESS = 3.0

READER = Reader(
    CLASSES,
    np.zeros(5),
    np.ones(5),
    (Network(np.eye(5), np.zeros(5), STEEPNESS * np.eye(5), np.zeros(5)),),
    {},
)
"""A reader whose features say outright how likely each class is."""

FIRST, SECOND, THIRD = rows("Rosa Halloway", "Sales Manager", "Northwind Boats Ltd")


def span(*pieces: Piece, **likely: float) -> Span:
    """A span that READER holds this likely to be each field, and else to be none."""
    likely["none"] = 1 - sum(likely.values())
    features = {
        name: FARTHEST + math.log(max(likely.get(name, 0.0), 1e-5)) / STEEPNESS for name in CLASSES
    }
    return Span(pieces, tuple(piece.text for piece in pieces), features)


def chosen(*spans: Span) -> dict[str, str]:
    return {field: choice.span.text for field, choice in READER.choose(spans).items()}


def copied(original: Reader) -> Reader:
    """The reader as it comes back from a file."""
    return Reader.from_json(json.loads(json.dumps(original.to_json())))


def test_without_spans_nothing_is_chosen() -> None:
    assert READER.choose([]) == {}
    assert READER.probabilities([]).shape == (0, 5)


def test_each_field_takes_the_span_that_is_surest_of_it() -> None:
    assert chosen(
        span(FIRST, full_name=0.6), span(SECOND, full_name=0.7), span(THIRD, company=0.9)
    ) == {"full_name": "Sales Manager", "company": "Northwind Boats Ltd"}


def test_one_span_is_never_used_for_two_fields() -> None:
    assert chosen(span(FIRST, full_name=0.5, company=0.45)) == {"full_name": "Rosa Halloway"}


def test_a_field_whose_span_is_taken_falls_to_the_next() -> None:
    assert chosen(
        span(FIRST, full_name=0.55, company=0.44), span(SECOND, company=0.4)
    ) == {"full_name": "Rosa Halloway", "company": "Sales Manager"}  # fmt: skip


def test_spans_that_share_a_piece_are_not_both_chosen() -> None:
    assert chosen(span(FIRST, SECOND, full_name=0.8), span(SECOND, job_title=0.7)) == {
        "full_name": "Rosa Halloway Sales Manager"
    }


def test_below_the_threshold_nothing_is_chosen() -> None:
    assert chosen(span(FIRST, full_name=THRESHOLD - 0.01)) == {}
    assert chosen(span(FIRST, full_name=THRESHOLD + 0.01)) == {"full_name": "Rosa Halloway"}


def test_what_is_most_likely_none_of_the_fields_may_still_be_the_best_there_is() -> None:
    assert chosen(span(FIRST, company=0.4)) == {"company": "Rosa Halloway"}


def test_a_choice_names_its_rival() -> None:
    found = READER.choose([span(FIRST, full_name=0.8), span(SECOND, full_name=0.35)])
    assert found["full_name"].probability == pytest.approx(0.8, abs=0.01)
    assert found["full_name"].rival == pytest.approx(0.35, abs=0.01)


def test_a_span_that_shares_a_piece_is_no_rival() -> None:
    found = READER.choose([span(FIRST, full_name=0.8), span(FIRST, SECOND, full_name=0.7)])
    assert found["full_name"].rival == 0.0


def test_a_choice_names_the_other_field_it_could_be() -> None:
    found = READER.choose([span(FIRST, full_name=0.5, company=0.4, job_title=0.1)])
    assert found["full_name"].other_field == "company"
    assert found["full_name"].other_probability == pytest.approx(0.4, abs=0.01)


@given(st.lists(st.lists(st.floats(0.01, 1), min_size=5, max_size=5), min_size=1, max_size=6))
def test_choices_never_share_a_piece_and_all_are_likely(weights: list[list[float]]) -> None:
    sets = [(FIRST,), (SECOND,), (THIRD,), (FIRST, SECOND), (SECOND, THIRD), (FIRST, SECOND, THIRD)]
    spans = []
    for pieces, row in zip(sets, weights, strict=False):
        likely = [weight / sum(row) for weight in row]
        spans.append(span(*pieces, **dict(zip(FIELDS, likely[:4], strict=True))))
    found = list(READER.choose(spans).values())
    assert all(choice.probability >= THRESHOLD for choice in found)
    assert not any(one.span.overlaps(other.span) for one, other in combinations(found, 2))


@given(st.dictionaries(st.sampled_from(reader.shipped().features), st.floats(-1e9, 1e9)))
def test_probabilities_of_a_span_add_up_to_1_whatever_its_features(
    features: dict[str, float],
) -> None:
    (likely,) = reader.shipped().probabilities([Span((FIRST,), (FIRST.text,), features)])
    assert likely.sum() == pytest.approx(1.0)
    assert (likely >= 0).all()


def test_several_networks_are_asked_for_their_mean() -> None:
    turned = Network(np.eye(5), np.zeros(5), np.zeros((5, 5)), np.zeros(5))
    both = Reader(CLASSES, np.zeros(5), np.ones(5), (*READER.networks, turned), {})
    (likely,) = both.probabilities([span(FIRST, full_name=1.0)])
    assert likely[0] == pytest.approx((1.0 + 0.2) / 2, abs=0.01)


def test_a_missing_feature_counts_as_0() -> None:
    full = Span((FIRST,), (FIRST.text,), {"full_name": 2.0, "company": 0.0})
    bare = Span((FIRST,), (FIRST.text,), {"full_name": 2.0})
    assert READER.probabilities([full]).tolist() == READER.probabilities([bare]).tolist()


def test_a_feature_that_the_reader_does_not_know_is_left_out() -> None:
    known = Span((FIRST,), (FIRST.text,), {"full_name": 2.0})
    more = Span((FIRST,), (FIRST.text,), {"full_name": 2.0, "shoe_size": 44.0})
    assert READER.probabilities([known]).tolist() == READER.probabilities([more]).tolist()


def test_an_odd_feature_weighs_no_more_than_the_farthest_usual_one() -> None:
    far, farther = (
        Span((FIRST,), (FIRST.text,), {"full_name": number}) for number in (FARTHEST, 1e12)
    )
    assert READER.probabilities([far]).tolist() == READER.probabilities([farther]).tolist()


@pytest.mark.parametrize("original", [READER, reader.shipped()], ids=["small", "shipped"])
def test_a_reader_comes_back_from_json_as_it_was(original: Reader) -> None:
    assert copied(original).to_json() == original.to_json()
    assert copied(original).digest == original.digest


def test_a_reader_from_json_reads_the_same() -> None:
    spans = sort_out(card(*ENGLISH)).candidates
    before = reader.shipped().probabilities(spans)
    assert copied(reader.shipped()).probabilities(spans).tolist() == before.tolist()


def test_readers_are_told_apart_by_their_digest() -> None:
    data = READER.to_json()
    assert Reader.from_json({**data, "calibration": {"sure": 0.5}}).digest != READER.digest


@pytest.mark.parametrize("version", [0, reader.VERSION + 1, None, "1"])
def test_weights_of_another_version_are_refused_with_what_to_do(version: Any) -> None:
    with pytest.raises(ReaderError, match="fit it again with `train`"):
        Reader.from_json({**READER.to_json(), "version": version})


def test_weights_without_a_version_are_refused() -> None:
    with pytest.raises(ReaderError, match="another version"):
        Reader.from_json({})


def _strings(data: Any) -> Iterator[str]:
    """Every text in decoded JSON, keys included."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for name, value in data.items():
            yield name
            yield from _strings(value)
    elif isinstance(data, list):
        for value in data:
            yield from _strings(value)


def _calibration_names() -> set[str]:
    found: set[str] = set()
    for column in CONTACT_COLUMNS:
        found |= evidence(column.name, "Rosa", [], [], sure=0.9).numbers().keys()
    return found


def test_the_shipped_weights_hold_no_text_but_the_names_of_numbers() -> None:
    keys = {"version", "features", "mean", "scale", "networks", "calibration"}
    features = set(sort_out(card("Rosa Halloway")).candidates[0].features)
    known = keys | features | _calibration_names()
    kept = Path(reader.__file__).with_name("weights.json").read_text(encoding="utf-8")
    assert set(_strings(json.loads(kept))) - known == set()


def test_the_shipped_weights_weigh_all_features_there_are() -> None:
    features = sort_out(card("Rosa Halloway")).candidates[0].features
    assert set(reader.shipped().features) == set(features)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            card(*ENGLISH),
            {
                "full_name": "Rosa Halloway",
                "job_title": "Sales Manager",
                "company": "Northwind Boats Ltd",
            },
        ),
        (
            card(*JAPANESE),
            {
                "full_name": "山田 花子",
                "job_title": "課長",
                "department": "営業部",
                "company": "株式会社北風造船",
            },
        ),
    ],
    ids=["English", "Japanese"],
)
def test_the_shipped_reader_chooses_the_right_lines(
    lines: list[Line], expected: dict[str, str]
) -> None:
    found = reader.shipped().choose(sort_out(lines).candidates)
    assert {field: choice.span.text for field, choice in found.items()} == expected


@pytest.mark.parametrize("name", ["features", "mean", "scale", "networks", "calibration"])
def test_weights_with_a_part_missing_are_refused(name: str) -> None:
    data = READER.to_json()
    del data[name]
    with pytest.raises(ReaderError):
        Reader.from_json(data)


def test_weights_whose_parts_do_not_fit_are_refused() -> None:
    with pytest.raises(ReaderError):
        Reader.from_json({**READER.to_json(), "mean": [0.0, 0.0]})
