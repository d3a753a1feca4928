"""The whole life of a job: requested, claimed, run, finished or failed, swept up.

The row is the truth; a message only says that there is one. A job runs because a worker's
conditional UPDATE changed its row, and writes because its fence is still the row's: messages may
be lost, doubled or late, workers may be killed or sleep, and each answer is still written once.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from celery import current_app
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from cards import images, vault
from cards.fields import CONTACT_FIELDS
from cards.models import Card
from extraction import answers, extractors
from extraction.answers import Answer
from extraction.confidence import doubts
from extraction.extractors.base import BaseExtractor, ExtractorError
from extraction.models import Extraction
from extraction.result import Result

if TYPE_CHECKING:
    from django.contrib.auth.models import User

log = logging.getLogger(__name__)

FALLBACK = "offline"
"""The extractor that reads a card when another has failed on it for good."""

RING_AGAIN_AFTER = timedelta(seconds=30)
SWEEP_AT_MOST = 200
SILENT_SECONDS = 10
_silent_until = 0.0
_OPEN = (Extraction.Status.QUEUED, Extraction.Status.RUNNING)


def request(card: Card, *, extractor: str = "", by: User | None = None) -> Extraction:
    """The open job of `extractor` for `card`, made if there is none; workers are told on commit."""
    slug = extractor or settings.EXTRACTOR
    with transaction.atomic():
        job, is_new = Extraction.objects.get_or_create(
            card=card, extractor=slug, status__in=_OPEN, defaults={"requested_by": by}
        )
        if is_new:
            transaction.on_commit(lambda: ring(job.pk))
    return job


def ring(extraction_id: int) -> None:
    """Tell the workers of a job. When that fails, the sweep will find it.

    A broker that is down costs seconds to find so; it is then left alone for a while, lest an
    upload of many files waits for it once a file.
    """
    global _silent_until  # noqa: PLW0603
    if time.monotonic() < _silent_until:
        return
    try:
        current_app.send_task("extraction.tasks.run", (extraction_id,))
    except Exception as error:
        _silent_until = time.monotonic() + SILENT_SECONDS
        log.warning("workers could not be told of job %s; the sweep will: %s", extraction_id, error)


def due() -> QuerySet[Extraction]:
    """Jobs that may run now, the one that has waited longest first."""
    return Extraction.objects.filter(
        status=Extraction.Status.QUEUED, run_after__lte=timezone.now()
    ).order_by("run_after", "id")


def run(extraction_id: int) -> bool:
    """Whether this call claimed the job and ran it, well or badly."""
    job = _claim(extraction_id)
    if job is None:
        return False
    try:
        with _heartbeat(job):
            _read(job)
    except ExtractorError as error:
        _fail(job, error)
    except (vault.VaultError, images.PictureError) as error:
        _fail(job, ExtractorError(str(error), retry=isinstance(error, vault.VaultError)))
    except Exception:
        log.exception("job %s stopped with an internal error", job.pk)
        reason = "The reader stopped with an internal error; the log has the details."
        _fail(job, ExtractorError(reason, retry=True))
    return True


def requeue_stale(*, ring_all: bool = False) -> int:
    """The number of jobs that workers were told of again.

    Jobs whose lease ran out go back to the queue, or fail when their attempts are used up; due
    jobs that no message reached for a while are announced (with `ring_all`, all that are due).
    """
    now = timezone.now()
    for job in Extraction.objects.filter(status=Extraction.Status.RUNNING, lease_until__lt=now):
        if _take_over(job):
            stopped = ExtractorError("The worker that read the card was stopped.", retry=True)
            _fail(job, stopped, pause=timedelta(0))
    jobs = due() if ring_all else due().filter(rung_at__lt=now - RING_AGAIN_AFTER)
    ids = list(jobs.values_list("pk", flat=True)[:SWEEP_AT_MOST])
    Extraction.objects.filter(pk__in=ids).update(rung_at=now)
    for extraction_id in ids:
        ring(extraction_id)
    return len(ids)


def _claim(extraction_id: int) -> Extraction | None:
    """The job, now this worker's for the length of a lease; None when there is nothing to claim.

    The UPDATE repeats every condition, so of two workers only one changes the row.
    """
    now = timezone.now()
    claimed = Extraction.objects.filter(
        pk=extraction_id, status=Extraction.Status.QUEUED, run_after__lte=now
    ).update(
        status=Extraction.Status.RUNNING,
        fence=F("fence") + 1,
        attempts=F("attempts") + 1,
        lease_until=now + _lease(),
        started_at=now,
    )
    if not claimed:
        return None
    # The card, and its jobs with it, may be gone by now.
    return Extraction.objects.select_related("card").filter(pk=extraction_id).first()


def _take_over(job: Extraction) -> bool:
    """Whether `job` is now the caller's: nobody else was first, and its lease is not renewed."""
    taken = _mine(job).filter(lease_until=job.lease_until).update(fence=F("fence") + 1)
    job.fence += taken
    return bool(taken)


@contextmanager
def _heartbeat(job: Extraction) -> Iterator[None]:
    """Keeps the lease of `job` fresh from a thread of its own while the block runs."""
    done = threading.Event()

    def beat() -> None:
        try:
            while not done.wait(settings.JOB_LEASE_SECONDS / 3):
                try:
                    _mine(job).update(lease_until=timezone.now() + _lease())
                except Exception as error:  # the next beat may get through
                    log.warning("the lease of job %s could not be renewed: %s", job.pk, error)
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name=f"heartbeat-{job.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _read(job: Extraction) -> None:
    extractor = extractors.configured(job.extractor)
    answer = answers.obtain(extractor, job.extractor, job.card)
    _finish(job, extractor.parse(answer.content, answer.seen), extractor, answer)


def _finish(job: Extraction, result: Result, extractor: BaseExtractor, answer: Answer) -> None:
    with transaction.atomic():
        finished = _mine(job).update(
            status=Extraction.Status.SUCCEEDED,
            result=result.to_json(),
            model=extractor.model,
            digest=answer.digest,
            seconds=answer.seconds,
            error="",
            lease_until=None,
            finished_at=timezone.now(),
        )
        if finished:
            _fill(job, result)
    took = "kept answer" if answer.seconds is None else f"{answer.seconds:.1f} s"
    log.info(
        "card %s read by %s: %s fields, %s", job.card_id, job.extractor, len(result.values), took
    )


def _fill(job: Extraction, result: Result) -> None:
    """Write the machine's values, unless a person has touched the card; then only move it on."""
    doubt, doubtful = doubts(result)
    changes: dict[str, Any] = {
        name: result.values[name].text if name in result.values else "" for name in CONTACT_FIELDS
    }
    changes |= {"doubt": doubt, "doubtful_fields": doubtful}
    if not _stands_in(job):
        nothing = "No text was found on the picture; type what you can see."
        changes["notice"] = "" if result.values else nothing
    card = Card.objects.filter(pk=job.card_id)
    waiting = (Card.Status.UPLOADED, Card.Status.NEEDS_REVIEW)
    if not card.filter(is_edited=False).move(*waiting, to=Card.Status.NEEDS_REVIEW, **changes):
        card.move(Card.Status.UPLOADED, to=Card.Status.NEEDS_REVIEW)


def _stands_in(job: Extraction) -> bool:
    """Whether `job` only helps out after another extractor's failure, which stays on show."""
    failed = Extraction.objects.filter(card=job.card_id, status=Extraction.Status.FAILED)
    return job.extractor == FALLBACK and failed.exclude(extractor=FALLBACK).exists()


def _fail(job: Extraction, error: ExtractorError, *, pause: timedelta | None = None) -> None:
    """Put the job back for another attempt, or end it and hand the card to a person.

    The next attempt may begin after `pause`, or after the usual back-off.
    """
    log.warning("job %s, attempt %s: %s", job.pk, job.attempts, error)
    may_repeat = error.retry and job.attempts < settings.JOB_MAX_ATTEMPTS
    now = timezone.now()
    if may_repeat:
        _mine(job).update(
            status=Extraction.Status.QUEUED,
            run_after=now + (_back_off(job.attempts, error) if pause is None else pause),
            # No message is on its way: the first sweep that finds the job due is to ring.
            rung_at=now - 2 * RING_AGAIN_AFTER,
            lease_until=None,
            error=str(error),
        )
        return
    with transaction.atomic():
        ended = _mine(job).update(
            status=Extraction.Status.FAILED, error=str(error), lease_until=None, finished_at=now
        )
        if ended:
            _hand_over(job, str(error))


def _hand_over(job: Extraction, reason: str) -> None:
    """Nothing gets stuck: a person can always type, and the bundled reader helps when it can."""
    notice = f"Reading with “{job.extractor}” failed: {reason}"
    Card.objects.filter(pk=job.card_id, status=Card.Status.NEEDS_REVIEW).update(notice=notice)
    Card.objects.filter(pk=job.card_id).move(
        Card.Status.UPLOADED, to=Card.Status.NEEDS_REVIEW, notice=notice, doubt=1.0
    )
    was_read = Extraction.objects.filter(card=job.card_id, status=Extraction.Status.SUCCEEDED)
    if job.extractor != FALLBACK and not was_read.exists():
        request(job.card, extractor=FALLBACK)


def _mine(job: Extraction) -> QuerySet[Extraction]:
    """The row of `job`, as long as no other worker has claimed it since."""
    return Extraction.objects.filter(pk=job.pk, fence=job.fence, status=Extraction.Status.RUNNING)


def _lease() -> timedelta:
    return timedelta(seconds=settings.JOB_LEASE_SECONDS)


def _back_off(attempts: int, error: ExtractorError) -> timedelta:
    """2, 4, 8 … seconds after the first, second, third … attempt, with a quarter of jitter."""
    seconds = min(2.0**attempts, 300) * random.uniform(0.75, 1.25)  # noqa: S311
    return timedelta(seconds=max(seconds, error.retry_after_seconds or 0))
