"""Readings of many cards at once, without a query or a message for each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet

from cards import one_clock
from cards.models import Card
from extraction import backlog, jobs
from extraction.models import Extraction

if TYPE_CHECKING:
    from django.contrib.auth.models import User

AT_MOST = 10_000
"""Cards that one request may ask for; it takes some seconds."""

CHUNK = 500
RUNG_AT_ONCE = 50
"""Workers are told of so many jobs right away; of all others by the next sweeps."""

_LONG_AGO = timedelta(days=1)


def request_all(
    cards: QuerySet[Card], *, extractor: str, by: User | None, can_wait: bool = False
) -> int:
    """The number of `cards` that now have an open job of `extractor`; AT_MOST are taken.

    With `can_wait` they are sent together, at half the price. Some fifteen queries for 500 cards.
    """
    ids = list(dict.fromkeys(cards.order_by().values_list("pk", flat=True)[:AT_MOST]))
    for number, chunk in enumerate(_chunks(ids)):
        with transaction.atomic():
            new = _open(chunk, extractor, by)
            if can_wait:
                _let_wait(new)
            if number == 0 and not can_wait:
                _ring_on_commit(new[:RUNG_AT_ONCE])
    return len(ids)


def _chunks(ids: Sequence[Any]) -> list[Sequence[Any]]:
    return [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]


def _open(chunk: Sequence[Any], extractor: str, by: User | None) -> list[Extraction]:
    """The jobs that were made, for the cards that had none open."""
    ours = Extraction.objects.filter(
        card__in=chunk, extractor=extractor, status__in=Extraction.OPEN
    )
    before, now = dict(ours.values_list("card", "pk")), one_clock.now()
    if by:
        ours.filter(requested_by=None).update(requested_by=by)
    Extraction.objects.bulk_create(
        [
            Extraction(
                card_id=card, extractor=extractor, requested_by=by,
                run_after=now, rung_at=now - _LONG_AGO,
            )
            for card in chunk
            if card not in before
        ],
        ignore_conflicts=True,  # somebody else may ask for the same card now
    )  # fmt: skip
    return list(ours.exclude(pk__in=before.values()).order_by("pk"))


def _let_wait(jobs_: Sequence[Extraction]) -> None:
    """All join the backlog that the first one joins, which is not sent before this commits."""
    if jobs_ and backlog.add(jobs_[0]):
        jobs_[0].refresh_from_db(fields=["backlog"])
        Extraction.objects.filter(
            pk__in=[job.pk for job in jobs_], status=Extraction.Status.QUEUED
        ).update(backlog=jobs_[0].backlog_id)


def _ring_on_commit(jobs_: Sequence[Extraction]) -> None:
    ids = [job.pk for job in jobs_]
    Extraction.objects.filter(pk__in=ids).update(rung_at=one_clock.now())
    for pk in ids:
        transaction.on_commit(partial(jobs.ring, pk))
