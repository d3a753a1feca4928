"""The DuckDB file of a publication: a table for each file in `models/`, and each as Parquet.

To add a table, put `models/<name>.sql` there: one SELECT, over `source.<name>` (see `sources`), or
over tables that are made from sources alone. The comment at its head is kept with the table; a line
`-- column: text` in it is the comment of that column.
"""

from __future__ import annotations

import glob
import re
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backoffice.analytics import sources
from backoffice.analytics.publications import PublicationError
from cards.columns import COLUMNS
from cards.exports.duckdb import TYPES

MODELS = Path(__file__).with_name("models")

_CONFIG: dict[str, Any] = {
    "autoinstall_known_extensions": False,  # nothing is looked for on the network
    "memory_limit": "256MB",
    "threads": 1,  # the site goes on meanwhile
    "TimeZone": "UTC",
}
_LONGEST_ROW_BYTES = 40_000_000
_OF_COLUMN = re.compile(r'"?(\w+)"?: (.*)')


@dataclass(frozen=True, slots=True)
class Table:
    """A table as its file says: `columns` are comments by column."""

    name: str
    sql: str
    comment: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_from_sources(self) -> bool:
        return "source." in self.sql


def tables() -> list[Table]:
    """The tables in the order in which they can be made."""
    found = [_parsed(path) for path in sorted(MODELS.glob("*.sql"))]
    return sorted(found, key=lambda table: not table.is_from_sources)


def build(folder: Path, staged: Path, database: Path) -> dict[str, int]:
    """The rows of each table, now in the new file `database` and in `folder` as Parquet.

    `staged` has the files of `sources.write`; the contacts are in `folder`. Raises
    PublicationError.
    """
    import duckdb

    try:
        return _build(folder, staged, database)
    except duckdb.Error as error:
        raise PublicationError(
            f"DuckDB could not make the tables ({error}). Nothing was published, and earlier"
            " publications are untouched."
        ) from error


def _build(folder: Path, staged: Path, database: Path) -> dict[str, int]:
    import duckdb

    counts = {}
    config = {**_CONFIG, "temp_directory": str(staged / "spilled")}
    with closing(duckdb.connect(str(database), config=config)) as desk:
        # A file of its own: what does not fit into the memory allowed is on the disk.
        desk.execute(f"ATTACH {_quoted(str(staged / 'sources.duckdb'))} AS source")
        _offer(desk, "contacts", folder / "contacts.jsonl", TYPES)
        for name, source in sources.SOURCES.items():
            _offer(desk, name, sources.place(staged, name), source.columns())
        for table in tables():
            counts[table.name] = _make(desk, table, folder)
    return counts


def _offer(desk: Any, name: str, path: Path, types: Mapping[str, str]) -> None:
    """Let the models find the rows of the file at `path` as `source.<name>`."""
    file = _quoted(glob.escape(str(path)))
    columns = ", ".join(f"'{column}': '{kind}'" for column, kind in types.items())
    desk.execute(
        # names and types are ours, and so is the path
        f"CREATE TABLE source.{name} AS SELECT * FROM read_json({file},"  # noqa: S608
        f" format = 'newline_delimited', columns = {{{columns}}},"
        f" maximum_object_size = {_LONGEST_ROW_BYTES})"
    )


def _make(desk: Any, table: Table, folder: Path) -> int:
    """The number of rows of the table that is now there."""
    desk.execute(f"CREATE TABLE {table.name} AS {table.sql}")
    desk.execute(f"COMMENT ON TABLE {table.name} IS {_quoted(table.comment)}")
    described = desk.execute(f"DESCRIBE {table.name}").fetchall()
    for column, *_rest in described:
        if comment := table.columns.get(column):
            desk.execute(f'COMMENT ON COLUMN {table.name}."{column}" IS {_quoted(comment)}')
    path = folder / f"{table.name}.parquet"
    desk.execute(f"COPY {table.name} TO {_quoted(str(path))} (FORMAT parquet, COMPRESSION zstd)")
    (found,) = desk.execute(f"SELECT count(*) FROM {table.name}").fetchone()  # noqa: S608
    return int(found)


def _parsed(path: Path) -> Table:
    text = path.read_text(encoding="utf-8")
    head = [line[3:] for line in text.splitlines() if line.startswith("-- ")]
    words, comments = [], _of_contacts() if path.stem in ("cards", "contacts") else {}
    for line in head:
        if found := _OF_COLUMN.fullmatch(line):
            comments[found[1]] = found[2]
        else:
            words.append(line)
    return Table(path.stem, text, " ".join(words), comments)


def _of_contacts() -> dict[str, str]:
    return {column.name: column.help_text for column in COLUMNS}


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
