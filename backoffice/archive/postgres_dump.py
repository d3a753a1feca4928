"""PostgreSQL into a file and back, by its own `pg_dump` and `pg_restore`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.backends.postgresql.client import DatabaseClient
from psycopg import sql

from backoffice.archive.facts import facts
from backoffice.archive.manifest import BackupError, Facts

FILE = "database.dump"
SCRATCH_MARK = "Card Desk: a trial of a backup, to be removed"
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
ANYTHING = (
    "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"
)


def size(database: dict[str, Any]) -> int:
    """Bytes of the database, more than its compressed dump takes. Raises BackupError."""
    with connected(database) as connection:
        return int(_one(connection, "SELECT pg_database_size(current_database())"))


def dump(database: dict[str, Any], file: Path) -> tuple[Facts, str]:
    """What is now in `file`, and the server's version. Raises BackupError.

    The counts are taken in the same snapshot of the database as the dump.
    """
    with connected(database) as connection:
        version = str(_one(connection, "SHOW server_version"))
        _refuse_older("pg_dump", int(version.partition(".")[0]))
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with connection.transaction(force_rollback=True):
            snapshot = str(_one(connection, "SELECT pg_export_snapshot()"))
            _run(
                "pg_dump", database, "--format=custom", f"--snapshot={snapshot}", "--no-owner",
                "--no-privileges", f"--file={file}",
            )  # fmt: skip
            return _facts(connection), version


def refuse_unless_empty(database: dict[str, Any]) -> None:
    """Raises BackupError when anything is in the database."""
    with connected(database) as connection:
        if _one(connection, ANYTHING):
            raise BackupError(
                f"The database {database['NAME']} is not empty. Nothing was changed. Make a new"
                " one (createdb) and name it with DATABASE_URL or --to."
            )


def load(file: Path, database: dict[str, Any], expected: Facts) -> None:
    """Put the dump in `file` into an empty database, in one transaction. Raises BackupError."""
    refuse_unless_empty(database)
    _run(
        "pg_restore", database, "--single-transaction", "--exit-on-error", "--no-owner",
        "--no-privileges", file=file,
    )  # fmt: skip
    with connected(database) as connection:
        if _facts(connection).counts != expected.counts:
            raise BackupError(
                f"The database {database['NAME']} now holds other rows than the manifest says."
                " Drop it, and take another backup."
            )


@contextmanager
def scratch(database: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """An empty database beside `database`, dropped afterwards. Raises BackupError.

    One that a killed trial left behind is dropped first; it is known by its comment.
    """
    name = f"{database['NAME']}_drill"
    with connected(database) as connection:
        _drop(connection, name)
        try:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name))
            )
        except psycopg.errors.InsufficientPrivilege as error:
            raise BackupError(
                "The trial needs a database to restore into, and this user may not make one."
                f" Nothing was changed. Let it: ALTER ROLE {connection.info.user} CREATEDB"
            ) from error
        connection.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), SCRATCH_MARK)
        )
        try:
            yield {**database, "NAME": name}
        finally:
            _drop(connection, name)


@contextmanager
def connected(database: dict[str, Any]) -> Iterator[psycopg.Connection[Any]]:
    """A connection of its own; what the server says against it is a BackupError."""
    wanted = DatabaseWrapper({"TIME_ZONE": None, "CONN_MAX_AGE": 0, "OPTIONS": {}, **database})
    known = ("dbname", "user", "password", "host", "port", "connect_timeout")
    ssl = ("sslmode", "sslrootcert", "sslcert", "sslkey", "service", "passfile")
    found = wanted.get_connection_params()
    words = {name: found[name] for name in (*known, *ssl) if name in found}
    try:
        with closing(psycopg.connect(**words, autocommit=True)) as connection:
            yield connection
    except psycopg.Error as error:
        raise BackupError(
            f"PostgreSQL did not do as asked ({_last_line(str(error))}). Nothing was kept; run"
            " `doctor`, then try again."
        ) from error


def _facts(connection: psycopg.Connection[Any]) -> Facts:
    cursor = connection.cursor()
    tables = [str(name) for (name,) in cursor.execute(TABLES).fetchall()]
    return facts(cursor, tables, psycopg.Error)


def _drop(connection: psycopg.Connection[Any], name: str) -> None:
    """Drops a database of a trial; one that is not of a trial is left alone."""
    query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
    row = connection.execute(query, [name]).fetchone()
    if row is None:
        return
    if row[0] != SCRATCH_MARK:
        raise BackupError(
            f"There is a database {name} that is not of a trial, and it was left alone. Give it"
            " another name, then try again."
        )
    drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
    connection.execute(drop.format(sql.Identifier(name)))


def _one(connection: psycopg.Connection[Any], query: str) -> Any:
    row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


def _run(program: str, database: dict[str, Any], *words: str, file: Path | None = None) -> None:
    """Runs one of PostgreSQL's programs. Raises BackupError with its own last line."""
    psql, variables = DatabaseClient.settings_to_cmd_args_env({"OPTIONS": {}, **database}, [])
    command = [_found(program), *psql[1:-1], f"--dbname={psql[-1]}", *words]
    command += [str(file)] if file else []
    environment = {**os.environ, **(variables or {})}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupError(
            f"{program} stopped ({_last_line(done.stderr)}). Nothing was kept of this; earlier"
            " backups are untouched. Put right what it says, then try again."
        )


def _found(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        raise BackupError(
            f"There is no {program} on this machine, which PostgreSQL needs for this. Nothing was"
            " changed. On Debian: apt install postgresql-client"
        )
    return path


def _refuse_older(program: str, server: int) -> None:
    """Raises BackupError when the program is older than the server, which it cannot copy then."""
    words = subprocess.run(
        [_found(program), "--version"], capture_output=True, text=True, check=False
    ).stdout
    found = re.search(r"(\d+)", words)
    if found and int(found[1]) < server:
        raise BackupError(
            f"{program} is of version {found[1]} and the server of {server}, too old to copy it."
            f" Nothing was changed. On Debian: apt install postgresql-client-{server}"
        )


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it did not say why"
