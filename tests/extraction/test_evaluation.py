"""How sure and how right: the calibration of confidences."""

from __future__ import annotations

import pytest

from extraction.measuring.evaluation import Trial, calibrate, report
from extraction.measuring.scoring import Truth
from extraction.result import Result, Value


def test_confidences_that_come_true_have_no_error() -> None:
    judged = [(0.75, True)] * 3 + [(0.75, False)] + [(1.0, True)] * 5
    assert calibrate(judged).error == 0


def test_the_error_is_the_mean_distance_weighted_by_count() -> None:
    judged = [(0.95, False)] * 2 + [(0.25, False)] * 6
    assert calibrate(judged).error == pytest.approx((2 * 0.95 + 6 * 0.25) / 8)


def test_each_tenth_tells_how_sure_and_how_right_it_is() -> None:
    low, high = calibrate([(0.91, True), (0.99, False), (0.12, True)]).bins
    assert (low.least, low.confidence, low.right, low.count) == (0.1, 0.12, 1, 1)
    assert (high.least, high.right, high.count) == (0.9, 0.5, 2)
    assert high.confidence == pytest.approx(0.95)


def test_nothing_read_has_no_error() -> None:
    assert calibrate([]).error == 0


def test_only_fields_that_a_label_speaks_of_are_weighed() -> None:
    values = {"company": Value("Northwind", 1.0), "notes": Value("Closed on Mondays", 0.2)}
    figures = report([Trial("a", Truth(company="Northwind"), Result(values), 2.5)])
    assert figures["calibration_error"] == 0
    assert sum(row["values"] for row in figures["reliability"]) == 1
    assert figures["seconds_a_picture"] == 2.5
