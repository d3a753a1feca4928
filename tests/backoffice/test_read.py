"""The command `read`: one object a line, and no database, which none of these tests may use."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from backoffice.synthetic import draw
from extraction.extractors.base import ExtractorError
from extraction.reading import ocr
from tests import pictures
from tests.backoffice.commands import manage, run, run_badly
from tests.fakes import FakeExtractor

if TYPE_CHECKING:
    from pytest_django import Settings

ANSWER = {"fields": {"full_name": "Rosa Halloway"}}


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
    entries = [json.loads(line) for line in run("read", *paths, extractor="fake").splitlines()]
    assert [entry["file"] for entry in entries] == [str(path) for path in paths]
    assert [set(entry) for entry in entries] == [{"file", "seconds", "cards", "lines"}] * 2


def test_read_gives_texts_confidences_and_boxes(tmp_path: Path, fake: FakeExtractor) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(pictures.png())
    fake.queue.append(ANSWER)
    (card,) = json.loads(run("read", path, extractor="fake"))["cards"]
    assert card == {
        "quad": None,
        "fields": {"full_name": "Rosa Halloway"},
        "confidence": {"full_name": 0.95},
        "boxes": {"full_name": [[10, 10], [90, 10], [90, 20], [10, 20]]},
    }


def test_read_reads_a_real_picture_offline(photo: Path) -> None:
    (card,) = json.loads(run("read", photo, extractor="offline"))["cards"]
    assert card["fields"]["email"] == draw(1).truth["email"]


def test_read_of_a_pdf_reads_its_pages_as_sides(tmp_path: Path, fake: FakeExtractor) -> None:
    path = tmp_path / "card.pdf"
    path.write_bytes(pictures.pdf(2))
    fake.queue.append(ANSWER)
    run("read", path, extractor="fake")
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
    printed = run("read", upright, turned, extractor="fake").splitlines()
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
    entry = json.loads(run("read", path, extractor="fake"))
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
    printed = run("read", *paths, extractor="fake")
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
    printed, sentence = run_badly("read", bad, good, "--extractor=fake")
    entries = [json.loads(line) for line in printed.splitlines()]
    assert reason in entries[0]["error"]
    assert entries[1]["cards"][0]["fields"] == {"full_name": "Rosa Halloway"}
    assert sentence == "1 of 2 could not be read."


def test_read_with_an_extractor_that_fails_says_why(tmp_path: Path, fake: FakeExtractor) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(pictures.png())
    fake.queue.append(ExtractorError("The fake is broken."))
    printed, _ = run_badly("read", path, "--extractor=fake")
    assert json.loads(printed) == {"file": str(path), "error": "The fake is broken."}


def test_read_with_a_model_that_is_not_set_up_stops(photo: Path, settings: Settings) -> None:
    settings.EXTRACTOR_OPTIONS = {}
    _, sentence = run_badly("read", photo, "--extractor=openai_vision")
    assert "set OPENAI_API_KEY" in sentence


def test_read_makes_no_database(tmp_path: Path, photo: Path) -> None:
    done = manage(tmp_path, "read", photo)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["file"] == str(photo)
    assert not (tmp_path / "data" / "db.sqlite3").exists()
