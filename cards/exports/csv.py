"""CSV for spreadsheets and other programs: UTF-8 with a byte order mark, commas, CRLF.

A spreadsheet takes text that begins with = + - @ for a formula (OWASP, "CSV Injection"), also
behind a semicolon, a tab or a line break when it splits the line there. Such text gets an
apostrophe in front, which our import takes away again. Telephone numbers stay as they are.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import tablib
from django.utils.translation import gettext_lazy as _

from cards.columns import COLUMNS, Row, as_text
from cards.exports.base import BaseFormat
from cards.headers import MAX_IMPORT_ROWS

# Spaces and quotes do not hide a formula. Each pattern is linear: a line break is never skipped
# where the next one is looked at anyway.
_SIGN = "[=+\\-@＝＋－＠]"
_AT_START = rf"(?=[\s\"']*{_SIGN}|'*[\t\r\n])"
_INSIDE = rf"(?=(?:[^\S\t\r\n]|[\"'])*{_SIGN})"
_GUARD = re.compile(rf"\A{_AT_START}|(?<=[;\t\r\n]){_INSIDE}")
_GUARDED = re.compile(rf"\A'{_AT_START}|(?<=[;\t\r\n])'{_INSIDE}")
_TELEPHONE = re.compile(r"[+-]?[\d \u00a0().x/+-]+(?:ext\.?[ \u00a0]?\d+)?", re.IGNORECASE)
# A sum has an operator between all of its numbers; a number next to another, or to a bracket,
# is none. Digits alone are no formula either.
_NO_SUM = re.compile(r"\A[+-]\d+\Z|[\d)][ \u00a0]+[\d(]|\d\(|\)\d")
MAX_IMPORT_COLUMNS = 200
_PHONES = tuple(column.kind == "phone" for column in COLUMNS)


class Format(BaseFormat):
    title = _("CSV, for spreadsheets and other programs")
    extension = "csv"
    content_type = "text/csv; charset=utf-8"

    def write(self, rows: Iterable[Row], path: Path) -> None:
        # Half of a surrogate pair can be in a further field, but has no UTF-8.
        with path.open("x", encoding="utf-8-sig", errors="replace", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(column.name for column in COLUMNS)
            for row in rows:
                writer.writerow(
                    guard(as_text(value), is_phone=is_phone) if value else ""
                    for value, is_phone in zip(row, _PHONES, strict=True)
                )

    def count(self, path: Path) -> int:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return sum(1 for row in _records(file) if len(row) == len(COLUMNS)) - 1

    def can_import(self) -> bool:
        return True

    def create_dataset(self, in_stream: bytes | str) -> tablib.Dataset:
        """The sheet in `in_stream`, from us, Excel or elsewhere. Raises ValueError, csv.Error."""
        text = in_stream if isinstance(in_stream, str) else _decode(in_stream)
        first = text.split("\n", 1)[0]
        delimiter = max(",;\t", key=first.count)
        lines = _records(io.StringIO(text, newline=""), delimiter)
        return dataset([unguard(cell) for cell in row] for row in lines)


def guard(text: str, *, is_phone: bool = False) -> str:
    """`text` that no spreadsheet takes for a formula; `unguard` gives it back."""
    if is_phone and _TELEPHONE.fullmatch(text) and _NO_SUM.search(text):
        return text
    return _GUARD.sub("'", text)


def unguard(text: str) -> str:
    return _GUARDED.sub("", text)


def dataset(lines: Iterable[list[Any]]) -> tablib.Dataset:
    """The sheet whose first line has the headers: each is named, no two alike, rows as wide.

    Reading stops after one row more than an import takes. Empty rows at the end are left out.
    Raises ValueError when a row is too wide.
    """
    found = list(islice(lines, MAX_IMPORT_ROWS + 2))
    while found and not any(found[-1]):
        found.pop()
    width = max(map(len, found), default=0)
    if width > MAX_IMPORT_COLUMNS:
        raise ValueError("the sheet has too many columns")
    wide = [[*row, *[""] * (width - len(row))] for row in found]
    return tablib.Dataset(*wide[1:], headers=_headers(wide[0]) if wide else [])


def _headers(row: list[Any]) -> list[str]:
    headers: list[str] = []
    for place, cell in enumerate(row, 1):
        header = str(cell or "").strip()[:100] or f"Column {place}"
        headers.append(f"{header} ({place})" if header in headers else header)
    return headers


def _decode(data: bytes) -> str:
    """Text from UTF-8, from Excel's “Unicode text”, or else from Windows' Western encoding."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252")


def _records(lines: Iterable[str], delimiter: str = ",") -> Iterator[list[str]]:
    csv.field_size_limit(10_000_000)  # notes have no limit of their own
    return csv.reader(lines, delimiter=delimiter)
