"""The cards of a publication, read from its one file without a database.

Files of earlier and later versions: what they lack is empty, what they have more is left out.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from backoffice.analytics import publications
from backoffice.analytics.publications import Publication
from cards.numbers import number_in

log = logging.getLogger(__name__)

PAGE_ROWS = 50
LOOK_SECONDS = 60

Document = dict[str, Any]
"""A card as `analytics.site_file` describes it."""


class ShelfError(Exception):
    """The file of a publication cannot be read."""


@dataclass(frozen=True, slots=True)
class Found:
    """A page of cards; pages are counted from 1. `total` is of all that was searched for."""

    total: int
    page: int
    pages: int
    cards: list[Document]


def newest() -> Publication | None:
    """The newest publication whose cards are whole. The first call after a publication reads all
    of its file, which `stay_ready` does while there is time."""
    return publications.newest(publications.SITE)


def stay_ready() -> None:
    """Look for new publications from now on, in a thread that ends with the process."""
    threading.Thread(target=_look_often, name="publications", daemon=True).start()


def _look_often() -> None:
    while True:
        try:
            newest()
        except Exception as error:  # the next look may get through
            log.warning("publications cannot be looked through: %s", error)
        time.sleep(LOOK_SECONDS)


def find(publication: Publication, *, search: str = "", status: str = "", page: int = 1) -> Found:
    """The cards that have all words of `search`, newest first. Raises ShelfError.

    All of the text is read: 0.1 to 0.5 seconds for 100,000 cards.
    """
    where, values = _condition(search, status)
    with _opened(publication) as file:
        positions = _positions(file, where, values)
        pages = max(1, -(-len(positions) // PAGE_ROWS))
        page = min(max(1, page), pages)
        chosen = positions[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]
        return Found(len(positions), page, pages, list(_documents(file, chosen)))


def card(publication: Publication, card_id: str) -> Document | None:
    """One card; None when there is none. Raises ShelfError."""
    with _opened(publication) as file:
        row = file.execute("SELECT document FROM card WHERE id = ?", (card_id,)).fetchone()
    return _read(row[0]) if row else None


def _condition(search: str, status: str) -> tuple[str, list[str]]:
    """What a card must fulfil, in SQL. A number is found however it is written, as in the lists of
    the admin."""
    words = publications.folded(search)
    parts, values = [], []
    if status:
        parts.append("status = ?")
        values.append(status)
    if number := number_in(words):
        words = words.replace(number.text, " ", 1)
        bits = number.text.split()
        either = " AND ".join(["instr(text, ?) > 0"] * len(bits))
        parts.append(f"(instr(text, ?) > 0 OR ({either}))")
        values += [number.digits, *bits]
    for word in words.split():
        parts.append("instr(text, ?) > 0")
        values.append(word)
    return " AND ".join(parts), values


def _positions(file: sqlite3.Connection, where: str, values: list[str]) -> Sequence[int]:
    """Where the cards that fulfil a condition stand, all of them without one."""
    if not where:
        total, last = file.execute("SELECT count(*), max(position) FROM card").fetchone()
        if total == (last or 0):
            return range(1, total + 1)
    # Sorted here: to give them in order SQLite would read all of every card.
    rows = file.execute(f"SELECT position FROM card WHERE {where or 'TRUE'}", values)  # noqa: S608
    return sorted(position for (position,) in rows)


def _documents(file: sqlite3.Connection, positions: Sequence[int]) -> Iterator[Document]:
    marks = ", ".join("?" * len(positions))
    rows = file.execute(
        f"SELECT document FROM card WHERE position IN ({marks}) ORDER BY position",  # noqa: S608
        tuple(positions),
    )
    return (_read(document) for (document,) in rows)


def _read(text: str) -> Document:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise ShelfError(f"a card cannot be read: {error}") from error
    return found if isinstance(found, dict) else {}


@contextmanager
def _opened(publication: Publication) -> Iterator[sqlite3.Connection]:
    """Nobody changes a publication, so nothing is locked and nothing is written beside it."""
    address = f"{(publication.folder / publications.SITE).absolute().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as file:
            yield file
    except sqlite3.Error as error:
        raise ShelfError(f"{publication.folder} cannot be read: {error}") from error
