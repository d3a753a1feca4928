"""What the commands take, print and leave behind, and how they say that something went wrong."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from PIL import Image

from backoffice import settings as product
from backoffice.synthetic import draw
from cards import vault
from cards.models import Arrival, Batch, Card
from extraction import jobs, ocr
from extraction.extractors.base import ExtractorError
from extraction.models import Extraction
from extraction.result import Box, Line, Seen
from tests import pictures
from tests.fakes import FakeExtractor

if TYPE_CHECKING:
    from pytest_django import Settings

ROOT = Path(product.__file__).resolve().parent.parent
LINE = Line("Rosa Halloway", 0.98, Box(0, ((10, 10), (90, 10), (90, 20), (10, 20))))
ANSWER = {"fields": {"full_name": "Rosa Halloway"}}


def _run(*words: object, **options: Any) -> str:
    """What a command prints."""
    out = StringIO()
    call_command(*map(str, words), stdout=out, **options)
    return out.getvalue()


def _run_badly(*words: object, **options: Any) -> tuple[str, str]:
    """What a command prints, and the sentence it stops with."""
    out = StringIO()
    with pytest.raises(CommandError) as caught:
        call_command(*map(str, words), stdout=out, **options)
    return out.getvalue(), str(caught.value)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeExtractor:
    """An extractor called "fake"; the OCR, which takes a second a picture, reads one line."""

    def read(sides: Sequence[Image.Image]) -> ocr.Reading:
        return ocr.Reading(tuple(sides), Seen((LINE,), turns=(0,) * len(sides)))

    monkeypatch.setattr(ocr, "read", read)
    return FakeExtractor().put_in_place(monkeypatch)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with three pictures, one of them in a folder of its own."""
    place = tmp_path / "fair"
    (place / "second day").mkdir(parents=True)
    (place / "anna.png").write_bytes(pictures.png(1))
    (place / "bruno.jpg").write_bytes(pictures.jpeg(2))
    (place / "second day" / "carla.png").write_bytes(pictures.png(3))
    return place


# ingest


@pytest.mark.django_db
def test_ingest_takes_a_folder_with_its_folders(folder: Path) -> None:
    assert "3 taken in, 0 already here, 0 refused" in _run("ingest", folder)
    assert set(Card.objects.values_list("file_name", flat=True)) == {
        "anna.png",
        "bruno.jpg",
        "carla.png",
    }


@pytest.mark.django_db
def test_ingest_takes_files_as_one_batch(folder: Path) -> None:
    _run("ingest", folder / "anna.png", folder / "bruno.jpg", batch="Boat fair", source="Hall 3")
    batch = Batch.objects.get()
    assert (batch.name, batch.source, batch.cards.count()) == ("Boat fair", "Hall 3", 2)


@pytest.mark.django_db
def test_ingest_takes_what_is_in_a_zip(tmp_path: Path) -> None:
    archive = tmp_path / "cards.zip"
    archive.write_bytes(pictures.zip_of({"a.png": pictures.png(1), "b/c.png": pictures.png(2)}))
    printed = _run("ingest", archive)
    assert "2 taken in" in printed
    assert "cards.zip/b/c.png" in printed


@pytest.mark.django_db
def test_ingest_names_each_file_with_its_outcome(folder: Path) -> None:
    lines = _run("ingest", folder).splitlines()
    assert lines[0] == "taken in      anna.png"


@pytest.mark.django_db
def test_ingest_leaves_hidden_files_alone(folder: Path) -> None:
    (folder / ".DS_Store").write_bytes(b"clutter")
    assert "3 taken in, 0 already here, 0 refused" in _run("ingest", folder)


@pytest.mark.django_db
def test_ingest_leaves_lists_in_a_folder_alone(folder: Path) -> None:
    (folder / "labels.jsonl").write_text("{}")
    assert "3 taken in, 0 already here, 0 refused" in _run("ingest", folder)


@pytest.mark.django_db
def test_ingest_takes_a_file_named_twice_once(folder: Path) -> None:
    assert "1 taken in" in _run("ingest", folder / "anna.png", folder / "anna.png")


@pytest.mark.django_db
def test_ingest_skips_a_picture_that_is_here(folder: Path) -> None:
    _run("ingest", folder)
    assert "0 taken in, 3 already here, 0 refused" in _run("ingest", folder)
    assert Card.objects.count() == 3


@pytest.mark.django_db
def test_ingest_keeps_duplicates_when_asked(folder: Path) -> None:
    _run("ingest", folder)
    assert "3 taken in" in _run("ingest", folder, keep_duplicates=True)
    assert Card.objects.count() == 6


@pytest.mark.django_db
def test_ingest_asks_for_a_reading_by_the_extractor_named(folder: Path) -> None:
    _run("ingest", folder, extractor="offline")
    assert set(Extraction.objects.values_list("extractor", "status")) == {("offline", "queued")}


@pytest.mark.django_db
def test_ingest_says_what_reading_will_cost_before_it_begins(
    folder: Path, fake: FakeExtractor, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.OPENAI_PRICES = {"fake-1": (Decimal(10), Decimal(10), Decimal(10))}
    monkeypatch.setattr(FakeExtractor, "is_paid", True)
    first, *_ = _run("ingest", folder, extractor="fake").splitlines()
    assert first == "3 files go to fake-1 for about $0.16, were each of them one card."
    assert "go to" not in _run("ingest", folder, extractor="offline")


@pytest.mark.django_db
def test_ingest_refuses_a_file_and_keeps_the_others(folder: Path) -> None:
    (folder / "notes.png").write_text("no picture")
    printed, sentence = _run_badly("ingest", folder)
    assert "3 taken in, 0 already here, 1 refused" in printed
    assert "refused       notes.png: This is no picture" in printed
    assert sentence == "Some files were refused, as said above; the others are safe."
    assert Card.objects.count() == 3


@pytest.mark.django_db
def test_ingest_records_what_it_refused(folder: Path) -> None:
    (folder / "empty.png").write_bytes(b"")
    _run_badly("ingest", folder)
    refused = Arrival.objects.get(outcome=Arrival.Outcome.REFUSED)
    assert (refused.file_name, refused.reason) == ("empty.png", "The file is empty.")


@pytest.mark.django_db
def test_ingest_of_a_missing_path_takes_nothing(folder: Path) -> None:
    _, sentence = _run_badly("ingest", folder, folder / "nowhere.png")
    assert "There is no" in sentence
    assert "nothing was taken in" in sentence
    assert not Batch.objects.exists()


@pytest.mark.django_db
def test_ingest_refuses_a_name_that_is_too_long_before_it_begins(folder: Path) -> None:
    _, sentence = _run_badly("ingest", folder, batch="x" * 300)
    assert "at most 120 characters" in sentence
    assert "Nothing was taken in." in sentence
    assert not Batch.objects.exists()


@pytest.mark.django_db
def test_ingest_refuses_an_extractor_that_is_not_set_up(folder: Path) -> None:
    _, sentence = _run_badly("ingest", folder, extractor="openai_vision")
    assert "set OPENAI_API_KEY" in sentence
    assert not Batch.objects.exists()


@pytest.mark.django_db
def test_ingest_of_an_empty_folder_takes_nothing(tmp_path: Path) -> None:
    _, sentence = _run_badly("ingest", tmp_path)
    assert "no files" in sentence
    assert not Batch.objects.exists()


@pytest.mark.django_db
def test_ingest_stops_when_the_vault_is_full(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put, room = vault.put_picture, iter([True])

    def full(data: bytes, media_type: str) -> str:
        if next(room, False):
            return put(data, media_type)
        raise vault.VaultError("The vault could not keep it: no space left")

    monkeypatch.setattr(vault, "put_picture", full)
    _, sentence = _run_badly("ingest", folder)
    assert "is safe; run the command again for the rest" in sentence
    assert Card.objects.count() == 1


def _environment(tmp_path: Path, **variables: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path / "data"), **variables}


def _manage(tmp_path: Path, *words: object, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command in a process and a DATA_DIR of its own."""
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, words)],
        cwd=ROOT,
        env=_environment(tmp_path, **variables),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that takes connections and never says a word, as behind a broken firewall."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_ingest_does_not_wait_for_a_broker_that_is_silent(
    tmp_path: Path, folder: Path, silent_port: int
) -> None:
    assert _manage(tmp_path, "migrate").returncode == 0
    began = time.monotonic()
    done = _manage(
        tmp_path, "ingest", folder / "anna.png", REDIS_URL=f"redis://127.0.0.1:{silent_port}/0"
    )
    assert time.monotonic() - began < 20
    assert done.returncode == 0, done.stderr
    assert "1 taken in" in done.stdout
    assert "the sweep will" in done.stderr


def test_command_that_fails_ends_with_a_code(tmp_path: Path) -> None:
    done = _manage(tmp_path, "ingest", tmp_path / "nowhere.png")
    assert done.returncode == 1
    assert "There is no" in done.stderr
    assert "Traceback" not in done.stderr


# drain


@pytest.mark.django_db
def test_drain_runs_every_due_job(folder: Path, fake: FakeExtractor) -> None:
    _run("ingest", folder, extractor="fake")
    fake.queue.extend([ANSWER] * 3)
    assert "3 jobs run; none is due." in _run("drain")
    assert set(Card.objects.values_list("full_name", "status")) == {
        ("Rosa Halloway", Card.Status.NEEDS_REVIEW)
    }


@pytest.mark.django_db
def test_drain_of_nothing_says_so() -> None:
    assert "0 jobs run; none is due." in _run("drain")


@pytest.mark.django_db
def test_drain_runs_the_reading_that_stands_in_for_a_failed_one(
    folder: Path, fake: FakeExtractor
) -> None:
    _run("ingest", folder / "anna.png", extractor="fake")
    fake.queue.append(ExtractorError("The fake is broken."))
    with pytest.raises(CommandError, match="1 of them failed; their cards wait for review"):
        _run("drain")
    card = Card.objects.get()
    assert card.full_name == "Rosa Halloway"
    assert "The fake is broken." in card.notice


@pytest.mark.django_db
def test_drain_leaves_what_is_to_be_tried_later(folder: Path, fake: FakeExtractor) -> None:
    _run("ingest", folder / "anna.png", extractor="fake")
    fake.queue.append(ExtractorError("The fake is busy.", retry=True, retry_after_seconds=60))
    assert "1 job run; none is due." in _run("drain")
    assert Extraction.objects.get().status == Extraction.Status.QUEUED
    assert not jobs.due().exists()


@pytest.mark.django_db
def test_drain_ends_at_a_closed_gate_and_says_what_waits(
    folder: Path, fake: FakeExtractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeExtractor, "is_paid", True)
    _run("ingest", folder / "anna.png", extractor="fake")
    _run("ingest", folder / "bruno.jpg", extractor="fake")
    fake.queue.append(ExtractorError("The account has no credit left.", stops=True))
    output = _run("drain")
    assert len(fake.asked) == 1
    assert "2 jobs wait for “fake”: The account has no credit left." in output


# read: none of these tests may use the database, so it is touched by none


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "card.jpg"
    draw(1).front.save(path)
    return path


def test_read_prints_one_object_a_line(tmp_path: Path, fake: FakeExtractor) -> None:
    paths = [tmp_path / "a.png", tmp_path / "b.png"]
    for tone, path in enumerate(paths):
        path.write_bytes(pictures.png(tone))
    fake.queue.extend([ANSWER, ANSWER])
    entries = [json.loads(line) for line in _run("read", *paths, extractor="fake").splitlines()]
    assert [entry["file"] for entry in entries] == [str(path) for path in paths]
    assert [set(entry) for entry in entries] == [{"file", "seconds", "cards", "lines"}] * 2


def test_read_gives_texts_confidences_and_boxes(tmp_path: Path, fake: FakeExtractor) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(pictures.png())
    fake.queue.append(ANSWER)
    (card,) = json.loads(_run("read", path, extractor="fake"))["cards"]
    assert card == {
        "quad": None,
        "fields": {"full_name": "Rosa Halloway"},
        "confidence": {"full_name": 0.95},
        "boxes": {"full_name": [[10, 10], [90, 10], [90, 20], [10, 20]]},
    }


def test_read_reads_a_real_picture_offline(photo: Path) -> None:
    (card,) = json.loads(_run("read", photo, extractor="offline"))["cards"]
    assert card["fields"]["email"] == draw(1).truth["email"]


def test_read_of_a_pdf_reads_its_pages_as_sides(tmp_path: Path, fake: FakeExtractor) -> None:
    path = tmp_path / "card.pdf"
    path.write_bytes(pictures.pdf(2))
    fake.queue.append(ANSWER)
    _run("read", path, extractor="fake")
    assert len(fake.asked[0].sizes) == 2


def _saved(picture: Image.Image, path: Path) -> Path:
    picture.save(path)
    return path


def _table(*cards: tuple[Image.Image, int, int]) -> Image.Image:
    """A dark table with cards, each at its left and top in pixels."""
    table = Image.new("RGB", (1600, 1200), (70, 52, 40))
    for card, left, top in cards:
        table.paste(card, (left, top))
    return table


def _middle(corners: list[list[float]]) -> tuple[float, float]:
    return sum(x for x, _ in corners) / 4, sum(y for _, y in corners) / 4


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> FakeExtractor:
    """An extractor called "fake" that is told the answers, beside the real OCR."""
    return FakeExtractor().put_in_place(monkeypatch)


def _mail(number: int) -> dict[str, Any]:
    """The answer that names the e-mail address of a drawn card."""
    return {"fields": {"email": draw(number).truth["email"]}}


def test_read_gives_boxes_of_a_card_upside_down_in_pixels_of_the_picture(
    tmp_path: Path, told: FakeExtractor
) -> None:
    drawn = draw(1).front
    upright = _saved(drawn, tmp_path / "upright.png")
    turned = _saved(ocr.turned(drawn, 180), tmp_path / "turned.png")
    told.queue.extend([_mail(1), _mail(1)])
    printed = _run("read", upright, turned, extractor="fake").splitlines()
    standing, lying = (json.loads(line) for line in printed)
    (x, y), (turned_x, turned_y) = (
        _middle(entry["cards"][0]["boxes"]["email"]) for entry in (standing, lying)
    )
    assert turned_x == pytest.approx(drawn.width - x, abs=20)
    assert turned_y == pytest.approx(drawn.height - y, abs=20)
    first_x, first_y = lying["lines"][0]["corners"][0]
    middle_x, middle_y = _middle(lying["lines"][0]["corners"])
    assert first_x > middle_x
    assert first_y > middle_y


def test_read_gives_each_card_on_a_picture_with_its_place(
    tmp_path: Path, told: FakeExtractor
) -> None:
    places = ((1, 60, 100), (2, 820, 640))
    cards = [(draw(number).front.resize((700, 430)), left, top) for number, left, top in places]
    path = _saved(_table(*cards), tmp_path / "table.png")
    told.queue.extend([_mail(1), _mail(2)])
    entry = json.loads(_run("read", path, extractor="fake"))
    for card, (number, left, top) in zip(entry["cards"], places, strict=True):
        assert card["fields"] == _mail(number)["fields"]
        assert card["quad"][0] == pytest.approx([left, top], abs=12)
        assert card["quad"][2] == pytest.approx([left + 700, top + 430], abs=12)
        x, y = _middle(card["boxes"]["email"])
        assert left < x < left + 700
        assert top < y < top + 430
    tops = [line["corners"][0][1] for line in entry["lines"]]
    assert min(tops) < 530 < 640 < max(tops)


def test_read_of_many_pictures_loads_the_models_once(
    tmp_path: Path, told: FakeExtractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    import rapidocr

    made: list[object] = []

    class Counted(rapidocr.RapidOCR):
        def __init__(self, **options: Any) -> None:
            made.append(self)
            super().__init__(**options)

    monkeypatch.setattr(rapidocr, "RapidOCR", Counted)
    ocr._engine.cache_clear()
    paths = [tmp_path / f"{tone}.png" for tone in range(20)]
    for tone, path in enumerate(paths):
        path.write_bytes(pictures.png(tone))
    told.queue.extend([ANSWER] * 20)
    printed = _run("read", *paths, extractor="fake")
    ocr._engine.cache_clear()
    assert len(printed.splitlines()) == 20
    assert len(made) == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"no picture", "This is no picture of a kind we can read."),
        (b"", "This is no picture of a kind we can read."),
        (pictures.truncated(pictures.jpeg(size=(600, 400))), "damaged or cut off"),
        (pictures.zip_of({"a.png": b""}), "This is no picture of a kind we can read."),
        (None, "The file cannot be read: No such file or directory."),
    ],
)
def test_read_of_a_bad_file_says_why_and_goes_on(
    tmp_path: Path, fake: FakeExtractor, content: bytes | None, reason: str
) -> None:
    bad, good = tmp_path / "bad.jpg", tmp_path / "good.png"
    good.write_bytes(pictures.png())
    if content is not None:
        bad.write_bytes(content)
    fake.queue.append(ANSWER)
    printed, sentence = _run_badly("read", bad, good, "--extractor=fake")
    entries = [json.loads(line) for line in printed.splitlines()]
    assert reason in entries[0]["error"]
    assert entries[1]["cards"][0]["fields"] == {"full_name": "Rosa Halloway"}
    assert sentence == "1 of 2 could not be read."


def test_read_with_an_extractor_that_fails_says_why(tmp_path: Path, fake: FakeExtractor) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(pictures.png())
    fake.queue.append(ExtractorError("The fake is broken."))
    printed, _ = _run_badly("read", path, "--extractor=fake")
    assert json.loads(printed) == {"file": str(path), "error": "The fake is broken."}


def test_read_with_a_model_that_is_not_set_up_stops(photo: Path, settings: Settings) -> None:
    settings.EXTRACTOR_OPTIONS = {}
    _, sentence = _run_badly("read", photo, "--extractor=openai_vision")
    assert "set OPENAI_API_KEY" in sentence


def test_read_makes_no_database(tmp_path: Path, photo: Path) -> None:
    done = _manage(tmp_path, "read", photo)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["file"] == str(photo)
    assert not (tmp_path / "data" / "db.sqlite3").exists()


# prepare


@pytest.fixture
def static_root(settings: Settings, tmp_path: Path) -> Path:
    settings.STATIC_ROOT = tmp_path / "static"
    return tmp_path / "static"


@pytest.fixture
def no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ADMIN_PASSWORD", raising=False)
    monkeypatch.delenv("ADMIN_PASSWORD_FILE", raising=False)


def _password(printed: str) -> str:
    return printed.partition("Password: ")[2].split()[0]


@pytest.mark.django_db
@pytest.mark.usefixtures("static_root", "no_password")
def test_prepare_prints_the_password_that_lets_the_admin_in() -> None:
    password = _password(_run("prepare"))
    assert len(password) >= 12
    admin = get_user_model().objects.get(username="admin")
    assert admin.is_superuser
    assert admin.check_password(password)


@pytest.mark.django_db
@pytest.mark.usefixtures("static_root", "no_password")
def test_prepare_prints_the_password_only_once() -> None:
    _run("prepare")
    admin = get_user_model().objects.get()
    assert "assword" not in _run("prepare")
    assert get_user_model().objects.get().password == admin.password


@pytest.mark.django_db
@pytest.mark.usefixtures("static_root", "no_password")
def test_prepare_makes_another_password_each_time() -> None:
    first = _password(_run("prepare"))
    get_user_model().objects.all().delete()
    assert _password(_run("prepare")) != first


@pytest.mark.django_db
@pytest.mark.usefixtures("static_root", "no_password")
def test_prepare_takes_the_password_given_and_does_not_print_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ADMIN_PASSWORD", "marigold-teapot-71")
    printed = _run("prepare")
    assert "the one in ADMIN_PASSWORD" in printed
    assert "marigold" not in printed
    assert get_user_model().objects.get().check_password("marigold-teapot-71")


@pytest.mark.django_db
@pytest.mark.usefixtures("no_password")
def test_prepare_collects_static_files_and_explains_the_vault(static_root: Path) -> None:
    _run("prepare")
    assert (static_root / "admin" / "css" / "base.css").exists()
    assert vault.get("README.txt").startswith(b"What Card Desk must never lose.")


@pytest.mark.django_db
@pytest.mark.usefixtures("static_root", "no_password")
def test_prepare_stops_when_the_vault_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(name: str, data: bytes) -> None:
        raise vault.VaultError("The vault could not keep README.txt: no space left")

    monkeypatch.setattr(vault, "put", full)
    _, sentence = _run_badly("prepare")
    assert "no space left" in sentence
