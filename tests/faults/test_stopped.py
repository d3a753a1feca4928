"""SIGSTOP for two minutes, and on again: what a process held is done by others, and once."""

from __future__ import annotations

import time
from functools import partial

import pytest

from tests.faults import record, truth
from tests.faults.conftest import BIG, SMALL, MakeSite
from tests.faults.model import Model
from tests.faults.site import Site
from tests.faults.visitor import Visitor

pytestmark = [pytest.mark.faults, pytest.mark.postgres, pytest.mark.redis, pytest.mark.s3]

STOPPED_SECONDS = 120
CARDS = 6


def test_processes_that_stand_still_for_two_minutes_lose_nothing_and_do_nothing_twice(
    make_site: MakeSite,
) -> None:
    """On both kinds of site at once. A worker is stopped in the middle of a paid call, whose answer
    comes meanwhile; web and beat are stopped with it. Another worker reads the card for good. What
    the stopped one has paid for is kept beside it, unless it has waited for longer than it may: it
    stands in the ledger in any case."""
    with Model(seconds=3) as small_ai, Model(seconds=3) as big_ai:
        sites = [
            make_site(SMALL, ai=small_ai),
            make_site(BIG, ai=big_ai, OPENAI_TIMEOUT_SECONDS=3 * STOPPED_SECONDS),
        ]
        sent, lost = [], []
        for site in sites:
            for name in ("web", "beat"):
                site.start(name)
            visitor = Visitor(site)
            sent.append([visitor.upload(truth.picture(n), f"{n}.png") for n in range(CARDS)])
            site.start("worker-1")
            site.until(site.ai.got_one.is_set, "a call is under way")
            for name in ("web", "beat", "worker-1"):
                site.processes[name].stop()
            site.start("worker-2")
        stopped_at = time.monotonic()
        for site, ids in zip(sites, sent, strict=True):
            site.settle()
            read = [card["id"] for card in site.ask("cards") if card["readings"] == ["succeeded"]]
            if sorted(read) != sorted(ids):
                lost.append(f"of {ids} only {read} were read while a worker stood still")
        time.sleep(max(0, STOPPED_SECONDS - (time.monotonic() - stopped_at)))
        for site, ids in zip(sites, sent, strict=True):
            for name in ("web", "beat", "worker-1"):
                site.processes[name].go_on()
            ids.append(Visitor(site).upload(truth.picture(CARDS), "last.png"))
        expected = ((SMALL, "timed_out"), (BIG, "answered"))
        for site, ids, (kind, outcome) in zip(sites, sent, expected, strict=True):
            site.until(partial(ended_as, site, outcome), "the call of the stopped worker ended")
            lost += site.check(unkept=int(outcome == "timed_out"))
            lost += [f"{c} is wrong" for c in site.ask("cards") if c["readings"] != ["succeeded"]]
            if sorted(ids) != sorted(card["id"] for card in site.ask("cards")):
                lost.append(f"of {ids} there are {site.ask('cards')}")
            if len(site.ai.answered) != len(ids) + 1:
                lost.append(f"{len(ids)} cards and a lost call took {len(site.ai.answered)} calls")
            with record.fault("SIGSTOP of web, worker and beat for two minutes", kind) as fault:
                fault.tried(lost, trials=3)


def ended_as(site: Site, outcome: str) -> bool:
    """Whether this came of the first call."""
    return bool(site.ask("calls")[0]["outcome"] == outcome)
