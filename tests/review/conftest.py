"""Cards as reviewers meet them: read by a machine, waiting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cards.models import Batch, Card, Side
from extraction.models import Extraction
from extraction.result import Box, Result, Value

READ = {
    "full_name": Value("Mira Ahlstrom", 0.98, (Box(0, ((10, 10), (90, 10), (90, 30), (10, 30))),)),
    "first_name": Value("Mira", 0.98),
    "last_name": Value("Ahlstrom", 0.98),
    "company": Value("Nordlicht Optik", 0.95),
    "mobile": Value("+49 151 5550 987", 0.58, (), "two digits shorter than German mobiles"),
}

MakeCard = Callable[..., Card]
SameForMore = Callable[[Callable[[], object], Callable[[], object]], int]


@pytest.fixture
def make_card(db: None) -> MakeCard:
    """Makes a waiting card that the machine has read; the first call makes its batch."""

    def make(*, batch: Batch | None = None, values: Any = None, **columns: Any) -> Card:
        batch = batch or Batch.objects.get_or_create(name="Expo Berlin")[0]
        read = READ if values is None else values
        columns.setdefault("status", Card.Status.NEEDS_REVIEW)
        if columns["status"] == Card.Status.APPROVED:
            columns.setdefault("approved_at", timezone.now())
        texts = {name: value.text for name, value in read.items()}
        doubtful = [name for name, value in read.items() if value.confidence < 0.8]
        card = Card.objects.create(batch=batch, doubtful_fields=doubtful, **texts | columns)
        Side.objects.create(
            card=card, position=0, picture="ab" * 32, media_type="image/jpeg",
            width_px=1000, height_px=600,
        )  # fmt: skip
        Extraction.objects.create(
            card=card, extractor="offline", status=Extraction.Status.SUCCEEDED,
            result=Result(read).to_json(), seconds=0.9,
        )  # fmt: skip
        return card

    return make


@pytest.fixture
def card(make_card: MakeCard) -> Card:
    return make_card()


@pytest.fixture
def same_for_3_and_30(db: None) -> SameForMore:
    """Tells how many queries a page takes: so many for 3 rows that are made, and for 30."""

    def count(make: Callable[[], object], visit: Callable[[], object]) -> int:
        counts = []
        for more in (3, 27):
            for _ in range(more):
                make()
            with CaptureQueriesContext(connection) as queries:
                visit()
            counts.append(len(queries))
        assert counts[0] == counts[1]
        return counts[1]

    return count
