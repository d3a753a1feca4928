"""The command `ingest`: what it takes in, what it prints, and how it refuses or stops."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cards import vault
from cards.models import Arrival, Batch, Card
from extraction.models import Extraction
from tests import pictures
from tests.backoffice.commands import manage, run, run_badly
from tests.fakes import FakeExtractor

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db


def test_ingest_takes_a_folder_with_its_folders(folder: Path) -> None:
    assert "3 taken in, 0 already here, 0 refused" in run("ingest", folder)
    assert set(Card.objects.values_list("file_name", flat=True)) == {
        "anna.png",
        "bruno.jpg",
        "carla.png",
    }


def test_ingest_takes_files_as_one_batch(folder: Path) -> None:
    run("ingest", folder / "anna.png", folder / "bruno.jpg", batch="Boat fair", source="Hall 3")
    batch = Batch.objects.get()
    assert (batch.name, batch.source, batch.cards.count()) == ("Boat fair", "Hall 3", 2)


def test_ingest_takes_what_is_in_a_zip(tmp_path: Path) -> None:
    archive = tmp_path / "cards.zip"
    archive.write_bytes(pictures.zip_of({"a.png": pictures.png(1), "b/c.png": pictures.png(2)}))
    printed = run("ingest", archive)
    assert "2 taken in" in printed
    assert "cards.zip/b/c.png" in printed


def test_ingest_names_each_file_with_its_outcome(folder: Path) -> None:
    lines = run("ingest", folder).splitlines()
    assert lines[0] == "taken in      anna.png"


def test_ingest_leaves_hidden_files_alone(folder: Path) -> None:
    (folder / ".DS_Store").write_bytes(b"clutter")
    assert "3 taken in, 0 already here, 0 refused" in run("ingest", folder)


def test_ingest_leaves_lists_in_a_folder_alone(folder: Path) -> None:
    (folder / "labels.jsonl").write_text("{}")
    assert "3 taken in, 0 already here, 0 refused" in run("ingest", folder)


def test_ingest_takes_a_file_named_twice_once(folder: Path) -> None:
    assert "1 taken in" in run("ingest", folder / "anna.png", folder / "anna.png")


def test_ingest_skips_a_picture_that_is_here(folder: Path) -> None:
    run("ingest", folder)
    assert "0 taken in, 3 already here, 0 refused" in run("ingest", folder)
    assert Card.objects.count() == 3


def test_ingest_keeps_duplicates_when_asked(folder: Path) -> None:
    run("ingest", folder)
    assert "3 taken in" in run("ingest", folder, keep_duplicates=True)
    assert Card.objects.count() == 6


def test_ingest_asks_for_a_reading_by_the_extractor_named(folder: Path) -> None:
    run("ingest", folder, extractor="offline")
    assert set(Extraction.objects.values_list("extractor", "status")) == {("offline", "queued")}


def test_ingest_says_what_reading_will_cost_before_it_begins(
    folder: Path, fake: FakeExtractor, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.OPENAI_PRICES = {"fake-1": (Decimal(10), Decimal(10), Decimal(10))}
    monkeypatch.setattr(FakeExtractor, "is_paid", True)
    first, *_ = run("ingest", folder, extractor="fake").splitlines()
    assert first == "3 files go to fake-1 for about $0.16, were each of them one card."
    assert "go to" not in run("ingest", folder, extractor="offline")


def test_ingest_refuses_a_file_and_keeps_the_others(folder: Path) -> None:
    (folder / "notes.png").write_text("no picture")
    printed, sentence = run_badly("ingest", folder)
    assert "3 taken in, 0 already here, 1 refused" in printed
    assert "refused       notes.png: This is no picture" in printed
    assert sentence == "Some files were refused, as said above; the others are safe."
    assert Card.objects.count() == 3


def test_ingest_records_what_it_refused(folder: Path) -> None:
    (folder / "empty.png").write_bytes(b"")
    run_badly("ingest", folder)
    refused = Arrival.objects.get(outcome=Arrival.Outcome.REFUSED)
    assert (refused.file_name, refused.reason) == ("empty.png", "The file is empty.")


def test_ingest_of_a_missing_path_takes_nothing(folder: Path) -> None:
    _, sentence = run_badly("ingest", folder, folder / "nowhere.png")
    assert "There is no" in sentence
    assert "nothing was taken in" in sentence
    assert not Batch.objects.exists()


def test_ingest_refuses_a_name_that_is_too_long_before_it_begins(folder: Path) -> None:
    _, sentence = run_badly("ingest", folder, batch="x" * 300)
    assert "at most 120 characters" in sentence
    assert "Nothing was taken in." in sentence
    assert not Batch.objects.exists()


def test_ingest_refuses_an_extractor_that_is_not_set_up(folder: Path) -> None:
    _, sentence = run_badly("ingest", folder, extractor="openai_vision")
    assert "set OPENAI_API_KEY" in sentence
    assert not Batch.objects.exists()


def test_ingest_of_an_empty_folder_takes_nothing(tmp_path: Path) -> None:
    _, sentence = run_badly("ingest", tmp_path)
    assert "no files" in sentence
    assert not Batch.objects.exists()


def test_ingest_stops_when_the_vault_is_full(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put, room = vault.put_picture, iter([True])

    def full(data: bytes, media_type: str) -> str:
        if next(room, False):
            return put(data, media_type)
        raise vault.VaultError("The vault could not keep it: no space left")

    monkeypatch.setattr(vault, "put_picture", full)
    _, sentence = run_badly("ingest", folder)
    assert "is safe; run the command again for the rest" in sentence
    assert Card.objects.count() == 1


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that takes connections and never says a word, as behind a broken firewall."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.mark.anywhere
def test_ingest_does_not_wait_for_a_broker_that_is_silent(
    tmp_path: Path, folder: Path, silent_port: int
) -> None:
    assert manage(tmp_path, "migrate").returncode == 0
    began = time.monotonic()
    done = manage(
        tmp_path, "ingest", folder / "anna.png", REDIS_URL=f"redis://127.0.0.1:{silent_port}/0"
    )
    assert time.monotonic() - began < 20
    assert done.returncode == 0, done.stderr
    assert "1 taken in" in done.stdout
    assert "the sweep will" in done.stderr


def test_command_that_fails_ends_with_a_code(tmp_path: Path) -> None:
    done = manage(tmp_path, "ingest", tmp_path / "nowhere.png")
    assert done.returncode == 1
    assert "There is no" in done.stderr
    assert "Traceback" not in done.stderr
