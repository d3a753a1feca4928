"""How a worker ends: within a minute of being told, and with nothing held back.

It begins no more readings at once, and has half a minute for those under way. What is not done then
is given back, so that another worker takes it, and the worker ends without it.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from contextlib import suppress
from typing import Any

from celery.signals import worker_shutting_down

from extraction import closing

log = logging.getLogger(__name__)

FINISH_SECONDS = 30
"""For the readings under way; most calls of a model are answered in this time."""

GIVE_BACK_SECONDS = 5
"""For those that are not: each says so to the database, and then no more is waited for."""


@worker_shutting_down.connect  # type: ignore[untyped-decorator]
def _told(**_: Any) -> None:
    """Celery lets readings end, however long they take; this sees that they do not take long."""
    closing.tell()
    threading.Thread(target=_end_in_time, name="ending", daemon=True).start()


def _end_in_time() -> None:
    time.sleep(FINISH_SECONDS)
    closing.hurry()
    time.sleep(GIVE_BACK_SECONDS)
    log.warning("what this worker was still doing is left to others")
    end(0)


def end(status: int) -> None:
    """End this worker now, its processes first. Does not return."""
    from billiard import active_children  # type: ignore[import-untyped]

    for child in active_children():
        with suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGKILL)
    os._exit(status)
