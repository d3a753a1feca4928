"""What a database holds, asked in SQL that SQLite and PostgreSQL both speak."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from backoffice.archive.manifest import Facts


def facts(cursor: Any, tables: Iterable[str], error: type[Exception]) -> Facts:
    """Asks an open cursor; one query for each table. `error` is what its database raises."""
    counts = {}
    for table in sorted(tables):
        cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608  (names from the catalogue)
        counts[table] = int(cursor.fetchone()[0])
    migrations: list[str] = []
    if "django_migrations" in counts:
        cursor.execute("SELECT app, name FROM django_migrations")
        migrations = sorted(f"{app}.{name}" for app, name in cursor.fetchall())
    return Facts(counts, migrations, _newest_review(cursor, error))


def _newest_review(cursor: Any, error: type[Exception]) -> dict[str, Any] | None:
    """The last decision that had reached the vault; asked last, as an older schema knows none."""
    try:
        cursor.execute(
            "SELECT card_id, number, journaled_at FROM review_review"
            " WHERE journaled_at IS NOT NULL ORDER BY journaled_at DESC, id DESC LIMIT 1"
        )
        row = cursor.fetchone()
    except error:
        return None
    if row is None:
        return None
    at = datetime.fromisoformat(str(row[2]))
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return {"card": str(uuid.UUID(str(row[0]))), "number": row[1], "at": at.isoformat()}
