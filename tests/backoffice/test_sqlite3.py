"""What serves a site makes no database where there was one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import OperationalError
from pytest_django import DjangoDbBlocker

from backoffice.sqlite3.base import DatabaseWrapper, open_what_is_there


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
    settings = {
        "NAME": path, "OPTIONS": {}, "TIME_ZONE": None, "AUTOCOMMIT": True, "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False, "ATOMIC_REQUESTS": False,
    }  # fmt: skip
    connection = DatabaseWrapper(settings, "other")
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
