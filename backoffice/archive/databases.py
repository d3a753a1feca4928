"""Which database this is, and where another one may be: a folder, or a PostgreSQL server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dj_database_url
from django.db import connections
from django.db.utils import load_backend

from backoffice.archive import postgres_dump, sqlite_dump
from backoffice.archive.manifest import BackupError

DUMPS = {"sqlite": sqlite_dump, "postgresql": postgres_dump}


def ours() -> dict[str, Any]:
    """The settings of the site's own database."""
    return dict(connections["default"].settings_dict)


def at(place: str) -> dict[str, Any]:
    """The settings of the database at a postgres:// address or in a DATA_DIR. Raises
    BackupError."""
    if "://" not in place:
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": Path(place) / "db.sqlite3"}
    try:
        found = dict(dj_database_url.parse(place))
    except ValueError as error:
        raise BackupError(f"{place.rpartition('@')[2]} cannot be understood: {error}.") from None
    if kind(found) != "postgresql":
        raise BackupError("The place must be a folder or begin with postgres://.")
    return found


def kind(database: dict[str, Any]) -> str:
    """sqlite or postgresql"""
    return "sqlite" if database["ENGINE"].endswith("sqlite3") else "postgresql"


def named(database: dict[str, Any]) -> str:
    """Where a database is, without its password."""
    if kind(database) == "sqlite":
        return str(database["NAME"])
    return f"{database['NAME']} on {database.get('HOST') or 'this machine'}"


@contextmanager
def in_place_of_ours(database: dict[str, Any]) -> Iterator[None]:
    """Lets this thread work with another database; other threads keep the site's own."""
    usual = connections["default"]
    options = usual.settings_dict["OPTIONS"] if kind(database) == kind(ours()) else {}
    settings = {**usual.settings_dict, "OPTIONS": options, **database}
    other = load_backend(settings["ENGINE"]).DatabaseWrapper(settings, "default")
    connections["default"] = other
    try:
        yield
    finally:
        other.close()
        connections["default"] = usual
