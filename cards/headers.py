"""Which field a column of somebody's sheet means. Pure: no ORM, no settings."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from django.utils.translation import get_language, override

from cards.fields import CONTACT_COLUMNS

# On SQLite nobody else can write while an import does: about ten seconds for this many.
MAX_IMPORT_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class Mapped:
    """The headers of one sheet: those that mean a field, best first, the unknown, the ignored."""

    by_field: Mapping[str, tuple[str, ...]]
    unknown: tuple[str, ...]
    ignored: tuple[str, ...]

    def values(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The texts of `row` by field, and under `unknown` what no field has room for.

        Where two columns mean the same field, the first that is not empty counts; a different
        text in the other is kept under its header.
        """
        unknown = {header: clean(row.get(header)) for header in self.unknown}
        values: dict[str, Any] = {"unknown": unknown}
        for field, headers in self.by_field.items():
            texts = [(header, text) for header in headers if (text := clean(row.get(header)))]
            values[field] = texts[0][1] if texts else ""
            unknown |= {header: text for header, text in texts[1:] if text != texts[0][1]}
        return values


def map_headers(headers: Sequence[str], ignored: Collection[str] = ()) -> Mapped:
    """What each of `headers` means, by our names and labels and those of other programs.

    Case, spaces and punctuation do not count. `ignored` are the columns of our exports that an
    import does not read; in a sheet without `id`, which is not ours, they are unknown.
    """
    ranked: dict[str, list[tuple[int, str]]] = {}
    unknown = []
    meanings = _meanings(get_language())
    for header in headers:
        if found := meanings.get(_plain(header)):
            field, rank = found
            ranked.setdefault(field, []).append((rank, header))
        else:
            unknown.append(header)
    own = [
        header for header in unknown if "id" in ranked and _plain(header) in map(_plain, ignored)
    ]
    return Mapped(
        {field: tuple(header for _, header in sorted(found)) for field, found in ranked.items()},
        tuple(header for header in unknown if header not in own),
        tuple(own),
    )


def clean(value: Any) -> str:
    """The text of a cell: whole numbers without “.0”, no control characters, no outer spaces."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime) and not (value.hour or value.minute or value.second):
        value = value.date()
    text = value.isoformat() if isinstance(value, date) else str(value)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        character for character in text if character in "\n\t" or not _is_control(character)
    ).strip()


def _is_control(character: str) -> bool:
    return unicodedata.category(character) == "Cc"


@cache
def _meanings(language: str | None) -> dict[str, tuple[str, int]]:
    """Field and rank by header: names go before labels, labels before what others use.

    A label is known in `language` and in English, which is what None stands for.
    """
    found = {"id": ("id", 0), "extra": ("extra", 0)}
    for column in CONTACT_COLUMNS:
        found.setdefault(_plain(column.name), (column.name, 0))
    for spoken in (language, None):
        with override(spoken):
            for column in CONTACT_COLUMNS:
                found.setdefault(_plain(str(column.verbose_name)), (column.name, 1))
    for column in CONTACT_COLUMNS:
        for rank, header in enumerate(column.info.crm, 2):
            found.setdefault(_plain(header), (column.name, rank))
    return found


def _plain(header: str) -> str:
    return "".join(character for character in header.casefold() if character.isalnum())
