"""A server that sells batches, and an OCR that takes no time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from extraction.reading import ocr
from tests.extraction.backlogs.stage import SLUG
from tests.extraction.northwind import SEEN
from tests.fake_batches import FakeBatchServer

if TYPE_CHECKING:
    from pytest_django import Settings


@pytest.fixture
def server(settings: Settings) -> Iterator[FakeBatchServer]:
    """A server that sells batches, and a site that reads with it."""
    with FakeBatchServer() as server:
        settings.EXTRACTOR = SLUG
        settings.EXTRACTOR_OPTIONS = {
            SLUG: {
                "api_key": "test-key",
                "base_url": server.base_url,
                "api": "responses",
                "timeout_seconds": 5,
            }
        }
        yield server


@pytest.fixture(autouse=True)
def looks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pictures the OCR was given, each time; it reads the same on all of them."""
    given: list[int] = []

    def read(sides: Sequence[Image.Image]) -> ocr.Reading:
        given.append(len(sides))
        return ocr.Reading(tuple(sides), SEEN)

    monkeypatch.setattr(ocr, "read", read)
    return given
