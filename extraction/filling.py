"""What a reading does to its card: values, doubts and a notice, and which way up its sides are.

A machine writes only while no person has touched the card, and only what ranks highest: readings
that somebody asked for go before those that stand in for one that failed or has to wait, and
among equals the one that was asked for last.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from cards.fields import CONTACT_FIELDS
from cards.models import Card
from extraction import positions
from extraction.extractors import BUNDLED
from extraction.models import Extraction
from extraction.reading.confidence import doubts
from extraction.result import Corners, Result

STANDS_IN = Q(extractor=BUNDLED, requested_by=None)
"""Readings that nobody asked for: the bundled reader helps out, or reads what came in unasked."""

NOTHING_FOUND = "No text was found on the picture; type what you can see."

_WAITING = (Card.Status.UPLOADED, Card.Status.NEEDS_REVIEW)


def fill(job: Extraction, result: Result, notice: str = "") -> None:
    """Write the values of a successful reading, or only move the card on when they do not count.

    `notice` is what is wrong with the pictures. Belongs into the transaction that ends the job.
    """
    card = Card.objects.filter(pk=job.card_id)
    card.select_for_update().first()  # of two readings that end together, one sees the other
    written = 0
    if not _is_outranked(job):
        written = card.filter(is_edited=False).move(
            *_WAITING, to=Card.Status.NEEDS_REVIEW, **_changes(job, result, notice)
        )
    if not written:
        card.move(Card.Status.UPLOADED, to=Card.Status.NEEDS_REVIEW)


def turn(card: Card, upright: Sequence[Corners]) -> None:
    """Turn the sides of `card` to lie as a reading found them to be upright."""
    sides = card.sides.select_for_update().order_by("position")
    for side, corners in zip(sides, upright, strict=False):
        if degrees := positions.turn_between(positions.corners(side), corners):
            positions.turn_side(side, degrees)


def hand_over(job: Extraction, notice: str) -> bool:
    """Put `notice` before a person, who can always type; whether the card was never read yet."""
    card = Card.objects.filter(pk=job.card_id)
    card.filter(status=Card.Status.NEEDS_REVIEW).update(notice=notice)
    card.move(Card.Status.UPLOADED, to=Card.Status.NEEDS_REVIEW, notice=notice, doubt=1.0)
    return not was_read(job)


def was_read(job: Extraction) -> bool:
    """Whether the card of `job` has a successful reading."""
    done = Extraction.objects.filter(card=job.card_id, status=Extraction.Status.SUCCEEDED)
    return done.exists()


def _changes(job: Extraction, result: Result, notice: str) -> dict[str, Any]:
    doubt, doubtful = doubts(result)
    changes: dict[str, Any] = {
        name: result.values[name].text if name in result.values else "" for name in CONTACT_FIELDS
    }
    changes |= {"doubt": doubt, "doubtful_fields": doubtful, "extra": dict(result.extra)}
    if not _helps_after_failure(job):  # whose notice stays on show
        changes["notice"] = notice or ("" if result.values else NOTHING_FOUND)
    return changes


def _is_outranked(job: Extraction) -> bool:
    """Whether the card has values already that go before those of `job`."""
    done = Extraction.objects.filter(card=job.card_id, status=Extraction.Status.SUCCEEDED)
    if _stands_in(job):
        return done.filter(~STANDS_IN | Q(pk__gt=job.pk)).exists()
    return done.filter(~STANDS_IN, pk__gt=job.pk).exists()


def _stands_in(job: Extraction) -> bool:
    return job.extractor == BUNDLED and job.requested_by_id is None


def _helps_after_failure(job: Extraction) -> bool:
    failed = Extraction.objects.filter(card=job.card_id, status=Extraction.Status.FAILED)
    return _stands_in(job) and failed.exclude(extractor=BUNDLED).exists()
