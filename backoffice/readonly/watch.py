"""Whether the database answers: a thread of each web process asks it twice a second.

Refused, stopped, cut off or swallowed by the network: within three seconds it counts as down, and
whoever hangs in a query is let go. It counts as up with the first answer.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING
from weakref import WeakSet

from backoffice.readonly import asking
from backoffice.readonly.asking import PATIENCE_SECONDS, Asker

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

log = logging.getLogger(__name__)

EVERY_SECONDS = 0.5

PROMPT_SECONDS = 0.3
"""An answer takes milliseconds. While one is overdue no page sets out for the database: it would
only hang there."""

LONGEST_SECONDS = PATIENCE_SECONDS + 0.5
"""A question that is open for longer is answered: the database is down. The asker itself may hang,
such as in looking up a name."""


class Watch:
    """What one process knows of the database. Until it is started, the database is up."""

    def __init__(
        self,
        make_asker: Callable[[], Asker] = asking.asker,
        *,
        every_seconds: float = EVERY_SECONDS,
    ) -> None:
        self._make_asker = make_asker
        self._every_seconds = every_seconds
        self._asker: Asker | None = None
        self._news = threading.Condition()
        self._wanted = threading.Event()
        self._is_in_doubt = False
        self._begun = 0
        self._ended = 0
        self._asked_at: float | None = None
        self._down_since: float | None = None
        self._connections: WeakSet[BaseDatabaseWrapper] = WeakSet()

    def start(self) -> None:
        """Ask from now on, in a thread that ends with the process."""
        asker = self._asker = self._make_asker()
        threading.Thread(
            target=self._go_on, args=(asker,), name="database-watch", daemon=True
        ).start()

    def mind(self, connection: BaseDatabaseWrapper) -> None:
        """Cut this connection when the database goes down."""
        with self._news:
            self._connections.add(connection)

    @property
    def is_known_down(self) -> bool:
        """By the last answer, without waiting."""
        return self._down_since is not None

    def is_down(self) -> bool:
        """Whether the database does not answer; waits for an answer that is overdue."""
        if self._asker and self._down_since is None and self._asker.is_gone():
            return self.ask_now()
        with self._news:
            if self._asked_at is None or self._down_since is not None:
                return self._down_since is not None
            if time.monotonic() < self._asked_at + PROMPT_SECONDS:
                return False
            return self._verdict(self._begun, self._asked_at + LONGEST_SECONDS)

    def ask_now(self, *, is_in_doubt: bool = False) -> bool:
        """Whether the database is down, by a question that is put after this call."""
        if self._asker is None:
            return False
        with self._news:
            self._is_in_doubt |= is_in_doubt
            self._wanted.set()
            return self._verdict(self._begun + 1, time.monotonic() + 2 * LONGEST_SECONDS)

    def _verdict(self, question: int, until: float) -> bool:
        """Whether it is down, by the answer to `question`; True when there is none in time."""
        is_answered = self._news.wait_for(
            lambda: self._ended >= question or self._down_since is not None,
            until - time.monotonic(),
        )
        return not is_answered or self._down_since is not None

    def _go_on(self, asker: Asker) -> None:
        while True:
            self._ask(asker)
            self._wanted.wait(self._every_seconds)

    def _ask(self, asker: Asker) -> None:
        with self._news:
            self._wanted.clear()
            is_in_doubt, self._is_in_doubt = self._is_in_doubt, False
            self._begun += 1
            self._asked_at = time.monotonic()
        try:
            asker.ask(is_in_doubt=is_in_doubt)
            trouble = ""
        except Exception as error:  # whatever it is, the database cannot be worked with
            trouble = str(error).strip() or type(error).__name__
        self._take(trouble)
        if trouble:
            self._let_go(asker)

    def _take(self, trouble: str) -> None:
        """Know the answer, and tell who waits for it."""
        with self._news:
            before, now = self._down_since, time.monotonic()
            if trouble and before is None:
                log.error("the database does not answer, the site is read-only: %s", trouble)
            if not trouble and before is not None:
                log.warning("the database answers again, after %.0f s", now - before)
            self._down_since = (before or now) if trouble else None
            self._asked_at = None
            self._ended = self._begun
            self._news.notify_all()

    def _let_go(self, asker: Asker) -> None:
        """Cut the connections of all pages: those that wait for an answer would wait for ever, and
        an idle one would hang the next that tries it."""
        with self._news:
            connections = list(self._connections)
        for connection in connections:
            asker.cut(connection)


site = Watch()
"""The watch of this process; started where pages are served (`backoffice.wsgi`)."""
