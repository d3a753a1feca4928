"""Files that others take from here: killed while they are made, made by two, read meanwhile."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from backoffice.analytics import publications
from backoffice.analytics.publications import PublicationError
from tests.faults import record
from tests.faults.conftest import MakeSite
from tests.faults.processes import ROOT
from tests.faults.site import Site

pytestmark = pytest.mark.faults

KILLS = 30
"""Of `publish` and of `export`, together."""

CARDS = 300
FORMATS = ("csv", "jsonl", "vcard", "xlsx", "duckdb")
SUFFIXES = {"vcard": "vcf"}


@pytest.fixture
def site(make_site: MakeSite) -> Site:
    """One with cards, and with one publication."""
    made = make_site()
    made.ask("put_jobs", CARDS, "offline")
    made.manage("publish")
    return made


def published(site: Site) -> Path:
    return site.folder / "published"


def test_a_publication_that_is_killed_is_whole_or_not_there(site: Site) -> None:
    chance = record.drawn("publish")
    took = seconds_of(site, "publish")
    with (
        record.fault("publish killed at a random moment", "SQLite and a folder") as fault,
        reader(published(site)) as rows,
    ):
        for _ in range(KILLS // 2):
            killed(site, chance.uniform(0, took), "publish")
            fault.tried([*half(published(site)), *_disagree(rows)])
        site.manage("publish")
        left = [path.name for path in published(site).glob(".making-*")]
        fault.tried([f"left behind: {left}"] if left else [], trials=0)
        fault.tried([*half(published(site)), *site.ask("broken")], trials=0)


def test_an_export_that_is_killed_leaves_no_half_of_a_file(site: Site, tmp_path: Path) -> None:
    chance = record.drawn("export")
    with record.fault("export killed at a random moment", "SQLite and a folder") as fault:
        for slug in FORMATS:
            whole = tmp_path / f"whole.{SUFFIXES.get(slug, slug)}"
            took = seconds_of(site, "export", slug, str(whole), "--status", "all")
            for number in range(KILLS // 2 // len(FORMATS)):
                path = tmp_path / f"{number}-{whole.name}"
                moment = chance.uniform(0.5 * took, took)
                killed(site, moment, "export", slug, str(path), "--status", "all")
                is_half = path.exists() and path.stat().st_size < 0.9 * whole.stat().st_size
                fault.tried([f"{path.name} is half a file"] if is_half else [])


def test_of_two_publishers_one_publishes(site: Site) -> None:
    with record.fault("two publishers at once", "SQLite and a folder") as fault:
        for _ in range(3):
            before = len(publications.all(published(site)))
            both = [started(site, "publish") for _ in range(2)]
            said = [(process.communicate()[0], process.returncode) for process in both]
            made = len(publications.all(published(site))) - before
            ended_well = sum(code == 0 for _, code in said)
            lost = [] if made == ended_well >= 1 else [f"{made} were made by {said}"]
            lost += [text for text, code in said if code and "under way" not in text]
            fault.tried([*lost, *half(published(site))])


def started(site: Site, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=site.environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def seconds_of(site: Site, *words: str) -> float:
    """How long a command takes that is let be."""
    began = time.monotonic()
    site.manage(*words)
    return time.monotonic() - began


def killed(site: Site, seconds: float, *words: str) -> None:
    """Begin a command and kill it after so long, unless it has ended."""
    process = started(site, *words)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
    process.communicate()


def half(folder: Path) -> Iterator[str]:
    """What looks like a publication and is not whole."""
    for path in folder.iterdir():
        if publications.NAME.fullmatch(path.name):
            try:
                publications.check(path)
            except PublicationError as error:
                yield str(error)
    if not (folder / "newest" / publications.DATABASE).is_file():
        yield "the link to the newest leads nowhere"


@contextmanager
def reader(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Somebody who has the DuckDB file of now open all the time."""
    (newest, *_) = publications.all(folder)
    with duckdb.connect(str(newest.folder / publications.DATABASE), read_only=True) as file:
        yield file


def _disagree(file: duckdb.DuckDBPyConnection) -> Iterator[str]:
    try:
        (count,) = file.execute("SELECT count(*) FROM cards").fetchone() or (0,)
    except duckdb.Error as error:
        yield f"a reader of the old file met {error}"
        return
    if count != CARDS:
        yield f"a reader of the old file sees {count} cards"
