from celery import shared_task

from backoffice import disk
from backoffice.archive import monthly, nightly


@shared_task  # type: ignore[untyped-decorator]  # celery has no types
def keep_safe() -> None:
    disk.note_sizes()
    nightly.tend()
    monthly.tend()
