"""The whole life of a job: requested, claimed, run, finished or failed, swept up.

The row is the truth; a message only says that there is one. A job runs because a worker's
conditional UPDATE changed its row, and writes because its fence is still the row's: messages may
be lost, doubled or late, workers may be killed or sleep, and each answer is still written once.
"""

from __future__ import annotations

import hashlib
import json
import logging
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from PIL import Image

from cards import images, intake, vault
from cards.fields import CONTACT_FIELDS
from cards.models import Card, Side
from extraction import extractors, ocr
from extraction.confidence import DOUBT_BELOW
from extraction.extractors.base import BaseExtractor, ExtractorError
from extraction.models import Extraction
from extraction.result import Line, Result

if TYPE_CHECKING:
    from django.contrib.auth.models import User

log = logging.getLogger(__name__)

FALLBACK = "offline"
"""The extractor that reads a card when another has failed on it for good."""

RING_AGAIN_AFTER = timedelta(seconds=30)
SWEEP_AT_MOST = 200
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
    """Tell the workers of a job. When that fails, the sweep will find it."""
    from extraction import tasks

    try:
        tasks.run.apply_async((extraction_id,))
    except Exception as error:
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
        _fail(job, ExtractorError("The worker that read the card was stopped.", retry=True))
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
    return Extraction.objects.select_related("card").get(pk=extraction_id)


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
    extractor = extractors.load(job.extractor, settings.EXTRACTOR_OPTIONS.get(job.extractor))
    sides = list(job.card.sides.order_by("position"))
    digest = _digest(extractor, job.extractor, sides)
    name = vault.reading_name(sides[0].picture, digest)
    kept = vault.get_json(name) if vault.has(name) else None
    document = kept or _ask(extractor, job, sides)
    if kept is None:
        vault.put_json(name, document)
    lines = [Line.from_json(line) for line in document["lines"]]
    result = extractor.parse(document["answer"], lines)
    _finish(job, result, extractor, digest, None if kept else document["seconds"])


def _ask(extractor: BaseExtractor, job: Extraction, sides: list[Side]) -> dict[str, Any]:
    """The document kept in the vault: the raw answer with all that is needed to understand it."""
    pictures = [side_picture(side) for side in sides]
    started = time.monotonic()
    lines = ocr.read(pictures)
    answer = extractor.ask(pictures, lines)
    return {
        "version": 1,
        **_identity(extractor, job.extractor, sides),
        "card": str(job.card_id),
        "asked_at": timezone.now().isoformat(),
        "seconds": round(time.monotonic() - started, 3),
        "lines": [line.to_json() for line in lines],
        "answer": answer,
    }


def side_picture(side: Side) -> Image.Image:
    """The upright picture of a side, from the vault. Raises VaultError, PictureError."""
    data = vault.get(vault.picture_name(side.picture, side.media_type))
    return images.page(data, side.media_type, side.page, intake.limits())


def _identity(extractor: BaseExtractor, slug: str, sides: list[Side]) -> dict[str, Any]:
    """Everything an answer depends on: asking for the same again would be paying twice."""
    return {
        "extractor": slug,
        "model": extractor.model,
        "parameters": extractor.parameters(),
        "ocr": ocr.identity(),
        "sides": [{"picture": side.picture, "page": side.page} for side in sides],
    }


def _digest(extractor: BaseExtractor, slug: str, sides: list[Side]) -> str:
    identity = json.dumps(_identity(extractor, slug, sides), sort_keys=True)
    return hashlib.sha256(identity.encode()).hexdigest()


def _finish(
    job: Extraction,
    result: Result,
    extractor: BaseExtractor,
    digest: str,
    seconds: float | None,
) -> None:
    with transaction.atomic():
        finished = _mine(job).update(
            status=Extraction.Status.SUCCEEDED,
            result=result.to_json(),
            model=extractor.model,
            digest=digest,
            seconds=seconds,
            error="",
            lease_until=None,
            finished_at=timezone.now(),
        )
        if finished:
            _fill(job.card_id, result)


def _fill(card_id: Any, result: Result) -> None:
    """Write the machine's values, unless a person has touched the card; then only move it on."""
    doubtful = [name for name, value in result.values.items() if value.confidence < DOUBT_BELOW]
    columns: dict[str, Any] = {
        name: result.values[name].text if name in result.values else "" for name in CONTACT_FIELDS
    }
    lowest = min((value.confidence for value in result.values.values()), default=0.0)
    waiting = (Card.Status.UPLOADED, Card.Status.NEEDS_REVIEW)
    notice = "" if result.values else "No text was found on the picture; type what you can see."
    written = Card.objects.filter(pk=card_id, is_edited=False).move(
        *waiting, to=Card.Status.NEEDS_REVIEW, **columns,
        doubt=round(1 - lowest, 4), doubtful_fields=doubtful, notice=notice,
    )  # fmt: skip
    if not written:
        Card.objects.filter(pk=card_id).move(Card.Status.UPLOADED, to=Card.Status.NEEDS_REVIEW)


def _fail(job: Extraction, error: ExtractorError) -> None:
    """Put the job back for another attempt, or end it and hand the card to a person."""
    log.warning("job %s, attempt %s: %s", job.pk, job.attempts, error)
    may_repeat = error.retry and job.attempts < settings.JOB_MAX_ATTEMPTS
    now = timezone.now()
    if may_repeat:
        _mine(job).update(
            status=Extraction.Status.QUEUED,
            run_after=now + _back_off(job.attempts, error.retry_after_seconds),
            rung_at=now - RING_AGAIN_AFTER,
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
    if job.extractor != FALLBACK:
        request(job.card, extractor=FALLBACK)


def _mine(job: Extraction) -> QuerySet[Extraction]:
    """The row of `job`, as long as no other worker has claimed it since."""
    return Extraction.objects.filter(
        pk=job.pk, fence=job.fence, status=Extraction.Status.RUNNING
    )


def _lease() -> timedelta:
    return timedelta(seconds=settings.JOB_LEASE_SECONDS)


def _back_off(attempts: int, at_least_seconds: float | None) -> timedelta:
    """2, 4, 8 … seconds after the first, second, third … attempt, with a quarter of jitter."""
    seconds = min(2.0**attempts, 300) * random.uniform(0.75, 1.25)  # noqa: S311
    return timedelta(seconds=max(seconds, at_least_seconds or 0))
