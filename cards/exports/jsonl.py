"""JSON Lines: one object a contact, UTF-8, times in ISO 8601 and UTC, `extra` as an object."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from cards.columns import COLUMNS, Row, Value, as_text
from cards.exports.base import BaseFormat

_NAMES = tuple(column.name for column in COLUMNS)


class Format(BaseFormat):
    title = _("JSON Lines, for programs")
    extension = "jsonl"
    content_type = "application/jsonl; charset=utf-8"

    def write(self, rows: Iterable[Row], path: Path) -> None:
        encode = json.JSONEncoder(ensure_ascii=False).encode
        # Half of a surrogate pair can be in a further field, but has no UTF-8.
        with path.open("x", encoding="utf-8", errors="replace", newline="") as file:
            for row in rows:
                values = map(_plain, row)
                file.write(encode(dict(zip(_NAMES, values, strict=True))) + "\n")

    def count(self, path: Path) -> int:
        with path.open("rb") as file:
            return sum(line.startswith(b"{") and line.endswith(b"}\n") for line in file)


def _plain(value: Value) -> object:
    return as_text(value) if isinstance(value, UUID | datetime) else value
