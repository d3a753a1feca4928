from celery import shared_task

from review import journal as review_journal


@shared_task
def journal() -> None:
    review_journal.catch_up()
