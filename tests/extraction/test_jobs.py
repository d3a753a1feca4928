"""The life of a job: requested once, claimed by one worker, and read."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError

from backoffice import celery_app
from cards.models import Card
from extraction import jobs, leases
from extraction.models import Extraction
from extraction.result import Line, Result
from tests import pictures
from tests.extraction.make_jobs import ANSWER, LINES, all_at_once, take_in
from tests.fakes import FakeExtractor

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake", "bundled")]

ring_workers = jobs.ring
"""The real one; the fixture `bell` puts another in its place."""


# Requesting


def test_card_that_comes_in_is_requested(job: Extraction) -> None:
    assert (job.status, job.extractor) == (Extraction.Status.QUEUED, "fake")


def test_workers_are_told_after_the_commit(
    bell: list[int], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        job = take_in()
        assert bell == []
    for callback in callbacks:
        callback()
    assert bell == [job.pk]


def test_second_request_finds_the_open_job(job: Extraction) -> None:
    assert jobs.request(job.card, extractor="fake") == job
    assert Extraction.objects.count() == 1


def test_second_request_does_not_ring_again(
    job: Extraction,
    bell: list[int],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        jobs.request(job.card, extractor="fake")
    assert bell == []


def test_finished_job_may_be_requested_anew(job: Extraction, fake: FakeExtractor) -> None:
    fake.queue.append(ANSWER)
    jobs.run(job.pk)
    assert jobs.request(job.card, extractor="fake") != job


def test_request_without_an_extractor_takes_the_usual_one(
    job: Extraction, settings: Settings
) -> None:
    settings.EXTRACTOR = "offline"
    assert jobs.request(job.card).extractor == "offline"


def test_request_goes_through_while_the_broker_is_down(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(jobs, "ring", ring_workers)
    monkeypatch.setattr(jobs, "_silent_until", 0.0)
    monkeypatch.setattr(celery_app, "send_task", broken)
    with django_capture_on_commit_callbacks(execute=True):
        job = take_in()
    assert job.status == Extraction.Status.QUEUED
    assert "the sweep will" in caplog.text


def test_broker_that_is_down_is_not_asked_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def broken(*message: Any) -> None:
        asked.append(message)
        raise OperationalError("connection refused")

    monkeypatch.setattr(jobs, "_silent_until", 0.0)
    monkeypatch.setattr(celery_app, "send_task", broken)
    for number in range(5):
        ring_workers(number)
    assert len(asked) == 1


# Claiming


def test_second_claim_finds_nothing(job: Extraction) -> None:
    assert leases.claim(job.pk) is not None
    assert leases.claim(job.pk) is None


def test_claim_sets_lease_fence_and_attempts(job: Extraction) -> None:
    claimed = leases.claim(job.pk)
    assert claimed is not None
    assert (claimed.status, claimed.fence, claimed.attempts) == (Extraction.Status.RUNNING, 1, 1)
    assert claimed.lease_until is not None
    assert claimed.lease_until > timezone.now()


def test_job_of_the_future_is_not_run(job: Extraction, fake: FakeExtractor) -> None:
    later = timezone.now() + timedelta(minutes=1)
    Extraction.objects.filter(pk=job.pk).update(run_after=later)
    assert not jobs.run(job.pk)
    assert not jobs.due().exists()
    assert fake.asked == []


def test_job_that_is_gone_is_left_quietly(job: Extraction) -> None:
    job.card.delete()
    assert not jobs.run(job.pk)


def test_message_that_comes_twice_runs_the_job_once(job: Extraction, fake: FakeExtractor) -> None:
    fake.queue.append(ANSWER)
    assert [jobs.run(job.pk), jobs.run(job.pk)] == [True, False]
    assert len(fake.asked) == 1


@pytest.mark.django_db(transaction=True)
def test_of_workers_at_the_same_moment_one_claims(job: Extraction) -> None:
    claims = all_at_once(lambda: leases.claim(job.pk), 6)
    assert len(claims) == 6
    assert sum(claim is not None for claim in claims) == 1
    job.refresh_from_db()
    assert (job.fence, job.attempts) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_of_workers_at_the_same_moment_one_asks(job: Extraction, fake: FakeExtractor) -> None:
    fake.queue.append(ANSWER)
    assert sorted(all_at_once(lambda: jobs.run(job.pk), 4)) == [False, False, False, True]
    assert len(fake.asked) == 1


@pytest.mark.django_db(transaction=True)
def test_requests_at_the_same_moment_make_one_job(job: Extraction) -> None:
    requested = all_at_once(lambda: jobs.request(job.card, extractor="offline").pk, 4)
    assert len(requested) == 4
    assert len(set(requested)) == 1


# Reading


def test_card_that_was_read_waits_for_review(job: Extraction, fake: FakeExtractor) -> None:
    fake.queue.append(ANSWER)
    assert jobs.run(job.pk)
    card = Card.objects.get()
    assert (card.full_name, card.company) == ("Rosa Halloway", "Northwind Boats")
    assert (card.status, card.notice) == (Card.Status.NEEDS_REVIEW, "")


def test_finished_job_keeps_the_result(job: Extraction, fake: FakeExtractor) -> None:
    fake.queue.append(ANSWER)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.status == Extraction.Status.SUCCEEDED
    assert (job.model, job.error, job.lease_until) == ("fake-1", "", None)
    assert job.result is not None
    result = Result.from_json(job.result)
    assert result.values["full_name"].boxes == (LINES[0].box,)
    assert job.seconds is not None


def test_extractor_gets_the_sides_and_their_lines(job: Extraction, fake: FakeExtractor) -> None:
    fake.queue.append(ANSWER)
    jobs.run(job.pk)
    assert [asked.sizes for asked in fake.asked] == [(pictures.SIZE_PX,)]
    assert fake.asked[0].lines == tuple(LINES)


def test_doubt_is_that_of_the_least_sure_field(job: Extraction, fake: FakeExtractor) -> None:
    fake.queue.append({**ANSWER, "confidence": {"company": 0.4}})
    jobs.run(job.pk)
    card = Card.objects.get()
    assert (card.doubt, card.doubtful_fields) == (0.6, ["company"])


def test_picture_without_text_says_so(
    job: Extraction, fake: FakeExtractor, ocr_lines: list[Line]
) -> None:
    ocr_lines.clear()
    fake.queue.append({"fields": {}})
    jobs.run(job.pk)
    card = Card.objects.get()
    assert card.notice == "No text was found on the picture; type what you can see."
    assert (card.status, card.doubt) == (Card.Status.NEEDS_REVIEW, 1.0)


def test_machine_does_not_overwrite_what_a_person_typed(
    job: Extraction, fake: FakeExtractor
) -> None:
    Card.objects.update(full_name="Rosa M. Halloway", is_edited=True)
    fake.queue.append(ANSWER)
    jobs.run(job.pk)
    card = Card.objects.get()
    assert (card.full_name, card.company) == ("Rosa M. Halloway", "")
    assert card.status == Card.Status.NEEDS_REVIEW


def test_machine_does_not_touch_an_approved_card(job: Extraction, fake: FakeExtractor) -> None:
    Card.objects.update(status=Card.Status.APPROVED, approved_at=timezone.now())
    fake.queue.append(ANSWER)
    jobs.run(job.pk)
    card = Card.objects.get()
    assert (card.full_name, card.status) == ("", Card.Status.APPROVED)
