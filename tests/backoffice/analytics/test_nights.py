"""The publication of the night, the one that somebody asks for, and what the first page says."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import timezone

from backoffice import locks
from backoffice.analytics import nights, publications, site_file
from backoffice.noted import note, noted
from backoffice.tasks import keep_safe
from tests.backoffice.analytics.conftest import DAY
from tests.cast import Person
from tests.disks import FakeDisk

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db


class Clock:
    """The time as publications see it; it stands until it is set on."""

    def __init__(self) -> None:
        self.now = DAY

    def on(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(timezone, "now", lambda: found.now)
    return found


def made() -> list[datetime]:
    return [one.as_of for one in reversed(publications.all())]


def today(client: Client) -> str:
    return unescape(client.get("/admin/").content.decode())


def test_there_is_one_at_once_and_then_one_each_night(clock: Clock) -> None:
    nights.tend()
    clock.on(hours=5.9)  # 01:54
    nights.tend()
    assert made() == [DAY]
    clock.on(hours=0.2)  # 02:06
    nights.tend()
    nights.tend()
    assert made() == [DAY, clock.now]


def test_none_is_made_by_itself_when_none_are_to_be_kept(settings: Settings, clock: Clock) -> None:
    settings.PUBLISH_KEEP = 0
    nights.tend()
    assert made() == []
    nights.ask("ana")
    nights.tend()
    assert made() == [DAY]


def test_only_the_newest_are_kept(settings: Settings, clock: Clock) -> None:
    settings.PUBLISH_KEEP = 1
    nights.tend()
    clock.on(days=1)
    nights.tend()
    assert made() == [clock.now]


def test_a_failure_is_noted_and_tried_again_after_an_hour(clock: Clock, disk: FakeDisk) -> None:
    disk.bytes_used = 99
    nights.tend()
    disk.bytes_used = 50
    clock.on(minutes=30)
    nights.tend()
    assert made() == []
    assert "Make room" in nights.standing().error
    clock.on(minutes=31)
    nights.tend()
    assert made() == [clock.now]
    assert nights.standing().error == ""


def test_what_nobody_thought_of_does_not_keep_the_backup_from_being_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("no cards")

    monkeypatch.setattr(site_file, "write", fail)
    nights.tend()
    assert nights.standing().error == "no cards"


def test_one_that_is_asked_for_is_made_once(clock: Clock, told: list[str]) -> None:
    nights.tend()
    clock.on(minutes=5)
    nights.ask("ana")
    assert told == ["backoffice.tasks.keep_safe"]
    assert nights.standing().asked_at == clock.now
    clock.on(seconds=3)
    nights.tend()
    nights.tend()
    assert made() == [DAY, clock.now]
    assert nights.standing().asked_at is None


def test_one_that_is_asked_for_and_fails_is_not_tried_for_ever(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[object] = []

    def fail(*of: object) -> None:
        tried.append(of)
        raise sqlite3.OperationalError("disk I/O error")

    nights.tend()
    clock.on(minutes=5)
    nights.ask("ana")
    monkeypatch.setattr(site_file, "write", fail)
    for _ in range(3):
        nights.tend()
    assert len(tried) == 1


def test_a_broker_that_is_down_does_not_stop_whoever_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr("celery.current_app.send_task", refuse)
    nights.ask("ana")
    assert nights.standing().asked_at


def test_while_another_process_publishes_nothing_is_done_and_nothing_has_failed(
    place: Path,
) -> None:
    place.mkdir()
    with locks.alone(place / ".lock"):
        nights.tend()
    assert nights.standing().error == ""
    nights.tend()
    assert len(made()) == 1


@pytest.mark.django_db(transaction=True)
def test_the_clock_of_the_site_asks_for_it(settings: Settings, tmp_path: Path) -> None:
    settings.BACKUP_DIR = tmp_path / "backups"
    settings.BACKUP_KEEP = 0
    keep_safe()
    assert len(made()) == 1


# The first page -----------------------------------------------------------------------------


def test_managers_see_when_the_last_publication_was(manager: Person, reviewer: Person) -> None:
    assert "Last publication" not in today(manager.client)
    nights.tend()
    assert "Last publication: " in today(manager.client)
    assert "Last publication" not in today(reviewer.client)


def test_one_that_failed_is_a_notice_until_one_succeeds(
    manager: Person, reviewer: Person, disk: FakeDisk
) -> None:
    disk.bytes_used = 99
    nights.tend()
    disk.bytes_used = 50
    assert "The last publication failed." in today(manager.client)
    assert "The last publication failed." not in today(reviewer.client)
    nights.run()
    assert "The last publication failed." not in today(manager.client)


def test_what_is_noted_badly_is_nothing(manager: Person) -> None:
    note(nights.NOTE, {"at": "yesterday"})
    note(nights.ASKED, {"at": 5})
    assert noted(nights.NOTE)
    assert "Last publication" not in today(manager.client)
    assert nights.standing().asked_at is None
