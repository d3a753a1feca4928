"""The sweep finds what no message reached, and what a stopped worker left."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from backoffice import celery_app
from cards.models import Card
from extraction import jobs, leases, tasks
from extraction.models import Extraction
from tests.extraction.make_jobs import ANSWER, MAY_PASS, make_due, take_in
from tests.fakes import FakeExtractor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake", "bundled")]

ring_workers = jobs.ring
"""The real one; the fixture `bell` puts another in its place."""


def test_sweep_rings_for_a_job_that_no_message_reached(job: Extraction, bell: list[int]) -> None:
    Extraction.objects.update(rung_at=timezone.now() - jobs.RING_AGAIN_AFTER)
    assert jobs.requeue_stale() == 1
    assert bell == [job.pk]


def test_sweep_gives_a_message_time_to_arrive(job: Extraction, bell: list[int]) -> None:
    assert jobs.requeue_stale() == 0
    assert bell == []


def test_sweep_does_not_ring_twice_in_a_row(job: Extraction, bell: list[int]) -> None:
    Extraction.objects.update(rung_at=timezone.now() - jobs.RING_AGAIN_AFTER)
    jobs.requeue_stale()
    jobs.requeue_stale()
    assert bell == [job.pk]


def test_sweep_rings_sooner_for_a_job_whose_worker_was_stopped(
    job: Extraction, bell: list[int]
) -> None:
    """Its message may lie behind the long reading of a worker while another has nothing to do."""
    just_now = timezone.now() - jobs.RING_CRASHED_AFTER
    Extraction.objects.update(rung_at=just_now)
    assert jobs.requeue_stale() == 0
    Extraction.objects.update(crashes=1)
    assert jobs.requeue_stale() == 1
    assert bell == [job.pk]


def test_sweep_can_ring_for_all_that_is_due(job: Extraction, bell: list[int]) -> None:
    assert jobs.requeue_stale(ring_all=True) == 1
    assert bell == [job.pk]


def test_sweep_leaves_jobs_of_the_future_alone(job: Extraction, bell: list[int]) -> None:
    Extraction.objects.update(run_after=timezone.now() + timedelta(minutes=1))
    jobs.requeue_stale(ring_all=True)
    assert bell == []


def test_sweep_rings_as_soon_as_a_repetition_is_due(
    job: Extraction, fake: FakeExtractor, bell: list[int]
) -> None:
    fake.queue.append(MAY_PASS)
    jobs.run(job.pk)
    make_due(job)
    jobs.requeue_stale()
    assert bell == [job.pk]


def test_sweep_rings_for_a_bounded_number(monkeypatch: pytest.MonkeyPatch, bell: list[int]) -> None:
    monkeypatch.setattr(jobs, "SWEEP_AT_MOST", 2)
    waiting = [take_in(tone=tone).pk for tone in (10, 20, 30)]
    assert jobs.requeue_stale(ring_all=True) == 2
    assert bell == waiting[:2]


def test_task_runs_the_job(job: Extraction, fake: FakeExtractor) -> None:
    fake.queue.append(ANSWER)
    tasks.run(job.pk)
    assert Card.objects.get().full_name == "Rosa Halloway"


def test_a_job_that_lost_its_worker_runs_before_the_one_that_workers_are_told_of(
    job: Extraction, fake: FakeExtractor
) -> None:
    told, waiting, crashed = job, take_in(tone=20), take_in(tone=30)
    Extraction.objects.filter(pk=crashed.pk).update(crashes=1)
    fake.queue += [ANSWER, ANSWER, ANSWER]
    tasks.run(told.pk)
    ended = Extraction.objects.filter(status="succeeded").order_by("finished_at")
    assert list(ended) == [crashed, told]
    assert waiting.status == "queued"


def test_one_of_them_that_another_worker_has_is_left_to_it(
    job: Extraction, fake: FakeExtractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have seen that two are due; each runs another."""
    first, second = take_in(tone=20), take_in(tone=30)
    Extraction.objects.exclude(pk=job.pk).update(crashes=1)
    fake.queue += [ANSWER, ANSWER]
    claim = leases.claim

    def too_late(extraction_id: int) -> Extraction | None:
        return None if extraction_id == first.pk else claim(extraction_id)

    with monkeypatch.context() as patch:
        patch.setattr(leases, "claim", too_late)
        tasks.run(job.pk)
    ended = Extraction.objects.filter(status="succeeded").order_by("finished_at")
    assert list(ended) == [second, job]


@pytest.mark.sqlite
def test_those_are_found_without_looking_at_the_whole_queue() -> None:
    crashed = jobs.due().filter(crashes__gt=0)
    assert "extraction_crashed" in crashed.explain()


def test_task_sweeps(job: Extraction, bell: list[int]) -> None:
    tasks.sweep(ring_all=True)
    assert bell == [job.pk]


def test_message_carries_nothing_but_the_id(
    job: Extraction, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(celery_app, "send_task", lambda *message: sent.append(message))
    ring_workers(job.pk)
    assert json.loads(json.dumps(sent)) == [["extraction.tasks.run", [job.pk]]]
