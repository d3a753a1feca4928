"""A job is its worker's for the length of a lease, and then another's."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from cards.models import Card
from extraction import jobs, leases
from extraction.models import Call, Extraction
from tests.extraction.make_jobs import (
    ANSWER,
    BROKEN,
    GARBAGE,
    WAIT_SECONDS,
    PaidExtractor,
    claimed_but_stopped,
    make_due,
    take_in,
)
from tests.fakes import FakeExtractor

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake", "bundled")]


def _taken_over(job: Extraction) -> dict[str, Any]:
    """What another worker does when the lease of the first has run out: it reads the card."""
    Extraction.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    jobs.requeue_stale()
    make_due(job)
    assert leases.claim(job.pk) is not None
    return ANSWER


def test_worker_that_was_overtaken_writes_no_result(job: Extraction, fake: FakeExtractor) -> None:
    fake.queue.append(lambda: _taken_over(job))
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.attempts, job.result) == (Extraction.Status.RUNNING, 2, None)
    assert Card.objects.get().full_name == ""


def test_worker_that_was_overtaken_writes_no_failure(job: Extraction, fake: FakeExtractor) -> None:
    def fail() -> dict[str, Any]:
        _taken_over(job)
        raise BROKEN

    fake.queue.append(fail)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.attempts) == (Extraction.Status.RUNNING, 2)
    assert Card.objects.get().notice == ""
    assert Extraction.objects.count() == 1


def test_failed_reading_does_not_replace_a_good_one(
    job: Extraction, fake: FakeExtractor, bell: list[int]
) -> None:
    fake.queue.append(ANSWER)
    jobs.run(job.pk)
    read = Card.objects.get().contact()
    again = jobs.request(job.card, extractor="fake")
    fake.queue.append(BROKEN)
    Extraction.objects.filter(pk=job.pk).update(digest="")
    fake.model = "another"
    jobs.run(again.pk)
    card = Card.objects.get()
    assert card.contact() == read
    assert "failed" in card.notice
    assert not Extraction.objects.filter(extractor="offline").exists()


def test_job_of_a_stopped_worker_goes_back_to_the_queue(job: Extraction) -> None:
    claimed_but_stopped(job)
    jobs.requeue_stale()
    job.refresh_from_db()
    assert (job.status, job.lease_until) == (Extraction.Status.QUEUED, None)
    assert job.error == "The worker that read the card was stopped."


def test_job_of_a_stopped_worker_is_announced_by_the_same_sweep(
    job: Extraction, bell: list[int]
) -> None:
    claimed_but_stopped(job)
    jobs.requeue_stale()
    assert bell == [job.pk]


def test_job_whose_worker_is_alive_stays_with_it(job: Extraction) -> None:
    assert leases.claim(job.pk) is not None
    jobs.requeue_stale()
    job.refresh_from_db()
    assert job.status == Extraction.Status.RUNNING


def test_job_that_stops_its_workers_fails_in_the_end(job: Extraction, settings: Settings) -> None:
    settings.JOB_MAX_ATTEMPTS = 1
    claimed_but_stopped(job)
    jobs.requeue_stale()
    job.refresh_from_db()
    assert job.status == Extraction.Status.FAILED
    assert "worker that read the card was stopped" in Card.objects.get().notice


def test_lease_renewed_at_the_last_moment_keeps_the_job(
    job: Extraction, monkeypatch: pytest.MonkeyPatch
) -> None:
    claimed_but_stopped(job)
    take_over = leases.take_over

    def beaten(late: Extraction) -> bool:
        Extraction.objects.update(lease_until=timezone.now() + timedelta(seconds=30))
        return take_over(late)

    monkeypatch.setattr(leases, "take_over", beaten)
    jobs.requeue_stale()
    job.refresh_from_db()
    assert job.status == Extraction.Status.RUNNING


@pytest.fixture
def beats(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when the heart of a job has beaten, after its lease was written."""
    beaten = threading.Event()
    mine = leases.mine

    def watched(job: Extraction) -> Any:
        rows = mine(job)
        update = rows.update

        def beat(**changes: Any) -> int:
            changed = update(**changes)
            if set(changes) == {"lease_until"}:
                beaten.set()
            return changed

        rows.update = beat  # type: ignore[method-assign]
        return rows

    monkeypatch.setattr(leases, "mine", watched)
    return beaten


@pytest.mark.django_db(transaction=True)
def test_lease_is_renewed_while_the_reading_takes_long(
    job: Extraction, fake: FakeExtractor, settings: Settings, beats: threading.Event
) -> None:
    settings.JOB_LEASE_SECONDS = 0.3
    leases: list[Any] = []

    def slow() -> dict[str, Any]:
        for _ in range(2):
            leases.append(Extraction.objects.get(pk=job.pk).lease_until)
            beats.clear()
            assert beats.wait(WAIT_SECONDS)
        leases.append(Extraction.objects.get(pk=job.pk).lease_until)
        return ANSWER

    fake.queue.append(slow)
    jobs.run(job.pk)
    assert leases[0] < leases[1] < leases[2]
    assert Card.objects.get().full_name == "Rosa Halloway"


@pytest.mark.django_db(transaction=True)
def test_lease_of_a_call_is_renewed_with_that_of_its_job(
    paid: PaidExtractor, settings: Settings, beats: threading.Event
) -> None:
    settings.JOB_LEASE_SECONDS = 0.3
    renewed: list[Any] = []

    def slow() -> dict[str, Any]:
        for _ in range(3):
            renewed.append(Call.objects.get().lease_until)
            beats.clear()
            assert beats.wait(WAIT_SECONDS)
        return ANSWER

    paid.queue.append(slow)
    jobs.run(take_in().pk)
    assert renewed[0] < renewed[2]
    assert Call.objects.get().outcome == Call.Outcome.ANSWERED


@pytest.mark.django_db(transaction=True)
def test_heart_stops_with_the_job(
    job: Extraction, fake: FakeExtractor, settings: Settings, beats: threading.Event
) -> None:
    settings.JOB_LEASE_SECONDS = 0.1
    fake.queue.append(lambda: ANSWER if beats.wait(WAIT_SECONDS) else GARBAGE)
    jobs.run(job.pk)
    assert not [t for t in threading.enumerate() if t.name == f"heartbeat-{job.pk}"]
    job.refresh_from_db()
    assert job.lease_until is None


@pytest.mark.django_db(transaction=True)
def test_database_that_fails_a_beat_does_not_stop_the_reading(
    job: Extraction,
    fake: FakeExtractor,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings.JOB_LEASE_SECONDS = 0.1
    failed = threading.Event()
    mine = leases.mine

    def broken_beside(job: Extraction) -> Any:
        if threading.current_thread().name.startswith("heartbeat"):
            failed.set()
            raise OSError("the database is away")
        return mine(job)

    monkeypatch.setattr(leases, "mine", broken_beside)
    fake.queue.append(lambda: ANSWER if failed.wait(WAIT_SECONDS) else GARBAGE)
    jobs.run(job.pk)
    assert Card.objects.get().full_name == "Rosa Halloway"
    assert "could not be renewed" in caplog.text


@pytest.fixture
def steady(monkeypatch: pytest.MonkeyPatch) -> Callable[[float, float], None]:
    """Lets seconds pass by the steady clock, and as many and some more by the clock on the wall."""
    passed = [0.0, 0.0]
    clocks = SimpleNamespace(monotonic=lambda: passed[0], time=lambda: passed[1])
    monkeypatch.setattr(leases, "time", clocks)

    def go_on(seconds: float, set_by: float = 0) -> None:
        passed[0] += seconds
        passed[1] += seconds + set_by

    return go_on


def _judges(watch: leases.Watch) -> bool:
    with watch.look() as may_take_over:
        return may_take_over


def test_who_looks_all_the_time_may_say_that_a_worker_is_gone(
    steady: Callable[[float], None],
) -> None:
    watch = leases.Watch()
    for _ in range(3):
        steady(10)
        assert _judges(watch)


@pytest.mark.parametrize(("late", "set_by"), [(60, 0), (10, 7200), (10, -7200)])
def test_after_a_gap_or_a_clock_that_was_set_hearts_beat_first(
    steady: Callable[[float, float], None], late: float, set_by: float
) -> None:
    watch = leases.Watch()
    assert _judges(watch)
    steady(late, set_by)
    assert not _judges(watch)
    steady(10, 0)
    assert not _judges(watch)
    steady(10, 0)
    assert _judges(watch)


def test_after_the_database_was_away_hearts_beat_first(steady: Callable[[float], None]) -> None:
    watch = leases.Watch()
    with pytest.raises(OSError, match="away"), watch.look():
        raise OSError("the database is away")
    steady(10)
    assert not _judges(watch)
    steady(20)
    assert _judges(watch)


def test_jobs_are_left_to_workers_that_cannot_be_judged(job: Extraction) -> None:
    claimed_but_stopped(job)
    jobs.requeue_stale(may_take_over=False)
    job.refresh_from_db()
    assert job.status == Extraction.Status.RUNNING
