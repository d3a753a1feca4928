"""Files that come in, and what became of them."""

from __future__ import annotations

import io

from cards import intake
from cards.models import Arrival, Batch

TAKEN_IN, ALREADY_HERE, REFUSED = Arrival.Outcome


def take(data: bytes, batch: Batch, name: str = "card.jpg") -> list[Arrival]:
    return intake.take_in(io.BytesIO(data), batch, name=name)


def take_one(data: bytes, batch: Batch, name: str = "card.jpg") -> Arrival:
    (arrival,) = take(data, batch, name)
    return arrival


def outcomes(arrivals: list[Arrival]) -> dict[str, str]:
    return {arrival.file_name: arrival.outcome for arrival in arrivals}
