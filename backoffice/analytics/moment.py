"""Reading the database as it is at one moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone


@contextmanager
def one_moment() -> Iterator[datetime]:
    """All that is read inside was so at one moment, and what had been committed before the time it
    yields is in it. Writers go on meanwhile. Inside a transaction it is what that one sees."""
    as_of = timezone.now()
    if connection.in_atomic_block:
        yield as_of
    elif connection.vendor == "postgresql":
        with transaction.atomic():
            _execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield as_of
    else:
        # Not `atomic`: its BEGIN IMMEDIATE would let nobody write until the end.
        _execute("BEGIN DEFERRED")
        try:
            yield as_of
        finally:
            _execute("ROLLBACK")


def _execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
