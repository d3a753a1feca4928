"""A worker that is told of jobs and begins none has stopped working, whatever it looks like: its
connection to the broker may be half dead, its processes may hang. It ends itself, and whoever
started it starts another. So does one of whose processes one was killed, where they share a lock
through which they get their work: it may have taken that along.
"""

from __future__ import annotations

import logging
import mmap
import struct
import time
from collections.abc import Callable, Set
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from celery.signals import task_postrun, task_prerun
from celery.worker import state

from backoffice import ending
from cards import one_clock, room
from extraction import closing, jobs

log = logging.getLogger(__name__)

WATCH_SECONDS = 15
POOL_SECONDS = 3

STOPPED_SECONDS = 90
"""So long jobs are due, workers are told of them again and again, and this one begins nothing."""

DONE_SECONDS = 1
"""How often a worker that has to end looks whether its readings are done."""

OVERDUE = timedelta(seconds=30)
"""What is due for less than this may be on its way."""

_seen = mmap.mmap(-1, 8)
"""When some process of this worker last began or ended a task, by the clock that they share."""


@task_prerun.connect  # type: ignore[untyped-decorator]
@task_postrun.connect  # type: ignore[untyped-decorator]
def saw_a_task(**_: Any) -> None:
    struct.pack_into("d", _seen, 0, time.monotonic())


def last_task() -> float:
    """When this worker last began or ended a task, by `time.monotonic`; 0 for never."""
    return float(struct.unpack_from("d", _seen)[0])


@dataclass
class Watch:
    """Looks now and then whether this worker should be working and is not."""

    end: Callable[[int], object] = ending.end
    _since: float | None = None

    def look(self) -> None:
        """Ends the worker when it has stopped. Raises what database or broker raise: nobody can
        work without them, and the time begins anew."""
        since, self._since = self._since, None
        if not _has_work() or _is_at_work():
            return
        _knock()
        now = time.monotonic()
        since = max(now if since is None else since, last_task())
        if now - since > STOPPED_SECONDS:
            log.error(
                "jobs wait for %.0f s, and this worker has begun none of them; it ends, to be"
                " started anew. Nothing is lost.",
                now - since,
            )
            self.end(1)
        self._since = since


def _pool() -> Set[int]:
    """The ids of the processes of this worker."""
    from billiard import active_children  # type: ignore[import-untyped]

    return {child.pid for child in active_children()}


@dataclass
class PoolWatch:
    """Looks now and then whether one of the `processes` of this worker, which share a lock, was
    killed."""

    end: Callable[[int], object] = ending.end
    processes: Callable[[], Set[int]] = _pool
    _known: Set[int] = frozenset()

    def look(self) -> None:
        """Ends the worker then. What the other processes are reading is read first; nothing more
        is begun."""
        before, self._known = self._known, self.processes()
        if before <= self._known or closing.is_told():
            return
        log.error("a process of this worker was killed; it ends, to be started anew")
        closing.tell()
        time.sleep(DONE_SECONDS)  # for a reading that was just begun to be known of
        while _is_at_work():
            time.sleep(DONE_SECONDS)
        self.end(1)


def _has_work() -> bool:
    """Whether there is a job that any worker would begin now, and has had the time to."""
    if closing.is_told() or room.is_full():
        return False
    return jobs.due().filter(run_after__lt=one_clock.now() - OVERDUE).exists()


def _is_at_work() -> bool:
    """Whether some process is busy, with whatever it is."""
    return len(state.active_requests) > 0


def _knock() -> None:
    """Give the workers something to do at once. Raises when the broker takes no message."""
    from backoffice.celery import app

    app.send_task("extraction.tasks.sweep", expires=STOPPED_SECONDS)
