"""A disk that fills: a warning, then no more pictures, then no more writes, and never damage."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice import disk as disk_watch
from backoffice import doctor
from backoffice.doctor import Check
from backoffice.noted import noted
from cards import intake, room, vault
from cards.models import Arrival, Batch, Card
from extraction import jobs
from extraction.models import Extraction
from tests import pictures
from tests.backoffice.commands import run_badly
from tests.cards.make_uploads import begin, send, upload
from tests.cast import Person
from tests.disks import FakeDisk
from tests.extraction.readings import put_card
from tests.fakes import FakeExtractor

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db
Days = Callable[..., room.Disk]


@pytest.fixture(autouse=True)
def own_folder(settings: Settings, tmp_path: Path) -> None:
    """What is noted of the days before goes into a folder of the test."""
    settings.DATA_DIR = tmp_path


@pytest.fixture
def batch(db: None) -> Batch:
    return Batch.objects.create(name="Expo Berlin", extractor="offline")


def today(client: Client) -> str:
    return unescape(client.get("/admin/").content.decode())


def take_in(batch: Batch) -> list[Arrival]:
    return intake.take_in(io.BytesIO(pictures.jpeg(1)), batch, name="a.jpg")


# The notice ---------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["bytes_used", "inodes_used"])
def test_the_first_page_warns_from_80_percent_on(
    which: str, disk: FakeDisk, reviewer: Person
) -> None:
    setattr(disk, which, 79)
    assert "The disk is" not in today(reviewer.client)
    setattr(disk, which, 81)
    assert "The disk is 81% full. From 90% on no more pictures are taken in." in (
        " ".join(today(reviewer.client).replace("<strong>", "").replace("</strong>", "").split())
    )


@pytest.mark.parametrize(
    ("percent", "words"), [(91, "No more pictures are taken in"), (98, "Nothing can be saved")]
)
def test_the_notice_says_what_stopped(
    percent: int, words: str, disk: FakeDisk, reviewer: Person
) -> None:
    disk.bytes_used = percent
    assert words in today(reviewer.client)


# Uploads ------------------------------------------------------------------------------------


def test_pictures_are_taken_in_below_90_percent(disk: FakeDisk, batch: Batch) -> None:
    disk.bytes_used = 89.9
    assert take_in(batch)[0].outcome == Arrival.Outcome.TAKEN_IN


@pytest.mark.parametrize("which", ["bytes_used", "inodes_used"])
def test_from_90_percent_on_nothing_is_taken_in(which: str, disk: FakeDisk, batch: Batch) -> None:
    setattr(disk, which, 90)
    with pytest.raises(room.NoRoom, match="The disk is 90% full"):
        take_in(batch)
    assert not Card.objects.exists()
    assert list(vault.names()) == []


def test_the_upload_page_says_so_and_the_file_can_be_sent_again(
    disk: FakeDisk, batch: Batch, manager: Person
) -> None:
    disk.bytes_used = 95
    refused = send(manager.client, batch, upload("a.jpg", pictures.jpeg()))
    assert refused.status_code == 507
    assert refused.json()["error"].startswith("The disk is nearly full, so this file was not taken")
    disk.bytes_used = 50
    assert send(manager.client, batch, upload("a.jpg", pictures.jpeg())).status_code == 200
    assert Card.objects.count() == 1


def test_without_script_each_file_is_named_with_the_reason(disk: FakeDisk, manager: Person) -> None:
    disk.bytes_used = 95
    page = manager.client.post(
        reverse("admin:cards_upload"),
        {"name": "Expo", "duplicate_policy": "skip", "file": [upload("a.jpg", pictures.jpeg())]},
        follow=True,
        headers={"accept": "text/html"},
    )
    assert "The disk is nearly full" in page.text
    assert Arrival.objects.get().outcome == Arrival.Outcome.REFUSED


def test_ingest_stops_with_a_sentence(disk: FakeDisk, folder: Path) -> None:
    disk.bytes_used = 95
    _, words = run_badly("ingest", folder)
    assert words.startswith("The disk is 95% full")
    assert "run the command again for the rest" in words


# Writes -------------------------------------------------------------------------------------


def test_below_97_percent_work_goes_on(disk: FakeDisk, manager: Person) -> None:
    disk.bytes_used = 96.9
    assert begin(manager.client).status_code == 200
    assert Batch.objects.count() == 1


@pytest.mark.parametrize("which", ["bytes_used", "inodes_used"])
def test_from_97_percent_on_nothing_is_written(which: str, disk: FakeDisk, manager: Person) -> None:
    setattr(disk, which, 97)
    answer = begin(manager.client)
    assert answer.status_code == 507
    assert answer.json()["error"].startswith("The disk of this site is full, so nothing can be")
    assert not Batch.objects.exists()


def test_a_form_gets_a_page_that_says_so(disk: FakeDisk, manager: Person) -> None:
    disk.bytes_used = 98
    answer = manager.client.post("/admin/cards/batch/add/", {}, headers={"accept": "text/html"})
    assert answer.status_code == 507
    assert "Nothing was changed: this site has no room left" in answer.text


def test_a_full_disk_can_still_be_read_and_signed_in_to(
    disk: FakeDisk, manager: Person, visitor: Client
) -> None:
    manager.user.set_password("a long one indeed")
    manager.user.save()
    disk.bytes_used = 99
    login = {"username": manager.user.username, "password": "a long one indeed"}
    assert visitor.post("/admin/login/?next=/admin/", login).status_code == 302
    assert "Nothing can be saved any more" in today(visitor)


def test_a_full_disk_begins_no_reading_and_the_job_stays_due(
    disk: FakeDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    FakeExtractor().put_in_place(monkeypatch)
    job = Extraction.objects.create(card=put_card(status=Card.Status.UPLOADED), extractor="fake")
    disk.bytes_used = 97
    assert not jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.attempts) == (Extraction.Status.QUEUED, 0)
    assert jobs.due().get() == job


def test_drain_stops_instead_of_waiting_for_room(disk: FakeDisk) -> None:
    Extraction.objects.create(card=put_card(status=Card.Status.UPLOADED), extractor="offline")
    disk.bytes_used = 97
    with pytest.raises(CommandError, match="reading has stopped: 0 jobs were run"):
        call_command("drain")


# The forecast -------------------------------------------------------------------------------


@pytest.fixture
def days(disk: FakeDisk, monkeypatch: pytest.MonkeyPatch) -> Days:
    """Notes how full the disk was on the days up to today; gives it as it is now."""

    def note(*percents: float, inodes: bool = False) -> room.Disk:
        now = timezone.localdate()
        for ago, percent in enumerate(reversed(percents)):
            day = now - timedelta(days=ago)
            setattr(disk, "inodes_used" if inodes else "bytes_used", percent)
            monkeypatch.setattr(timezone, "localdate", lambda day=day: day)
            disk_watch.note_sizes()
        monkeypatch.setattr(timezone, "localdate", lambda: now)
        setattr(disk, "inodes_used" if inodes else "bytes_used", percents[-1])
        return room.disks()[0]

    return note


def ahead(number: int) -> date:
    return timezone.localdate() + timedelta(days=number)


@pytest.mark.parametrize("inodes", [False, True])
def test_the_day_it_is_full_follows_from_the_days_before(days: Days, inodes: bool) -> None:
    assert disk_watch.full_on(days(60, 62, 64, 66, inodes=inodes)) in (ahead(16), ahead(17))


@pytest.mark.parametrize("percents", [(60, 62), (60, 60, 60), (64, 62, 60), (50, 50.01, 50.02)])
def test_there_is_no_forecast_from_too_little_or_when_it_does_not_fill(
    days: Days, percents: tuple[float, ...]
) -> None:
    assert disk_watch.full_on(days(*percents)) is None


def test_a_larger_disk_begins_anew(days: Days, disk: FakeDisk) -> None:
    days(60, 70, 80)
    disk.size_bytes *= 2
    disk.bytes_used = 40
    assert disk_watch.full_on(room.disks()[0]) is None


def test_days_that_are_long_ago_are_forgotten(days: Days, monkeypatch: pytest.MonkeyPatch) -> None:
    days(60, 70, 80)
    later = ahead(200)
    monkeypatch.setattr(timezone, "localdate", lambda: later)
    disk_watch.note_sizes()
    assert list(noted("disk")["days"]) == [later.isoformat()]


def test_a_note_that_is_damaged_is_begun_anew(days: Days, tmp_path: Path) -> None:
    days(60, 70, 80)
    (tmp_path / "noted" / "disk.json").write_text("{")
    assert disk_watch.full_on(room.disks()[0]) is None
    disk_watch.note_sizes()
    assert len(noted("disk")["days"]) == 1


def test_a_disk_that_will_soon_be_full_is_a_notice_before_80_percent(
    days: Days, reviewer: Person
) -> None:
    days(40, 50, 60)
    assert "As it fills now, it will be full on" in today(reviewer.client)


def test_doctor_says_the_same_day(days: Days) -> None:
    day = disk_watch.full_on(days(40, 50, 60))
    assert day
    assert f"full on {day:%-d %B %Y} as it fills now" in Check(doctor.ask_disks).find("disk").text
