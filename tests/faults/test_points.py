"""kill -9 of the process at each of the points between a file and a decision in the vault."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults import record, truth
from tests.faults.conftest import BIG, SMALL, MakeSite
from tests.faults.killed_at import POINTS
from tests.faults.processes import Process
from tests.faults.site import Site
from tests.faults.visitor import NoAnswer, Visitor

pytestmark = pytest.mark.faults

UPLOADING, READING, JOURNAL, REVIEWING = (
    [name for name in POINTS if name.startswith(begin)]
    for begin in ("upload", "reading", "journal", "review")
)
LEASE_SECONDS = 12


@pytest.mark.parametrize(
    ("kind", "trials"),
    [
        pytest.param(SMALL, 1, id="small", marks=pytest.mark.faults_in_ci),
        pytest.param(
            BIG, 3, id="big", marks=[pytest.mark.postgres, pytest.mark.redis, pytest.mark.s3]
        ),
    ],
)  # fmt: skip
def test_a_process_killed_at_any_point_of_the_pipeline_loses_nothing(
    make_site: MakeSite, kind: str, trials: int
) -> None:
    # A card must not meet three of the workers that are killed: it would be kept from the next.
    site = make_site(kind, JOB_LEASE_SECONDS=LEASE_SECONDS * trials)
    site.start("web")
    lost = [*uploading(site, trials), *reading(site, trials), *reviewing(site, trials)]
    # One call a trial stands in the ledger that was not sent any more, and one was answered where
    # nobody listened.
    lost += site.check(unsent=trials, unkept=trials)
    cards = site.ask("cards")
    if len(site.ai.answered) != len(cards) + trials:
        lost.append(f"the model answered {len(site.ai.answered)} times for {len(cards)} cards")
    lost += [f"not read once: {card}" for card in cards if card["readings"] != ["succeeded"]]
    for name in POINTS:
        with record.fault(f"kill -9 at “{name}”", kind) as fault:
            fault.tried(lost, trials=trials)


def uploading(site: Site, trials: int) -> Iterator[str]:
    """Web processes are killed while each takes in a file, which is then sent again."""
    points = UPLOADING * trials
    killed = [killed_at(site, name, number) for number, name in enumerate(points)]
    visitor = Visitor(site)
    visitor.upload(truth.picture(len(points)), "first.png")
    for number, process in enumerate(killed):
        visitor.at = process.name
        with pytest.raises(NoAnswer):
            visitor.upload(truth.picture(number), f"{number}.png")
        process.wait()
    visitor.at = "web"
    wanted = len(points) + len(READING) * trials
    sent = [visitor.upload(truth.picture(number), f"{number}.png") for number in range(wanted)]
    have = [card["id"] for card in site.ask("cards")]
    if sorted(sent) != sorted(have):
        yield f"{wanted} files became {len(set(sent))} cards, and there are {len(have)}"


def reading(site: Site, trials: int) -> Iterator[str]:
    """Workers are killed while each reads a card; another one reads what they left."""
    killed = [killed_at(site, name, number) for number, name in enumerate(READING * trials)]
    for process in killed:
        process.wait(120)
        if not process.was_killed:
            yield f"{process.name} never came to its point: {process.said()[-1000:]}"
    site.start("worker")
    site.settle()
    site.processes["worker"].kill()


def reviewing(site: Site, trials: int) -> Iterator[str]:
    """Web processes are killed while each approves a card, which is then sent again; and workers
    while each copies what was decided into the vault."""
    killed = [killed_at(site, name, number) for number, name in enumerate(REVIEWING * trials)]
    cards, visitor, wanted = site.ask("cards"), Visitor(site), {}
    for number, (process, card) in enumerate(zip(killed, cards, strict=False)):
        wanted[card["id"]] = [f"Mira Ahlström {number}"]
        visitor.at = process.name
        with pytest.raises(NoAnswer):
            visitor.approve(card, f"Mira Ahlström {number}")
        process.wait()
        visitor.at = "web"
        visitor.approve(card, f"Mira Ahlström {number}")
    for name in JOURNAL:
        for process in [killed_at(site, name, number) for number in range(trials)]:
            process.wait(120)
            if not process.was_killed:
                yield f"{process.name} never came to its point: {process.said()[-1000:]}"
    site.start("worker")
    if (decided := site.ask("decided")) != wanted:
        yield f"decided was {wanted}, kept is {decided}"


def killed_at(site: Site, name: str, number: int) -> Process:
    """A process that is to be killed at a point."""
    unique = f"{POINTS[name].of}-{list(POINTS).index(name)}-{number}"
    return site.start(unique, through=("tests.faults.killed_at", name))
