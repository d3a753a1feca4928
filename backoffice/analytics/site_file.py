"""The cards as one SQLite file: what the site is read from while its database is down.

`card`: `position` follows the staff's list, newest first; `text` is what is searched, folded by
`publications.folded`; `document` is the card as JSON in ASCII:

    id, status, batch_id, batch, source, file_name, added_at, updated_at, approved_at,
    is_edited, notice, doubtful_fields: [name],
    fields: {name: value}, extra: {name: value}     (what is empty is left out)
    sides: [{id, position, picture, media_type, page, quad, width_px, height_px}]
    reviews: [{number, at, by, action, reason}]     (`by` is a user name, "" when unknown)

Times are ISO 8601 in UTC, `picture` is the SHA-256 of the original. `about`: version, as_of,
card_desk. A reader takes what it does not know as absent, and what is missing as empty.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db.models import Prefetch

import backoffice
from backoffice.analytics.publications import folded
from cards.columns import CHUNK_ROWS
from cards.fields import CONTACT_FIELDS
from cards.models import Card, Side
from cards.numbers import FIELDS as PHONES
from review.models import Review

VERSION = 1
"""Of this layout; counted up when a reader has to know. A new key does not count."""

_LAYOUT = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
BEGIN;
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE card (
    position INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    text TEXT NOT NULL,
    status TEXT NOT NULL,
    document TEXT NOT NULL
);
"""
_INDEX = "CREATE INDEX card_searched ON card (status, text)"
"""A search reads this index, a sixth of the file."""

_SEARCHED = (
    "full_name", "native_name", "company", "email", "email_2", *PHONES, "job_title", "file_name",
)  # fmt: skip

Tell = Callable[[int], object]
"""Is told of rows that were read."""


def write(path: Path, as_of: datetime, tell: Tell) -> None:
    """Write all cards to the new file `path`. Three queries for each chunk; raises OSError and
    sqlite3.Error."""
    about = {
        "version": str(VERSION), "as_of": as_of.isoformat(), "card_desk": backoffice.__version__,
    }  # fmt: skip
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.executescript(_LAYOUT)
        file.executemany("INSERT INTO about VALUES (?, ?)", about.items())
        file.executemany("INSERT INTO card VALUES (?, ?, ?, ?, ?)", _rows(tell))
        file.execute(_INDEX)
        file.execute("COMMIT")


def _rows(tell: Tell) -> Iterator[tuple[int, str, str, str, str]]:
    for position, card in enumerate(_cards(), 1):
        tell(1)
        yield position, str(card.pk), _text(card), card.status, json.dumps(_document(card))


def _cards() -> Iterator[Card]:
    reviews = Review.objects.select_related("by").order_by("card", "number")
    reviews = reviews.only("card_id", "number", "at", "decision", "reason", "by__username")
    return (
        Card.objects.order_by("-pk")
        .select_related("batch")
        .prefetch_related("sides", Prefetch("reviews", reviews))
        .iterator(chunk_size=CHUNK_ROWS)
    )


def _text(card: Card) -> str:
    """What is searched, a line each: the words, and the digits of each number."""
    words = [getattr(card, name) for name in _SEARCHED]
    digits = (_digits(getattr(card, name)) for name in PHONES)
    return folded("\n".join(filter(None, (*words, *digits))))


def _digits(number: str) -> str:
    """The digits of a number as it is dialled: the zero in brackets is not."""
    return re.sub(r"[^0-9]", "", re.sub(r"\(\s*0\s*\)", "", number))


def _document(card: Card) -> dict[str, Any]:
    return {
        "id": str(card.pk),
        "status": card.status,
        "batch_id": card.batch_id,
        "batch": card.batch.name,
        "source": card.batch.source,
        "file_name": card.file_name,
        "added_at": card.created_at.isoformat(),
        "updated_at": card.updated_at.isoformat(),
        "approved_at": card.approved_at.isoformat() if card.approved_at else None,
        "is_edited": card.is_edited,
        "notice": card.notice,
        "doubtful_fields": card.doubtful_fields,
        "fields": {name: value for name in CONTACT_FIELDS if (value := getattr(card, name))},
        "extra": card.extra,
        "sides": [_side(side) for side in card.sides.all()],
        "reviews": [_review(review) for review in card.reviews.all()],
    }


def _side(side: Side) -> dict[str, Any]:
    return {
        "id": side.pk,
        "position": side.position,
        "picture": side.picture,
        "media_type": side.media_type,
        "page": side.page,
        "quad": side.quad,
        "width_px": side.width_px,
        "height_px": side.height_px,
    }


def _review(review: Review) -> dict[str, Any]:
    return {
        "number": review.number,
        "at": review.at.isoformat(),
        "by": review.by.get_username() if review.by else "",
        "action": review.decision,
        "reason": review.reason,
    }
