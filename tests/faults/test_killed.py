"""kill -9 of web, worker and beat while staff upload and approve."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from tests.faults import record, truth
from tests.faults.conftest import MakeSite, both_sites
from tests.faults.model import Model
from tests.faults.site import Site
from tests.faults.visitor import Visitor

pytestmark = pytest.mark.faults

ROLES = ("web", "worker", "beat")
KILLS = 4
"""Of each of them."""

PAUSE_SECONDS = 0.2
"""Between two uploads: no more than one worker can read."""


@dataclass
class Day:
    """What the site has told a member of staff that it is done."""

    taken_in: dict[int, str] = field(default_factory=dict)
    """The card by the number of its picture."""
    approved: dict[str, list[str]] = field(default_factory=dict)
    """The names that a card was approved with."""
    trouble: list[str] = field(default_factory=list)


@both_sites
def test_killed_web_worker_and_beat_lose_nothing_that_was_acknowledged(
    make_site: MakeSite, kind: str
) -> None:
    chance = record.drawn("killed")
    with Model(seconds=0.3) as ai:
        site = make_site(kind, ai=ai)
        for role in ROLES:
            site.start(role)
        order = [role for role in ROLES for _ in range(KILLS)]
        chance.shuffle(order)
        with at_work(site) as day:
            for role in order:
                time.sleep(chance.uniform(0.5, 4))
                site.processes[role].kill()
                time.sleep(0.5)
                site.processes[role].start()
        # A worker that is killed may lose the one call that it makes.
        wrong = site.check(unsent=KILLS, unkept=KILLS)
        lost = [*day.trouble, *missing(site, day), *wrong]
    for role in ROLES:
        with record.fault(f"kill -9 of {role} at any moment", kind) as fault:
            fault.tried(lost, trials=KILLS)
            fault.found = f"{len(day.taken_in)} uploads and {len(day.approved)} approvals meanwhile"


@contextmanager
def at_work(site: Site) -> Iterator[Day]:
    """Somebody uploads and approves during the block, and tries again when no answer came."""
    day, done = Day(), threading.Event()
    visitor = Visitor(site)
    visitor.until_done(visitor.upload, truth.picture(0), "0.png")

    def work() -> None:
        try:
            number = 0
            while not done.is_set():
                number += 1
                data = truth.picture(number)
                day.taken_in[number] = visitor.until_done(visitor.upload, data, f"{number}.png")
                time.sleep(PAUSE_SECONDS)
                if number % 3 == 0:
                    card, name = day.taken_in[number - 2], f"Mira Ahlström {number}"
                    visitor.approve_at_last(card, name)
                    day.approved[card] = [name]
        except BaseException as error:
            day.trouble.append(f"the visitor met {error!r}")

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield day
    finally:
        done.set()
        thread.join()


def missing(site: Site, day: Day) -> Iterator[str]:
    """What the site has acknowledged and does not have, or has twice."""
    site.settle()
    have = {card["id"]: card for card in site.ask("cards")}
    for number, card in day.taken_in.items():
        if card not in have:
            yield f"picture {number} was taken in as {card}, which is not there"
    if len(set(day.taken_in.values())) < len(day.taken_in):
        yield "two pictures became one card"
    decided = site.ask("decided")
    if decided != day.approved:
        yield f"approved was {day.approved}, kept is {decided}"
