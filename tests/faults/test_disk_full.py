"""The disk is full to its last byte, suddenly, while cards are read and decided upon."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.faults import record, truth
from tests.faults.day import Day
from tests.faults.full_disk import NoMoreBytes, SmallDisk, Tmpfs, tmpfs
from tests.faults.model import Model
from tests.faults.processes import until
from tests.faults.site import Site, running
from tests.faults.visitor import NoAnswer

pytestmark = pytest.mark.faults

DISK_MEGABYTES = 96
ASKED_SECONDS, HELD_SECONDS = 5, 9
"""So long the model takes, and the disk stays full while the answers come."""

FULL = "disk full to the last byte while cards are read"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A small tmpfs; where none may be mounted, the other kind of full disk once more."""
    with tmpfs(tmp_path / "disk", megabytes=DISK_MEGABYTES) as mounted:
        yield mounted or NoMoreBytes(tmp_path / "disk")


@pytest.fixture
def site(disk: SmallDisk) -> Iterator[Site]:
    """A site whose DATA_DIR is on the disk, and its logs with it."""
    with Model() as ai, running(disk.folder / "data", {}, ai=ai) as made:
        made.start("web")
        made.start("worker", processes=2)
        yield made


def test_a_full_disk_takes_nothing_in_and_loses_nothing(site: Site, disk: SmallDisk) -> None:
    with record.fault(FULL, disk.what) as fault:
        fault.losses += _filled_while_cards_are_read(site, disk)
        fault.tried()


def test_processes_that_cannot_write_a_byte_lose_nothing(tmp_path: Path) -> None:
    """As on a full disk, without one: so it is tried on every machine."""
    disk = NoMoreBytes(tmp_path)
    with ExitStack() as stack:
        fault = stack.enter_context(record.fault(FULL, disk.what))
        ai = stack.enter_context(Model())
        site = stack.enter_context(running(tmp_path / "data", {}, ai=ai))
        site.start("web")
        site.start("worker", processes=2)
        fault.losses += _filled_while_cards_are_read(site, disk)
        fault.tried()


def _filled_while_cards_are_read(site: Site, disk: SmallDisk) -> list[str]:
    """What is lost when nothing can be written any more while the model is asked."""
    day, processes = Day(site), list(site.processes.values())
    day.take_in(1)
    day.until_read(1)
    site.ai.seconds = ASKED_SECONDS
    day.take_in(2)
    until(lambda: len(site.ai.requests) == 3, "both cards are asked about")
    lost = _refused_in_time(day, disk) if isinstance(disk, Tmpfs) else []
    disk.fill(processes)
    with suppress(NoAnswer):
        card = day.visitor.upload(truth.picture(99), "99.png")
        lost.append(f"the full disk took a picture in, as {card}")
    time.sleep(HELD_SECONDS)  # nothing can be written, so nothing tells
    disk.clear(processes)
    day.take_in(1)
    day.decide(2)
    lost += day.lost()
    if len(site.ai.requests) != len(day.cards):
        lost.append(f"the model was asked {len(site.ai.requests)} times, {len(day.cards)} cards")
    return lost


def _refused_in_time(day: Day, disk: Tmpfs) -> list[str]:
    """Long before the last byte pictures are refused, while decisions are still taken."""
    disk.fill([], share=0.93)
    lost = []
    with suppress(NoAnswer):
        card = day.visitor.upload(truth.picture(98), "98.png")
        lost.append(f"the disk that is 93 % full took a picture in, as {card}")
    day.decide(1)
    return lost
