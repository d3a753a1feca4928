"""Readings that fail: repeated while that may help, then handed to a person."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from cards.models import Card
from extraction import extractors, jobs
from extraction.extractors.base import ExtractorError
from extraction.models import Extraction
from extraction.reading import ocr
from extraction.result import Line
from tests.extraction.make_jobs import (
    ANSWER,
    BROKEN,
    GARBAGE,
    MAY_PASS,
    Bundled,
    make_due,
    take_in,
)
from tests.fakes import FakeExtractor

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake", "bundled")]


def test_failure_that_may_pass_is_tried_again_later(job: Extraction, fake: FakeExtractor) -> None:
    fake.queue.append(MAY_PASS)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.error) == (Extraction.Status.QUEUED, "The fake is ill.")
    assert timedelta(0) < job.run_after - timezone.now() < timedelta(seconds=3)
    assert job.lease_until is None


def test_each_failure_waits_longer(job: Extraction, fake: FakeExtractor) -> None:
    waits = []
    for _ in range(3):
        fake.queue.append(MAY_PASS)
        make_due(job)
        jobs.run(job.pk)
        job.refresh_from_db()
        waits.append(job.run_after - timezone.now())
    assert waits == sorted(waits)
    assert waits[-1] > timedelta(seconds=5)


def test_busy_server_is_left_alone_as_long_as_it_asked(
    job: Extraction, fake: FakeExtractor
) -> None:
    fake.queue.append(ExtractorError("Busy.", retry=True, retry_after_seconds=120))
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.run_after - timezone.now() > timedelta(seconds=110)


def test_card_keeps_waiting_while_a_job_may_be_repeated(
    job: Extraction, fake: FakeExtractor
) -> None:
    fake.queue.append(MAY_PASS)
    jobs.run(job.pk)
    assert Card.objects.get().status == Card.Status.UPLOADED


def test_second_attempt_may_succeed(job: Extraction, fake: FakeExtractor) -> None:
    fake.queue.extend([MAY_PASS, ANSWER])
    jobs.run(job.pk)
    make_due(job)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.attempts, job.error) == (Extraction.Status.SUCCEEDED, 2, "")


def test_attempts_have_an_end(job: Extraction, fake: FakeExtractor, settings: Settings) -> None:
    settings.JOB_MAX_ATTEMPTS = 2
    for _ in range(2):
        fake.queue.append(MAY_PASS)
        make_due(job)
        jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.attempts) == (Extraction.Status.FAILED, 2)
    assert job.finished_at is not None


def test_card_of_a_failed_job_waits_for_a_person(job: Extraction, fake: FakeExtractor) -> None:
    fake.queue.append(BROKEN)
    jobs.run(job.pk)
    card = Card.objects.get()
    assert (card.status, card.doubt) == (Card.Status.NEEDS_REVIEW, 1.0)
    assert card.notice == "Reading with “fake” failed: The fake is broken."


def test_garbage_answer_is_explained_on_the_card(job: Extraction, fake: FakeExtractor) -> None:
    fake.queue.extend([GARBAGE, GARBAGE])
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.status == Extraction.Status.FAILED
    assert Card.objects.get().notice == (
        "Reading with “fake” failed: The fake's answer is not what was agreed. It was asked twice,"
        " both answers are kept, and it is not asked again. Type what you can see, or read the"
        " card again with another reader."
    )


def test_extractor_that_is_gone_is_explained_on_the_card() -> None:
    job = take_in(extractor="crystal_ball")
    jobs.run(job.pk)
    assert "There is no extractor “crystal_ball”" in Card.objects.get().notice


def test_failed_reading_keeps_the_notice_off_an_approved_card(
    job: Extraction, fake: FakeExtractor
) -> None:
    Card.objects.update(status=Card.Status.APPROVED, approved_at=timezone.now())
    fake.queue.append(BROKEN)
    jobs.run(job.pk)
    assert Card.objects.get().notice == ""


def test_bundled_reader_takes_over_after_another_failed_for_good(
    job: Extraction, fake: FakeExtractor
) -> None:
    fake.queue.append(BROKEN)
    jobs.run(job.pk)
    helper = Extraction.objects.exclude(pk=job.pk).get()
    assert (helper.extractor, helper.status) == (extractors.BUNDLED, Extraction.Status.QUEUED)
    jobs.run(helper.pk)
    assert Card.objects.get().full_name == Bundled.says


def test_bundled_reader_does_not_help_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> list[Line]:
        raise ExtractorError("The OCR is broken.")

    job = take_in(extractor=extractors.BUNDLED)
    monkeypatch.setattr(ocr, "read", broken)
    jobs.run(job.pk)
    assert Extraction.objects.get().status == Extraction.Status.FAILED


def test_unexpected_exception_keeps_the_job_alive(
    job: Extraction, fake: FakeExtractor, caplog: pytest.LogCaptureFixture
) -> None:
    fake.queue.append(ZeroDivisionError("in the middle of it"))
    assert jobs.run(job.pk)
    job.refresh_from_db()
    assert job.status == Extraction.Status.QUEUED
    assert "the log has the details" in job.error
    assert "ZeroDivisionError" in caplog.text


def test_picture_that_is_gone_from_the_vault_is_explained(
    job: Extraction, settings: Settings
) -> None:
    settings.JOB_MAX_ATTEMPTS = 1
    job.card.sides.update(picture="0" * 64)
    jobs.run(job.pk)
    assert "The vault could not give" in Card.objects.get().notice


def test_card_deleted_meanwhile_leaves_nothing_behind(
    job: Extraction, fake: FakeExtractor, caplog: pytest.LogCaptureFixture
) -> None:
    def delete() -> dict[str, Any]:
        Card.objects.all().delete()
        return ANSWER

    fake.queue.append(delete)
    with caplog.at_level(logging.ERROR):
        assert jobs.run(job.pk)
    assert not Extraction.objects.exists()
    assert not Card.objects.exists()
    assert caplog.records == []
