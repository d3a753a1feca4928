"""Moves a site to another database and another vault: the vault first, then the tables.

The old side is only read. Objects are copied for good one by one; the tables become equal to those
of one moment of the old side in a single transaction, compared row by row, so that a second run
writes only what has changed since.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, models, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import load_backend
from django.utils import timezone
from psycopg import IsolationLevel

from backoffice import schema
from backoffice.archive import databases, moving_tables, restored
from backoffice.archive.moving_tables import Table
from backoffice.archive.moving_vault import MoveError
from cards.models import Batch, Card
from extraction.models import Extraction
from review.models import Review

SOURCE, TARGET = "moved_from", "default"
"""What is moved into stands in the place of the site's own database: migrations write there."""

BORN: dict[type[models.Model], str] = {
    User: "date_joined", Batch: "created_at", Card: "created_at", Extraction: "requested_at",
    Review: "at",
}  # fmt: skip
"""Rows that a site never loses, and the column that tells one from another site's of that id. A
paid call that was not sent after all does go."""

Tell = Callable[[int], object]


@dataclass(slots=True)
class Moved:
    """The tables as they are on both sides. All that was committed before `as_of` is there."""

    as_of: datetime
    tables: list[Table] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)

    @property
    def written(self) -> int:
        return sum(table.written + table.removed for table in self.tables)


def move_tables(source: dict[str, Any], target: dict[str, Any], tell: Tell) -> Moved:
    """What `target` holds now. Raises MoveError; the tables there are then as they were before."""
    try:
        with _opened(source, target):
            _refuse_unready(source)
            _refuse_another()
            call_command("migrate", verbosity=0, interactive=False)
            with transaction.atomic(using=SOURCE), transaction.atomic(using=TARGET):
                moved = Moved(timezone.now())
                for model in moving_tables.all_models():
                    moved.tables.append(moving_tables.make_equal(model, SOURCE, TARGET, tell))
                moving_tables.set_sequences_on(TARGET)
            return moved
    except moving_tables.RowError as error:
        raise MoveError(
            f"The new database did not take everything ({error}). Nothing of the tables was kept"
            " there, and the old side is as it was."
        ) from error
    except (DatabaseError, OSError) as error:
        raise MoveError(
            f"A database did not do as asked ({str(error).strip()}). Nothing of the tables was kept"
            " on the new side, and the old one is as it was. See that both can be reached, then run"
            " the same again."
        ) from error


@contextmanager
def _opened(source: dict[str, Any], target: dict[str, Any]) -> Iterator[None]:
    usual = connections["default"].settings_dict
    settings = {**usual, **source, "OPTIONS": _reading(source), "CONN_MAX_AGE": 0}
    if databases.kind(source) == "sqlite":
        settings["NAME"] = f"{Path(source['NAME']).resolve().as_uri()}?mode=ro"
    backend = load_backend(settings["ENGINE"])
    with closing(backend.DatabaseWrapper(settings, SOURCE)) as old:
        connections[SOURCE] = old
        try:
            with databases.in_place_of_ours({**target, "OPTIONS": _writing(target)}):
                yield
        finally:
            del connections[SOURCE]


def _reading(source: dict[str, Any]) -> dict[str, Any]:
    """The options of a connection that sees one moment and cannot write."""
    if databases.kind(source) == "sqlite":
        return {"timeout": 20}
    return {
        **source.get("OPTIONS", {}),
        "options": "-c default_transaction_read_only=on",
        "isolation_level": IsolationLevel.REPEATABLE_READ,
    }


def _writing(target: dict[str, Any]) -> dict[str, Any]:
    if databases.kind(target) == "postgresql":
        return {"connect_timeout": 5, **target.get("OPTIONS", {})}
    Path(target["NAME"]).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return {"timeout": 20, "transaction_mode": "IMMEDIATE"}


def _refuse_unready(source: dict[str, Any]) -> None:
    """Raises MoveError unless the old side is a site's, of this version and whole."""
    place = databases.named(source)
    if databases.kind(source) == "sqlite" and not Path(source["NAME"]).exists():
        raise MoveError(f"There is no database {place} to move; nothing was changed.")
    old = connections[SOURCE]
    if schema.due(old):
        raise MoveError(
            f"The tables of {place} are not of this version. Nothing was changed; run `prepare` on"
            " the old side first."
        )
    if restored.TABLE in old.introspection.table_names():
        raise MoveError(
            f"{place} came out of a backup and lacks what came after it. Nothing was changed; run"
            " `prepare` on the old side first."
        )


def _refuse_another() -> None:
    """Raises MoveError when the new side has what the old one has not, or has it further on."""
    place = databases.named(connection.settings_dict)
    tables = set(connection.introspection.table_names())
    is_half_made = {app for app, _name in MigrationRecorder(connection).applied_migrations()} <= {
        app.label for app in apps.get_app_configs()
    }  # fmt: skip
    if tables and not ("django_migrations" in tables and is_half_made):
        raise MoveError(
            f"{place} has tables of something else. Nothing was changed; name an empty place."
        )
    for model, born in BORN.items():
        if model._meta.db_table not in tables:
            continue
        columns = ["pk", born, *(["version"] if model is Card else [])]
        there = model._base_manager.using(TARGET).values_list(*columns)
        ours = {row[0]: row[1:] for row in model._base_manager.using(SOURCE).values_list(*columns)}
        for key, *found in there.iterator():
            known = ours.get(key)
            if known is None or known[0] != found[0] or known[1:] < tuple(found[1:]):
                raise MoveError(
                    f"{place} has {model._meta.verbose_name} {key}, which this site has not got or"
                    " has as it was earlier: it is another site's, or was worked with since."
                    " Nothing was changed there. Name an empty place."
                )


def is_same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether both are one database."""
    if databases.kind(one) == databases.kind(other) == "sqlite":
        return Path(one["NAME"]).resolve() == Path(other["NAME"]).resolve()
    return all(one.get(key) == other.get(key) for key in ("ENGINE", "NAME", "HOST", "PORT"))
