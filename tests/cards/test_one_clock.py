"""One clock for all: the database's, whatever a host's own says."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from cards import one_clock

NOW = datetime(2026, 3, 1, 20, tzinfo=UTC)


class Postgres(SimpleNamespace):
    """A connection to a server whose clock is some time ahead of this process's."""

    vendor = "postgresql"

    def __init__(self, ahead: timedelta) -> None:
        super().__init__(ahead=ahead)

    def ensure_connection(self) -> None:
        pass

    def cursor(self) -> Any:
        return self

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def execute(self, _query: str) -> None:
        self.said = datetime.now(UTC) + self.ahead

    def fetchone(self) -> tuple[datetime]:
        return (self.said,)


@pytest.fixture(autouse=True)
def stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.mark.parametrize("ahead", [timedelta(hours=2), timedelta(hours=-2)])
def test_a_host_two_hours_off_goes_by_the_clock_of_the_database(
    monkeypatch: pytest.MonkeyPatch, ahead: timedelta
) -> None:
    monkeypatch.setattr(one_clock, "connection", Postgres(ahead))
    assert abs(one_clock.now() - (NOW + ahead)) < timedelta(seconds=1)


def test_the_way_to_the_database_is_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_clock, "connection", Postgres(timedelta(seconds=0.3)))
    assert one_clock.now() == NOW


def test_a_clock_that_is_set_meanwhile_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_clock, "connection", Postgres(timedelta(0)))
    one_clock.now()
    set_on, real = 7200, time.time
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(seconds=set_on))
    clocks = SimpleNamespace(time=lambda: real() + set_on, monotonic=time.monotonic)
    monkeypatch.setattr(one_clock, "time", clocks)
    assert abs(one_clock.now() - NOW) < timedelta(seconds=1)


@pytest.mark.django_db
@pytest.mark.sqlite
def test_with_sqlite_it_is_the_machine_s() -> None:
    assert connection.vendor == "sqlite"
    assert one_clock.now() == NOW
