"""A PostgreSQL server of a test's own, which it may stop and crash, behind a proxy."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import psycopg

from tests import services
from tests.faults.proxy import Proxy
from tests.faults.site import own_database


@dataclass(frozen=True)
class OwnPostgres:
    """`url` goes through the `proxy`, `direct_url` past it. What is committed is written at once,
    so that a crash may lose nothing."""

    url: str
    direct_url: str
    proxy: Proxy
    _programs: Path
    _data: Path

    def restart(self, how: Literal["fast", "immediate"]) -> None:
        """ "fast" ends every session and then the server, "immediate" is a crash: the server comes
        back by its write-ahead log."""
        self._control("restart", f"--mode={how}")

    @property
    def process_id(self) -> int:
        """Of the server, whose sessions are children of it."""
        return int((self._data / "postmaster.pid").read_text().splitlines()[0])

    def stop(self) -> None:
        self._control("stop", "--mode=immediate")

    def _control(self, *words: str) -> None:
        log = self._data.parent / "restarted"
        subprocess.run(
            [self._programs / "pg_ctl", f"--pgdata={self._data}", f"--log={log}", "-w", *words],
            user=self._data.owner(), cwd=self._data.parent, check=True, capture_output=True,
        )  # fmt: skip


@contextmanager
def own_postgres() -> Iterator[OwnPostgres]:
    """A server with a new database."""
    with services.postgres() as server_url:
        url = own_database(server_url)
        name = url.rpartition("/")[2]
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = on".encode())
            (data,) = connection.execute("SHOW data_directory").fetchone() or ("",)
        there = urlsplit(url)
        with Proxy(str(there.hostname), there.port or 0) as proxy:
            through = url.replace(f"127.0.0.1:{there.port}", proxy.address)
            programs = services.postgres_programs()
            server = OwnPostgres(through, url, proxy, programs, Path(data))
            try:
                yield server
            finally:
                server.stop()
