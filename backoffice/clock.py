"""What a worker does by itself, whatever becomes of beat: find jobs that nobody runs, and copy what
was decided into the vault.

A thread of the worker's main process. Beat asks for the same; done twice, or in several workers at
once, it changes nothing.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.db import connections

log = logging.getLogger(__name__)

SWEEP_SECONDS = 10
JOURNAL_SECONDS = 5


def _sweep() -> None:
    from extraction import jobs

    jobs.requeue_stale()


def _journal() -> None:
    from review import journal

    journal.catch_up()


ROUNDS: Mapping[str, tuple[float, Callable[[], object]]] = {
    "sweep": (SWEEP_SECONDS, _sweep),
    "journal": (JOURNAL_SECONDS, _journal),
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
