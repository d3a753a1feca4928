"""The database goes away while staff are at work: they read on, nobody writes, and it ends."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx2
import psutil
import psycopg
import pytest
from psycopg import sql

from tests.faults import record, truth
from tests.faults.conftest import MakeSite
from tests.faults.own_postgres import OwnPostgres, own_postgres
from tests.faults.site import Site
from tests.faults.visitor import Visitor

pytestmark = pytest.mark.faults

PEOPLE = 12
"""More than the web processes have threads: at the moment of the fault each hangs in a query."""

READABLE_SECONDS, BACK_SECONDS = 5, 15
DOWN_SECONDS = 4
ONE_REQUEST_EACH = httpx2.Limits(max_keepalive_connections=0)
"""On each connection: one that was idle may be closed just then. A browser asks again."""

BANNER = "The database does not answer."


@dataclass
class Person:
    """Somebody who is signed in and looks at one page after the other."""

    site: Site
    card: str
    client: httpx2.Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = httpx2.Client(
            base_url=self.site.url(), cookies={"sessionid": self.site.ask("session")},
            headers={"Accept": "text/html"}, timeout=30, limits=ONE_REQUEST_EACH,
        )  # fmt: skip
        assert self.client.get("/admin/").status_code == 200

    @property
    def pages(self) -> Sequence[str]:
        return (
            "/admin/cards/card/", "/admin/cards/card/?q=ahlstr%C3%B6m",
            f"/admin/cards/card/{self.card}/change/",
        )  # fmt: skip

    def reads(self, *, is_down: bool) -> bool:
        """Whether list, search, card and picture come as they should now."""
        for path in self.pages:
            page = self.client.get(path)
            if page.status_code != 200 or (BANNER in page.text) != is_down:
                return False
            if "Mira Ahlström" not in page.text:
                return False
        picture = f"/admin/cards/card/{self.card}/sides/0/view.jpg"
        return not is_down or self.client.get(picture).headers["content-type"] == "image/jpeg"

    def writes(self) -> list[int]:
        """What an approval and an upload are answered with."""
        token = {"X-CSRFToken": self.client.cookies.get("csrftoken") or ""}
        approve = self.client.post(
            f"/admin/review/waitingcard/{self.card}/change/", headers=token,
            data={"action": "approve", "version": "0", "full_name": "Nobody"},
        )  # fmt: skip
        upload = self.client.post(
            "/admin/cards/card/upload/", data={"name": "Expo"}, headers=token,
            files={"file": ("a.png", truth.picture(9), "image/png")},
        )  # fmt: skip
        assert "saved" in approve.text, approve.text
        return [approve.status_code, upload.status_code]


Fault = tuple[Callable[[], Any], Callable[[], Any]]
"""What makes it, and what ends it."""


@pytest.fixture
def server() -> Iterator[OwnPostgres]:
    with own_postgres() as opened:
        yield opened


@pytest.mark.postgres
@pytest.mark.parametrize(
    "how",
    [pytest.param("refused", marks=pytest.mark.faults_in_ci), "stopped", "black-holed"],
)
def test_staff_read_on_while_postgresql_is_away(
    server: OwnPostgres, make_site: MakeSite, how: str
) -> None:
    site = make_site(direct={"DATABASE_URL": server.direct_url}, DATABASE_URL=server.url)
    faults: dict[str, Fault] = {
        "refused": (server.proxy.refuse, server.proxy.let_through),
        "black-holed": (server.proxy.black_hole, server.proxy.let_through),
        "stopped": (
            lambda: tell(server, signal.SIGSTOP), lambda: tell(server, signal.SIGCONT),
        ),
    }  # fmt: skip
    outage(site, f"PostgreSQL {how}", faults[how], lambda: rows(server.direct_url))


def test_staff_read_on_while_the_file_of_sqlite_is_away(make_site: MakeSite) -> None:
    site = make_site()
    file, away = site.folder / "db.sqlite3", site.folder / "away"

    def back() -> None:
        assert not file.exists(), "somebody made another database"
        away.rename(file)

    outage(site, "SQLite's file moved away", (lambda: file.rename(away), back), lambda: [])


def outage(site: Site, name: str, fault: Fault, kept: Callable[[], Any]) -> None:
    """Make the fault, look what staff see, end it, and look again."""
    site.start("web", processes=2)
    visitor = Visitor(site)
    card = visitor.until_done(visitor.upload, truth.picture(0), "rosa.png")
    site.ask("approve", card, "Mira Ahlström")
    site.manage("publish")
    people = [Person(site, card) for _ in range(PEOPLE)]
    assert people[0].reads(is_down=False)
    before = kept()
    begin, end = fault
    with record.fault(name, "2 web processes of 4 threads") as tried:
        with at_work(people):
            begin()
            site.ask_anew()
            down = slowest(people, is_down=True)
        refused = people[0].writes()
        time.sleep(DOWN_SECONDS)
        tried.tried(trials=PEOPLE)
        end()
        up = slowest(people, is_down=False)
        lost = [f"a write was answered with {code}" for code in refused if code != 503]
        lost += [f"readable after {down:.1f} s"] if down > READABLE_SECONDS else []
        lost += [f"back after {up:.1f} s"] if up > BACK_SECONDS else []
        lost += [] if kept() == before else ["something was written"]
        tried.tried([*lost, *site.ask("broken")], trials=0)
        tried.found = f"readable after {down:.1f} s, back after {up:.1f} s, the slowest of {PEOPLE}"


@contextmanager
def at_work(people: Sequence[Person]) -> Iterator[None]:
    """All of them load pages, so that each hangs in a query when the database goes; each until
    there is a banner."""
    is_over = threading.Event()

    def load(person: Person) -> None:
        with httpx2.Client(cookies=person.client.cookies, timeout=30) as client:
            text = ""
            while BANNER not in text and not is_over.is_set():
                text = client.get(f"{person.site.url()}/admin/cards/card/").text

    threads = [threading.Thread(target=load, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    time.sleep(1)
    try:
        yield
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def slowest(people: Sequence[Person], *, is_down: bool) -> float:
    """The seconds until the last of them has seen everything, under the banner or without."""
    began, took = time.monotonic(), []

    def look(person: Person) -> None:
        while not person.reads(is_down=is_down):
            assert time.monotonic() < began + 60, "nothing to read for a minute"
            time.sleep(0.1)
        took.append(time.monotonic() - began)

    threads = [threading.Thread(target=look, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(took) == len(people), f"{len(took)} of {len(people)} could read"
    return max(took)


def tell(server: OwnPostgres, number: signal.Signals) -> None:
    """A signal for the server and all of its processes."""
    postmaster = psutil.Process(server.process_id)
    for process in (postmaster, *postmaster.children()):
        with suppress(ProcessLookupError):  # the server ends processes of its own accord
            os.kill(process.pid, number)


def rows(url: str) -> list[tuple[str, int, str]]:
    """Each table with the number of its rows and what they hash to."""
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        ).fetchall()
        hashed = "md5(string_agg(t::text, ',' ORDER BY t::text))"
        question = sql.SQL(f"SELECT count(*), {hashed} FROM {{}} t")
        found = []
        for (table,) in tables:
            row = connection.execute(question.format(sql.Identifier(table))).fetchone()
            assert row
            found.append((table, row[0], row[1]))
    return found
