"""How far the vault is behind the database: what was committed and has no copy there yet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Min, Value
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cards.wording import figure
from extraction import journal as extraction_journal
from extraction.models import Call
from review import journal as review_journal


def waiting() -> Iterator[tuple[str, datetime]]:
    """The oldest of each kind that waits, and since when. Three queries, of one row each."""
    if review := review_journal.late_reviews().prefetch_related(None).first():
        yield f"Decision {review.number} of card {review.card_id}", review.at
    reading = extraction_journal.late_readings().first()
    if reading and reading.finished_at:
        yield f"Reading {reading.pk} of card {reading.card_id}", reading.finished_at
    # Of a call that was lost nobody knows when it ended.
    calls = extraction_journal.late_calls().exclude(outcome=Call.Outcome.LOST)
    call = calls.filter(seconds__isnull=False).first()
    if call and call.seconds is not None:
        yield f"Call {call.pk}", call.started_at + timedelta(seconds=call.seconds)


def seconds() -> float:
    """Since how many seconds the oldest decision or reading waits; 0 when the vault has all of
    them. One query."""
    decided = review_journal.late_reviews().order_by().annotate(kind=Value(""))
    read = extraction_journal.late_readings().order_by().annotate(kind=Value(""))
    oldest = (
        decided.prefetch_related(None).values("kind").annotate(since=Min("at")),
        read.values("kind").annotate(since=Min("finished_at")),
    )
    found = oldest[0].values_list("since").union(oldest[1].values_list("since"), all=True)
    now = timezone.now()
    ages: list[float] = [(now - since).total_seconds() for (since,) in found if since]
    return max([0.0, *ages])


def line() -> str:
    """Whether the vault keeps up, in a sentence for the dashboard."""
    minutes = int(seconds() // 60)
    if not minutes:
        return _("The vault has every decision.")
    words = ngettext(
        "The vault is %(number)s minute behind; nothing is lost, see that workers run and that it"
        " can be written.",
        "The vault is %(number)s minutes behind; nothing is lost, see that workers run and that it"
        " can be written.",
        minutes,
    )
    return words % {"number": figure(minutes)}
