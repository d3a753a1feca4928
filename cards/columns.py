"""Which columns leave with a card, and the one way to read them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from cards.fields import CONTACT_COLUMNS, CONTACT_FIELDS, ContactFields
from cards.models import Card

Value = str | UUID | datetime | dict[str, Any] | None
Row = Sequence[Value]

CHUNK_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an export: its header, where the ORM finds it, and what it holds.

    `kind` is that of `FieldInfo`, or uuid or time; `vcard` the property of RFC 2426, if any.
    """

    name: str
    path: str
    kind: str
    help_text: str
    vcard: str = ""


COLUMNS: tuple[Column, ...] = (
    Column("id", "id", "uuid", "The card's own number; keep it to correct the card by import."),
    *(
        Column(field.name, field.name, field.info.kind, str(field.help_text), field.info.vcard)
        for field in CONTACT_COLUMNS
    ),
    Column("extra", "extra", "json", str(ContactFields._meta.get_field("extra").help_text)),
    Column("status", "status", "text", "Where the card stands: " + ", ".join(Card.Status) + "."),
    Column("batch", "batch__name", "text", "What the card was uploaded together with."),
    Column("source", "batch__source", "text", "The event or source of its batch."),
    Column("file_name", "file_name", "text", "The file it came in."),
    Column("created_at", "created_at", "time", "When it was taken in, UTC."),
    Column("approved_at", "approved_at", "time", "When a person approved it, UTC."),
    Column("updated_at", "updated_at", "time", "When it last changed, UTC."),
)

_EXTRA = [column.name for column in COLUMNS].index("extra")

NOT_IMPORTED = frozenset(column.name for column in COLUMNS) - {"id", "extra", *CONTACT_FIELDS}


def rows(queryset: QuerySet[Card]) -> Iterator[Row]:
    """The values of each card in the order of `COLUMNS`. One query, read in chunks.

    Further fields come in the order of their names: not every database keeps another.
    """
    # Values instead of models: the batch comes by the same join as with select_related, and
    # nothing is built that is not exported.
    paths = (column.path for column in COLUMNS)
    for row in queryset.values_list(*paths).iterator(chunk_size=CHUNK_ROWS):
        yield (*row[:_EXTRA], in_order(row[_EXTRA]), *row[_EXTRA + 1 :]) if row[_EXTRA] else row


def in_order(value: Any) -> Any:
    """A value of JSON with the names in its objects sorted."""
    if isinstance(value, dict):
        return {name: in_order(value[name]) for name in sorted(value)}
    return [in_order(item) for item in value] if isinstance(value, list) else value


def as_text(value: Any) -> str:
    """`value` as sheets and previews show it: times in ISO 8601, UTC, objects as JSON."""
    if value is None or value == {}:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
