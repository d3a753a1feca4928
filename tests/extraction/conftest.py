"""Extractor, OCR and model's server that say what they are told to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from cards import capture
from extraction.extractors import offline
from extraction.extractors.openai_vision import Extractor
from extraction.models import Extraction
from extraction.reading import ocr
from extraction.result import Line, Seen
from tests.extraction.make_jobs import LINES, MODEL, Bundled, PaidExtractor, take_in
from tests.fakes import FakeExtractor, FakeModelServer

if TYPE_CHECKING:
    from pytest_django import Settings


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeExtractor:
    """The extractor called "fake", which costs nothing."""
    return FakeExtractor().put_in_place(monkeypatch)


@pytest.fixture
def paid(monkeypatch: pytest.MonkeyPatch) -> PaidExtractor:
    """The extractor called "fake", which costs money here."""
    return PaidExtractor().put_in_place(monkeypatch)


@pytest.fixture
def ocr_lines(monkeypatch: pytest.MonkeyPatch) -> list[Line]:
    """What the OCR reads on every picture; the real one takes a second for each. All pictures are
    good enough."""
    lines = list(LINES)
    monkeypatch.setattr(capture, "check", lambda picture, boxes: "")
    monkeypatch.setattr(
        ocr, "read", lambda pictures: ocr.Reading(tuple(pictures), Seen(tuple(lines)))
    )
    return lines


@pytest.fixture
def bundled(monkeypatch: pytest.MonkeyPatch, ocr_lines: list[Line]) -> None:
    """A bundled reader that always says the same about what `ocr_lines` says."""
    monkeypatch.setattr(offline, "Extractor", Bundled)


@pytest.fixture
def job(fake: FakeExtractor, ocr_lines: list[Line]) -> Extraction:
    """A card that has just come in, to be read by "fake"."""
    return take_in()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeModelServer]:
    """A model's server of the test's own."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    with FakeModelServer() as running:
        yield running


@pytest.fixture
def model(server: FakeModelServer, settings: Settings) -> None:
    """The vision model of the site, whose server is `server`."""
    settings.EXTRACTOR_OPTIONS = {
        MODEL: {"api_key": "k", "base_url": server.base_url, "model": "gpt-5-mini"}
    }


@pytest.fixture(params=["responses", "chat"])
def api(request: pytest.FixtureRequest) -> str:
    """Both ways of speaking to a model, in turn."""
    return str(request.param)


@pytest.fixture
def extractor(server: FakeModelServer, api: str) -> Extractor:
    """The vision model behind `server`."""
    return Extractor(api_key="test-key", base_url=server.base_url, model="test-model", api=api)
