"""Makes the tables of one database equal to those of another, within a transaction of the caller's
in each, by writing what differs. Rows are compared by a hash that is the same on any database."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.management.color import no_style
from django.db import DataError, Error, IntegrityError, connections, models, transaction

from backoffice.archive.chunks import chunks

CHUNK = 500

_SPELLED_ANEW = re.compile(r"-0\.0\b|\d(?:\.\d+)?e\+\d+")
"""Numbers within JSON that PostgreSQL keeps as 0.0, and without an exponent."""

Row = Sequence[Any]
Tell = Callable[[int], object]


class RowError(Exception):
    """The one row that the database does not take, and why."""


@dataclass(slots=True)
class Table:
    """How many rows a table has, and how many of them were written and removed for that."""

    name: str
    rows: int = 0
    written: int = 0
    removed: int = 0


@dataclass(slots=True)
class _Sum:
    """Number of rows, and the sum of their hashes: the same in whatever order they come."""

    rows: int = 0
    hashes: int = 0

    def add(self, digest: bytes) -> None:
        self.rows += 1
        self.hashes = (self.hashes + int.from_bytes(digest)) % 2**256


def all_models() -> list[type[models.Model]]:
    """Each that has a table, those of many-to-many relations too."""
    found = apps.get_models(include_auto_created=True)
    return [model for model in found if model._meta.managed and not model._meta.proxy]


def make_equal(
    model: type[models.Model], source: str, target: str, tell: Tell = lambda rows: None
) -> Table:
    """What was done to the table of `model`. `source` and `target` are aliases of databases.

    Raises RowError, also when the table is not the same in the end.
    """
    done, wanted = Table(model._meta.db_table), _Sum()
    gone = set(model._base_manager.using(target).values_list("pk", flat=True))
    lacking: list[Any] = []
    for chunk in chunks(_rows(model, source), CHUNK):
        digests = {row[0]: fingerprint(row) for row in chunk}
        for digest in digests.values():
            wanted.add(digest)
        there = _digests(model, target, [key for key in digests if key in gone])
        changed = [key for key, digest in there.items() if digest != digests[key]]
        _remove(model, target, changed)
        new = [row for row in chunk if row[0] not in there]
        if gone or lacking:  # unique values may still be taken by rows that go
            lacking += [row[0] for row in new] + changed
        else:
            _write(model, target, new)
            done.written += len(new)
        gone.difference_update(digests)
        tell(len(chunk))
    _remove(model, target, list(gone))
    for keys in chunks(lacking, CHUNK):
        _write(model, target, _rows(model, source, keys))
    done.rows, done.removed = wanted.rows, len(gone)
    done.written += len(lacking)
    if done.written or done.removed:  # otherwise each row was held against its like
        _check(model, target, wanted)
    return done


def _check(model: type[models.Model], target: str, wanted: _Sum) -> None:
    found = _Sum()
    for row in _rows(model, target):
        found.add(fingerprint(row))
    if found != wanted:
        raise RowError(
            f"{model._meta.db_table} has {found.rows:,} rows and should have {wanted.rows:,}, or"
            " they are not the same"
        )


def set_sequences_on(target: str) -> None:
    """Let new rows get ids after those that are there."""
    connection = connections[target]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), all_models()):
            cursor.execute(statement)


def fingerprint(row: Row) -> bytes:
    """SHA-256 of what the row says, however its database spells it."""
    text = _SPELLED_ANEW.sub(_plainly, json.dumps(row, sort_keys=True, default=_told))
    return hashlib.sha256(text.encode()).digest()


def _plainly(number: re.Match[str]) -> str:
    return format(Decimal(number[0]), "f").removeprefix("-" if number[0] == "-0.0" else "")


def _told(value: Any) -> str:
    """What JSON has no way to say, as text."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, UUID | date | timedelta):
        return str(value)
    raise TypeError(f"a column of {type(value).__name__} cannot be compared")


def _columns(model: type[models.Model]) -> list[str]:
    """The primary key first."""
    key = model._meta.pk
    names = [field.attname for field in model._meta.concrete_fields if field != key]
    return [key.attname, *names] if key else names


def _rows(
    model: type[models.Model], alias: str, keys: Iterable[Any] | None = None
) -> Iterator[tuple[Any, ...]]:
    rows = model._base_manager.using(alias).order_by("pk")
    if keys is not None:
        rows = rows.filter(pk__in=keys)
    return rows.values_list(*_columns(model)).iterator(chunk_size=CHUNK)


def _digests(model: type[models.Model], alias: str, keys: Iterable[Any]) -> dict[Any, bytes]:
    return {row[0]: fingerprint(row) for row in _rows(model, alias, keys)} if keys else {}


def _remove(model: type[models.Model], alias: str, keys: Sequence[Any]) -> None:
    """The rows alone: what hangs on them is in place again at the end of the transaction."""
    for some in chunks(keys, CHUNK):
        rows = model._base_manager.using(alias).filter(pk__in=some)
        rows._raw_delete(alias)


def _write(model: type[models.Model], alias: str, rows: Iterable[Row]) -> None:
    """Raises RowError, naming the row."""
    names = _columns(model)
    made = [model(**dict(zip(names, row, strict=True))) for row in rows]
    refused = (DataError, IntegrityError, ValueError)
    try:
        with transaction.atomic(using=alias):
            model._base_manager.using(alias).bulk_create(made)
    except refused:
        for one in made:
            try:
                with transaction.atomic(using=alias):
                    model._base_manager.using(alias).bulk_create([one])
            except refused as error:
                raise RowError(f"row {one.pk} of {model._meta.db_table}: {error}") from error
    except Error as error:
        raise RowError(f"{model._meta.db_table}: {error}") from error
