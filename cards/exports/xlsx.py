"""XLSX for spreadsheets: every text is a text, whatever it looks like."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import tablib
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cards.columns import COLUMNS, Row, Value, as_text
from cards.exports.base import BaseFormat, ExportError
from cards.exports.csv import MAX_IMPORT_COLUMNS, dataset
from cards.wording import figure

# Limits of Excel, and what a sheet of contacts may unpack to before it is read.
MAX_ROWS = 1_048_575
MAX_CHARACTERS = 32_767
MAX_UNPACKED_BYTES = 200_000_000

_NAMES = tuple(column.name for column in COLUMNS)
_WIDTHS = {"id": 38, "long": 40, "json": 30, "phone": 20, "email": 32, "url": 30, "time": 18}
# XML 1.0 has no place for these; U+FFFE and U+FFFF included.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# What Excel would read as a number, a formula or an error if somebody edited the cell.
_AMBIGUOUS = re.compile(r"\s*[=+\-@#'＝＋－＠]|[\s\d.,/:()-]+\Z")


class Format(BaseFormat):
    title = _("Excel")
    extension = "xlsx"
    content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def write(self, rows: Iterable[Row], path: Path) -> None:
        import openpyxl

        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("Contacts")
        try:
            number = _fill(sheet, rows)
        except BaseException:
            # What openpyxl has written aside would stay until the process ends.
            sheet.close()
            sheet._writer.cleanup()
            raise
        sheet.auto_filter.ref = f"A1:{_letter(len(COLUMNS))}{number + 1}"
        book.save(path)

    def count(self, path: Path) -> int:
        """Rows of the sheet; each member's checksum is compared as it is read."""
        with zipfile.ZipFile(path) as archive:
            if archive.testzip():
                return 0
            with archive.open("xl/worksheets/sheet1.xml") as sheet:
                return _occurrences(sheet, b"<row ") - 1

    def can_import(self) -> bool:
        return True

    def create_dataset(self, in_stream: bytes) -> tablib.Dataset:
        """The first sheet, formulas as the values they had. Raises ValueError and others."""
        from io import BytesIO

        import openpyxl

        with zipfile.ZipFile(BytesIO(in_stream)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MAX_UNPACKED_BYTES:
                raise ValueError("the workbook unpacks to too much")
        book = openpyxl.load_workbook(BytesIO(in_stream), read_only=True, data_only=True)
        try:
            sheet = book.worksheets[0]
            cells = sheet.iter_rows(max_col=MAX_IMPORT_COLUMNS + 1, values_only=True)
            return dataset(_trimmed(cells))
        finally:
            book.close()


def _fill(sheet: Any, rows: Iterable[Row]) -> int:
    """The number of contacts now in the sheet, below its headers. Raises ExportError."""
    _lay_out(sheet)
    number = 0
    for number, row in enumerate(rows, 1):
        if number > MAX_ROWS:
            raise ExportError(
                gettext(
                    "Excel has room for %(number)s contacts and there are more; choose csv, or"
                    " export fewer."
                )
                % {"number": figure(MAX_ROWS)}
            )
        sheet.append([_cell(sheet, value) for value in row])
    return number


def _lay_out(sheet: Any) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    for place, column in enumerate(COLUMNS, 1):
        width = _WIDTHS.get(column.name) or _WIDTHS.get(column.kind, 22)
        sheet.column_dimensions[_letter(place)].width = width
    sheet.freeze_panes = "A2"
    heads = [WriteOnlyCell(sheet, value=name) for name in _NAMES]
    for head in heads:
        head.font = Font(bold=True)
    sheet.append(heads)


def _cell(sheet: Any, value: Value) -> Any:
    """What openpyxl may be given for `value`: nothing in it is taken for a formula or an error."""
    if isinstance(value, datetime):
        return _time_cell(sheet, value)
    text = _ILLEGAL.sub("", as_text(value))[:MAX_CHARACTERS]
    if not text:
        return None
    return _text_cell(sheet, text) if _AMBIGUOUS.match(text) else text


def _text_cell(sheet: Any, text: str) -> Any:
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    cell.number_format = "@"  # still text after somebody has edited it
    cell.quotePrefix = True
    return cell


def _time_cell(sheet: Any, value: datetime) -> Any:
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value=value.astimezone(UTC).replace(tzinfo=None))
    cell.number_format = "yyyy-mm-dd hh:mm"
    return cell


def _trimmed(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[Any]]:
    """Rows without the empty cells at their end."""
    for row in rows:
        width = max((place for place, cell in enumerate(row, 1) if cell is not None), default=0)
        yield list(row[:width])


def _letter(place: int) -> str:
    from openpyxl.utils import get_column_letter

    return get_column_letter(place)


def _occurrences(file: Any, word: bytes) -> int:
    found, rest = 0, b""
    while block := file.read(1 << 20):
        found += (rest + block).count(word)
        rest = block[-(len(word) - 1) :]
    return found
