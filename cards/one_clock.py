"""The time that leases and appointments are made by: the database's.

Web processes and workers may be on several hosts, one of whose clocks is wrong. By its own, one
that is two hours ahead would take every job from under its worker, and an answer would be paid for
twice; one that is behind would leave jobs lying. PostgreSQL says what time it is at the beginning
of each connection. With SQLite everybody is on one host, whose clock is everybody's.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

ON_ITS_WAY = timedelta(seconds=1)
"""A smaller difference is only the way from there to here."""


@dataclass(frozen=True, slots=True)
class _Compared:
    """When two clocks were compared, by both clocks of this process, and how much later the
    database's was."""

    wall: float
    steady: float
    ahead: timedelta


def now() -> datetime:
    """The time of the database, aware. No query: new connections have asked."""
    if connection.vendor != "postgresql":
        return timezone.now()
    connection.ensure_connection()
    if not hasattr(connection, "_cards_compared"):
        compare(connection=connection)
    found: _Compared = connection._cards_compared  # type: ignore[attr-defined]
    # A clock that was set since has nothing to say: the steady one tells by how much.
    set_by = (time.time() - found.wall) - (time.monotonic() - found.steady)
    ahead = found.ahead - timedelta(seconds=set_by)
    return timezone.now() + (ahead if abs(ahead) > ON_ITS_WAY else timedelta(0))


def compare(*, connection: BaseDatabaseWrapper, **_further: Any) -> None:
    """Asks the database for its time; to be called for each new connection."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (there,) = cursor.fetchone()
    here = datetime.now(UTC)
    connection._cards_compared = _Compared(  # type: ignore[attr-defined]
        time.time(), time.monotonic(), there - here
    )
