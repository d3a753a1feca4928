"""What a worker does by itself, whatever becomes of beat and broker: find jobs that nobody runs,
copy what was decided into the vault, ask for what has to be done now and then.

A thread of the worker's main process for each. Beat asks for the same; done twice, or in several
workers at once, it changes nothing.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from django.db import connections

if TYPE_CHECKING:
    from extraction import leases

log = logging.getLogger(__name__)

SWEEP_SECONDS = 10
JOURNAL_SECONDS = 3
"""What is committed is to be in the vault within 5 seconds."""

WAITING_SECONDS = 15
"""For what was uploaded while the database was down."""

BACKLOGS_SECONDS = 60
KEEP_SECONDS = 600


@cache
def _watch() -> leases.Watch:
    from extraction import leases

    return leases.Watch()


def _sweep() -> None:
    from extraction import jobs

    with _watch().look() as may_take_over:
        jobs.requeue_stale(may_take_over=may_take_over)


def _journal() -> None:
    from review import journal

    journal.catch_up()


def _waiting() -> None:
    from backoffice.readonly import waiting

    waiting.take_in()


def _send(task: str, seconds: float) -> Callable[[], object]:
    """Asks some worker for a task, as beat does, for as long as it is not asked again."""

    def send() -> None:
        from backoffice.celery import app

        app.send_task(task, expires=seconds)

    return send


ROUNDS: Mapping[str, tuple[float, Callable[[], object]]] = {
    "sweep": (SWEEP_SECONDS, _sweep),
    "journal": (JOURNAL_SECONDS, _journal),
    "waiting files": (WAITING_SECONDS, _waiting),
    "backlogs": (BACKLOGS_SECONDS, _send("extraction.tasks.tend_backlogs", BACKLOGS_SECONDS)),
    "keep safe": (KEEP_SECONDS, _send("backoffice.tasks.keep_safe", KEEP_SECONDS)),
}
"""What is done, and every how many seconds."""


@dataclass
class Clock:
    """Goes round until it is stopped; what fails is tried again in the next round."""

    rounds: Mapping[str, tuple[float, Callable[[], object]]] = field(default_factory=lambda: ROUNDS)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """One thread for each, so that a vault that hangs does not keep jobs waiting."""
        _watch()  # from now on: what happens before the first round counts, too
        for name, (seconds, do) in self.rounds.items():
            thread = threading.Thread(
                target=self._go_round, args=(name, seconds, do), name=f"clock-{name}", daemon=True
            )
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Let the rounds end; one that is under way is not waited for long."""
        self._stopped.set()
        for thread in self._threads:
            thread.join(1)

    def _go_round(self, name: str, seconds: float, do: Callable[[], object]) -> None:
        while not self._stopped.wait(seconds):
            began = time.monotonic()
            try:
                do()
            except Exception as error:  # the next round may get through
                log.warning("%s failed, and is tried again in %g s: %s", name, seconds, error)
            finally:
                # Between two rounds no connection is kept: the pool's processes are forked from
                # this one at any time.
                connections.close_all()
            if (took := time.monotonic() - began) > seconds:
                log.info("%s took %.1f s", name, took)
