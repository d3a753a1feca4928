"""Thousands of jobs while workers are killed at random: each job ends once."""

from __future__ import annotations

import os
import signal
import statistics
import time
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from tests.faults import record
from tests.faults.conftest import BIG, SMALL, MakeSite
from tests.faults.processes import Process
from tests.faults.site import Site

pytestmark = pytest.mark.faults

WORKERS, PROCESSES = 2, 2
MOST_SECONDS = 1200


@pytest.mark.parametrize(
    ("kind", "jobs", "kills", "lease_seconds"),
    [
        pytest.param(SMALL, 300, 3, 8, id="300", marks=pytest.mark.faults_in_ci),
        pytest.param(
            BIG, 20_000, 16, 30, id="20000",
            marks=[pytest.mark.postgres, pytest.mark.redis, pytest.mark.s3],
        ),
    ],
)  # fmt: skip
def test_every_job_ends_once_while_workers_are_killed(
    make_site: MakeSite, tmp_path: Path, kind: str, jobs: int, kills: int, lease_seconds: int
) -> None:
    """The database itself writes down when a job begins and ends, in the same transaction. The
    vault is a folder on either site. A job whose worker was killed does not wait until all others
    are done."""
    chance = record.drawn("many jobs")
    site = make_site(kind, VAULT_URL=str(tmp_path / "vault"), JOB_LEASE_SECONDS=lease_seconds)
    site.ask("count_turns")
    site.ask("put_jobs", jobs, "fake")
    for number in range(WORKERS):
        site.start(f"worker-{number}", through=("tests.faults.fake_reader",), processes=PROCESSES)
    began, killed = time.monotonic(), []
    for due in sorted(chance.sample(range(1, jobs), kills)):
        site.until(partial(have_ended, site, due), f"{due} jobs", seconds=MOST_SECONDS)
        killed.append(kill_one(site, chance, whole=kind == SMALL))
    site.until(partial(have_ended, site, jobs), "all jobs", seconds=MOST_SECONDS)
    seconds = time.monotonic() - began
    with record.fault(f"kill -9 of workers, {kills} times in {jobs:,} jobs", kind) as fault:
        site.settle(MOST_SECONDS)
        never, once, often = site.ask("endings")
        fault.tried(trials=jobs)
        waited = list(run_again(site, killed))
        fault.found = f"{once:,} ended once; {seconds:.0f} s"
        if waited:
            fault.found += (
                f"; {len(waited)} began again after {statistics.median(waited):.1f} s,"
                f" {max(waited):.1f} s at worst"
            )
        if (never, often) != (0, 0):
            fault.losses.append(f"{never} jobs never ended, {often} more often than once")
        late = [wait for wait in waited if wait > lease_seconds + 15]
        fault.losses += [f"a job ran again after {wait:.1f} s" for wait in late]
        fault.losses += site.check()
    print(f"{kind}: {fault.found}")


def have_ended(site: Site, jobs: int) -> bool:
    """Whether so many jobs have ended well."""
    _, once, often = site.ask("endings")
    return int(once + often) >= jobs


def run_again(site: Site, killed: Sequence[float]) -> Iterator[float]:
    """The seconds from a kill to each new beginning of a job that it interrupted."""
    for begun in site.ask("begun_again"):
        for before, again in pairwise(begun):
            yield from [again - at for at in killed if before < at < again][:1]


def kill_one(site: Site, chance: Random, *, whole: bool) -> float:
    """The time of a kill -9 of a worker, which is started again at once, or else of one process of
    its pool.

    Where the queue is files, a process that has nothing to do holds the lock by which all of its
    pool get their work: killed alone it would stop them, until the worker notices and ends itself.
    """
    process: Process = chance.choice(list(site.processes.values()))
    children = process.children()
    if children and not whole and chance.random() < 0.5:
        os.kill(chance.choice(children), signal.SIGKILL)
        return time.time()
    process.kill()
    at = time.time()
    process.start()
    return at
