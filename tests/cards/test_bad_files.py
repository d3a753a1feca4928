"""Bad and too large files are refused with a sentence, and their neighbours are taken in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_django import Settings

from cards.models import Batch, Card
from tests import pictures
from tests.cards.make_arrivals import REFUSED, TAKEN_IN, outcomes, take, take_one

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


@pytest.mark.parametrize("name", BAD)
def test_bad_file_is_refused_with_a_sentence(batch: Batch, name: str) -> None:
    data, reason = BAD[name]
    arrival = take_one(data, batch, name)
    assert arrival.outcome == REFUSED
    assert arrival.reason.startswith(reason)
    assert arrival.card is None


@pytest.mark.parametrize("name", BAD)
def test_bad_file_leaves_neither_card_nor_object(
    batch: Batch, name: str, vault_names: Callable[[], list[str]]
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
