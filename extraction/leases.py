"""Whose a job is: claimed for the length of a lease, kept while its worker lives, taken over.

A worker may run a job after it has counted up `fence` and set `lease_until` in one conditional
UPDATE, and may write only while the fence is still its own.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.db.models import F, QuerySet

from cards import one_clock
from extraction import closing
from extraction.models import Backlog, Extraction
from extraction.paying import gate, ledger

log = logging.getLogger(__name__)

LATE_SECONDS = 30
"""A look at the leases that is so late shows that something was amiss."""

SET_SECONDS = 5
"""A clock that is put forward or back by more than this was set."""

WRITE_SECONDS = 60
"""So long a worker tries to write what became of a job while the database is away."""

LOOK_SECONDS = 0.5
"""How often a reading looks whether its worker has to end."""


def ready() -> QuerySet[Extraction]:
    """Jobs in the queue whose time has come, whose extractor may be asked, and which wait for no
    backlog. The conditions are all on the row itself, so that an UPDATE on it repeats them."""
    return (
        Extraction.objects.filter(status=Extraction.Status.QUEUED, run_after__lte=one_clock.now())
        .exclude(extractor__in=gate.closed().values("extractor"))
        .exclude(backlog__in=unanswered())
    )


def unanswered() -> QuerySet[Backlog]:
    """The backlogs whose jobs wait for their answers."""
    return Backlog.objects.filter(status__in=(Backlog.Status.PREPARED, Backlog.Status.SENT))


def claim(extraction_id: int) -> Extraction | None:
    """The job, now this worker's for the length of a lease; None when there is nothing to claim.

    The UPDATE repeats every condition, so of two workers only one changes the row.
    """
    now = one_clock.now()
    claimed = (
        ready()
        .filter(pk=extraction_id)
        .update(
            status=Extraction.Status.RUNNING,
            fence=F("fence") + 1,
            attempts=F("attempts") + 1,
            lease_until=now + _lease(),
            started_at=now,
        )
    )
    if not claimed:
        return None
    # The card, and its jobs with it, may be gone by now.
    return Extraction.objects.select_related("card").filter(pk=extraction_id).first()


def take_over(job: Extraction) -> bool:
    """Whether `job` is now the caller's: nobody else was first, and its lease is not renewed."""
    taken = mine(job).filter(lease_until=job.lease_until).update(fence=F("fence") + 1)
    job.fence += taken
    return bool(taken)


class Watch:
    """Whether this process may say that a lease has run out because its worker is gone.

    Not when nobody could have renewed it: after the database was away, the machine asleep or its
    clock set, hearts have the time to beat first. Otherwise every job would be taken from under its
    worker at once, and every answer under way be paid for twice.
    """

    def __init__(self) -> None:
        self._since = float("-inf")
        self._last = time.monotonic()
        self._ahead = time.time() - self._last

    @contextmanager
    def look(self) -> Iterator[bool]:
        """Whether it may now, for a block that looks; one that fails shows that the database is
        away. To be done again every few seconds."""
        now, ahead = time.monotonic(), self._ahead
        self._ahead = time.time() - now
        if now - self._last > LATE_SECONDS or abs(self._ahead - ahead) > SET_SECONDS:
            self._since = now
        self._last = float("-inf")
        yield now - self._since >= settings.JOB_LEASE_SECONDS / 2
        self._last = now


@contextmanager
def heartbeat(job: Extraction, give_back: Callable[[Extraction], object]) -> Iterator[None]:
    """Keeps the lease of `job` fresh from a thread of its own while the block runs.

    When the worker is ended before that, the job is handed to `give_back`, and to its next worker.
    """
    done = threading.Event()

    def beat() -> None:
        try:
            while not _is_over(done):
                try:
                    if closing.is_late():
                        give_back(job)
                        return
                    if mine(job).update(lease_until=one_clock.now() + _lease()):
                        ledger.renew(job)
                except Exception as error:  # the next beat may get through
                    log.warning("the lease of job %s could not be renewed: %s", job.pk, error)
                    connection.close_if_unusable_or_obsolete()  # that one may be the error
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name=f"heartbeat-{job.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def write(do: Callable[[], object]) -> None:
    """Do what writes the end of a job, again and again while the database is away: a worker that
    waits with it, while the job's heart beats, is not taken for one that crashed.

    `do` changes nothing once it has been committed, whether that was heard of or not. Raises
    OperationalError, InterfaceError in the end.
    """
    until, pause = time.monotonic() + WRITE_SECONDS, 1.0
    while True:
        try:
            if not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()
            do()
            return
        except (InterfaceError, OperationalError) as error:
            if connection.in_atomic_block or time.monotonic() + pause > until:
                raise
            log.warning("what became of a job waits for the database: %s", error)
        time.sleep(pause)
        pause = min(pause * 2, 10)


def _is_over(done: threading.Event) -> bool:
    """Whether the job is `done`; False when its lease is to be renewed, or the job given back."""
    until = time.monotonic() + settings.JOB_LEASE_SECONDS / 3
    while (left := until - time.monotonic()) > 0:
        if done.wait(min(left, LOOK_SECONDS)):
            return True
        if closing.is_late():
            break
    return done.is_set()


def mine(job: Extraction) -> QuerySet[Extraction]:
    """The row of `job`, as long as no other worker has claimed it since."""
    return Extraction.objects.filter(pk=job.pk, fence=job.fence, status=Extraction.Status.RUNNING)


def _lease() -> timedelta:
    return timedelta(seconds=settings.JOB_LEASE_SECONDS)
