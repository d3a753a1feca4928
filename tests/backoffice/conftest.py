"""What tests of commands share: a folder of pictures, an extractor that says what it is told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image

from extraction.reading import ocr
from extraction.result import Box, Line, Seen
from tests import pictures
from tests.fakes import FakeExtractor

LINE = Line("Rosa Halloway", 0.98, Box(0, ((10, 10), (90, 10), (90, 20), (10, 20))))


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
