"""Backlogs: cards that can wait are read together through a Batch API, at half the price.

1. `add` lets a job wait in the open backlog of its extractor.
2. When no more jobs come, a file of their requests is made and sent up: no job joins any more.
3. What is asked is kept in the vault, and a batch made of the file, unless there is one with the
   backlog's key already. SENT.
4. When the batch has ended its answers are put into the vault. FINISHED: the jobs run, and adopt
   them for nothing. What went unanswered goes into one more backlog, or is read by itself.

Each step is one UPDATE at its end, and may be repeated when a worker stopped before it: a second
file does no harm, a second batch is never made, and what is in the vault is not put there again.
"""

from __future__ import annotations

import logging
import tempfile
import time
from contextlib import closing
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from cards import one_clock, room, vault
from cards.models import Card
from extraction import backlog_lines, batch_api, extractors, jobs, journal
from extraction.batch_api import BatchApi, Standing, sells_batches
from extraction.extractors.base import BatchExtractor, ExtractorError
from extraction.models import Backlog, Extraction
from extraction.paying import gate, ledger

log = logging.getLogger(__name__)

OPEN = (Backlog.Status.PREPARED, Backlog.Status.SENT)

QUIET = timedelta(minutes=2)
COLLECTS_AT_MOST = timedelta(minutes=30)
"""A backlog is sent when no job has joined it for so long, and after so long in any case."""

PAUSE = timedelta(minutes=1)
HELD = timedelta(minutes=10)
"""A worker has a backlog to itself for so long, and anew with every card: longer than any single
request may take, so that two workers never make two batches."""

PATIENCE = timedelta(days=3)
"""A batch ends within a day; one of which nothing can be learned so long is given up."""

CROWDED = timedelta(minutes=15)
SLICE_SECONDS = 20.0
"""The OCR looks at cards for so long at a time: the worker has a clock to serve as well."""

BY_THEMSELVES = "The cards are read one by one."


class _TakenOver(Exception):
    """Another worker has the backlog now."""


def half_price() -> set[str]:
    """The extractors, by slug, that read at half the price what can wait."""
    return {slug for slug in extractors.slugs() if _sells(slug)}


def add(job: Extraction) -> bool:
    """Whether `job` now waits for the next batch; with an extractor that has none it does not."""
    if not _sells(job.extractor):
        return False
    with transaction.atomic():
        free = Extraction.objects.filter(pk=job.pk, status=Extraction.Status.QUEUED)
        return bool(free.exclude(backlog__status__in=OPEN).update(backlog=_collecting(job)))


def add_all(jobs: QuerySet[Extraction]) -> None:
    """Let `jobs` that are in the queue wait for the next batches of their extractors."""
    for job in backlog_lines.each(jobs.order_by("pk")):
        add(job)


def tend(*, at_once: bool = False) -> bool:
    """Take each backlog that is due as far as it goes now; whether there is more to do right away.

    With `at_once` those are sent too that jobs may still be joining. On a full disk all wait.
    """
    if room.is_full():
        return False
    due = Backlog.objects.filter(status__in=OPEN, resume_at__lte=one_clock.now())
    more = False
    for backlog in due.order_by("id"):
        if at_once or not _is_collecting(backlog):
            try:
                _hold(backlog, HELD)
                more |= _go_on(backlog)
            except _TakenOver:
                log.info("backlog %s is another worker's now", backlog.pk)
            except Exception:  # the others go on; this one is tried again
                log.exception("backlog %s stopped with an internal error", backlog.pk)
    return more


def _sells(slug: str) -> bool:
    try:
        return sells_batches(extractors.from_settings(slug))
    except ExtractorError:
        return False  # it says what it lacks when somebody asks for it


def _collecting(job: Extraction) -> Backlog:
    """The backlog that jobs of the extractor join now. Nobody closes it before the caller's
    transaction has ended."""
    found = Backlog.objects.select_for_update().filter(
        extractor=job.extractor, status=Backlog.Status.PREPARED, file_id=""
    )
    return found.order_by("-id").first() or Backlog.objects.create(
        extractor=job.extractor, requested_by=job.requested_by, resume_at=one_clock.now()
    )


def _is_collecting(backlog: Backlog) -> bool:
    """Whether more jobs are likely to join: the last one did a moment ago."""
    if backlog.status != Backlog.Status.PREPARED or backlog.file_id:
        return False
    now = timezone.now()
    last = backlog.extractions.aggregate(last=Max("requested_at"))["last"]
    return bool(last and last > now - QUIET and backlog.created_at > now - COLLECTS_AT_MOST)


def _go_on(backlog: Backlog) -> bool:
    """Whether there is more to do right away. An error is written down, and waits its time."""
    if gate.is_closed(backlog.extractor):
        _hold(backlog, PAUSE)
        return False
    try:
        extractor = extractors.configured(backlog.extractor)
        if not sells_batches(extractor):
            raise ExtractorError(f"“{backlog.extractor}” has no Batch API as it is set up now.")
        with closing(extractor.client()) as client:
            return _step(backlog, extractor, BatchApi(extractor, client))
    except ledger.OverBudget as error:
        _wait_for_budget(backlog, error)
    except ExtractorError as error:
        _wait(backlog, error)
    except vault.VaultError as error:
        _wait(backlog, ExtractorError(str(error), retry=True))
    return False


def _step(backlog: Backlog, extractor: BatchExtractor, api: BatchApi) -> bool:
    if backlog.status == Backlog.Status.SENT:
        _collect(backlog, extractor, api)
    elif not backlog.file_id and _look_at_cards(backlog, extractor):
        return True
    elif backlog.file_id or _prepare(backlog, extractor, api):
        _send(backlog, api)
    return False


def _look_at_cards(backlog: Backlog, extractor: BatchExtractor) -> bool:
    """Let the OCR see what it has not seen yet, for a while; whether there is more of it."""
    until = time.monotonic() + SLICE_SECONDS
    for job in backlog_lines.each(backlog_lines.waiting(backlog).filter(digest="")):
        _hold(backlog, HELD)
        backlog_lines.look(job, extractor)
        if time.monotonic() > until:
            _hold(backlog, timedelta(0))
            return True
    return False


def _prepare(backlog: Backlog, extractor: BatchExtractor, api: BatchApi) -> bool:
    """Whether a file of requests is now with the provider. No job joins the backlog any more."""
    with transaction.atomic():
        _hold(backlog, HELD)
        ledger.drop_all(backlog)  # a worker that was stopped may have opened them
    lines = []
    with tempfile.TemporaryFile(dir=settings.DATA_DIR) as file:
        for line in backlog_lines.write(backlog, extractor, file):
            lines.append(line)
            _hold(backlog, HELD)
        asked = backlog_lines.open_calls(backlog, extractor, lines, file)
        file.seek(0)
        file_id = api.upload(file) if asked else ""
    with transaction.atomic():
        if asked:
            _hold(backlog, HELD, file_id=file_id, model=extractor.model, error="")
        else:
            _end(backlog, Backlog.Status.FINISHED, backlog_lines.NOT_BEGUN)
        ids = backlog_lines.waiting(backlog).values_list("pk", flat=True)
        backlog_lines.move(set(ids) - asked, backlog)
    return bool(asked)


def _send(backlog: Backlog, api: BatchApi) -> None:
    """Make a batch of the file, unless a worker that stopped has made it."""
    key = str(backlog.key)
    batch_id = api.find(key, backlog.created_at)
    if not batch_id:
        journal.keep_backlog(backlog)
        _hold(backlog, HELD)
        batch_id = api.create(key, backlog.file_id)
    now = timezone.now()
    _hold(backlog, PAUSE, batch_id=batch_id, status=Backlog.Status.SENT, sent_at=now, error="")
    log.info("backlog %s is with “%s” as %s", backlog.pk, backlog.extractor, batch_id)


def _collect(backlog: Backlog, extractor: BatchExtractor, api: BatchApi) -> None:
    """Take the answers when the batch has ended; else look again in a while.

    Cards that were not tried, as when the batch expired, wait for one more batch; those that
    failed are read by themselves.
    """
    standing = api.look(backlog.batch_id)
    if not standing.has_ended:
        _hold(backlog, PAUSE, error="")
        return
    if standing.refused_because:
        _refused(backlog, standing)
        return
    for file_id in standing.files:
        for reply in api.replies(file_id):
            _hold(backlog, HELD)
            backlog_lines.take(backlog, extractor, reply)
    with transaction.atomic():
        _end(backlog, Backlog.Status.FINISHED, backlog_lines.UNTRIED)
        backlog_lines.move(backlog_lines.untried(backlog), backlog)


def _refused(backlog: Backlog, standing: Standing) -> None:
    """The batch was not begun, and nothing was billed.

    When the account's queue is full the jobs wait for another batch, half as many at a time if
    no other batch fills the queue. For other reasons they are read one by one.
    """
    ids = list(backlog_lines.waiting(backlog).values_list("pk", flat=True))
    others = Backlog.objects.filter(extractor=backlog.extractor, status=Backlog.Status.SENT)
    middle = 0 if others.exclude(pk=backlog.pk).exists() else len(ids) // 2
    is_crowded = standing.code == batch_api.TOO_MANY_TOKENS and len(ids) > 1
    what = "The cards are sent again later." if is_crowded else BY_THEMSELVES
    with transaction.atomic():
        why = f"{standing.refused_because} {what}"
        _end(backlog, Backlog.Status.FAILED, backlog_lines.NOT_BEGUN, why)
        if is_crowded:
            for part in (ids[:middle], ids[middle:]):
                backlog_lines.move(part, backlog, pause=CROWDED)


def _wait(backlog: Backlog, error: ExtractorError) -> None:
    """Try again later as long as that may help; else let the jobs run one by one."""
    log.warning("backlog %s: %s", backlog.pk, error)
    if error.stops:
        gate.failed(backlog.extractor, error)
    if backlog.sent_at:
        is_hopeless = timezone.now() > backlog.sent_at + PATIENCE and not error.stops
        calls = backlog_lines.UNKNOWN
    else:
        is_hopeless = not (error.retry or error.stops or error.is_busy)
        calls = backlog_lines.NOT_BEGUN
    if is_hopeless:
        with transaction.atomic():
            _end(backlog, Backlog.Status.FAILED, calls, f"{error} {BY_THEMSELVES}")
    else:
        pause = max(PAUSE, timedelta(seconds=error.retry_after_seconds or 0))
        _hold(backlog, pause, error=str(error))


def _wait_for_budget(backlog: Backlog, error: ledger.OverBudget) -> None:
    """The bundled reader reads the cards now, for nobody shall wait for money. The model reads
    them when the budget allows, and its values then stand where no person has written any."""
    unread = backlog_lines.waiting(backlog).filter(card__status=Card.Status.UPLOADED)
    for job in backlog_lines.each(unread):
        jobs.request(job.card, extractor=extractors.BUNDLED)
    _hold(backlog, PAUSE, error=f"{error} The cards are read offline meanwhile.")


def _end(backlog: Backlog, status: Backlog.Status, calls: ExtractorError, error: str = "") -> None:
    """Let the jobs of the backlog run; of those `calls` that nothing came of the ledger is told.
    To be called in a transaction."""
    _hold(backlog, HELD, status=status, error=error, finished_at=timezone.now())
    backlog_lines.close_calls(backlog, calls)


def _hold(backlog: Backlog, length: timedelta, **changes: Any) -> None:
    """Write `changes`, and keep others away from `backlog` for `length`.

    Raises _TakenOver when another worker has it by now.
    """
    until = one_clock.now() + length
    mine = Backlog.objects.filter(pk=backlog.pk, resume_at=backlog.resume_at)
    if not mine.update(resume_at=until, **changes):
        raise _TakenOver
    for name, value in {"resume_at": until, **changes}.items():
        setattr(backlog, name, value)
