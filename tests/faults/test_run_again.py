"""A job whose worker was killed runs again within 45 seconds."""

from __future__ import annotations

import os
import shutil
import signal
import statistics
import time
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from tests.faults import record
from tests.faults.conftest import BIG, SMALL, MakeSite
from tests.faults.site import Site

pytestmark = [pytest.mark.faults, pytest.mark.postgres, pytest.mark.redis, pytest.mark.s3]

AT_MOST_SECONDS = 45
WORKERS, PROCESSES, ROUNDS = 2, 6, 3
JOBS = 9
"""At a time, on each site: its workers have room for three more."""


def test_a_job_whose_worker_was_killed_runs_again_within_45_seconds(
    make_site: MakeSite, tmp_path: Path
) -> None:
    """On both kinds of site at once. In turn the whole workers are killed, which are started
    again at once, and those of their processes alone that read."""
    chance, tones = record.drawn("run again"), count()
    holds = [tmp_path / "small", tmp_path / "big"]
    sites = [
        make_site(kind, FAULTS_HOLD=hold) for kind, hold in zip((SMALL, BIG), holds, strict=True)
    ]
    for site in sites:
        for number in range(WORKERS):
            site.start(
                f"worker-{number}", through=("tests.faults.fake_reader",), processes=PROCESSES
            )
    waited: list[list[float]] = [[] for _ in sites]
    for turn in range(ROUNDS):
        for hold in holds:
            hold.mkdir()
        for site in sites:
            site.ask("take_in", [next(tones) for _ in range(JOBS)], "fake")
        for hold in holds:
            site.until(partial(all_read, hold), "all are being read")
        time.sleep(chance.uniform(0, 10))  # a heart beats every 10 seconds
        killed = [
            kill(site, hold, whole=turn % 2 == 0) for site, hold in zip(sites, holds, strict=True)
        ]
        for site, seconds, at in zip(sites, waited, killed, strict=True):
            seconds += run_again(site, at)
        for hold in holds:
            shutil.rmtree(hold)
        for site in sites:
            site.settle()
    for site, kind, seconds in zip(sites, (SMALL, BIG), waited, strict=True):
        found = f"again after {statistics.median(seconds):.1f} s, {max(seconds):.1f} s at worst"
        with record.fault("kill -9 of a worker that reads", kind) as fault:
            late = [f"a job ran again after {s:.1f} s" for s in seconds if s > AT_MOST_SECONDS]
            fault.tried([*late, *site.check()], trials=len(seconds))
            fault.found = found
        print(f"{kind}: {len(seconds)} kills, {found}")


def all_read(hold: Path) -> bool:
    return len(list(hold.iterdir())) == JOBS


def kill(site: Site, hold: Path, *, whole: bool) -> dict[int, float]:
    """When the worker of each job that was being read was killed, by job."""
    jobs = [job["pk"] for job in site.ask("jobs") if job["status"] == "running"]
    at = time.time()
    if whole:
        for process in site.processes.values():
            process.kill()
            process.start()
    else:
        for file in hold.iterdir():
            os.kill(int(file.name), signal.SIGKILL)
    assert len(jobs) == JOBS
    return dict.fromkeys(jobs, at)


def run_again(site: Site, killed: dict[int, float]) -> list[float]:
    """The seconds until each of the jobs was claimed anew. A worker that ends itself, as one does
    whose queue is files when a process of its pool was killed, is started again."""
    found: dict[int, float] = {}

    def run_anew() -> bool:
        site.revive()
        for job in site.ask("jobs"):
            if job["pk"] in killed and job["started_at"] > killed[job["pk"]]:
                found.setdefault(job["pk"], job["started_at"] - killed[job["pk"]])
        return len(found) == len(killed)

    site.until(run_anew, "all run again", seconds=3 * AT_MOST_SECONDS)
    return list(found.values())
