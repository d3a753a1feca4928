"""Whether an extractor that costs money may be called now.

A breaker: after several failures in a row, or when the other side says how long to wait, calls
wait until `opens_at`, longer each time. A stop: after an answer that only a person can help
(key, credit, unknown model) they wait until a person says so, or the next try a while later.
However it closed, when it opens one call goes first; its answer lets the others through. Jobs
of a closed gate stay in the queue as they are.
"""

from __future__ import annotations

import logging
import random
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from cards import one_clock
from extraction.extractors.base import ExtractorError
from extraction.models import Gate

log = logging.getLogger(__name__)

FAILURES_IN_A_ROW = 5
"""So many close the gate."""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(minutes=10)
STOPPED_FOR = timedelta(minutes=15)
"""After so long one call is tried, in case somebody has acted and forgot to say so."""

FIRST_CALL_TAKES = timedelta(minutes=3)
"""The most that the first call through an opening gate keeps the others waiting."""


class Closed(ExtractorError):
    """The gate is closed; whoever wants to call comes back later."""

    def __init__(self, gate: Gate) -> None:
        slug, why = gate.extractor, explained(gate)
        super().__init__(f"“{slug}” is not asked at the moment: {why}", is_busy=True)


def lock(slug: str) -> Gate:
    """The gate of an extractor, its row locked until the transaction ends."""
    Gate.objects.get_or_create(extractor=slug)
    return Gate.objects.select_for_update().get(extractor=slug)


def closed() -> QuerySet[Gate]:
    """The gates that let nobody through now, stopped ones among them."""
    return Gate.objects.filter(opens_at__gt=one_clock.now())


def stopped() -> QuerySet[Gate]:
    """The gates that wait for a person, each with its reason in `stopped_because`."""
    return Gate.objects.exclude(stopped_because="")


def is_closed(slug: str) -> bool:
    return closed().filter(extractor=slug).exists()


def explained(gate: Gate) -> str:
    """Until when a closed gate stays so, and why, in a sentence for staff."""
    until = f"{timezone.localtime(gate.opens_at):%H:%M}" if gate.opens_at else ""
    if gate.stopped_because:
        return f"{gate.stopped_because} It is tried again at {until}, or when somebody says so."
    return f"it did not answer, and is asked again at {until}."


def admit(slug: str) -> bool:
    """Let one call through; whether it is the first one after the gate was closed. Raises Closed.

    The first one closes the gate behind itself, so that the others wait for its answer.
    """
    now = one_clock.now()
    with transaction.atomic():
        gate = lock(slug)
        if gate.opens_at is None:
            return False
        if gate.opens_at > now:
            raise Closed(gate)
        _update(gate, opens_at=now + FIRST_CALL_TAKES)
    return True


def answered(slug: str, *, is_first: bool = False) -> None:
    """An answer came: the row of failures is over. Calls that went out before the gate was closed
    do not open it again."""
    gates = Gate.objects.filter(extractor=slug).exclude(failures=0, opens_at=None)
    if not is_first:
        gates = gates.filter(Q(opens_at=None) | Q(opens_at__lte=one_clock.now()))
    if gates.update(failures=0, opens_at=None, stopped_because="", stopped_at=None):
        log.info("“%s” answers again", slug)


def failed(slug: str, error: ExtractorError, *, is_first: bool = False) -> None:
    """No answer came; what that means for the calls of others."""
    now = one_clock.now()
    with transaction.atomic():
        gate = lock(slug)
        if error.stops:
            _stop(gate, str(error), now)
        elif error.is_busy or error.retry:
            _count(gate, error, now, is_first=is_first)
        elif is_first:  # the other side is there again; it only did not like this one card
            answered(slug, is_first=True)


def resume(slug: str) -> None:
    """A person says that calls may be made again: one goes first, then all."""
    Gate.objects.filter(extractor=slug).exclude(opens_at=None).update(
        opens_at=one_clock.now(), stopped_because="", stopped_at=None
    )


def _stop(gate: Gate, reason: str, now: datetime) -> None:
    if not gate.stopped_because:
        log.error("calls of “%s” are stopped: %s", gate.extractor, reason)
    _update(
        gate,
        stopped_because=reason,
        stopped_at=gate.stopped_at or now,
        opens_at=now + STOPPED_FOR,
    )


def _count(gate: Gate, error: ExtractorError, now: datetime, *, is_first: bool) -> None:
    """One more failure. Those that went out together and come back to a closed gate count once."""
    is_late = not is_first and gate.opens_at is not None and gate.opens_at > now
    failures = gate.failures + (not is_late)
    pause = _pause(error, failures, is_first=is_first)
    opens_at = None if pause is None else now + pause
    if is_late and gate.opens_at is not None:
        opens_at = max(opens_at or gate.opens_at, gate.opens_at)
    if opens_at is not None and not is_late:
        log.warning("“%s” is not asked until %s: %s", gate.extractor, opens_at, error)
    _update(gate, failures=failures, opens_at=opens_at)


def _pause(error: ExtractorError, failures: int, *, is_first: bool) -> timedelta | None:
    """How long nobody asks after a failure; None when the others may go on."""
    if error.is_busy:
        if error.retry_after_seconds is not None:
            return timedelta(seconds=error.retry_after_seconds)
        return _jittered(timedelta(seconds=2), failures - 1)
    if failures >= FAILURES_IN_A_ROW or is_first:
        return _jittered(FIRST_PAUSE, max(0, failures - FAILURES_IN_A_ROW))
    return None


def _jittered(first: timedelta, doublings: int) -> timedelta:
    pause = min(first * 2 ** min(doublings, 20), LONGEST_PAUSE)
    return timedelta(seconds=pause.total_seconds() * random.uniform(0.9, 1.1))  # noqa: S311


def _update(gate: Gate, **changes: object) -> None:
    Gate.objects.filter(pk=gate.pk).update(**changes)
