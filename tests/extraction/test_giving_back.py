"""A worker that has to end begins nothing more, and hands over what it will not finish."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from cards.models import Card
from extraction import closing, jobs, leases
from extraction.models import Call, Extraction
from tests.extraction.make_jobs import ANSWER, WAIT_SECONDS, PaidExtractor, take_in
from tests.fakes import FakeExtractor

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("fake", "bundled", "open_again"),
]


@pytest.fixture
def open_again(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What the worker of a test was told is not said to the next one."""
    monkeypatch.setattr(leases, "LOOK_SECONDS", 0.02)
    yield
    closing.forget()


def late(job: Extraction) -> dict[str, Any]:
    """The worker has to end while it asks; the answer comes when it has given the job back."""
    closing.tell()
    closing.hurry()
    until = time.monotonic() + WAIT_SECONDS
    while Extraction.objects.get(pk=job.pk).status != Extraction.Status.QUEUED:
        assert time.monotonic() < until
        time.sleep(0.01)
    return ANSWER


def test_a_worker_that_has_to_end_begins_nothing(job: Extraction) -> None:
    closing.tell()
    assert not jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.attempts) == (Extraction.Status.QUEUED, 0)


def test_what_it_has_begun_it_may_finish(job: Extraction, fake: FakeExtractor) -> None:
    def told() -> dict[str, Any]:
        closing.tell()
        return ANSWER

    fake.queue.append(told)
    jobs.run(job.pk)
    assert Card.objects.get().full_name == "Rosa Halloway"


def test_what_it_does_not_finish_another_takes_at_once(
    job: Extraction, fake: FakeExtractor, bell: list[int]
) -> None:
    fake.queue.append(lambda: late(job))
    bell.clear()
    jobs.run(job.pk)
    assert bell == [job.pk]
    closing.forget()
    assert leases.claim(job.pk) is not None


def test_it_was_no_attempt_and_no_crash(job: Extraction, fake: FakeExtractor) -> None:
    fake.queue.append(lambda: late(job))
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.attempts, job.crashes) == (0, 0)


def test_what_comes_too_late_is_not_written(job: Extraction, fake: FakeExtractor) -> None:
    fake.queue.append(lambda: late(job))
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.result) == (Extraction.Status.QUEUED, None)
    assert Card.objects.get().full_name == ""


def test_an_answer_that_comes_late_is_kept_and_not_paid_for_again(paid: PaidExtractor) -> None:
    job = take_in()
    paid.queue.append(lambda: late(job))
    jobs.run(job.pk)
    closing.forget()
    assert jobs.run(job.pk)
    assert len(paid.asked) == 1
    assert Card.objects.get().full_name == "Rosa Halloway"
    assert Call.objects.get().outcome == Call.Outcome.ANSWERED


def test_its_call_is_given_up_so_that_another_may_ask(paid: PaidExtractor) -> None:
    job = take_in()
    seen: list[str] = []

    def ask() -> dict[str, Any]:
        answer = late(job)
        seen.append(Call.objects.get().outcome)
        return answer

    paid.queue.append(ask)
    jobs.run(job.pk)
    assert seen == [Call.Outcome.LOST]


def test_a_job_that_is_another_workers_by_now_is_left_to_it(
    job: Extraction, fake: FakeExtractor, bell: list[int]
) -> None:
    mine = leases.claim(job.pk)
    assert mine is not None
    Extraction.objects.filter(pk=job.pk).update(fence=mine.fence + 1)
    bell.clear()
    jobs._give_back(mine)
    job.refresh_from_db()
    assert (job.status, bell) == (Extraction.Status.RUNNING, [])
