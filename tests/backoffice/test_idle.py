"""A worker that should be working and is not ends; one that has a reason goes on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from celery.worker import state
from django.utils import timezone

from backoffice import idle
from backoffice.celery import app
from backoffice.idle import PoolWatch, Watch
from cards.models import Batch, Card
from extraction import closing
from extraction.models import Backlog, Extraction, Gate
from tests.disks import FakeDisk

pytestmark = pytest.mark.django_db


class Steady:
    """The clock that runs steadily, as the watch sees it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Steady:
    steady = Steady()
    monkeypatch.setattr(idle, "time", steady)
    return steady


@pytest.fixture
def knocks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tasks that workers were asked for."""
    asked: list[str] = []
    monkeypatch.setattr(app, "send_task", lambda name, **_: asked.append(name))
    return asked


@pytest.fixture(autouse=True)
def nothing_said() -> Iterator[None]:
    yield
    closing.forget()


@pytest.fixture
def job(knocks: list[str]) -> Extraction:
    """A job that has been due for a while."""
    card = Card.objects.create(batch=Batch.objects.create(name="Expo Berlin"))
    return Extraction.objects.create(
        card=card, extractor="offline", run_after=timezone.now() - timedelta(minutes=5)
    )


def ended(clock: Steady, *, seconds: float = 120) -> list[int]:
    """With which status the worker has ended, having looked for so long."""
    statuses: list[int] = []
    watch = Watch(end=statuses.append)
    for _ in range(int(seconds // idle.WATCH_SECONDS) + 1):
        watch.look()
        clock.now += idle.WATCH_SECONDS
    return statuses[:1]


def test_a_worker_that_begins_nothing_ends_to_be_started_anew(
    job: Extraction, clock: Steady
) -> None:
    assert ended(clock) == [1]


def test_it_has_the_time_that_a_doorbell_takes(job: Extraction, clock: Steady) -> None:
    assert ended(clock, seconds=idle.STOPPED_SECONDS) == []


def test_it_is_knocked_at_meanwhile(job: Extraction, clock: Steady, knocks: list[str]) -> None:
    ended(clock)
    assert set(knocks) == {"extraction.tasks.sweep"}


def test_one_that_does_something_goes_on(job: Extraction, clock: Steady) -> None:
    statuses: list[int] = []
    watch = Watch(end=statuses.append)
    for _ in range(20):
        watch.look()
        clock.now += idle.WATCH_SECONDS
        idle.saw_a_task()
    assert statuses == []


def test_one_that_is_busy_goes_on(
    job: Extraction, clock: Steady, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "active_requests", {"a long reading"})
    assert ended(clock) == []


@pytest.mark.usefixtures("knocks")
def test_one_without_work_goes_on(clock: Steady) -> None:
    assert ended(clock) == []


def test_one_whose_jobs_are_to_be_tried_later_goes_on(job: Extraction, clock: Steady) -> None:
    Extraction.objects.update(run_after=timezone.now() + timedelta(minutes=5))
    assert ended(clock) == []


def test_one_whose_model_is_stopped_goes_on(job: Extraction, clock: Steady) -> None:
    later = timezone.now() + timedelta(minutes=5)
    Gate.objects.create(extractor="offline", opens_at=later, stopped_because="No credit.")
    assert ended(clock) == []


def test_one_whose_jobs_wait_for_a_batch_goes_on(job: Extraction, clock: Steady) -> None:
    Extraction.objects.update(backlog=Backlog.objects.create(extractor="offline"))
    assert ended(clock) == []


def test_one_on_a_full_disk_goes_on(job: Extraction, clock: Steady, disk: FakeDisk) -> None:
    disk.bytes_used = 98
    assert ended(clock) == []


def test_one_that_is_told_to_end_is_left_in_peace(job: Extraction, clock: Steady) -> None:
    closing.tell()
    assert ended(clock) == []


def test_one_whose_broker_takes_no_message_goes_on(
    job: Extraction, clock: Steady, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(name: str, **_: Any) -> None:
        raise ConnectionError("no route to host")

    monkeypatch.setattr(app, "send_task", fail)
    statuses: list[int] = []
    watch = Watch(end=statuses.append)
    for _ in range(20):
        with pytest.raises(ConnectionError):
            watch.look()
        clock.now += idle.WATCH_SECONDS
    assert statuses == []


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(
    ("pools", "statuses"), [([{1, 2}, {1, 3}], [1]), ([{1}, {1, 2}, {1, 2}], [])]
)
def test_one_whose_processes_share_a_lock_ends_when_it_misses_one(
    pools: list[set[int]], statuses: list[int]
) -> None:
    ended: list[int] = []
    seen = iter(pools)
    watch = PoolWatch(end=ended.append, processes=lambda: next(seen))
    for _ in pools:
        watch.look()
    assert ended == statuses


def test_one_that_is_told_to_end_misses_no_process() -> None:
    pools = iter([{1, 2}, {1}])
    ended: list[int] = []
    watch = PoolWatch(end=ended.append, processes=lambda: next(pools))
    watch.look()
    closing.tell()
    watch.look()
    assert ended == []
