"""A DuckDB file with the table `contacts`, typed and commented, for analysts."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cards.columns import COLUMNS, Row
from cards.exports import jsonl
from cards.exports.base import BaseFormat, ExportError

_TYPES = {"uuid": "UUID", "time": "TIMESTAMPTZ", "json": "JSON"}
TYPES = {column.name: _TYPES.get(column.kind, "VARCHAR") for column in COLUMNS}
"""DuckDB's type of each column, in order."""
# No extension is looked for on the network; JSON is built in.
_CONFIG: dict[str, Any] = {"autoinstall_known_extensions": False, "memory_limit": "512MB"}


class Format(BaseFormat):
    title = _("DuckDB, for analysts")
    extension = "duckdb"
    content_type = "application/vnd.duckdb"

    def write(self, rows: Iterable[Row], path: Path) -> None:
        lines = path.with_name(f"{path.name}.jsonl")
        try:
            jsonl.Format().write(rows, lines)
            _build(path, lines)
        finally:
            for leftover in (lines, path.with_name(f"{path.name}.wal")):
                leftover.unlink(missing_ok=True)

    def count(self, path: Path) -> int:
        with _open(path, read_only=True) as database:
            found: tuple[int] = database.execute("SELECT count(*) FROM contacts").fetchone()
            return found[0]


def _build(path: Path, lines: Path) -> None:
    import duckdb

    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in TYPES.items())
    try:
        with _open(path) as database:
            database.execute(
                # names and types are ours; the one thing from outside is a parameter
                "CREATE TABLE contacts AS SELECT * FROM read_json($lines,"  # noqa: S608
                f" format = 'newline_delimited', columns = {{{columns}}},"
                " maximum_object_size = 100000000)",
                {"lines": glob.escape(str(lines))},
            )
            database.execute("COMMENT ON TABLE contacts IS 'Contacts from business cards.'")
            for column in COLUMNS:
                comment = column.help_text.replace("'", "''")
                database.execute(f"COMMENT ON COLUMN contacts.{column.name} IS '{comment}'")
    except duckdb.Error as error:
        raise ExportError(
            gettext(
                "DuckDB could not build the file: %(error)s. Nothing was written; try another"
                " format."
            )
            % {"error": error}
        ) from error


def _open(path: Path, *, read_only: bool = False) -> Any:
    import duckdb

    config = {**_CONFIG, "temp_directory": f"{path}.tmp"}
    return duckdb.connect(str(path), read_only, config)
