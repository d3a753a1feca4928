"""Cards with readings and paid calls, made for the tests of the pages about them."""

from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cards.models import Batch, Card, Side
from extraction.models import Call, Extraction
from extraction.result import Box, Code, Line, Result, Seen, Value

BOX = Box(0, ((10, 20), (90, 20), (90, 40), (10, 40)))
HOSTILE = '"><script>alert(1)</script>'


def put_card(batch: Batch | None = None, **columns: Any) -> Card:
    """A card with one side of 1000 x 600 pixels, whose picture nobody has to look at."""
    batch = batch or Batch.objects.get_or_create(name="Boat fair")[0]
    columns = {"status": Card.Status.NEEDS_REVIEW, "full_name": "Rosa Halloway", **columns}
    card = Card.objects.create(batch=batch, **columns)
    Side.objects.create(
        card=card, position=0, picture=uuid.uuid4().hex * 2, media_type="image/jpeg",
        width_px=1000, height_px=600,
    )  # fmt: skip
    return card


def result(sure: float = 0.95, **fields: str) -> Result:
    """A result with these fields, each in the same box, and one line and one code."""
    values = {name: Value(text, sure, (BOX,)) for name, text in fields.items()}
    return Result(values, Seen((Line("Rosa", 0.9, BOX),), (Code("MECARD:", "QRCode", BOX),)))


def put_reading(card: Card, found: Result | None = None, **columns: Any) -> Extraction:
    """A reading that succeeded, by the bundled reader unless said otherwise."""
    found = found or result(full_name=card.full_name)
    columns = {
        "extractor": "offline", "status": Extraction.Status.SUCCEEDED,
        "result": found.to_json(), "finished_at": timezone.now(), **columns,
    }  # fmt: skip
    return Extraction.objects.create(card=card, **columns)


def put_call(
    cost: str | None = "0.0040",
    outcome: str = Call.Outcome.ANSWERED,
    at: datetime | None = None,
    **columns: Any,
) -> Call:
    """A line of the ledger that is over."""
    columns = {
        "extractor": "openai_vision", "model": "gpt-5-mini", "digest": uuid.uuid4().hex,
        "input_tokens": 4200, "output_tokens": 800, **columns,
    }  # fmt: skip
    return Call.objects.create(
        outcome=outcome,
        cost=None if cost is None else Decimal(cost),
        started_at=at or timezone.now(),
        **columns,
    )


def count_queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)
