"""Clocks two hours off: one host's all the time, and everybody's at once from one moment on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import record
from tests.faults.another_clock import faketime
from tests.faults.conftest import SMALL, MakeSite
from tests.faults.day import Day
from tests.faults.processes import until
from tests.faults.site import own_database

pytestmark = pytest.mark.faults

OTHER = ("tests.faults.another_clock",)
CARDS = 4
ASKED_SECONDS = 14
"""So long the model takes: workers sweep meanwhile."""


@pytest.mark.postgres
@pytest.mark.parametrize("off", ["+2h", "-2h"], ids=["ahead", "behind"])
def test_a_host_whose_clock_is_two_hours_off_takes_nothing_from_the_others(
    make_site: MakeSite, postgres_url: str, off: str
) -> None:
    """Its web process takes in what the other's worker reads, and the other way round."""
    wrong = faketime(FAKETIME=off)
    name = f"one host’s clock two hours {'ahead' if off[0] == '+' else 'behind'}"
    with record.fault(name, "PostgreSQL, files and a folder") as fault:
        site = make_site(DATABASE_URL=own_database(postgres_url), JOB_LEASE_SECONDS=20)
        site.start("web", through=OTHER, **wrong)
        site.start("web-right")
        site.start("worker", through=OTHER, **wrong)
        site.start("worker-right")
        day = Day(site)
        site.ai.seconds = ASKED_SECONDS
        for number in range(CARDS):
            day.visitor.at = ("web", "web-right")[number % 2]
            day.take_in(1)
        until(lambda: len(site.ai.requests) >= 2, "both workers ask")
        day.until_read(CARDS)
        day.decide(2)
        fault.tried(trials=CARDS)
        fault.losses += [*day.lost(), *_taken_away(day)]


@pytest.mark.faults_in_ci
def test_a_clock_that_is_set_two_hours_on_takes_no_job_from_its_worker(
    make_site: MakeSite, tmp_path: Path
) -> None:
    """All of one machine, in the middle of what its workers do: every lease has run out at once."""
    clock = tmp_path / "clock"
    clock.write_text("+0\n")
    own = faketime(FAKETIME_TIMESTAMP_FILE=str(clock), FAKETIME_CACHE_DURATION="1")
    with record.fault("the machine’s clock set two hours on", SMALL) as fault:
        site = make_site(JOB_LEASE_SECONDS=30)
        site.start("web", through=OTHER, **own)
        site.start("worker", through=OTHER, processes=2, **own)
        day = Day(site)
        site.ai.seconds = ASKED_SECONDS
        day.take_in(2)
        until(lambda: len(site.ai.requests) == 2, "both cards are asked about")
        clock.write_text("+2h\n")
        fault.tried(trials=2)
        day.until_read(2)
        fault.losses += [*day.lost(), *_taken_away(day)]


def _taken_away(day: Day) -> list[str]:
    """Jobs that were taken from a worker that was alive, and what was asked twice for it."""
    lost = [f"taken away: {job}" for job in day.site.ask("jobs") if job["crashes"]]
    if (asked := len(day.site.ai.requests)) != len(day.cards):
        lost.append(f"the model was asked {asked} times about {len(day.cards)} cards")
    return lost
