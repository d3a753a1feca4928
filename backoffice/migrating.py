"""Brings the tables up to this version: after a backup on SQLite, beside the running site on
PostgreSQL."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from backoffice import schema
from backoffice.archive import backup
from backoffice.archive.manifest import BackupError

LOCK_MILLISECONDS = 500
"""So long a change of a table waits for those who use it, and others behind it for both. Shorter
than the second after which PostgreSQL looks for deadlocks: no page is ever chosen to end one."""

ATTEMPTS = 60
"""With the pauses between them, more than a minute."""

ONE_AT_A_TIME = 4_211_508_226
"""The advisory lock of PostgreSQL that all migrations of the site take."""

RECENT = timedelta(hours=1)

Tell = Callable[[str], object]


class MigrationError(Exception):
    """Why the tables are as they were, and what to do."""


def migrate(tell: Tell) -> None:
    """Apply what is due. Raises MigrationError, BackupError; nothing was changed then."""
    if not schema.due(connection):
        _apply()  # brings permissions up to date
    elif connection.vendor == "postgresql":
        with _beside_the_site():
            _patiently()
    else:
        if MigrationRecorder(connection).applied_migrations():
            _back_up(tell)
        _apply()


def _apply() -> None:
    call_command("migrate", verbosity=0, interactive=False)


def _back_up(tell: Tell) -> None:
    """A failed migration is repeated at each start; so is not a backup that would be the same."""
    found = backup.backups(settings.BACKUP_DIR)
    if found and found[-1].manifest.as_of > timezone.now() - RECENT and _is_as_in(found[-1]):
        return
    try:
        made = backup.back_up(settings.BACKUP_DIR)
    except BackupError as error:
        raise BackupError(
            f"This version changes the tables, and no backup could be made before. {error} Nothing"
            " was changed, and the site was not started."
        ) from error
    tell(f"A backup before the tables are changed: {made.folder}")


def _is_as_in(newest: backup.Backup) -> bool:
    """Whether the database has as many rows in each table as that backup."""
    facts = newest.manifest.facts
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608
            if facts.counts.get(table) != cursor.fetchone()[0]:
                return False
    return set(tables) == facts.counts.keys()


@contextmanager
def _beside_the_site() -> Iterator[None]:
    """Alone among those who migrate; pages and workers go on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        cursor.execute(f"SET lock_timeout = {LOCK_MILLISECONDS}")
        try:
            yield
        finally:
            cursor.execute("RESET lock_timeout")
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ONE_AT_A_TIME])


def _patiently() -> None:
    """Whoever works on a table keeps it; the change is tried again a moment later. Each migration
    is applied wholly or not at all."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _apply()
        except OperationalError as error:
            if not isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
                raise
            if attempt == ATTEMPTS:
                raise MigrationError(
                    "The tables are in use without a pause, so they could not be changed; what was"
                    " changed is whole, and the site goes on. Try again when less is going on, or"
                    " stop the workers meanwhile."
                ) from error
        time.sleep(random.uniform(0.5, 2))  # noqa: S311
