"""PostgreSQL is restarted, crashes, and is cut off at the very moment of a COMMIT."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.faults import record
from tests.faults.conftest import MakeSite
from tests.faults.day import Day
from tests.faults.own_postgres import OwnPostgres, own_postgres
from tests.faults.processes import until
from tests.faults.proxy import Act, Rule

pytestmark = [pytest.mark.faults, pytest.mark.postgres]

ON = "PostgreSQL, files and a folder"
LEASE_SECONDS, AWAY_SECONDS = 6, 20
WRITES = (b"COMMIT", b"UPDATE ", b"INSERT ", b"DELETE ")


@pytest.fixture
def server() -> Iterator[OwnPostgres]:
    with own_postgres() as opened:
        yield opened


@pytest.fixture
def day(server: OwnPostgres, make_site: MakeSite) -> Iterator[Day]:
    """A site on it; what is beside the site goes past the proxy."""
    site = make_site(
        direct={"DATABASE_URL": server.direct_url},
        DATABASE_URL=server.url,
        JOB_LEASE_SECONDS=LEASE_SECONDS,
    )
    site.start("web")
    site.start("worker", processes=2)
    begun = Day(site)
    begun.take_in(2)
    begun.until_read(2)
    yield begun
    site.end()


def test_a_postgresql_that_is_restarted_or_crashes_loses_nothing(
    day: Day, server: OwnPostgres
) -> None:
    day.site.ai.seconds = 1
    for how, name in (("fast", "PostgreSQL restarted"), ("immediate", "PostgreSQL crashed")):
        with record.fault(name, ON) as fault:
            for _ in range(2):
                day.take_in(2)
                server.restart(how)  # type: ignore[arg-type]
                day.site.ask_anew()
                day.decide(1)
                fault.tried()
            took = day.site.settle()
            fault.losses += day.lost()
            fault.found = f"all was done {took:.0f} s after the last time"


def test_a_postgresql_that_is_away_for_longer_than_a_lease_takes_no_job_from_its_worker(
    day: Day, server: OwnPostgres
) -> None:
    """Nobody could renew a lease: when it is back, hearts beat before anybody judges."""
    ai = day.site.ai
    with record.fault("PostgreSQL away for longer than a lease", ON) as fault:
        ai.seconds = AWAY_SECONDS + 8
        day.take_in(2)
        until(lambda: len(ai.requests) == 4, "both cards are asked about")
        server.proxy.refuse()
        time.sleep(AWAY_SECONDS)
        server.proxy.let_through()
        day.until_read(4)
        fault.tried(trials=2)
        fault.losses += day.lost()
        if (asked := len(ai.requests)) != 4:
            fault.losses.append(f"the model was asked {asked} times about 4 cards")


@pytest.mark.parametrize("act", [Act.CUT_BEFORE, Act.CUT_AFTER], ids=["before", "after"])
def test_a_connection_cut_at_commit_loses_nothing_and_does_nothing_twice(
    day: Day, server: OwnPostgres, act: Act
) -> None:
    """Whether the server has committed or not, nobody hears of it."""
    name = f"PostgreSQL cut at COMMIT, {_WORDS[act]}"
    with record.fault(name, ON) as fault:
        server.proxy.rule = now_and_then(act, 0.06)
        day.take_in(8)
        day.decide(2)
        day.until_read(8)
        server.proxy.rule = lambda _data: Act.PASS
        fault.tried(trials=server.proxy.cuts)
        fault.losses += day.lost(unsent=server.proxy.cuts)


_WORDS = {Act.CUT_BEFORE: "which it never gets", Act.CUT_AFTER: "which it has done"}


def now_and_then(act: Act, share: float) -> Rule:
    """Cuts a share of what is written, by chance."""
    chance = record.drawn(act.name)

    def rule(data: bytes) -> Act:
        is_write = any(word in data for word in WRITES)
        return act if is_write and chance.random() < share else Act.PASS

    return rule
