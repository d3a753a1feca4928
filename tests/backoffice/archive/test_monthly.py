"""A thirtieth of the vault is read each night, and what is broken stays on show until it is not."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from django.core.files.storage import storages
from django.test import Client
from django.utils import timezone

from backoffice import locks
from backoffice.archive import monthly, verify
from backoffice.noted import noted
from backoffice.tasks import keep_safe
from cards import vault
from tests import pictures
from tests.backoffice.commands import run
from tests.cast import Person

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db
JPEG = "image/jpeg"


@pytest.fixture(autouse=True)
def data_dir(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    settings.BACKUP_KEEP = 0
    return tmp_path


@pytest.fixture
def days_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each time it looks at the clock, it is a day later."""
    days = iter(range(1000))
    now = timezone.now()
    clock = SimpleNamespace(now=lambda: now + timedelta(days=next(days)))
    monkeypatch.setattr(monthly, "timezone", clock)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names that are read again, as they are."""
    found: list[str] = []
    check = verify._check

    def note(name: str) -> verify._Outcome:
        found.append(name)
        return check(name)

    monkeypatch.setattr(verify, "_check", note)
    return found


def flip(sha256: str) -> None:
    """A bit of a picture is no longer what it was."""
    name = vault.picture_name(sha256, JPEG)
    data = bytearray(vault.get(name))
    data[100] ^= 1
    storages["vault"].delete(name)
    vault.put(name, bytes(data))


def a_month() -> None:
    for _ in range(monthly.PARTS):
        monthly.tend()


def first_page(client: Client) -> str:
    page = client.get("/admin/")
    assert page.status_code == 200
    return unescape(page.content.decode())


@pytest.mark.anywhere
def test_in_a_month_everything_is_read_once(days_pass: None, read: list[str]) -> None:
    for tone in range(40):
        vault.put_picture(pictures.jpeg(tone), JPEG)
    a_month()
    assert sorted(read) == sorted(name for name, _size in vault.names())


def test_of_one_night_only_a_part_is_read(read: list[str]) -> None:
    for tone in range(40):
        vault.put_picture(pictures.jpeg(tone), JPEG)
    keep_safe()
    keep_safe()
    assert len(read) < 20


def test_what_is_broken_is_a_notice_until_it_is_whole(days_pass: None, manager: Person) -> None:
    sha256 = vault.put_picture(pictures.jpeg(1), JPEG)
    whole = vault.get(vault.picture_name(sha256, JPEG))
    flip(sha256)
    a_month()
    assert "1 object of the vault is damaged or missing." in first_page(manager.client)
    assert sha256 in first_page(manager.client)
    vault.replace(vault.picture_name(sha256, JPEG), whole)
    run("verify")
    assert "damaged or missing" not in first_page(manager.client)


def test_with_a_second_copy_it_is_put_right_by_itself(
    days_pass: None, settings: Settings, tmp_path: Path, manager: Person
) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "vault_copy": {
            "BACKEND": "cards.vault_storage.FolderStorage",
            "OPTIONS": {"location": tmp_path / "copy"},
        },
    }
    sha256 = vault.put_picture(pictures.jpeg(1), JPEG)
    name = vault.picture_name(sha256, JPEG)
    vault.put_in_copy(name, vault.get(name))
    flip(sha256)
    a_month()
    assert vault.get_picture(sha256, JPEG) == pictures.jpeg(1)
    assert "damaged or missing" not in first_page(manager.client)


def test_a_vault_that_does_not_answer_is_asked_again(
    monkeypatch: pytest.MonkeyPatch, read: list[str]
) -> None:
    vault.put_readme()
    with monkeypatch.context() as patch:

        def down(*_: object, **__: object) -> verify.Report:
            raise vault.VaultError("the vault is down")

        patch.setattr(monthly, "verify", down)
        monthly.tend()
    assert read == []
    monthly.tend()
    assert noted(monthly.NOTE)["part"] == 1


# What could not be read ------------------------------------------------------------------------


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The time as `monthly` sees it: `at` stands until it is set on."""
    found = SimpleNamespace(at=timezone.now())
    monkeypatch.setattr(monthly, "timezone", SimpleNamespace(now=lambda: found.at))
    return found


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """What the vault does not give in time: all it keeps, in the part that is read first."""
    names = {vault.picture_name(vault.put_picture(pictures.jpeg(t), JPEG), JPEG) for t in range(60)}
    found = {name for name in names if verify.Part(1, monthly.PARTS).has(name)}
    assert found
    get = vault.get

    def time_out(name: str) -> bytes:
        if name in found:
            raise vault.VaultAway(f"The vault could not give {name}: timed out")
        return get(name)

    monkeypatch.setattr(vault, "get", time_out)
    return found


def test_what_could_not_be_read_is_no_notice_and_is_read_again_after_an_hour(
    clock: SimpleNamespace, slow: set[str], read: list[str]
) -> None:
    monthly.tend()
    assert list(monthly.troubles()) == []
    first = len(read)
    clock.at += timedelta(minutes=10)
    monthly.tend()
    assert len(read) == first
    slow.clear()
    clock.at += timedelta(hours=1)
    monthly.tend()
    assert read[first:] == read[:first]
    assert noted(monthly.NOTE)["part"] == 1


def test_what_is_not_given_for_a_day_is_a_notice_and_the_other_parts_have_their_turn(
    clock: SimpleNamespace, slow: set[str]
) -> None:
    monthly.tend()
    clock.at += timedelta(days=1)
    monthly.tend()
    assert noted(monthly.NOTE)["part"] == 1
    assert len(list(monthly.troubles())) == 1


def test_a_broken_object_stays_on_show_while_it_cannot_be_read(slow: set[str]) -> None:
    (name, *_) = slow
    broken = verify.Report(findings=[verify.Finding(name, "damaged", "rust")])
    monthly.take_note(verify.Part(), broken)
    monthly.take_note(verify.Part(), verify.verify())
    assert len(list(monthly.troubles())) == 1


def test_one_process_reads_at_a_time(data_dir: Path, read: list[str]) -> None:
    for tone in range(40):
        vault.put_picture(pictures.jpeg(tone), JPEG)
    with locks.alone(data_dir / "monthly.lock"):
        monthly.tend()
    assert read == []
    monthly.tend()
    assert read
