"""Which readings had their values written onto a card: `filling.fill` seen from afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import ExpressionWrapper

from cards.models import Card
from extraction.filling import STANDS_IN
from extraction.models import Extraction
from review import decisions
from review.models import Review


def readings(card: Card) -> list[Extraction]:
    """The successful readings of `card`, each with whether it only `stands_in`."""
    stands_in = ExpressionWrapper(STANDS_IN, output_field=models.BooleanField())
    done = card.extractions.filter(status=Extraction.Status.SUCCEEDED)
    return sorted(done.annotate(stands_in=stands_in), key=lambda reading: (at(reading), reading.pk))


def ids(card: Card, done: Sequence[Any], reviews: Sequence[Review]) -> set[int]:
    """The ids of the readings whose values went onto the card: `filling.fill` over again.

    A reading counts while no person has touched the card, unless an earlier one ranks higher.
    """
    found = set()
    for number, reading in enumerate(done):
        rank = (not reading.stands_in, reading.pk)
        is_outranked = any((not one.stands_in, one.pk) > rank for one in done[:number])
        if not is_outranked and _was_free(card, at(reading), reviews):
            found.add(reading.pk)
    return found


def _was_free(card: Card, then: datetime, reviews: Sequence[Review]) -> bool:
    """Whether `card` waited then and nobody had touched it, as the next decision found it."""
    later = next((review for review in reviews if review.at > then), None)
    if later is None:
        return card.status in decisions.WAITING and not card.is_edited
    if later.before:
        return later.before["status"] in decisions.WAITING and not later.before["is_edited"]
    return later is reviews[0]  # decided before states were kept, or an import


def at(reading: Extraction) -> datetime:
    """When a reading ended; older ones kept only when it was asked for."""
    return reading.finished_at or reading.requested_at
