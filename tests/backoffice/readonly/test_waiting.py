"""Uploads while the database is down, and what becomes of them when it is back."""

from __future__ import annotations

import pytest
from django.core.files.storage import Storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from backoffice.analytics.publications import Publication
from backoffice.readonly import waiting
from backoffice.readonly.passes import Pass
from cards import intake, room, vault
from cards.models import Arrival, Batch, Card
from tests import pictures
from tests.backoffice.readonly.conftest import holding
from tests.cast import Person
from tests.disks import FakeDisk

UPLOAD = "/admin/cards/card/upload/"


@pytest.fixture
def kept(settings: Settings) -> None:
    settings.READ_ONLY_UPLOADS = "keep"


def file(tone: int = 0, name: str = "fair.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pictures.jpeg(tone))


def of(person: Person) -> Pass:
    return Pass(person.user.pk, "Ursula", frozenset(("cards.upload_card",)), 0)


def test_uploads_are_refused_unless_the_setting_says_otherwise(holder: Client) -> None:
    assert holder.get(UPLOAD).status_code == 503
    assert holder.post(UPLOAD, {"file": file()}).status_code == 503
    assert not list(vault.names("waiting"))


def test_pictures_are_kept_and_others_named_with_the_reason(holder: Client, kept: None) -> None:
    assert 'type="file"' in holder.get(UPLOAD).content.decode()
    text = SimpleUploadedFile("notes.txt", b"Rosa Halloway")
    page = holder.post(UPLOAD, {"name": "Fair", "file": [file(), text]}).content.decode()
    assert "1 file is kept" in page
    assert "Pictures and PDFs alone" in page
    (name,) = [name for name, _size in vault.names("waiting")]
    document = vault.get_json(name)
    assert document["batch"] == "Fair"
    assert [file["name"] for file in document["files"]] == ["fair.jpg"]


def test_a_full_disk_is_said_and_nothing_acknowledged(
    holder: Client, kept: None, disk: FakeDisk
) -> None:
    disk.bytes_used = 95
    response = holder.post(UPLOAD, {"file": file()})
    assert response.status_code == 503
    assert "The disk is nearly full" in response.content.decode()
    assert not list(vault.names("waiting"))


def test_whoever_may_not_upload_may_not_now(down: None, published: Publication, kept: None) -> None:
    assert holding("cards.view_card").post(UPLOAD, {"file": file()}).status_code == 403


def test_no_other_site_can_send_files(holder: Client, kept: None) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = holder.cookies
    assert strict.post(UPLOAD, {"file": file()}).status_code == 403


@pytest.mark.django_db
def test_what_was_kept_is_taken_in_once(uploader: Person) -> None:
    waiting.keep([file(1), file(2), file(3, "back.jpg")], batch="Fair", by=of(uploader))
    assert waiting.take_in() == 3
    assert waiting.take_in() == 0
    batch = Batch.objects.get()
    assert (batch.name, batch.created_by) == ("Fair", uploader.user)
    names = Card.objects.order_by("file_name").values_list("file_name", flat=True)
    assert list(names) == ["back.jpg", "fair (2).jpg", "fair.jpg"]


@pytest.mark.django_db
def test_a_taker_that_was_killed_is_followed_by_one_that_goes_on(
    uploader: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting.keep([file(1), file(2)], batch="Fair", by=of(uploader))
    with monkeypatch.context() as patch:
        real, turns = intake.take_in, iter((False, True))

        def killed(*args: object, **words: object) -> object:
            if next(turns):
                raise KeyboardInterrupt
            return real(*args, **words)  # type: ignore[arg-type]

        patch.setattr(intake, "take_in", killed)
        with pytest.raises(KeyboardInterrupt):
            waiting.take_in()
    assert waiting.take_in() == 1
    assert Batch.objects.count() == 1
    assert Card.objects.count() == 2


@pytest.mark.django_db
def test_what_finds_no_room_waits_on(uploader: Person, disk: FakeDisk) -> None:
    waiting.keep([file(1)], batch="Fair", by=of(uploader))
    disk.bytes_used = 95
    with pytest.raises(room.NoRoom):
        waiting.take_in()
    disk.bytes_used = 50
    assert waiting.take_in() == 1


@pytest.mark.django_db
def test_a_picture_damaged_meanwhile_is_refused_and_the_rest_taken_in(
    uploader: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting.keep([file(1), file(2)], batch="Fair", by=of(uploader))
    real, turns = vault.get_picture, iter((True, False, False))

    def damaged(sha256: str, media_type: str) -> bytes:
        if next(turns):
            raise vault.VaultDamage(sha256, "its bytes are not those of the picture")
        return real(sha256, media_type)

    monkeypatch.setattr(vault, "get_picture", damaged)
    assert waiting.take_in() == 2
    outcomes = Arrival.objects.order_by("id").values_list("outcome", flat=True)
    assert list(outcomes) == ["refused", "taken_in"]


WHOLE = {"batch": "Fair", "at": "2026-11-20T10:00:00+00:00", "by": 1, "files": []}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "data",
    [
        b"{}rot",
        vault.sealed("waiting/20261120T100000Z-0.json", {}),
        vault.sealed("waiting/20261120T100000Z-0.json", WHOLE | {"files": None}),
        vault.sealed("waiting/20261120T100000Z-0.json", WHOLE | {"at": "yesterday"}),
    ],
    ids=["damaged", "empty", "ill-formed", "without a time"],
)
def test_a_document_that_cannot_be_used_holds_back_no_later_one(
    uploader: Person, data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    vault.put("waiting/20261120T100000Z-0.json", data)
    waiting.keep([file(1)], batch="Fair", by=of(uploader))
    assert waiting.take_in() == 1
    assert "waiting/20261120T100000Z-0.json cannot be taken in, and waits on" in caplog.text


@pytest.mark.django_db
def test_a_picture_that_is_not_there_waits_and_the_rest_is_taken_in(
    uploader: Person, fresh_vault: Storage
) -> None:
    waiting.keep([file(1), file(2)], batch="Fair", by=of(uploader))
    (name,) = [name for name, _size in vault.names("waiting")]
    lost = vault.get_json(name)["files"][0]
    picture = vault.picture_name(lost["sha256"], lost["media_type"])
    data = vault.get(picture)
    fresh_vault.delete(picture)
    assert waiting.take_in() == 1
    vault.put(picture, data)
    assert waiting.take_in() == 1
    assert Card.objects.count() == 2


@pytest.mark.django_db
def test_while_the_vault_is_away_everything_waits(
    uploader: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting.keep([file(1)], batch="Fair", by=of(uploader))

    def away(name: str) -> bytes:
        raise vault.VaultAway(f"The vault could not give {name}: timed out")

    with monkeypatch.context() as patch:
        patch.setattr(vault, "get", away)
        with pytest.raises(vault.VaultAway):
            waiting.take_in()
    assert waiting.take_in() == 1
