"""How a database is asked whether it is there, in bounded time, and never made by being asked."""

from __future__ import annotations

import os
import select
import socket
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from django.db import DEFAULT_DB_ALIAS, connections

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from psycopg import Connection

PATIENCE_SECONDS = 2
"""A database that is silent for so long does not answer; it is the least that libpq waits."""

QUESTION = "SELECT 1 FROM django_migrations LIMIT 1"
"""A table that is always there: an empty database in the place of ours is no answer."""


class Asker(Protocol):
    def ask(self, *, is_in_doubt: bool = False) -> None:
        """Raises any exception when the database does not answer within two patiences.

        With `is_in_doubt` something has just failed: what is taken on trust otherwise is tried.
        """

    def is_gone(self) -> bool:
        """Whether a glance shows that there is nothing to ask."""

    def cut(self, connection: BaseDatabaseWrapper) -> None:
        """Let whoever waits for an answer on another thread's `connection` get an error."""


def asker() -> Asker:
    """Asks the database of the settings."""
    vendor = connections[DEFAULT_DB_ALIAS].vendor
    return Postgres() if vendor == "postgresql" else Sqlite()


class Postgres:
    """Asks over a connection of its own, which it keeps: to make one each time would be dear."""

    def __init__(self) -> None:
        self._connection: Connection[Any] | None = None

    def ask(self, *, is_in_doubt: bool = False) -> None:
        """In doubt over a new connection: old ones may live on when no new ones are let in."""
        import psycopg

        if is_in_doubt:
            self._hang_up()
        try:
            if self._connection is not None:
                with suppress(psycopg.OperationalError):  # cut, as by a restart: it may be back
                    return _question(self._connection)
                self._hang_up()
            self._connection = self._connect()
            _question(self._connection)
        except Exception:
            self._hang_up()
            raise

    def is_gone(self) -> bool:
        return False

    def cut(self, connection: BaseDatabaseWrapper) -> None:
        """Closing it here would not wake a thread that waits; the end of the stream does."""
        import psycopg

        raw = connection.connection
        if raw is None:
            return
        with (
            suppress(OSError, psycopg.Error),
            closing(socket.socket(fileno=os.dup(raw.fileno()))) as line,
        ):
            line.shutdown(socket.SHUT_RDWR)

    def _connect(self) -> Connection[Any]:
        import psycopg

        site = connections[DEFAULT_DB_ALIAS].get_connection_params()
        own = {"connect_timeout": PATIENCE_SECONDS, "autocommit": True}
        return psycopg.connect(**{**site, **own})

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def _question(connection: Connection[Any]) -> None:
    """Ask, and wait for the answer for PATIENCE_SECONDS. Raises TimeoutError, OperationalError.

    By hand, as psycopg itself waits for as long as the server likes.
    """
    from psycopg import OperationalError
    from psycopg.pq import ExecStatus

    line, until = connection.pgconn, time.monotonic() + PATIENCE_SECONDS
    line.send_query(QUESTION.encode())
    line.flush()
    while line.is_busy():
        if not _has_data(line.socket, until - time.monotonic()):
            raise TimeoutError(f"it was silent for {PATIENCE_SECONDS} seconds")
        line.consume_input()
    answer = line.get_result()
    if answer is None or answer.status != ExecStatus.TUPLES_OK:
        raise OperationalError(answer.get_error_message() if answer else "it gave no answer")
    while line.get_result():
        pass


def _has_data(handle: int, seconds: float) -> bool:
    waiting = select.poll()
    waiting.register(handle, select.POLLIN)
    return bool(waiting.poll(max(0, seconds) * 1000))


class Sqlite:
    """Asks the file, opened anew each time: another one may lie in its place."""

    def __init__(self) -> None:
        self._is_suspect = False

    def ask(self, *, is_in_doubt: bool = False) -> None:
        """In doubt the whole file is checked, until it is found sound: that takes seconds for a
        large one."""
        self._is_suspect = self._is_suspect or is_in_doubt
        address = f"{self._path().absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=PATIENCE_SECONDS)) as file:
            file.execute(QUESTION)
            if self._is_suspect and (found := file.execute("PRAGMA quick_check(1)").fetchone()):
                if found[0] != "ok":
                    raise sqlite3.DatabaseError(f"it is damaged: {found[0]}")
                self._is_suspect = False

    def is_gone(self) -> bool:
        """Whoever works with a file that is gone makes an empty one in its place."""
        return not self._path().exists()

    def cut(self, connection: BaseDatabaseWrapper) -> None:
        """Ends what is being computed; a wait for a lock ends by its own time-out."""
        raw = connection.connection
        if raw is not None:
            with suppress(sqlite3.Error):
                raw.interrupt()

    def _path(self) -> Path:
        return Path(connections[DEFAULT_DB_ALIAS].settings_dict["NAME"])
