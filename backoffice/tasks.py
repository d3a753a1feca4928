from celery import shared_task

from backoffice import disk
from backoffice.analytics import nights
from backoffice.archive import monthly, nightly


@shared_task  # type: ignore[untyped-decorator]  # celery has no types
def keep_safe() -> None:
    disk.note_sizes()
    nights.tend()
    nightly.tend()
    monthly.tend()
