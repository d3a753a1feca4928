"""Whose a job is: claimed for the length of a lease, kept while its worker lives, taken over.

A worker may run a job after it has counted up `fence` and set `lease_until` in one conditional
UPDATE, and may write only while the fence is still its own.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.models import F, QuerySet
from django.utils import timezone

from extraction.models import Backlog, Extraction
from extraction.paying import gate, ledger

log = logging.getLogger(__name__)


def ready() -> QuerySet[Extraction]:
    """Jobs in the queue whose time has come, whose extractor may be asked, and which wait for no
    backlog. The conditions are all on the row itself, so that an UPDATE on it repeats them."""
    return (
        Extraction.objects.filter(status=Extraction.Status.QUEUED, run_after__lte=timezone.now())
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
    now = timezone.now()
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


@contextmanager
def heartbeat(job: Extraction) -> Iterator[None]:
    """Keeps the lease of `job` fresh from a thread of its own while the block runs."""
    done = threading.Event()

    def beat() -> None:
        try:
            while not done.wait(settings.JOB_LEASE_SECONDS / 3):
                try:
                    if mine(job).update(lease_until=timezone.now() + _lease()):
                        ledger.renew(job)
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


def mine(job: Extraction) -> QuerySet[Extraction]:
    """The row of `job`, as long as no other worker has claimed it since."""
    return Extraction.objects.filter(pk=job.pk, fence=job.fence, status=Extraction.Status.RUNNING)


def _lease() -> timedelta:
    return timedelta(seconds=settings.JOB_LEASE_SECONDS)
