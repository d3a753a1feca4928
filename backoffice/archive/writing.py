"""Writes rows made of documents; to be called in a transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection

from backoffice.archive.rows import Rows
from cards.fields import CONTACT_FIELDS
from cards.models import Arrival, Batch, Card, Side
from extraction import backlog
from extraction.models import Call, Extraction
from review.models import Correction, Review, SecondLook

LOST_AT_MOST = 1000
"""Calls that were made and never reached the vault, though answers there may name them: so many
of their ids are not given again."""

_ON_CARDS = (
    *CONTACT_FIELDS, "extra", "status", "version", "doubt", "doubtful_fields", "notice",
    "is_edited", "approved_at", "updated_at",
)  # fmt: skip
_ON_SIDES = ("quad", "width_px", "height_px")
_ON_READINGS = (
    "model", "status", "attempts", "digest", "result", "error", "seconds", "started_at",
    "finished_at", "journaled_at",
)  # fmt: skip
_ON_CALLS = (
    "card_id", "extraction_id", "outcome", "detail", "input_tokens", "cached_input_tokens",
    "output_tokens", "cost", "seconds", "closings", "journaled_at",
)  # fmt: skip
_ON_LOOKS = ("status", "by_id", "at", "values", "differences", "settled_id", "journaled_status")


def write(rows: Rows) -> None:
    """Inserts what is not there, and brings forward what is there and not as far."""
    Card.objects.bulk_create(rows.cards)
    Side.objects.bulk_create(rows.sides)
    Arrival.objects.bulk_create(rows.arrivals)
    Extraction.objects.bulk_create(rows.readings + rows.waiting)
    Review.objects.bulk_create(rows.reviews)
    Correction.objects.bulk_create(rows.corrections)
    SecondLook.objects.bulk_create(rows.looks)
    Card.objects.bulk_update(rows.forward, _ON_CARDS)
    for side in rows.turned:
        found = Side.objects.filter(card=side.card, position=side.position)
        found.update(**{name: getattr(side, name) for name in _ON_SIDES})
    for reading in rows.ended:
        changes = {name: getattr(reading, name) for name in _ON_READINGS}
        Extraction.objects.filter(pk=reading.pk).update(lease_until=None, **changes)
    for look in rows.answered:
        changes = {name: getattr(look, name) for name in _ON_LOOKS}
        SecondLook.objects.filter(first=look.first_id).update(**changes)
    for job in rows.at_half_price:
        backlog.add(job)


def write_calls(calls: Sequence[Call]) -> int:
    """The number of lines of the ledger that were inserted or brought forward."""
    _let_go_of_what_is_gone(calls)
    there = Call.objects.in_bulk([call.pk for call in calls])
    new = [call for call in calls if call.pk not in there]
    Call.objects.bulk_create(new)
    further = [call for call in calls if call.pk in there and _is_further(call, there[call.pk])]
    for call in further:
        changes = {name: getattr(call, name) for name in _ON_CALLS}
        Call.objects.filter(pk=call.pk).update(lease_until=None, **changes)
    return len(new) + len(further)


def _is_further(call: Call, there: Call) -> bool:
    """Closed again since, or its card is back."""
    is_back = there.card_id is None and call.card_id is not None
    return call.closings > there.closings or (is_back and call.closings == there.closings)


def _let_go_of_what_is_gone(calls: Iterable[Call]) -> None:
    """Lines of the ledger stay when their card or reading does not."""
    cards = Card.objects.filter(pk__in=[call.card_id for call in calls if call.card_id])
    ids = [call.extraction_id for call in calls if call.extraction_id]
    readings = Extraction.objects.filter(pk__in=ids)
    known = set(cards.values_list("pk", flat=True))
    of_cards = dict(readings.values_list("pk", "card_id"))
    for call in calls:
        if call.card_id not in known:
            call.card_id = None
        if call.card_id is None or of_cards.get(call.extraction_id or 0) != call.card_id:
            call.extraction_id = None


def set_sequences_on() -> None:
    """Let new rows get ids after those that are there. PostgreSQL does not see by itself which
    were given by hand; SQLite does, but not the calls that may be lost."""
    with connection.cursor() as cursor:
        for model in (Batch, Extraction, Review, SecondLook, Call):
            gap, table = LOST_AT_MOST if model is Call else 0, model._meta.db_table
            sql = _SET_ON[connection.vendor].format(table=table)
            cursor.execute(sql, {"gap": gap, "table": table})


_SET_ON = {
    "postgresql": """
        SELECT setval(pg_get_serial_sequence(%(table)s, 'id'), max(id) + %(gap)s) FROM {table}
        HAVING max(id) + %(gap)s >
            coalesce(pg_sequence_last_value(pg_get_serial_sequence(%(table)s, 'id')::regclass), 0)
        """,
    "sqlite": """
        UPDATE sqlite_sequence SET seq = (SELECT max(id) + %(gap)s FROM {table})
        WHERE name = %(table)s AND seq < (SELECT max(id) + %(gap)s FROM {table})
        """,
}
