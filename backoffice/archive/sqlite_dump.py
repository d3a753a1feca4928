"""SQLite into a file and back: the online backup, which waits for no writer and stops none."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from backoffice.archive.facts import facts
from backoffice.archive.manifest import BackupError, Facts
from cards.lasting import sync

FILE = "database.sqlite3"
BESIDE = ("-wal", "-shm", "-journal")
"""Files that SQLite would take for a part of the database whose name they begin with."""


def size(database: dict[str, Any]) -> int:
    """Bytes that a dump takes at most. Raises OSError."""
    path = str(database["NAME"])
    return sum(os.stat(name).st_size for name in (path, f"{path}-wal") if os.path.exists(name))


def dump(database: dict[str, Any], file: Path) -> tuple[Facts, str]:
    """What is now in `file`, and the version of SQLite. Raises BackupError, OSError.

    All pages are copied in one step, which sees one moment of the database; in steps, each commit
    of another process would begin it anew.
    """
    source = Path(database["NAME"])
    if not source.exists():
        raise BackupError(
            f"There is no database {source} to back up; nothing was changed. See that DATA_DIR is"
            " right."
        )
    try:
        with (
            closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True, timeout=20)) as old,
            closing(sqlite3.connect(file)) as new,
        ):
            old.backup(new)
            new.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
    except sqlite3.DatabaseError as error:
        raise _unwritable(error) from error
    return check(file), sqlite3.sqlite_version


def check(file: Path) -> Facts:
    """What a database file holds. Raises BackupError when it is damaged."""
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as found:
            answer = found.execute("PRAGMA integrity_check(1)").fetchone()[0]
            stray = found.execute("PRAGMA foreign_key_check").fetchone()
            if answer != "ok" or stray:
                raise BackupError(
                    f"The database is damaged ({answer if answer != 'ok' else stray}), so a copy of"
                    " it is no backup; earlier backups are untouched. docs/operations.md says how"
                    " to go on from one."
                )
            names = found.execute(
                "SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%'"
            )
            tables = [str(name) for (name,) in names]
            return facts(found.cursor(), tables, sqlite3.OperationalError)
    except sqlite3.DatabaseError as error:
        raise BackupError(
            f"{file.name} cannot be read as a database ({error}); earlier backups are untouched."
        ) from error


def refuse_unless_empty(path: Path) -> None:
    """Raises BackupError when there is a database at `path` already, or the rest of one."""
    there = [name for end in ("", *BESIDE) if (name := Path(f"{path}{end}")).exists()]
    if there:
        raise BackupError(
            f"There is a database already: {there[0]}. Nothing was changed. Move"
            f" {path.name}* out of {path.parent} first, or restore into another folder with --to."
        )


def load(file: Path, path: Path, expected: Facts) -> None:
    """Put the dump in `file` in the empty place `path`: whole or not at all.

    Raises BackupError, OSError.
    """
    refuse_unless_empty(path)
    aside = path.with_name(".restoring.sqlite3")
    try:
        shutil.copyfile(file, aside)
        aside.chmod(0o600)
        if check(aside).counts != expected.counts:
            raise BackupError("The copy holds other rows than the manifest says; it was removed.")
        sync(aside)
        os.link(aside, path)
        sync(path.parent)
    finally:
        aside.unlink(missing_ok=True)


def _unwritable(error: Exception) -> BackupError:
    return BackupError(
        f"The database could not be copied ({error}). Nothing was kept of this backup, and earlier"
        " ones are untouched. Make room where backups are kept, run `doctor`, then try again."
    )
