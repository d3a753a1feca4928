from celery import shared_task

from review import journal as review_journal


@shared_task  # type: ignore[untyped-decorator]  # celery has no types
def journal() -> None:
    review_journal.catch_up()
