"""The doorbell: what workers are told, and what the clock asks for."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready

from extraction import backlog, jobs


@shared_task  # type: ignore[untyped-decorator]  # celery has no types
def run(extraction_id: int) -> None:
    jobs.run(extraction_id)


@shared_task  # type: ignore[untyped-decorator]  # celery has no types
def sweep(ring_all: bool = False) -> None:
    jobs.requeue_stale(ring_all=ring_all)


@shared_task  # type: ignore[untyped-decorator]  # celery has no types
def tend_backlogs() -> None:
    if backlog.tend():
        tend_backlogs.delay()


@worker_ready.connect  # type: ignore[untyped-decorator]
def _sweep_at_start(**_: Any) -> None:
    """Messages that a killed worker held are lost; its successor asks for all that is due."""
    sweep.delay(ring_all=True)
