"""The doorbell: what workers are told, and what the clock asks for."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready

from extraction import backlog, jobs

READING_AT_MOST_SECONDS = 900
"""A reading that hangs for so long is ended with its process; others take it, three at most."""


@shared_task(time_limit=READING_AT_MOST_SECONDS)  # type: ignore[untyped-decorator]
def run(extraction_id: int) -> None:
    jobs.run_crashed()
    jobs.run(extraction_id)


@shared_task  # type: ignore[untyped-decorator]  # celery has no types
def sweep(ring_all: bool = False) -> None:
    # Who looks only when it is asked to cannot tell who is gone; the workers' clocks can.
    jobs.requeue_stale(ring_all=ring_all, may_take_over=False)


@shared_task  # type: ignore[untyped-decorator]  # celery has no types
def tend_backlogs() -> None:
    if backlog.tend():
        tend_backlogs.delay()


@worker_ready.connect  # type: ignore[untyped-decorator]
def _sweep_at_start(**_: Any) -> None:
    """Messages that a killed worker held are lost; its successor asks for all that is due."""
    sweep.delay(ring_all=True)
