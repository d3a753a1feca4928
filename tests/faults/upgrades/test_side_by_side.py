"""A site is brought up to this version while it works, and for a time runs both."""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

from tests.faults import record
from tests.faults.conftest import BIG
from tests.faults.day import Day
from tests.faults.model import Model
from tests.faults.processes import ROOT, until
from tests.faults.site import Site
from tests.faults.upgrades.before import Before
from tests.faults.visitor import Visitor

pytestmark = [
    pytest.mark.faults, pytest.mark.postgres, pytest.mark.redis, pytest.mark.s3,
]  # fmt: skip

PAGES = ("/admin/", "/admin/cards/card/", "/admin/review/waitingcard/")
HELD_SECONDS = 4
"""A query of somebody holds a table for so long while it is to be changed."""


@pytest.fixture
def site(parts_of: Callable[[str], dict[str, str]], tmp_path: Path) -> Iterator[Site]:
    """A site of which nothing is there yet."""
    with Model() as ai:
        made = Site(tmp_path / "site", parts_of(BIG), ai)
        yield made
        made.end()


def test_both_versions_work_on_one_queue_and_the_tables_change_while_they_do(
    site: Site, tmp_path: Path
) -> None:
    before = Before(tmp_path / "before")
    before.prepare(site)
    before.start(site, "web")
    before.start(site, "worker")
    day = Day(site)
    day.visitor = Strict(site, "web-before")
    day.take_in(4)
    until(lambda: len(waiting(site)) == 4, "4 cards read by the last release", seconds=120)
    decide(day, 2)

    with record.fault("Tables changed while the last release works", BIG) as changed:
        with closing(Reader(site)) as reader:
            preparing = threading.Thread(target=prepare, args=(site,))
            with held(site, "review_review"):
                preparing.start()
                while preparing.is_alive():
                    day.take_in(1)
                    decide(day, 1)
                preparing.join()
            day.take_in(2)
            decide(day, 1)
        changed.tried(reader.failed, trials=reader.asked)
        changed.found = f"{reader.asked} pages, slowest {reader.slowest_seconds:.1f} s"

    with record.fault("Both versions on one queue", BIG) as shared:
        site.start("web")
        site.start("worker")
        site.start("beat")
        site.url()
        for at in itertools.islice(itertools.cycle(("web", "web-before")), 10):
            day.visitor.at = at
            day.take_in(2)
            decide(day, 1)
        day.until_read(len(day.cards))
        shared.tried(day.lost(), trials=len(day.cards))
        read = {name: site.processes[name].said().count(" read by ") for name in WORKERS}
        shared.found = ", ".join(f"{name} read {number}" for name, number in read.items())
        assert all(read.values()), read


WORKERS = ("worker-before", "worker")


class Strict(Visitor):
    """Staff who do not try again."""

    def until_done(self, what: Any, *values: Any) -> Any:
        return what(*values)


def prepare(site: Site) -> None:
    subprocess.run(
        [sys.executable, "manage.py", "prepare"], cwd=ROOT, env=site.environment, check=True
    )


def waiting(site: Site) -> list[tuple[str, int]]:
    """Id and version of each card that waits for a decision, whichever the tables are."""
    query = "SELECT id::text, version FROM cards_card WHERE status = 'needs_review' ORDER BY id"
    with psycopg.connect(site.parts["DATABASE_URL"]) as database:
        return database.execute(query).fetchall()


def decide(day: Day, count: int) -> None:
    """Approve so many cards more, where there are so many."""
    for card, version in waiting(day.site)[:count]:
        name = f"Mira Ahlström {len(day.decided)}"
        day.visitor.until_done(day.visitor.approve, {"id": card, "version": version}, name)
        day.decided[card] = [name]


@contextmanager
def held(site: Site, table: str) -> Iterator[None]:
    """Somebody reads a table for a while: it cannot be changed until they have done."""

    def read() -> None:
        with psycopg.connect(site.parts["DATABASE_URL"]) as database:
            database.execute(f"SELECT count(*) FROM {table}".encode())
            holding.set()
            time.sleep(HELD_SECONDS)

    holding = threading.Event()
    reader = threading.Thread(target=read)
    reader.start()
    holding.wait()
    yield
    reader.join()


class Reader:
    """Somebody who looks at one page after the other of the last release, as fast as they come."""

    def __init__(self, site: Site) -> None:
        self.asked, self.slowest_seconds, self.failed = 0, 0.0, list[str]()
        self._client = httpx2.Client(
            base_url=site.url("web-before"), cookies={"sessionid": site.ask("session")}, timeout=60
        )
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._read, args=(page,)) for page in PAGES]
        for thread in self._threads:
            thread.start()

    def _read(self, page: str) -> None:
        while not self._ended.is_set():
            began = time.monotonic()
            status: int | str = "no answer"
            with suppress(httpx2.TransportError):
                status = self._client.get(page).status_code
            if status != 200:
                self.failed.append(f"{page} of the last release: {status}")
            self.asked += 1
            self.slowest_seconds = max(self.slowest_seconds, time.monotonic() - began)

    def close(self) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()
        self._client.close()
