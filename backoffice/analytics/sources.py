"""The tables of the site as JSON Lines, for DuckDB to make the tables of a publication from.

People are here by user name alone; no password, no session and nothing about a job's lease leaves
the database.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.db.models import ForeignKey, Model

from backoffice.analytics.site_file import Tell
from cards.columns import CHUNK_ROWS
from cards.models import Arrival, Batch, Card, Side
from extraction.models import Call, Extraction
from review.models import Correction, Review, SecondLook

_TYPES = {
    "BooleanField": "BOOLEAN",
    "DateTimeField": "TIMESTAMPTZ",
    "DecimalField": "DECIMAL(12, 6)",
    "FloatField": "DOUBLE",
    "JSONField": "JSON",
    "UUIDField": "UUID",
    "BigAutoField": "BIGINT",
    "AutoField": "BIGINT",
    "IntegerField": "BIGINT",
    "SmallIntegerField": "BIGINT",
    "PositiveIntegerField": "BIGINT",
    "PositiveSmallIntegerField": "BIGINT",
}
"""By Django's names; what is not among them is text."""


@dataclass(frozen=True, slots=True)
class Source:
    """A table of the site. `only` names its columns, or all but those in `without` and those that
    say what the vault has got."""

    model: type[Model]
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    def columns(self) -> dict[str, str]:
        """DuckDB's type of each column, in order."""
        return {
            field.attname: _type(field)
            for field in self.model._meta.concrete_fields
            if (field.attname in self.only if self.only else self._is_told(field.attname))
        }

    def _is_told(self, column: str) -> bool:
        return column not in self.without and "journaled" not in column


_LEASES = ("rung_at", "run_after", "lease_until", "fence")

SOURCES: Mapping[str, Source] = {
    "people": Source(User, only=("id", "username")),
    "batches": Source(Batch, without=("version",)),
    "cards": Source(Card),
    "sides": Source(Side),
    "arrivals": Source(Arrival),
    "readings": Source(Extraction, without=("result", "backlog_id", *_LEASES)),
    "calls": Source(Call, without=("backlog_id", "closings", *_LEASES)),
    "reviews": Source(Review, without=("before", "after")),
    "corrections": Source(Correction),
    "second_looks": Source(SecondLook),
}
"""What `models/*.sql` find as `source.<name>`, beside `source.contacts`, the rows of the export."""


def write(folder: Path, tell: Tell) -> None:
    """Write a file for each source into `folder`; one query each, read in chunks."""
    # Half of a surrogate pair can be in JSON, but has no UTF-8.
    encode = json.JSONEncoder(ensure_ascii=False, default=str).encode
    for name, source in SOURCES.items():
        names = tuple(source.columns())
        rows = source.model._default_manager.order_by("pk").values_list(*names)
        with place(folder, name).open("x", encoding="utf-8", errors="replace") as file:
            for row in rows.iterator(chunk_size=CHUNK_ROWS):
                file.write(encode(dict(zip(names, row, strict=True))) + "\n")
                tell(1)


def place(folder: Path, name: str) -> Path:
    return folder / f"{name}.jsonl"


def _type(field: Any) -> str:
    if isinstance(field, ForeignKey):
        return _type(field.target_field)
    return _TYPES.get(field.get_internal_type(), "VARCHAR")
