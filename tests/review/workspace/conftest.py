"""What the workspace sends: its form, and what its script asks."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client
from django.urls import reverse

from cards.models import Card
from review.workspace import drafts
from tests.cast import Person

TYPED = {"company": ("Nordlicht Optik", "Northwind")}


def ask(client: Client, card: Card | str, what: str, data: Any) -> Any:
    """Sends JSON, or bytes as they are, to one of the addresses of a card."""
    card_id = card.pk if isinstance(card, Card) else card
    body = data if isinstance(data, bytes) else json.dumps(data)
    url = reverse(f"admin:review_{what}", args=(card_id,))
    return client.post(url, body, content_type="application/json")


def approve(person: Person, card: Card, **values: Any) -> Any:
    """Sends the workspace's form as its script does."""
    return send(person, card, "application/json", **values)


def send(person: Person, card: Card, accept: str = "text/html", **values: Any) -> Any:
    base = json.dumps(drafts.standing(card))
    data = card.contact() | {"version": card.version, "base": base, "action": "approve"} | values
    url = reverse("admin:review_waitingcard_change", args=(card.pk,))
    return person.client.post(url, data, headers={"accept": accept})
