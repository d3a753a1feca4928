"""The gate before an extractor that costs money: when it closes, for how long, who goes first."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from extraction.extractors.base import ExtractorError
from extraction.models import Gate
from extraction.paying import gate

pytestmark = pytest.mark.django_db

FAILED = ExtractorError("The model's server answered 500.", retry=True)
BUSY = ExtractorError("The model is busy.", retry=True, is_busy=True)
NO_CREDIT = ExtractorError("The account has no credit left.", stops=True)
REFUSED = ExtractorError("The model's server answered 400.")


class Clock:
    """A clock that stands still until it is moved on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.time = timezone.now()
        monkeypatch.setattr(timezone, "now", lambda: self.time)

    def pass_(self, span: timedelta) -> None:
        self.time += span


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def _fail(times: int, error: ExtractorError = FAILED) -> None:
    for _ in range(times):
        gate.failed("fake", error)


def _closed_for(clock: Clock) -> timedelta:
    opens_at = Gate.objects.get().opens_at
    assert isinstance(opens_at, datetime)
    return opens_at - clock.time


def _is_about(found: timedelta, expected: timedelta) -> bool:
    return 0.9 * expected <= found <= 1.1 * expected


def test_gate_that_nobody_closed_lets_all_through() -> None:
    assert [gate.admit("fake"), gate.admit("fake")] == [False, False]


def test_four_failures_close_nothing(now: Clock) -> None:
    _fail(4)
    assert not gate.is_closed("fake")


def test_fifth_failure_closes_for_half_a_minute(now: Clock) -> None:
    _fail(5)
    assert gate.is_closed("fake")
    assert _is_about(_closed_for(now), timedelta(seconds=30))


def test_closed_gate_sends_back_without_an_attempt(now: Clock) -> None:
    _fail(5)
    with pytest.raises(gate.Closed) as caught:
        gate.admit("fake")
    assert caught.value.is_busy


def test_gate_of_another_extractor_stays_open(now: Clock) -> None:
    _fail(5)
    assert gate.admit("other") is False


def test_answer_in_between_begins_the_count_anew(now: Clock) -> None:
    _fail(4)
    gate.answered("fake")
    _fail(4)
    assert not gate.is_closed("fake")


def test_pauses_double_up_to_ten_minutes(now: Clock) -> None:
    _fail(5)
    pauses = [_closed_for(now)]
    for _ in range(6):
        now.pass_(pauses[-1])
        assert gate.admit("fake")
        gate.failed("fake", FAILED, is_first=True)
        pauses.append(_closed_for(now))
    expected = [30, 60, 120, 240, 480, 600, 600]
    assert all(
        _is_about(pause, timedelta(seconds=seconds))
        for pause, seconds in zip(pauses, expected, strict=True)
    )


def test_one_goes_first_and_the_others_wait_for_its_answer(now: Clock) -> None:
    _fail(5)
    now.pass_(timedelta(minutes=1))
    assert gate.admit("fake") is True
    with pytest.raises(gate.Closed):
        gate.admit("fake")
    gate.answered("fake", is_first=True)
    assert gate.admit("fake") is False


def test_first_one_that_never_comes_back_does_not_keep_the_others(now: Clock) -> None:
    _fail(5)
    now.pass_(timedelta(minutes=1))
    gate.admit("fake")
    now.pass_(gate.FIRST_CALL_TAKES)
    assert gate.admit("fake") is True


def test_first_one_that_is_refused_for_its_own_sake_opens_the_gate(now: Clock) -> None:
    _fail(5)
    now.pass_(timedelta(minutes=1))
    gate.failed("fake", REFUSED, is_first=gate.admit("fake"))
    assert gate.admit("fake") is False


def test_refusals_of_single_cards_close_nothing(now: Clock) -> None:
    _fail(20, REFUSED)
    assert not gate.is_closed("fake")


def test_calls_that_were_out_together_count_once(now: Clock) -> None:
    """Eight workers meet the same breakdown: that is not eight breakdowns."""
    _fail(8)
    assert _is_about(_closed_for(now), timedelta(seconds=30))


def test_late_answer_does_not_open_a_gate_that_closed_meanwhile(now: Clock) -> None:
    _fail(5)
    gate.answered("fake")
    assert gate.is_closed("fake")


def test_busy_server_closes_for_as_long_as_it_says(now: Clock) -> None:
    error = ExtractorError("Busy.", retry=True, is_busy=True, retry_after_seconds=77)
    gate.failed("fake", error)
    assert _closed_for(now) == timedelta(seconds=77)


def test_busy_server_that_names_no_time_is_left_alone_longer_each_time(now: Clock) -> None:
    pauses = []
    for is_first in (False, True, True, True):
        gate.failed("fake", BUSY, is_first=is_first)
        pauses.append(_closed_for(now))
        now.pass_(pauses[-1])
    assert pauses == sorted(pauses)
    assert _is_about(pauses[0], timedelta(seconds=2))
    assert _is_about(pauses[3], timedelta(seconds=16))


def test_longer_wait_of_a_call_that_was_out_too_is_kept(now: Clock) -> None:
    for seconds in (60, 20, 90):
        error = ExtractorError("Busy.", retry=True, is_busy=True, retry_after_seconds=seconds)
        gate.failed("fake", error)
    assert _closed_for(now) == timedelta(seconds=90)


def test_what_only_a_person_can_mend_stops_with_its_reason(now: Clock) -> None:
    _fail(1, NO_CREDIT)
    assert gate.is_closed("fake")
    assert gate.stopped().get().stopped_because == "The account has no credit left."
    assert gate.stopped().get().stopped_at == now.time


def test_stopped_gate_is_tried_by_one_every_quarter_of_an_hour(
    now: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    _fail(1, NO_CREDIT)
    for _ in range(3):
        assert _closed_for(now) == timedelta(minutes=15)
        now.pass_(timedelta(minutes=15))
        gate.failed("fake", NO_CREDIT, is_first=gate.admit("fake"))
    assert len([record for record in caplog.records if record.levelno == logging.ERROR]) == 1


def test_stopped_gate_opens_by_itself_when_the_call_goes_well(now: Clock) -> None:
    _fail(1, NO_CREDIT)
    now.pass_(timedelta(minutes=15))
    gate.answered("fake", is_first=gate.admit("fake"))
    assert not gate.stopped().exists()
    assert gate.admit("fake") is False


def test_person_who_has_acted_lets_one_try_at_once(now: Clock) -> None:
    _fail(1, NO_CREDIT)
    gate.resume("fake")
    assert not gate.stopped().exists()
    assert gate.admit("fake") is True
    with pytest.raises(gate.Closed):
        gate.admit("fake")


def test_resuming_an_open_gate_changes_nothing() -> None:
    gate.admit("fake")
    gate.resume("fake")
    assert gate.admit("fake") is False


def test_closed_gate_explains_itself(now: Clock) -> None:
    _fail(1, NO_CREDIT)
    sentence = gate.explained(Gate.objects.get())
    assert sentence.startswith("The account has no credit left. It is tried again at ")
