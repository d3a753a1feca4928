"""A ZIP is opened file by file; what is wrong with one of them harms no other."""

from __future__ import annotations

import zipfile

import pytest

from cards.models import Batch
from tests import pictures
from tests.cards.make_arrivals import REFUSED, TAKEN_IN, outcomes, take, take_one


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


@pytest.mark.anywhere
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
