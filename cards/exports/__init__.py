"""The export formats: every module here with a class `Format` is one, named for the module."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from uuid import uuid4

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cards import lasting
from cards.columns import Row, rows
from cards.exports.base import BaseFormat, ExportError
from cards.models import Card
from cards.wording import figure

__all__ = ["BaseFormat", "ExportError", "find", "formats", "write"]

Progress = Callable[[Iterable[Row]], Iterable[Row]]


@cache
def formats() -> MappingProxyType[str, type[BaseFormat]]:
    """The format classes by slug, in alphabetical order."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return MappingProxyType(
        {name: import_module(f"{__name__}.{name}").Format for name in names if name != "base"}
    )


def find(slug: str) -> BaseFormat:
    """The format called `slug`. Raises ExportError."""
    if slug not in formats():
        raise ExportError(f"There is no format “{slug}”; choose one of {', '.join(formats())}.")
    return formats()[slug]()


def write(slug: str, queryset: QuerySet[Card], output: Path, *, progress: Progress = iter) -> int:
    """The number of cards that are now in the file `output`, which appears complete or not at all.

    One query. `progress` may wrap the rows to watch them pass. Raises ExportError; what was at
    `output` before is then still there.
    """
    format_ = find(slug)
    _check(output)
    aside = output.with_name(f".{uuid4().hex}.part")
    try:
        read = _Counted(progress(rows(queryset)))
        format_.write(read, aside)
        found = format_.count(aside)
        if found != read.number:
            raise ExportError(
                _(
                    "The file came out with %(found)s of %(number)s contacts; %(file)s was left"
                    " as it was. Try again."
                )
                % {"found": figure(found), "number": figure(read.number), "file": output}
            )
        lasting.sync(aside)
        aside.replace(output)
        lasting.sync(output.parent)
    except OSError as error:
        raise ExportError(
            _(
                "%(file)s cannot be written: %(error)s. Nothing was left there; make room or choose"
                " another place."
            )
            % {"file": output, "error": error.strerror or error}
        ) from error
    finally:
        aside.unlink(missing_ok=True)
    return read.number


class _Counted:
    """Rows on their way to a file, and how many went by."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = rows
        self.number = 0

    def __iter__(self) -> Iterator[Row]:
        for row in self.rows:
            self.number += 1
            yield row


def _check(output: Path) -> None:
    if output.is_dir():
        raise ExportError(f"{output} is a folder; name a file in it.")
    if not output.parent.is_dir():
        raise ExportError(f"There is no folder {output.parent}; make it or choose another.")
