"""Tables are changed beside a running site: whoever uses them goes first."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from django.db import OperationalError

from backoffice import migrating
from backoffice.migrating import MigrationError


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> list[Exception | None]:
    """How each attempt to change the tables ends, in turn."""
    planned: list[Exception | None] = []
    turns: Iterator[Exception | None] = iter(planned)

    def attempt() -> None:
        if error := next(turns):
            raise error

    monkeypatch.setattr(migrating, "_apply", attempt)
    monkeypatch.setattr(migrating, "ATTEMPTS", 3)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    return planned


def in_use() -> OperationalError:
    error = OperationalError("canceling statement due to lock timeout")
    error.__cause__ = psycopg.errors.LockNotAvailable()
    return error


def test_tables_that_are_in_use_are_tried_again(ends: list[Exception | None]) -> None:
    ends += [in_use(), in_use(), None]
    migrating._patiently()


def test_tables_that_are_always_in_use_are_left_and_it_says_so(
    ends: list[Exception | None],
) -> None:
    ends += [in_use(), in_use(), in_use(), None]
    with pytest.raises(MigrationError, match="stop the workers"):
        migrating._patiently()


def test_what_else_goes_wrong_is_not_tried_again(ends: list[Exception | None]) -> None:
    ends += [OperationalError("the server is gone"), None]
    with pytest.raises(OperationalError, match="gone"):
        migrating._patiently()
