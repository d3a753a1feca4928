"""Many at the same moment: one picture from twenty, one card saved by two."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from tests.faults import record, truth
from tests.faults.conftest import MakeSite, both_sites
from tests.faults.site import Site
from tests.faults.visitor import Visitor

pytestmark = pytest.mark.faults

AT_ONCE, ROUNDS = 20, 5
SAVES = 1000
"""Of one card, by two reviewers in turn or in the same moment."""

FIELDS = ("company", "job_title", "email")


@both_sites
def test_a_picture_that_comes_twenty_times_at_once_is_one_card(
    make_site: MakeSite, kind: str
) -> None:
    site = make_site(kind)
    site.start("web", processes=2)
    site.start("worker")
    visitors = [Visitor(site) for _ in range(AT_ONCE)]
    visitors[0].until_done(visitors[0].upload, truth.picture(0), "0.png")
    for visitor in visitors:
        visitor.batch = visitors[0].batch
    with record.fault(f"the same picture uploaded {AT_ONCE} times at once", kind) as fault:
        for number in range(1, ROUNDS + 1):
            told = together(visitors, truth.picture(number))
            fault.tried([f"picture {number} became {told}"] if len(told) > 1 else [])
        fault.tried(site.check(), trials=0)
        asked = len(site.ai.requests)
        fault.tried([] if asked == ROUNDS + 1 else [f"paid for {asked} times"], trials=0)


def together(visitors: list[Visitor], data: bytes) -> set[str]:
    """The ids of the cards that one picture became that all send in the same moment."""
    start = threading.Barrier(len(visitors))

    def send(visitor: Visitor) -> str:
        start.wait()
        return str(visitor.until_done(visitor.upload, data, "rosa.png"))

    with ThreadPoolExecutor(len(visitors)) as senders:
        return set(senders.map(send, visitors))


@both_sites
def test_two_reviewers_who_save_one_card_lose_nothing(make_site: MakeSite, kind: str) -> None:
    site = make_site(kind)
    chance = record.drawn("two reviewers")
    site.start("web", processes=2)
    (card,) = site.ask("take_in", [1], "offline")
    site.start("worker")
    site.settle()
    with record.fault("2 reviewers saving one card at once", kind) as fault:
        people = [Reviewer(site, name, card) for name in ("rosa", "ilse")]
        seeds = [chance.random() for _ in people]
        with ThreadPoolExecutor(len(people)) as both:
            for done in both.map(Reviewer.save_often, people, seeds):
                fault.tried(trials=done)
        fault.tried(list(_lost(site, card, people)), trials=0)
        refused = sum(person.refused for person in people)
        fault.found = f"{refused} refused with both values, and saved again"


class Reviewer:
    """Saves a row of the list again and again, from what they were last shown."""

    def __init__(self, site: Site, name: str, card: str) -> None:
        url, self.name = site.url(), name
        self.client = httpx2.Client(
            base_url=url, cookies={"sessionid": site.ask("session", name)}, timeout=30
        )
        self.client.get("/admin/", headers={"Accept": "*/*"})
        self.path = f"/admin/review/waitingcard/{card}/cells/"
        self.saved: list[tuple[str, str]] = []
        self.refused = 0
        (seen,) = site.ask("cards")
        self.seen = {"version": seen["version"], "status": seen["status"], "values": {}}

    def save_often(self, seed: float) -> int:
        """Until half of the saves were acknowledged; how many that is."""
        chance = random.Random(seed)
        while len(self.saved) < SAVES // 2:
            self.save(chance.choice(FIELDS), f"{self.name}{len(self.saved)}")
        return len(self.saved)

    def save(self, field: str, text: str) -> None:
        typed = f"{text}@nordlicht.example" if field == "email" else text
        answer = self._send(field, typed)
        shown = answer.json()
        if answer.status_code == 409:
            self.refused += 1
        else:
            assert answer.status_code == 200, answer.text
            assert shown["values"][field] == typed, (shown, typed)
            self.saved.append((field, typed))
        self.seen = shown

    def _send(self, field: str, typed: str) -> Any:
        values = self.seen["values"]
        data = {"version": str(self.seen["version"]), "seen_status": self.seen["status"]}
        for name in ("full_name", *FIELDS, "phone", "mobile"):
            data[name] = data[f"initial-{name}"] = values.get(name, "")
        token = {"X-CSRFToken": self.client.cookies.get("csrftoken") or ""}
        return self.client.post(self.path, data={**data, field: typed}, headers=token)


def _lost(site: Site, card: str, people: list[Reviewer]) -> Iterator[str]:
    """Saves that were acknowledged and are in no decision, and decisions nobody made."""
    kept = site.ask("corrected", card)
    for person in people:
        mine = [(field, text) for name, field, text in kept if name == person.name]
        if mine != person.saved:
            lost = [save for save in person.saved if save not in mine]
            yield f"{person.name} saved {len(person.saved)} times, kept are {len(mine)}: {lost[:5]}"
    yield from site.check()
