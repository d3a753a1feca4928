"""A good file becomes a card, whatever its name; a vault that fails leaves no half of one."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import Storage

from cards import intake, vault
from cards.models import Arrival, Batch, Card, Side
from cards.signals import card_taken_in
from tests import pictures
from tests.cards.make_arrivals import TAKEN_IN, take, take_one

MAKERS: dict[str, Callable[[], bytes]] = {
    "image/jpeg": pictures.jpeg,
    "image/png": pictures.png,
    "image/webp": pictures.webp,
    "image/tiff": pictures.tiff,
    "image/heic": pictures.heic,
    "application/pdf": pictures.pdf,
}


# Good files


@pytest.mark.parametrize("kind", MAKERS)
def test_picture_of_every_kind_becomes_a_card(batch: Batch, kind: str) -> None:
    arrival = take_one(MAKERS[kind](), batch)
    assert arrival.outcome == TAKEN_IN
    assert Side.objects.get(card=arrival.card).media_type == kind


@pytest.mark.parametrize("kind", MAKERS)
def test_original_bytes_are_kept_unchanged(batch: Batch, kind: str) -> None:
    data = MAKERS[kind]()
    side = Side.objects.get(card=take_one(data, batch).card)
    assert side.picture == hashlib.sha256(data).hexdigest()
    assert vault.get(vault.picture_name(side.picture, kind)) == data


@pytest.mark.parametrize("make", [pictures.pdf, pictures.tiff])
def test_document_is_one_card_and_its_pages_are_sides(
    batch: Batch, make: Callable[[int], bytes]
) -> None:
    arrival = take_one(make(3), batch)
    assert Card.objects.count() == 1
    sides = Side.objects.filter(card=arrival.card)
    assert list(sides.values_list("position", "page")) == [(0, 0), (1, 1), (2, 2)]


def test_size_of_a_side_is_that_of_the_upright_picture(batch: Batch) -> None:
    arrival = take_one(pictures.jpeg(exif=pictures.orientation(6)), batch)
    side = Side.objects.get(card=arrival.card)
    assert (side.width_px, side.height_px) == (64, 96)


def test_new_card_is_being_read(batch: Batch) -> None:
    card = take_one(pictures.jpeg(), batch).card
    assert card
    assert card.status == Card.Status.UPLOADED


def test_new_card_is_announced_with_the_extractor_of_its_batch(batch: Batch) -> None:
    heard: list[tuple[Any, str]] = []

    def hear(card: Card, extractor: str, **_: Any) -> None:
        heard.append((card, extractor))

    card_taken_in.connect(hear)
    try:
        arrival = take_one(pictures.jpeg(), batch)
    finally:
        card_taken_in.disconnect(hear)
    assert heard == [(arrival.card, "offline")]


def test_vault_says_where_the_card_came_from(batch: Batch) -> None:
    by = User.objects.create_user("uma")
    file = io.BytesIO(pictures.jpeg())
    (arrival,) = intake.take_in(file, batch, name="first.jpg", by=by)
    document = vault.get_json(vault.card_name(arrival.card_id))
    assert document["taken_in_by"] == "uma"
    assert document["file_name"] == "first.jpg"
    assert document["batch"]["name"] == "Spring fair"
    assert document["batch"]["source"] == "Hall 4"
    assert document["batch"]["duplicate_policy"] == "skip"
    assert document["batch"]["extractor"] == "offline"
    assert document["sides"][0]["picture"] == hashlib.sha256(pictures.jpeg()).hexdigest()


@pytest.mark.parametrize("name", ["card.pdf", "card.txt", "card", "card.zip"])
def test_renamed_picture_is_taken_for_what_it_is(batch: Batch, name: str) -> None:
    arrival = take_one(pictures.png(), batch, name)
    assert Side.objects.get(card=arrival.card).media_type == "image/png"


def test_picture_whose_exif_lies_is_taken_in(batch: Batch) -> None:
    assert take_one(pictures.jpeg(exif=b"Exif\0\0II*\0\xff\xff"), batch).outcome == TAKEN_IN


# Names


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("<script>alert(1)</script>.jpg", "<script>alert(1)</script>.jpg"),
        ("a\0b\nc\x1b[31m.jpg", "a�b c�[31m.jpg"),
        ("card\u202egpj.exe", "card�gpj.exe"),
        ("half\ud800.jpg", "half�.jpg"),
        ("名刺　田中.jpg", "名刺 田中.jpg"),
        ("Scan at 9.41\u202fAM.png", "Scan at 9.41 AM.png"),
        ("=1+1.jpg", "=1+1.jpg"),
        ("../../etc/passwd", "../../etc/passwd"),
        ("", ""),
    ],
)
def test_hostile_name_is_kept_without_what_could_harm(batch: Batch, name: str, kept: str) -> None:
    arrival = take_one(pictures.jpeg(), batch, name)
    arrival.refresh_from_db()
    assert arrival.file_name == kept
    assert Card.objects.get().file_name == kept


def test_name_of_ten_thousand_characters_keeps_its_end(batch: Batch) -> None:
    arrival = take_one(pictures.jpeg(), batch, "x" * 10_000 + ".jpg")
    arrival.refresh_from_db()
    assert arrival.outcome == TAKEN_IN
    assert len(arrival.file_name) == 255
    assert arrival.file_name.endswith("x.jpg")


def test_no_file_name_reaches_the_names_in_the_vault(
    batch: Batch, vault_names: Callable[[], list[str]]
) -> None:
    take(pictures.jpeg(), batch, "../../marker.jpg")
    assert not [name for name in vault_names() if "marker" in name]


# A vault that fails


@pytest.mark.usefixtures("full_vault")
def test_full_vault_leaves_nothing_half_taken_in(batch: Batch) -> None:
    with pytest.raises(vault.VaultError):
        take(pictures.jpeg(), batch)
    assert not Card.objects.exists()
    assert not Arrival.objects.exists()


def test_vault_that_fills_up_keeps_what_was_taken_in(
    batch: Batch, fresh_vault: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = type(fresh_vault).create  # type: ignore[attr-defined]

    def fill_up(storage: Storage, name: str, data: bytes) -> bool:
        if Card.objects.count() == 2:
            raise OSError(28, "No space left on device")
        return bool(create(storage, name, data))

    monkeypatch.setattr(type(fresh_vault), "create", fill_up)
    members = {f"{number}.jpg": pictures.jpeg(number) for number in range(4)}
    with pytest.raises(vault.VaultError):
        take(pictures.zip_of(members), batch)
    assert Card.objects.count() == 2
    assert Arrival.objects.filter(outcome=TAKEN_IN).count() == 2


def test_file_that_failed_halfway_is_taken_in_the_next_time(
    batch: Batch, fresh_vault: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = type(fresh_vault).create  # type: ignore[attr-defined]

    def lose_documents(storage: Storage, name: str, data: bytes) -> bool:
        if name.endswith("card.json"):
            raise OSError(5, "Input/output error")
        return bool(create(storage, name, data))

    with monkeypatch.context() as patch:
        patch.setattr(type(fresh_vault), "create", lose_documents)
        with pytest.raises(vault.VaultError):
            take(pictures.jpeg(), batch)
    assert take_one(pictures.jpeg(), batch).outcome == TAKEN_IN


def test_card_that_could_not_be_announced_leaves_no_row(batch: Batch) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError("no such table")

    card_taken_in.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            take(pictures.jpeg(), batch)
    finally:
        card_taken_in.disconnect(fail)
    assert not Card.objects.exists()
    assert not Arrival.objects.exists()
