"""What a format is.

To add one, put `cards/exports/<slug>.py` beside this file with a class `Format(BaseFormat)`: a
title, an extension, a content type, and two methods. The command, the export page and the tests
find it by its slug.
"""

from __future__ import annotations

import tempfile
from abc import abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import tablib
from import_export.formats import base_formats

from cards.columns import COLUMNS, Row

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class ExportError(Exception):
    """An export that did not come about, with the reason and the next step for the person."""


class BaseFormat(base_formats.Format):  # type: ignore[misc]
    """One way to write contacts. Without state: one object may write many files."""

    title: ClassVar[StrOrPromise]
    extension: ClassVar[str]
    content_type: ClassVar[str]

    def __init__(self, encoding: str | None = None) -> None:
        """`encoding` is what import_export passes to text formats; ours choose their own."""

    @abstractmethod
    def write(self, rows: Iterable[Row], path: Path) -> None:
        """Write `rows`, in the order of `COLUMNS`, to the new file `path`.

        `rows` can be read once and may be too many for memory. Text in them is hostile: it must
        not become a formula, a second record or a second field. Raises ExportError and OSError.
        """

    @abstractmethod
    def count(self, path: Path) -> int:
        """The number of contacts found in the finished file `path`, read anew."""

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> bytes:
        """The bytes of `dataset`: the seam of import_export, for few rows."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"contacts.{self.extension}"
            self.write(_in_our_order(dataset), path)
            return path.read_bytes()

    def get_title(self) -> str:
        return str(self.title)

    def get_extension(self) -> str:
        return self.extension

    def get_content_type(self) -> str:
        return self.content_type

    def can_export(self) -> bool:
        return True


def _in_our_order(dataset: tablib.Dataset) -> Iterable[Row]:
    headers = dataset.headers or []
    places = [headers.index(c.name) if c.name in headers else None for c in COLUMNS]
    for row in dataset:
        yield [None if place is None else row[place] for place in places]
