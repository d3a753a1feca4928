"""A picture that ends one worker after another is kept from the next."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from cards.models import Batch, Card
from extraction import jobs, leases
from extraction.models import Extraction

pytestmark = pytest.mark.django_db


@pytest.fixture
def job() -> Extraction:
    card = Card.objects.create(batch=Batch.objects.create(name="Expo Berlin"))
    return jobs.request(card, extractor="offline")


def crash(job: Extraction) -> Extraction:
    """A worker claims the job and is gone; the sweep finds it."""
    assert leases.claim(job.pk)
    Extraction.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    jobs.requeue_stale()
    job.refresh_from_db()
    return job


def test_after_a_first_and_a_second_crash_it_is_tried_again(job: Extraction) -> None:
    assert crash(job).status == Extraction.Status.QUEUED
    assert crash(job).status == Extraction.Status.QUEUED


def test_after_the_third_it_ends_and_a_person_is_asked(job: Extraction) -> None:
    for _ in range(3):
        crash(job)
    job.card.refresh_from_db()
    assert job.status == Extraction.Status.FAILED
    assert job.card.status == Card.Status.NEEDS_REVIEW
    assert "Three workers were stopped" in job.card.notice


def test_to_ask_again_does_not_begin_anew(job: Extraction) -> None:
    for _ in range(3):
        crash(job)
    again = jobs.request(job.card, extractor="offline")
    assert again.pk != job.pk
    assert crash(again).status == Extraction.Status.FAILED
