"""The whole life of a job: requested, claimed, run, finished or failed, swept up.

The row is the truth; a message only says that there is one. A job runs because a worker's
conditional UPDATE changed its row, and writes because its fence is still the row's: messages may
be lost, doubled or late, workers may be killed or sleep, and each answer is still written once.
"""

from __future__ import annotations

import logging
import random
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.expressions import Combinable

from cards import images, one_clock, room, vault
from cards.models import Card
from extraction import answers, closing, extractors, filling, leases
from extraction.answers import Answer, AskedEnough
from extraction.extractors import BUNDLED
from extraction.extractors.base import ExtractorError
from extraction.models import Extraction
from extraction.paying import gate, ledger
from extraction.reading import confidence
from extraction.result import Result

if TYPE_CHECKING:
    from django.contrib.auth.models import User

log = logging.getLogger(__name__)

RING_AGAIN_AFTER = timedelta(seconds=30)
RING_CRASHED_AFTER = timedelta(seconds=3)
SWEEP_AT_MOST = 200
SILENT_SECONDS = 10
VAULT_AWAY_SECONDS = 15
CRASHES_AT_MOST = 3
"""So many workers are lost over one card, and it is kept from the next."""

STOPPED = "The worker that read the card was stopped."

QUARANTINED = (
    "Three workers were stopped while they read it, so it is not tried again. The picture is kept:"
    " type what you can see, or send a better one."
)
_silent_until = 0.0


def request(card: Card, *, extractor: str = "", by: User | None = None) -> Extraction:
    """The open job of `extractor` for `card`, made if there is none; workers are told on commit."""
    slug, now = extractor or settings.EXTRACTOR, one_clock.now()
    with transaction.atomic():
        job, is_new = Extraction.objects.get_or_create(
            card=card, extractor=slug, status__in=Extraction.OPEN,
            defaults={"requested_by": by, "run_after": now, "rung_at": now},
        )  # fmt: skip
        if is_new:
            transaction.on_commit(lambda: ring(job.pk))
        elif by and job.requested_by is None:
            Extraction.objects.filter(pk=job.pk, requested_by=None).update(requested_by=by)
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
    return leases.ready().order_by("run_after", "id")


def waiting() -> list[str]:
    """Sentences about the jobs in the queue that may not run now: how many, and what for."""
    queued = Extraction.objects.filter(status=Extraction.Status.QUEUED)
    held = []
    for closed in gate.closed():
        if number := queued.filter(extractor=closed.extractor).count():
            held.append(f"{_jobs(number)} for “{closed.extractor}”: {gate.explained(closed)}")
        queued = queued.exclude(extractor=closed.extractor)
    if number := queued.filter(backlog__in=leases.unanswered()).count():
        held.append(f"{_jobs(number)} for the answers of a Batch API.")
    queued = queued.exclude(backlog__in=leases.unanswered())
    if number := queued.filter(run_after__gt=one_clock.now()).count():
        held.append(f"{_jobs(number)} to be tried again in a while.")
    return held


def run(extraction_id: int) -> bool:
    """Whether this call claimed the job and ran it, well or badly. On a full disk it stays due, as
    an answer must not be paid for that cannot be kept, and in a worker that is told to end."""
    if room.is_full() or closing.is_told():
        return False
    job = leases.claim(extraction_id)
    if job is None:
        return False
    with leases.heartbeat(job, _give_back):
        try:
            result, answer = _read(job)
            leases.write(lambda: _finish(job, result, answer))
        except Exception as error:
            reason = _reason(job, error)
            leases.write(lambda: _fail(job, reason))
    return True


def run_crashed() -> bool:
    """Whether a job that is due and had lost its worker was run, well or badly. It has waited for a
    lease to run out, and its message lies behind those of all that came in meanwhile."""
    crashed = due().filter(crashes__gt=0)
    return any(run(extraction_id) for extraction_id in crashed.values_list("pk", flat=True))


def requeue_stale(*, ring_all: bool = False, may_take_over: bool = True) -> int:
    """The number of jobs that workers were told of again.

    Jobs whose lease ran out go back to the queue, or fail when their attempts are used up; due
    jobs that no message reached for a while are announced (with `ring_all`, all that are due).
    Without `may_take_over` leases are left alone: see `leases.Watch`.
    """
    now = one_clock.now()
    if may_take_over:
        _take_over_stale(now)
    is_late = Q(rung_at__lt=now - RING_AGAIN_AFTER) | Q(
        # It has waited for a lease to run out; a message may lie behind what a busy worker does.
        crashes__gt=0, rung_at__lt=now - RING_CRASHED_AFTER
    )  # fmt: skip
    jobs = due() if ring_all else due().filter(is_late)
    ids = list(jobs.values_list("pk", flat=True)[:SWEEP_AT_MOST])
    Extraction.objects.filter(pk__in=ids).update(rung_at=now)
    for extraction_id in ids:
        ring(extraction_id)
    return len(ids)


def _take_over_stale(now: datetime) -> None:
    ledger.lose_stale()
    for job in Extraction.objects.filter(status=Extraction.Status.RUNNING, lease_until__lt=now):
        if leases.take_over(job):
            _crashed(job)


def _read(job: Extraction) -> tuple[Result, Answer]:
    extractor = extractors.configured(job.extractor)
    answer = answers.obtain(extractor, job.extractor, job.card, job=job)
    return answer.result if job.extractor == BUNDLED else _compared(answer.result), answer


def _reason(job: Extraction, error: Exception) -> ExtractorError:
    """What the `error` that stopped a reading says of its job."""
    if isinstance(error, ExtractorError):
        return error
    if isinstance(error, vault.VaultAway):
        # No job is to blame, and all would be given up one after the other.
        wait = VAULT_AWAY_SECONDS * random.uniform(0.75, 1.25)  # noqa: S311
        return ExtractorError(str(error), is_busy=True, retry_after_seconds=wait)
    if isinstance(error, vault.VaultError | images.PictureError):
        return ExtractorError(str(error), retry=isinstance(error, vault.VaultError))
    log.error("job %s stopped with an internal error", job.pk, exc_info=error)
    reason = "The reader stopped with an internal error; the log has the details."
    return ExtractorError(reason, retry=True)


def _compared(result: Result) -> Result:
    """`result` with the bundled reader's of the same card beside it, which agrees or does not."""
    try:
        beside = extractors.configured(BUNDLED).parse({}, result.seen)
    except Exception:  # what somebody paid for is not lost to what costs nothing
        log.exception("the bundled reader could not read a card beside another")
        return result
    return confidence.agree(result, beside)


def _finish(job: Extraction, result: Result, answer: Answer) -> None:
    with transaction.atomic():
        finished = leases.mine(job).update(
            status=Extraction.Status.SUCCEEDED,
            result=result.to_json(),
            model=answer.model,
            digest=answer.digest,
            seconds=answer.seconds,
            error="",
            lease_until=None,
            finished_at=one_clock.now(),
        )
        if finished:
            filling.fill(job, result, answer.notice)
            filling.turn(job.card, answer.corners)
    took = "kept answer" if answer.seconds is None else f"{answer.seconds:.1f} s"
    log.info(
        "card %s read by %s: %s fields, %s", job.card_id, job.extractor, len(result.values), took
    )


def _fail(job: Extraction, error: ExtractorError, *, pause: timedelta | None = None) -> None:
    """Put the job back when it may still succeed, or end it and hand the card to a person.

    The next attempt may begin after `pause`, or after the usual back-off.
    """
    log.warning("job %s, attempt %s: %s", job.pk, job.attempts, error.for_log)
    if error.is_busy or (error.stops and gate.is_closed(job.extractor)):
        # It did not get its turn, which is no attempt; a closed gate keeps it from trying soon.
        seconds = error.retry_after_seconds or random.uniform(1, 3)  # noqa: S311
        _put_back(job, error, timedelta(seconds=seconds), attempts=F("attempts") - 1)
    elif error.retry and job.attempts < settings.JOB_MAX_ATTEMPTS:
        _put_back(job, error, _back_off(job.attempts, error) if pause is None else pause)
    else:
        _give_up(job, error)


def _crashed(job: Extraction) -> None:
    """Its worker is gone: try again at once, unless the same picture has ended workers before."""
    leases.mine(job).update(crashes=F("crashes") + 1)
    of_card = Extraction.objects.filter(card=job.card_id, extractor=job.extractor)
    crashes = of_card.aggregate(Sum("crashes"))["crashes__sum"]
    if crashes >= CRASHES_AT_MOST:
        _give_up(job, ExtractorError(QUARANTINED))
    else:
        stopped = ExtractorError(STOPPED, retry=True)
        _fail(job, stopped, pause=timedelta(0))


def _give_back(job: Extraction) -> None:
    """Hand the job to another worker at once: this one has to end before the reading does. It was
    no attempt, and nobody's fault; whatever still comes of it here is not written."""
    stopped = ExtractorError(STOPPED, retry=True)
    again = {"attempts": F("attempts") - 1, "fence": F("fence") + 1}
    with transaction.atomic():
        is_given = _put_back(job, stopped, timedelta(0), **again)
        if is_given:
            ledger.lose(job)
    if is_given:
        log.warning("job %s is given back: the worker has to end before it is done", job.pk)
        ring(job.pk)


def _put_back(
    job: Extraction, error: ExtractorError, pause: timedelta, **changes: Combinable
) -> bool:
    """Let the job run again after `pause`; whether it was still this worker's."""
    now = one_clock.now()
    updated = leases.mine(job).update(
        status=Extraction.Status.QUEUED,
        run_after=now + pause,
        # No message is on its way: the first sweep that finds the job due is to ring.
        rung_at=now - 2 * RING_AGAIN_AFTER,
        lease_until=None,
        error=str(error),
        **changes,
    )
    return bool(updated)


def _give_up(job: Extraction, error: ExtractorError) -> None:
    """Nothing gets stuck: a person can always type, and the bundled reader helps when it can."""
    with transaction.atomic():
        ended = leases.mine(job).update(
            status=Extraction.Status.FAILED,
            error=str(error),
            digest=error.digest if isinstance(error, AskedEnough) else "",
            lease_until=None,
            finished_at=one_clock.now(),
        )
        if not ended:
            return
        is_unread = filling.hand_over(job, _notice(job, error))
        if is_unread and job.extractor != BUNDLED:
            request(job.card, extractor=BUNDLED)


def _notice(job: Extraction, error: ExtractorError) -> str:
    """Why a person finds the card as it is."""
    if not isinstance(error, ledger.OverBudget):
        return f"Reading with “{job.extractor}” failed: {error}"
    what = "Not read again" if filling.was_read(job) else "Read offline"
    again = f"Read it again with the model {error.budget.next_one}."
    return f"{what}: the {error.budget} is spent. {again}"


def _back_off(attempts: int, error: ExtractorError) -> timedelta:
    """2, 4, 8 … seconds after the first, second, third … attempt, with a quarter of jitter."""
    seconds = min(2.0**attempts, 300) * random.uniform(0.75, 1.25)  # noqa: S311
    return timedelta(seconds=max(seconds, error.retry_after_seconds or 0))


def _jobs(number: int) -> str:
    return "1 job waits" if number == 1 else f"{number} jobs wait"
