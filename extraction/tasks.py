"""The doorbell: what workers are told, and what the clock asks for."""

from celery import shared_task

from extraction import jobs


@shared_task
def run(extraction_id: int) -> None:
    jobs.run(extraction_id)


@shared_task
def sweep() -> None:
    jobs.requeue_stale()
