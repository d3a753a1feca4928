"""What is kept of a decision, and what it is held against."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from cards.columns import as_text
from cards.fields import CONTACT_FIELDS
from cards.journal import state
from cards.models import Card
from extraction.models import Extraction
from extraction.result import Result
from review.models import Correction, Review

if TYPE_CHECKING:
    from django.contrib.auth.models import User

EXTRA_PREFIX = "extra:"
"""Before the name of a further field, so that it is none of the contact fields' names."""


def flat(values: Mapping[str, Any]) -> dict[str, str]:
    """Texts by field, of `values` as a Review keeps them; further fields under their prefix."""
    texts = {name: plain(str(values[name] or "")) for name in CONTACT_FIELDS if name in values}
    extra = values.get("extra") or {}
    return texts | {f"{EXTRA_PREFIX}{name}": plain(as_text(text)) for name, text in extra.items()}


def plain(text: str) -> str:
    """With the line ends that Python has; browsers send others."""
    return text.replace("\r\n", "\n")


def record(
    card: Card, decision: str, by: User | None, reason: str = "", *, before: Card | None = None,
    seconds: int | None = None,
) -> Review:  # fmt: skip
    return Review.objects.create(
        card=card,
        number=Review.objects.filter(card=card).count() + 1,
        decision=decision,
        reason=reason,
        values={**card.contact(), "extra": card.extra},
        before=state(before) if before else {},
        after={name: value for name, value in state(card).items() if name != "values"},
        by=by,
        seconds=seconds,
    )


def corrections(review: Review, before: Card, values: Mapping[str, Any]) -> list[Correction]:
    """A decision on the whole card is held against the machine, others against what stood there."""
    is_whole = review.decision in Review.OF_THE_CARD
    held_against = machine_values(before) if is_whole else before.contact()
    return [
        Correction(
            review=review, field=name, machine_value=held_against.get(name, ""), human_value=text
        )
        for name, text in values.items()
        if name in CONTACT_FIELDS and text != held_against.get(name, "")
    ]


def doubt_of(card: Card, doubtful: Collection[str]) -> float:
    """1 minus the confidence of the least sure of the `doubtful` fields."""
    result = latest_result(card) if doubtful else None
    values = result.values if result else {}
    return max((1 - values[name].confidence for name in doubtful if name in values), default=0.0)


def machine_values(card: Card) -> dict[str, str]:
    """What the machine last read, by field; empty when it never succeeded."""
    result = latest_result(card)
    return {name: value.text for name, value in result.values.items()} if result else {}


def latest_result(card: Card) -> Result | None:
    done = latest_extraction(card)
    return Result.from_json(done.result) if done and done.result else None


def latest_extraction(card: Card) -> Extraction | None:
    """The last reading of `card` that succeeded."""
    done = card.extractions.filter(status=Extraction.Status.SUCCEEDED)
    return done.order_by("-id").first()
