"""The backup of the night and the trial of the week, and what the first page says of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.files.storage import storages
from django.test import Client
from django.utils import timezone

from backoffice import locks
from backoffice.archive import manifest, nightly
from backoffice.archive.backup import back_up, backups
from backoffice.noted import note, noted
from backoffice.tasks import keep_safe
from cards import vault
from tests import pictures
from tests.cast import Person
from tests.disks import FakeDisk

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db(transaction=True)
EVENING = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)


class Clock:
    """The time as backups see it; it stands until it is set on."""

    def __init__(self) -> None:
        self.now = EVENING

    def on(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(timezone, "now", lambda: found.now)
    return found


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    settings.BACKUP_DIR = tmp_path / "backups"
    return tmp_path / "backups"


def today(client: Client) -> str:
    return unescape(client.get("/admin/").content.decode())


def test_there_is_one_at_once_and_then_one_each_night(clock: Clock, folder: Path) -> None:
    nightly.tend()
    assert len(backups(folder)) == 1
    clock.on(hours=6.9)  # 02:54
    nightly.tend()
    assert len(backups(folder)) == 1
    clock.on(hours=0.2)  # 03:06
    nightly.tend()
    nightly.tend()
    assert len(backups(folder)) == 2


def test_a_night_that_the_machine_was_off_is_made_up_for(clock: Clock, folder: Path) -> None:
    nightly.tend()
    clock.on(days=3, hours=1)  # 21:00
    nightly.tend()
    assert len(backups(folder)) == 2


def test_only_the_newest_are_kept(clock: Clock, folder: Path, settings: Settings) -> None:
    settings.BACKUP_KEEP = 2
    for _ in range(4):
        nightly.tend()
        clock.on(days=1)
    kept = [found.manifest.as_of for found in backups(folder)]
    assert kept == [EVENING + timedelta(days=2), EVENING + timedelta(days=3)]


def test_nothing_is_made_when_none_are_to_be_kept(folder: Path, settings: Settings) -> None:
    settings.BACKUP_KEEP = 0
    nightly.tend()
    assert not folder.exists()


def test_a_trial_is_held_with_the_first_and_then_once_a_week(clock: Clock) -> None:
    days = []
    for day in range(9):
        nightly.tend()
        if noted("drill")["at"] == clock.now.isoformat():
            days.append(day)
        clock.on(days=1)
    assert days == [0, 7]


@pytest.fixture
def copy(settings: Settings, tmp_path: Path) -> Path:
    """An empty second vault."""
    options = {"location": tmp_path / "copy"}
    back_end = {"BACKEND": "cards.vault_storage.FolderStorage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "vault_copy": back_end}
    assert storages["vault_copy"]
    return tmp_path / "copy"


def in_copy() -> int:
    return len(list(vault.names_in_copy()))


def test_the_second_copy_of_the_vault_is_kept_up_to_date(copy: Path, clock: Clock) -> None:
    vault.put_picture(pictures.jpeg(1), "image/jpeg")
    nightly.tend()
    assert in_copy() == 1
    vault.put_picture(pictures.jpeg(2), "image/jpeg")
    clock.on(hours=6.9)  # 02:54
    nightly.tend()
    assert in_copy() == 1
    clock.on(hours=0.2)  # 03:06
    nightly.tend()
    assert in_copy() == 2


def test_a_second_copy_that_failed_is_tried_again_after_an_hour_without_another_backup(
    copy: Path, clock: Clock, folder: Path, manager: Person
) -> None:
    vault.put_picture(pictures.jpeg(1), "image/jpeg")
    copy.write_text("in the way")
    nightly.tend()
    copy.unlink()
    assert "The second copy of the vault is not up to date." in today(manager.client)
    assert "The nightly backup failed." not in today(manager.client)
    clock.on(minutes=30)
    nightly.tend()
    assert not copy.exists()
    clock.on(minutes=31)
    nightly.tend()
    assert in_copy() == 1
    assert len(backups(folder)) == 1
    assert "is not up to date" not in today(manager.client)


def test_a_backup_made_by_hand_does_not_stand_in_for_the_second_copy(
    copy: Path, clock: Clock, folder: Path
) -> None:
    nightly.tend()
    vault.put_picture(pictures.jpeg(1), "image/jpeg")
    clock.on(hours=7.1)  # 03:06
    back_up(folder)
    nightly.tend()
    assert len(backups(folder)) == 2
    assert in_copy() == 1


def test_while_another_process_tends_nothing_is_done(folder: Path, tmp_path: Path) -> None:
    with locks.alone(tmp_path / "nightly.lock"):
        nightly.tend()
    assert not folder.exists()
    nightly.tend()
    assert len(backups(folder)) == 1


def test_a_backup_that_is_being_made_by_hand_is_no_failure(folder: Path) -> None:
    folder.mkdir()
    with locks.alone(folder / ".lock"):
        nightly.tend()
    assert nightly.standing().error == ""
    nightly.tend()
    assert len(backups(folder)) == 1


def test_a_failure_is_tried_again_after_an_hour(clock: Clock, folder: Path, disk: FakeDisk) -> None:
    disk.bytes_used = 99
    nightly.tend()
    disk.bytes_used = 50
    clock.on(minutes=30)
    nightly.tend()
    assert backups(folder) == []
    clock.on(minutes=31)
    nightly.tend()
    assert len(backups(folder)) == 1


def test_the_clock_of_the_site_asks_for_it_and_notes_how_full_the_disk_is(folder: Path) -> None:
    keep_safe()
    assert len(backups(folder)) == 1
    assert noted("disk")["days"]


# The first page -----------------------------------------------------------------------------


def test_managers_see_when_the_last_backup_was_and_that_its_trial_passed(
    manager: Person, reviewer: Person
) -> None:
    assert "Last backup" not in today(manager.client)
    nightly.tend()
    page = today(manager.client)
    assert "Last backup: " in page
    assert ", whole." in page
    assert "Last backup" not in today(reviewer.client)


def test_a_backup_that_failed_is_a_notice_until_one_succeeds(
    manager: Person, reviewer: Person, disk: FakeDisk
) -> None:
    disk.bytes_used = 99
    nightly.tend()
    disk.bytes_used = 50
    page = today(manager.client)
    assert "The nightly backup failed." in page
    assert "Make room, or use another disk" in page
    assert "The nightly backup failed." not in today(reviewer.client)
    nightly.run()
    assert "The nightly backup failed." not in today(manager.client)


def test_a_backup_that_would_not_come_back_is_a_notice(manager: Person, folder: Path) -> None:
    made = nightly.run()
    for name in made.manifest.files:
        (made.folder / name).write_bytes(b"rust")
    nightly.tend()
    page = today(manager.client)
    assert "The newest backup could not be restored on trial." in page
    assert "its SHA-256 differs" in page
    assert ", failed." in page


def test_a_backup_that_is_late_is_a_notice(manager: Person) -> None:
    at = timezone.now() - timedelta(days=3)
    note("backup", {"at": at.isoformat(), "size": 1})
    assert "The last backup is of" in today(manager.client)


def test_what_is_noted_badly_is_nothing(manager: Person, tmp_path: Path) -> None:
    note("backup", {"at": "yesterday"})
    note("drill", {"at": 5})
    assert "Last backup" not in today(manager.client)
    assert manifest.FILE not in today(manager.client)
