"""What serves a site makes no database where there was one, and calls none that is away."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from pytest_django import DjangoDbBlocker

from backoffice.engines.postgresql import base as postgresql
from backoffice.engines.sqlite3.base import DatabaseWrapper, open_what_is_there
from backoffice.readonly import watch

SETTINGS: dict[str, Any] = {
    "OPTIONS": {}, "TIME_ZONE": None, "AUTOCOMMIT": True, "CONN_MAX_AGE": 0,
    "CONN_HEALTH_CHECKS": False, "ATOMIC_REQUESTS": False,
}  # fmt: skip


@pytest.fixture(autouse=True)
def unblocked(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The database of the tests is not asked."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def serving(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DatabaseWrapper, "must_exist", False)
    open_what_is_there()


def opened(path: Path) -> DatabaseWrapper:
    connection = DatabaseWrapper({**SETTINGS, "NAME": path}, "other")
    connection.ensure_connection()
    return connection


def test_a_command_begins_a_database(tmp_path: Path) -> None:
    opened(tmp_path / "db.sqlite3").close()
    assert (tmp_path / "db.sqlite3").exists()


def test_what_serves_makes_none(serving: None, tmp_path: Path) -> None:
    with pytest.raises(OperationalError, match="unable to open"):
        opened(tmp_path / "db.sqlite3")
    assert list(tmp_path.iterdir()) == []


def test_what_serves_opens_the_one_that_is_there(serving: None, tmp_path: Path) -> None:
    (tmp_path / "with a ? in it").mkdir()
    path = tmp_path / "with a ? in it" / "db.sqlite3"
    path.touch()
    connection = opened(path)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE card (id INTEGER)")
    connection.close()
    assert path.stat().st_size > 0


def test_a_server_that_is_known_to_be_away_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        there = {"NAME": "cards", "HOST": "127.0.0.1", "PORT": silent.getsockname()[1]}
        connection = postgresql.DatabaseWrapper({**SETTINGS, **there, "USER": "", "PASSWORD": ""})
        monkeypatch.setattr(watch.site, "_down_since", 1.0)
        with pytest.raises(OperationalError, match="does not answer"):
            connection.ensure_connection()
        silent.settimeout(0)
        with pytest.raises(BlockingIOError):
            silent.accept()
