"""What tests of publications share: a place for them, and a few cards of invented people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import User

from cards.models import Batch, Card
from review.models import Correction, Review
from tests.extraction.readings import put_call, put_card, put_reading, result

if TYPE_CHECKING:
    from pytest_django import Settings

DAY = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def place(settings: Settings, tmp_path: Path) -> Path:
    """Where publications go in this test."""
    settings.DATA_DIR = tmp_path
    settings.PUBLISH_DIR = tmp_path / "published"
    return tmp_path / "published"


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the tasks that workers were told of; none is really told."""
    names: list[str] = []
    monkeypatch.setattr("celery.current_app.send_task", names.append)
    return names


@pytest.fixture
def mira(db: None) -> Card:
    """An approved card: the machine had misread her name, missed her city and made up a fax."""
    ilse = User.objects.create_user(
        "ilse", "ilse@desk.example", "a-long-password", first_name="Ilse", last_name="Brandt"
    )
    batch = Batch.objects.create(name="Expo Berlin", source="Hall 4", created_by=ilse)
    read = {"full_name": "Mira Ahlstrom", "company": "Nordlicht", "fax": "+49 431 9"}
    typed = read | {"full_name": "Mira Ahlström", "city": "Kiel", "fax": ""}
    card = put_card(
        batch, status=Card.Status.APPROVED, approved_at=DAY, created_at=DAY,
        phone="+49 (0)431 55-12", email="mira@nordlicht.example", extra={"Stand": "12"}, **typed,
    )  # fmt: skip
    reading = put_reading(
        card, result(0.95, **read), seconds=2.5, finished_at=DAY, requested_by=ilse,
        extractor="openai_vision", model="gpt-5-mini",
    )  # fmt: skip
    put_call("0.0040", at=DAY, card=card, extraction=reading)
    decide(card, ilse, DAY + timedelta(minutes=1), read)
    return card


def decide(card: Card, by: User | None, at: datetime, read: dict[str, str]) -> Review:
    """The approval of a card that the machine had read like this."""
    values = card.contact()
    review = Review.objects.create(
        card=card, number=card.reviews.count() + 1, decision=Review.Decision.APPROVED, by=by,
        at=at, seconds=20, values={**values, "extra": card.extra},
    )  # fmt: skip
    Correction.objects.bulk_create(
        Correction(
            review=review, field=name, machine_value=read.get(name, ""), human_value=values[name]
        )
        for name in ("full_name", "company", "city", "fax")
        if values[name] != read.get(name, "")
    )
    return review
