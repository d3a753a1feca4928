"""What tests of snippet review ask: the page, and rows that are sent."""

from __future__ import annotations

import html
import re
from typing import Any

from django.test import Client
from django.urls import reverse

from cards.models import Card
from tests.review.conftest import MakeCard

READ_AS = "+49 151 5550 987"
JSON = {"Accept": "application/json"}


def page_of(client: Client, **query: Any) -> str:
    response = client.get(reverse("admin:review_snippets"), {"field": "mobile"} | query)
    assert response.status_code == 200
    return html.unescape(re.sub(r"\s+", " ", response.content.decode()))


def sent(card: Card, field: str = "mobile", **changes: Any) -> dict[str, Any]:
    """What the row of `card` would send, as the card is now."""
    text = getattr(card, field)
    shown = {"version": card.version, "status": card.status, "seen": text, "text": text}
    return shown | changes


def post(
    client: Client, card: Card, data: dict[str, Any], field: str = "mobile", **options: Any
) -> Any:
    url = reverse("admin:review_snippet", args=(card.pk,))
    return client.post(f"{url}?field={field}", data, headers=options.get("headers", JSON))


def doubting(make_card: MakeCard, *fields: str, **columns: Any) -> Card:
    """A waiting card in which just these fields are doubtful."""
    card = make_card(**columns)
    Card.objects.filter(pk=card.pk).update(doubtful_fields=fields)
    card.refresh_from_db()
    return card


def inputs(page: str) -> list[str]:
    """The texts of the inputs of a page, from above."""
    return re.findall(r'name="text" value="([^"]*)"', page)
