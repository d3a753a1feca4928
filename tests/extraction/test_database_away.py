"""A worker whose database goes away ends its job itself once it is back: that is no crash."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import DataError, InterfaceError, OperationalError, connection

from cards.models import Card
from extraction import jobs, leases
from extraction.models import Extraction
from tests.extraction.make_jobs import ANSWER, MAY_PASS
from tests.fakes import FakeExtractor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bundled")]

Fail = Callable[[int, Exception], None]


@pytest.fixture
def fail() -> Iterator[Fail]:
    """The next so many writes of this worker fail."""
    failing: list[Exception] = []

    def ask(execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        if failing and sql.startswith("UPDATE"):
            raise failing.pop()
        return execute(sql, *more)

    with connection.execute_wrapper(ask):
        yield lambda times, error: failing.extend([error] * times)


@pytest.fixture(autouse=True)
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that the worker has waited, which nobody really does."""
    found: list[float] = []
    monkeypatch.setattr("extraction.leases.time.sleep", found.append)
    return found


@pytest.mark.parametrize("error", [OperationalError("gone"), InterfaceError("closed")])
def test_what_was_read_is_written_when_the_database_is_back(
    job: Extraction, fake: FakeExtractor, fail: Fail, naps: list[float], error: Exception
) -> None:
    def answer() -> dict[str, Any]:
        fail(3, error)
        return ANSWER

    fake.queue.append(answer)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.attempts) == (Extraction.Status.SUCCEEDED, 1)
    assert Card.objects.get().full_name == "Rosa Halloway"
    assert naps == [1, 2, 4]


def test_so_is_why_nothing_was_read(job: Extraction, fake: FakeExtractor, fail: Fail) -> None:
    def break_down() -> dict[str, Any]:
        fail(3, OperationalError("gone"))
        raise MAY_PASS

    fake.queue.append(break_down)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.error) == (Extraction.Status.QUEUED, str(MAY_PASS))


def test_the_heart_of_the_job_beats_meanwhile(
    job: Extraction, fake: FakeExtractor, fail: Fail, monkeypatch: pytest.MonkeyPatch
) -> None:
    beating: list[str] = []

    def look(_seconds: float) -> None:
        beating.extend(thread.name for thread in threading.enumerate())

    monkeypatch.setattr("extraction.leases.time.sleep", look)

    def break_down() -> dict[str, Any]:
        fail(1, OperationalError("gone"))
        raise MAY_PASS

    fake.queue.append(break_down)
    jobs.run(job.pk)
    assert f"heartbeat-{job.pk}" in beating


def test_a_worker_does_not_wait_for_ever(
    job: Extraction, fake: FakeExtractor, fail: Fail, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer() -> dict[str, Any]:
        fail(2, OperationalError("gone"))
        return ANSWER

    monkeypatch.setattr(leases, "WRITE_SECONDS", 0)
    fake.queue.append(answer)
    with pytest.raises(OperationalError):
        jobs.run(job.pk)


def test_what_the_database_refuses_is_not_tried_again_and_again(
    job: Extraction, fake: FakeExtractor, fail: Fail, naps: list[float]
) -> None:
    def answer() -> dict[str, Any]:
        fail(1, DataError("value too long"))
        return ANSWER

    fake.queue.append(answer)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, naps) == (Extraction.Status.QUEUED, [])
