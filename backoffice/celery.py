"""The Celery application: the doorbell that tells workers of jobs in the database."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery, bootsteps
from celery.beat import PersistentScheduler
from celery.signals import task_prerun
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")


class SignOfLife(bootsteps.StartStopStep):  # type: ignore[misc]
    """Lets the worker's own timer say that it is alive while it is connected to the broker.

    A lost connection clears the timer; the step is started again with the next connection.
    """

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, parent: Any) -> None:
        from backoffice import alive

        alive.forget_old()
        alive.touch("worker")
        parent.timer.call_repeatedly(alive.TOUCH_SECONDS, alive.touch, ("worker",))


class WorkerClock(bootsteps.StartStopStep):  # type: ignore[misc]
    """Lets a worker look after jobs and journal and itself, with beat or without, also while the
    broker is away."""

    def __init__(self, parent: Any, **options: Any) -> None:
        # Before the worker's processes are forked, which share memory with it.
        from backoffice import idle
        from backoffice.clock import ROUNDS, Clock
        from backoffice.engines.sqlite3.base import open_what_is_there

        open_what_is_there()
        super().__init__(parent, **options)
        rounds = {**ROUNDS, "watch": (idle.WATCH_SECONDS, idle.Watch().look)}
        if not parent.use_eventloop:  # as with messages in files: one pipe leads to all processes
            rounds["pool"] = (idle.POOL_SECONDS, idle.PoolWatch().look)
        self._clock = Clock(rounds)

    def start(self, parent: Any) -> None:
        self._clock.start()

    def stop(self, parent: Any) -> None:
        self._clock.stop()


class Scheduler(PersistentScheduler):  # type: ignore[misc]
    """Beat's clock, which says that it is alive each time it has looked for what is due."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        from backoffice import alive

        seconds = super().tick(*args, **kwargs)
        alive.touch("beat")
        return min(float(seconds), alive.TOUCH_SECONDS)


TRANSPORT_ALIASES["filesystem"] = "backoffice.message_files:Transport"
app = Celery("backoffice")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_scheduler = "backoffice.celery:Scheduler"
app.steps["consumer"].add(SignOfLife)
app.steps["worker"].add(WorkerClock)
app.autodiscover_tasks()


@task_prerun.connect  # type: ignore[untyped-decorator]  # celery has no types
def _look_at_connections(**_: Any) -> None:
    """A task begins on a connection that works, as a request does: the fix-up keeps one for many
    tasks, also when the database was restarted meanwhile."""
    from django.db import close_old_connections

    close_old_connections()
