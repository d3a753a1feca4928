from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import Storage
from django.db import connection
from pytest_django import Settings

from backoffice.synthetic import sheets
from cards import intake, vault
from cards.models import Arrival, Batch, Card, Side
from cards.signals import card_taken_in
from tests import pictures
from tests.bench.sheets import found

TAKEN_IN, ALREADY_HERE, REFUSED = Arrival.Outcome
VaultNames = Callable[[], list[str]]

MAKERS: dict[str, Callable[[], bytes]] = {
    "image/jpeg": pictures.jpeg,
    "image/png": pictures.png,
    "image/webp": pictures.webp,
    "image/tiff": pictures.tiff,
    "image/heic": pictures.heic,
    "application/pdf": pictures.pdf,
}
BAD = {
    "empty.jpg": (b"", "The file is empty."),
    "notes.jpg": (b"Call back on Monday.", "This is no picture of a kind we can read"),
    "page.png": (b"<html><script>alert(1)</script>", "This is no picture of a kind we can read"),
    "cut.jpg": (pictures.truncated(pictures.jpeg()), "The file is damaged or cut off"),
    "cut.png": (pictures.truncated(pictures.png()), "The file is damaged or cut off"),
    "cut.pdf": (pictures.truncated(pictures.pdf()), "The PDF is damaged or cut off"),
    "huge.png": (pictures.pixel_bomb(), "The picture has 3600 megapixels"),
    "locked.pdf": (pictures.locked_pdf(), "The PDF is protected with a password"),
    "book.pdf": (pictures.pdf(500), "The file has more than 10 pages"),
}


def take(data: bytes, batch: Batch, name: str = "card.jpg") -> list[Arrival]:
    return intake.take_in(io.BytesIO(data), batch, name=name)


def take_one(data: bytes, batch: Batch, name: str = "card.jpg") -> Arrival:
    (arrival,) = take(data, batch, name)
    return arrival


def outcomes(arrivals: list[Arrival]) -> dict[str, str]:
    return {arrival.file_name: arrival.outcome for arrival in arrivals}


def originals(names: list[str]) -> list[str]:
    return [name for name in names if "/original." in name]


@pytest.fixture
def keeping_batch(db: None) -> Batch:
    return Batch.objects.create(name="Second look", duplicate_policy=Batch.DuplicatePolicy.KEEP)


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


# Several cards on one picture


@pytest.fixture(scope="module")
def sheet() -> sheets.DrawnSheet:
    return sheets.sheet(0, seed=9, count=3)


@pytest.fixture(scope="module")
def sheet_bytes(sheet: sheets.DrawnSheet) -> bytes:
    return pictures.saved(sheet.picture, "JPEG", quality=90)


def test_cards_on_one_picture_become_a_card_each(batch: Batch, sheet_bytes: bytes) -> None:
    arrivals = take(sheet_bytes, batch, "fair.jpg")
    assert [arrival.file_name for arrival in arrivals] == [
        "fair.jpg (card 1 of 3)", "fair.jpg (card 2 of 3)", "fair.jpg (card 3 of 3)",
    ]  # fmt: skip
    assert [arrival.card for arrival in arrivals] == list(Card.objects.order_by("id"))
    assert {arrival.outcome for arrival in arrivals} == {TAKEN_IN}


def test_cards_on_one_picture_remember_their_place(
    batch: Batch, sheet: sheets.DrawnSheet, sheet_bytes: bytes
) -> None:
    take(sheet_bytes, batch)
    sides = list(Side.objects.all())
    assert found(sheet, [side.quad for side in sides if side.quad]) == 3
    assert {side.picture for side in sides} == {hashlib.sha256(sheet_bytes).hexdigest()}
    for side in sides:
        assert intake.side_picture(side).size == (side.width_px, side.height_px)


def test_cards_on_one_picture_have_their_place_in_the_vault(
    batch: Batch, sheet_bytes: bytes
) -> None:
    for arrival in take(sheet_bytes, batch):
        assert arrival.card
        document = vault.get_json(vault.card_name(arrival.card.pk))
        assert document["sides"][0]["quad"] == arrival.card.sides.get().quad


def test_picture_of_several_cards_that_is_here_already_is_one_arrival(
    batch: Batch, sheet_bytes: bytes
) -> None:
    take(sheet_bytes, batch)
    assert take_one(sheet_bytes, batch).outcome == ALREADY_HERE
    assert Card.objects.count() == 3


def test_pages_are_cards_of_their_own_when_one_shows_several(
    batch: Batch, sheet: sheets.DrawnSheet
) -> None:
    data = pictures.saved(
        pictures.card(), "TIFF", save_all=True, append_images=[sheet.picture.reduce(2)]
    )
    take(data, batch, "box.tif")
    pages = [card.sides.get().page for card in Card.objects.order_by("id")]
    assert pages == [0, 1, 1, 1]


def test_side_picture_without_a_place_is_the_page(card: Card) -> None:
    assert intake.side_picture(card.sides.get()).size == pictures.SIZE_PX


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


# Bad files


@pytest.mark.parametrize("name", BAD)
def test_bad_file_is_refused_with_a_sentence(batch: Batch, name: str) -> None:
    data, reason = BAD[name]
    arrival = take_one(data, batch, name)
    assert arrival.outcome == REFUSED
    assert arrival.reason.startswith(reason)
    assert arrival.card is None


@pytest.mark.parametrize("name", BAD)
def test_bad_file_leaves_neither_card_nor_object(
    batch: Batch, name: str, vault_names: VaultNames
) -> None:
    take(BAD[name][0], batch, name)
    assert not Card.objects.exists()
    assert not vault_names()


def test_good_files_among_bad_ones_are_taken_in(batch: Batch) -> None:
    bad = {name: data for name, (data, _) in BAD.items()}
    mixed = {"a.jpg": pictures.jpeg(), **bad, "z.png": pictures.png()}
    arrivals = take(pictures.zip_of(mixed), batch, "all.zip")
    assert outcomes(arrivals) == {
        "all.zip/a.jpg": TAKEN_IN,
        **{f"all.zip/{name}": REFUSED for name in bad},
        "all.zip/z.png": TAKEN_IN,
    }


def test_last_page_that_is_damaged_refuses_the_whole_file(batch: Batch) -> None:
    data = pictures.tiff(2)
    arrival = take_one(data[: len(data) - 400], batch)
    assert arrival.outcome == REFUSED
    assert not Card.objects.exists()


# Limits are settings


def test_limit_of_bytes_is_a_setting(batch: Batch, settings: Settings) -> None:
    data = pictures.jpeg()
    settings.MAX_FILE_BYTES = len(data)
    assert take_one(data, batch).outcome == TAKEN_IN
    settings.MAX_FILE_BYTES = len(data) - 1
    assert take_one(data, batch).reason.startswith("The file is larger than")


def test_limit_of_pixels_is_a_setting(batch: Batch, settings: Settings) -> None:
    settings.MAX_PIXELS = 6_000
    assert "megapixels" in take_one(pictures.jpeg(), batch).reason


def test_limit_of_pages_is_a_setting(batch: Batch, settings: Settings) -> None:
    settings.MAX_PAGES = 2
    assert take_one(pictures.pdf(2), batch).outcome == TAKEN_IN
    assert take_one(pictures.pdf(3), batch).reason.startswith("The file has more than 2 pages")


def test_limit_of_files_is_a_setting(batch: Batch, settings: Settings) -> None:
    settings.MAX_FILES = 2
    two = {"a.jpg": pictures.jpeg(1), "b.jpg": pictures.jpeg(2)}
    assert len(take(pictures.zip_of(two), batch)) == 2
    arrival = take_one(pictures.zip_of({**two, "c.jpg": pictures.jpeg(3)}), batch)
    assert arrival.reason == "The ZIP holds 3 files and the limit is 2; send it in parts."


def test_limit_of_archive_bytes_is_a_setting(batch: Batch, settings: Settings) -> None:
    settings.MAX_ARCHIVE_BYTES = 100
    arrival = take_one(pictures.zip_of({"a.jpg": pictures.jpeg()}), batch)
    assert arrival.reason.startswith("The ZIP is larger than")


def test_zip_that_unpacks_to_too_much_is_refused_before_unpacking(
    batch: Batch, settings: Settings
) -> None:
    settings.MAX_ARCHIVE_BYTES = 1_000_000
    zeros = {f"{number}.png": bytes(300_000) for number in range(4)}
    arrival = take_one(pictures.zip_of(zeros), batch)
    assert arrival.reason == "The ZIP unpacks to more than 1 MB; send it in parts."


# The same bytes again


def test_second_copy_links_to_the_card_that_is_here(batch: Batch) -> None:
    first = take_one(pictures.jpeg(), batch)
    second = take_one(pictures.jpeg(), batch, "copy.jpg")
    assert second.outcome == ALREADY_HERE
    assert second.card == first.card
    assert Card.objects.count() == 1


def test_second_copy_says_when_and_where_the_first_came_in(batch: Batch) -> None:
    take(pictures.jpeg(), batch)
    later = Batch.objects.create(name="Box of old cards")
    reason = take_one(pictures.jpeg(), later).reason
    assert reason.startswith("The same picture came in on ")
    assert reason.endswith("in “Spring fair”.")


def test_second_copy_within_one_zip_links_to_the_first(batch: Batch) -> None:
    twice = {"a.jpg": pictures.jpeg(), "b.jpg": pictures.jpeg()}
    assert list(outcomes(take(pictures.zip_of(twice), batch)).values()) == [TAKEN_IN, ALREADY_HERE]


def test_keeping_both_makes_a_second_card_of_one_picture(
    batch: Batch, keeping_batch: Batch, vault_names: VaultNames
) -> None:
    first = take_one(pictures.jpeg(), batch)
    second = take_one(pictures.jpeg(), keeping_batch)
    assert second.outcome == TAKEN_IN
    assert second.card != first.card
    assert len(originals(vault_names())) == 1


def test_same_drawing_in_other_bytes_is_another_picture(batch: Batch) -> None:
    take(pictures.jpeg(), batch)
    assert take_one(pictures.png(), batch).outcome == TAKEN_IN


def test_copy_that_came_in_while_this_one_was_checked_is_linked(
    batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier: list[Arrival] = []
    put_picture = vault.put_picture

    def put_after_a_colleague(data: bytes, media_type: str) -> str:
        monkeypatch.setattr(vault, "put_picture", put_picture)
        earlier.extend(take(data, batch, "colleague.jpg"))
        return put_picture(data, media_type)

    monkeypatch.setattr(vault, "put_picture", put_after_a_colleague)
    arrival = take_one(pictures.jpeg(), batch)
    assert arrival.outcome == ALREADY_HERE
    assert arrival.card == earlier[0].card


@pytest.mark.django_db(transaction=True)
def test_copies_at_the_same_moment_become_one_card(vault_names: VaultNames) -> None:
    batch = Batch.objects.create(name="Spring fair")
    together = Barrier(4)

    def upload(number: int) -> str:
        try:
            together.wait(10)
            return take_one(pictures.jpeg(), batch, f"{number}.jpg").outcome
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        found = sorted(threads.map(upload, range(4)))
    assert found == [ALREADY_HERE] * 3 + [TAKEN_IN]
    assert Card.objects.count() == 1
    assert len(originals(vault_names())) == 1


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


def test_no_file_name_reaches_the_names_in_the_vault(batch: Batch, vault_names: VaultNames) -> None:
    take(pictures.jpeg(), batch, "../../marker.jpg")
    assert not [name for name in vault_names() if "marker" in name]


# ZIPs


def test_zip_gives_one_row_a_file(batch: Batch) -> None:
    members = {"a.jpg": pictures.jpeg(), "box/b.pdf": pictures.pdf(2)}
    arrivals = take(pictures.zip_of(members), batch, "fair.zip")
    assert outcomes(arrivals) == {"fair.zip/a.jpg": TAKEN_IN, "fair.zip/box/b.pdf": TAKEN_IN}


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_zip_of_any_compression_is_opened(batch: Batch, method: int) -> None:
    data = pictures.zip_of({"a.jpg": pictures.jpeg()}, method=method)
    assert take_one(data, batch).outcome == TAKEN_IN


@pytest.mark.parametrize(
    "name", ["../up.jpg", "a/../../up.jpg", "/etc/up.jpg", "..\\up.jpg", "C:\\up.jpg", "\\up.jpg"]
)
def test_zip_member_that_points_outside_is_refused(batch: Batch, name: str) -> None:
    data = pictures.zip_of({name: pictures.jpeg(1), "good.jpg": pictures.jpeg(2)})
    bad, good = take(data, batch)
    assert bad.outcome == REFUSED
    assert bad.reason.startswith("Its name in the ZIP points outside of the ZIP")
    assert good.outcome == TAKEN_IN


@pytest.mark.parametrize("name", ["Stand 12:30.jpg", "a..b.jpg", ".", ".hidden.jpg"])
def test_zip_member_with_an_odd_name_is_taken_in(batch: Batch, name: str) -> None:
    assert take_one(pictures.zip_of({name: pictures.jpeg()}), batch).outcome == TAKEN_IN


def test_zip_member_without_a_name_is_taken_in(batch: Batch) -> None:
    data = pictures.zip_of({"\0": pictures.jpeg()})
    assert take_one(data, batch, "odd.zip").file_name == "odd.zip/"


def test_zip_member_with_hostile_name_is_kept_without_what_could_harm(batch: Batch) -> None:
    data = pictures.zip_of({"<b>\u202e" + "x" * 10_000 + ".jpg": pictures.jpeg()})
    arrival = take_one(data, batch)
    assert arrival.outcome == TAKEN_IN
    assert arrival.file_name.isprintable()
    assert len(arrival.file_name) == 255


def test_zip_member_that_is_a_link_is_refused(batch: Batch) -> None:
    arrival = take_one(pictures.zip_with_link("card.jpg", "/etc/hostname"), batch)
    assert arrival.outcome == REFUSED
    assert arrival.reason.startswith("It is a link, not a file")


def test_zip_with_a_password_is_refused(batch: Batch) -> None:
    arrival = take_one(pictures.zip_with_password({"card.jpg": pictures.jpeg()}), batch)
    assert arrival.outcome == REFUSED
    assert arrival.reason.startswith("It is protected with a password")


def test_zip_inside_a_zip_is_refused_and_its_neighbour_taken_in(batch: Batch) -> None:
    inner = pictures.zip_of({"deep.jpg": pictures.jpeg(1)})
    nested, neighbour = take(
        pictures.zip_of({"inner.zip": inner, "b.jpg": pictures.jpeg(2)}), batch
    )
    assert nested.outcome == REFUSED
    assert nested.reason == "A ZIP inside a ZIP is not opened; send it by itself."
    assert neighbour.outcome == TAKEN_IN


def test_nested_zip_under_another_name_is_refused(batch: Batch) -> None:
    inner = pictures.zip_of({"deep.jpg": pictures.jpeg()})
    assert take_one(pictures.zip_of({"inner.jpg": inner}), batch).outcome == REFUSED


def test_zip_bomb_is_refused_without_unpacking_it_all(batch: Batch) -> None:
    arrival = take_one(pictures.zip_bomb(), batch)
    assert arrival.outcome == REFUSED
    assert arrival.reason.startswith("The file is larger than 50 MB")


@pytest.mark.parametrize(
    ("members", "reason"),
    [({}, "The ZIP holds no files."), ({"__MACOSX/._a.jpg": b"x"}, "The ZIP holds no files.")],
)
def test_zip_without_files_is_refused(batch: Batch, members: dict[str, bytes], reason: str) -> None:
    assert take_one(pictures.zip_of(members), batch).reason == reason


def test_what_systems_add_to_a_zip_gets_no_row(batch: Batch) -> None:
    members = {
        "cards/": b"", "cards/a.jpg": pictures.jpeg(), "__MACOSX/cards/._a.jpg": b"x",
        "cards/.DS_Store": b"x", "Thumbs.db": b"x",
    }  # fmt: skip
    assert list(outcomes(take(pictures.zip_of(members), batch, "m.zip"))) == ["m.zip/cards/a.jpg"]


@pytest.mark.parametrize("end", [30, 200, -10])
def test_truncated_zip_is_refused(batch: Batch, end: int) -> None:
    data = pictures.zip_of({"a.jpg": pictures.jpeg()})
    arrival = take_one(data[:end], batch, "fair.zip")
    assert arrival.outcome == REFUSED
    assert arrival.reason == "The ZIP is damaged or cut off; make it again."


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_damaged_zip_member_is_refused_and_its_neighbour_taken_in(
    batch: Batch, method: int
) -> None:
    members = {"a.jpg": pictures.jpeg(1), "b.jpg": pictures.jpeg(2)}
    data = bytearray(pictures.zip_of(members, method=method))
    data[60:160] = b"\xa5" * 100
    bad, good = take(bytes(data), batch)
    assert bad.outcome == REFUSED
    assert bad.reason == "It is damaged in the ZIP; make the ZIP again."
    assert good.outcome == TAKEN_IN


def test_office_document_is_refused_file_by_file(batch: Batch) -> None:
    document = pictures.zip_of({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"})
    arrivals = take(document, batch, "letter.jpg")
    assert {arrival.outcome for arrival in arrivals} == {REFUSED}


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
