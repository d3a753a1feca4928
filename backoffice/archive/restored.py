"""A mark in a database that came out of a backup, until the vault has filled in what came after it.

What is decided before could get the number of a decision that the vault already has. The mark is a
table, so that it goes wherever the database goes.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

from django.db import connection

from backoffice.archive import databases, postgres_dump
from backoffice.archive.manifest import BackupError

TABLE = "restored_from_backup"


def mark(database: dict[str, Any]) -> None:
    """Let the next `prepare` of the site with this database fill it in. Raises BackupError."""
    statement = f"CREATE TABLE IF NOT EXISTS {TABLE} (reason text)"
    if databases.kind(database) == "postgresql":
        with postgres_dump.connected(database) as server:
            server.execute(statement.encode())
        return
    try:
        with closing(sqlite3.connect(database["NAME"])) as file, file:
            file.execute(statement)
    except sqlite3.DatabaseError as error:
        raise BackupError(
            f"The backup is back, and could not be marked as such ({error}). Run `prepare`, then"
            " `rebuild`, before the site is started."
        ) from error


def is_marked() -> bool:
    """Whether the site's database still lacks what came after its backup."""
    return TABLE in connection.introspection.table_names()


def unmark() -> None:
    """It lacks nothing any more, or is to do without."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
