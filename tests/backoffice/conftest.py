"""What tests of commands share: a folder of pictures, an extractor that says what it is told.

And what tests of languages share: somebody who may do everything, and a desk with work on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone, translation
from PIL import Image

from cards import journal
from cards.models import Batch, Card
from extraction.models import Backlog, FittedReader
from extraction.reading import ocr
from extraction.result import Box, Line, Seen
from review.models import Review, SecondLook
from tests import pictures
from tests.extraction.readings import put_call, put_card, put_reading, result
from tests.fakes import FakeExtractor

Speaking = Callable[[str], Client]
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


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    """A request leaves its language behind in the thread."""
    yield
    translation.deactivate()


@pytest.fixture
def boss(db: None) -> User:
    return User.objects.create_superuser("mona", first_name="Mona")


@pytest.fixture
def speaking(boss: User) -> Speaking:
    """Makes a browser of somebody who may do everything and reads this language."""

    def make(language: str) -> Client:
        client = Client(headers={"accept-language": language})
        client.force_login(boss)
        return client

    return make


@pytest.fixture
def desk(boss: User) -> Card:
    """A card that waits, and beside it something for every list; a Card with two readings."""
    batch = Batch.objects.create(name="Nordlicht", source="Kontor 4", created_by=boss)
    card = put_card(batch, doubtful_fields=["email"], email="rosa@northwind.example", doubt=0.6)
    first = put_reading(card, result(sure=0.4, full_name="Rosa", email="rosa@northwind"))
    put_reading(card, result(full_name="Rosa Halloway"), seconds=1234.5)
    put_call(card=card, extraction=first, seconds=2.5)
    put_card(batch, notice="Φ", file_name="IMG_2041.jpg", full_name="")
    put_card(batch, status=Card.Status.UPLOADED)
    Backlog.objects.create(extractor="openai_vision")
    FittedReader.objects.create(digest="ab", weights={}, scores={})
    done = put_card(batch, status=Card.Status.APPROVED, approved_at=timezone.now())
    put_reading(done)
    other = User.objects.create_user("rui", first_name="Rui")
    approval = Review.objects.create(
        card=done, number=1, decision=Review.Decision.APPROVED, values=done.contact(), by=other,
        seconds=7, before=journal.state(done),
    )  # fmt: skip
    SecondLook.objects.create(first=approval, card=done)
    Review.objects.create(
        card=card, number=1, decision=Review.Decision.CONFIRMED, values=card.contact(), by=boss
    )
    return card
