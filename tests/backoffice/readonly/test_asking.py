"""Asking real databases that are stopped, killed, gone, empty, locked or damaged."""

from __future__ import annotations

import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dj_database_url
import psutil
import psycopg
import pytest
from django.db.backends.postgresql.base import DatabaseWrapper

from backoffice.readonly import asking
from backoffice.readonly.asking import Postgres, Sqlite
from tests import services

TABLE = "CREATE TABLE django_migrations (id integer); INSERT INTO django_migrations VALUES (1);"


# SQLite ------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The database of the site: a file of its own."""
    path = tmp_path / "db.sqlite3"
    lay(path, TABLE)
    site = SimpleNamespace(settings_dict={"NAME": path}, vendor="sqlite")
    monkeypatch.setattr(asking, "connections", {"default": site})
    monkeypatch.setattr(asking, "PATIENCE_SECONDS", 0.05)
    return path


def lay(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.executescript(f"PRAGMA journal_mode=WAL; {script}")


def test_a_file_with_our_tables_answers(file: Path) -> None:
    Sqlite().ask()
    assert not Sqlite().is_gone()


def test_a_file_that_is_gone_is_no_answer_and_is_not_made(file: Path) -> None:
    file.unlink()
    with pytest.raises(sqlite3.OperationalError):
        Sqlite().ask()
    assert Sqlite().is_gone()
    assert not file.exists()


def test_an_empty_file_is_no_answer(file: Path) -> None:
    file.write_bytes(b"")
    with pytest.raises(sqlite3.OperationalError):
        Sqlite().ask()


def test_something_else_in_its_place_is_no_answer(file: Path) -> None:
    file.write_bytes(b"This is no database." * 1000)
    with pytest.raises(sqlite3.DatabaseError):
        Sqlite().ask()


def test_a_lock_that_nobody_gives_back_is_no_answer(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as hog:
        hog.executescript("PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE;")
        hog.execute("INSERT INTO django_migrations VALUES (2)")
        with pytest.raises(sqlite3.OperationalError):
            Sqlite().ask()
    Sqlite().ask()


def test_damage_is_found_in_doubt_and_stays_found_until_it_is_put_right(file: Path) -> None:
    rows = ", ".join(f"('{number:0>200}')" for number in range(500))
    lay(file, f"CREATE TABLE card (name text); INSERT INTO card VALUES {rows};")
    whole = file.read_bytes()
    file.write_bytes(whole[:20_000] + b"\xff" * 30_000 + whole[50_000:])
    asker = Sqlite()
    asker.ask()
    for is_in_doubt in (True, False):
        with pytest.raises(sqlite3.DatabaseError):
            asker.ask(is_in_doubt=is_in_doubt)
    file.write_bytes(whole)
    asker.ask()


# PostgreSQL --------------------------------------------------------------------------------------


class Server:
    """A PostgreSQL of this file's own."""

    def __init__(self, url: str) -> None:
        self.site = DatabaseWrapper({**DEFAULTS, **dj_database_url.parse(url)}, "default")
        with psycopg.connect(url) as connection:
            connection.execute(TABLE)
            self.main = psutil.Process(connection.info.backend_pid).parent()
        assert self.main

    def processes(self) -> list[psutil.Process]:
        assert self.main
        return [self.main, *self.main.children(recursive=True)]

    def stop(self) -> None:
        self._tell(signal.SIGSTOP)

    def go_on(self) -> None:
        self._tell(signal.SIGCONT)

    def _tell(self, number: signal.Signals) -> None:
        for process in self.processes():
            with suppress(psutil.NoSuchProcess):  # the server ends processes of its own accord
                process.send_signal(number)


DEFAULTS: dict[str, Any] = {
    "AUTOCOMMIT": True, "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False, "OPTIONS": {},
    "TIME_ZONE": None, "ATOMIC_REQUESTS": False,
}  # fmt: skip


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    with services.postgres() as url:
        server = Server(url)
        yield server
        server.go_on()


@pytest.fixture
def server(own_server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(asking, "connections", {"default": own_server.site})
    yield own_server
    own_server.go_on()


@pytest.mark.postgres
def test_a_server_answers_again_and_again(server: Server) -> None:
    asker = Postgres()
    for is_in_doubt in (False, False, True):
        asker.ask(is_in_doubt=is_in_doubt)


@pytest.mark.postgres
def test_a_server_that_is_stopped_is_no_answer_for_old_and_new_connections(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "PATIENCE_SECONDS", 1)
    asker = Postgres()
    asker.ask()
    server.stop()
    for _turn in range(2):
        with pytest.raises((TimeoutError, psycopg.OperationalError)):
            asker.ask()
    server.go_on()
    asker.ask()


@pytest.mark.postgres
def test_a_cut_connection_is_made_anew(server: Server) -> None:
    asker = Postgres()
    asker.ask()
    for process in server.processes()[1:]:
        with suppress(psutil.NoSuchProcess):
            if "idle" in " ".join(process.cmdline()):
                process.terminate()
                process.wait(10)
    asker.ask()


@pytest.mark.postgres
def test_who_waits_for_a_stopped_server_is_let_go(server: Server) -> None:
    raw = psycopg.connect(**server.site.get_connection_params())
    page: Any = SimpleNamespace(connection=raw)
    failed = threading.Event()

    def wait() -> None:
        try:
            raw.execute("SELECT pg_sleep(600)")
        except psycopg.OperationalError:
            failed.set()

    thread = threading.Thread(target=wait)
    thread.start()
    time.sleep(0.1)
    server.stop()
    Postgres().cut(page)
    thread.join(10)
    assert failed.is_set()


@pytest.mark.postgres
def test_a_server_that_nobody_can_reach_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"postgres://cards@127.0.0.1:{services.free_port()}/postgres"
    site = DatabaseWrapper({**DEFAULTS, **dj_database_url.parse(url)}, "default")
    monkeypatch.setattr(asking, "connections", {"default": site})
    with pytest.raises(psycopg.OperationalError):
        Postgres().ask()
