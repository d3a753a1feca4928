"""A real worker, in a DATA_DIR of its own: told to end while it reads, deaf to its broker, with a
process that was killed."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests import fakes, pictures
from tests.backoffice.commands import ROOT
from tests.fakes import FakeModelServer
from tests.model_server import Reply, Request
from tests.prepared import put_tables

WAIT_SECONDS = 60

WORKER = """
import sys
import django
django.setup()
from celery.__main__ import main
from backoffice import ending, idle
{changes}
sys.argv = ["celery", "--app=backoffice", "worker", "--concurrency={processes}", "--loglevel=INFO",
            "--without-gossip", "--without-mingle", "--without-heartbeat"]
main()
"""

WATCHFUL = "idle.POOL_SECONDS, idle.DONE_SECONDS = 0.1, 0.1"

HURRIED = "ending.FINISH_SECONDS = 1"

DEAF = """
from datetime import timedelta
from queue import Empty
from kombu.transport.filesystem import Channel
def nothing(channel, queue):
    raise Empty
Channel._get = nothing
idle.OVERDUE, idle.STOPPED_SECONDS, idle.WATCH_SECONDS = timedelta(0), 2, 0.5
"""


class Desk:
    """A site that nobody serves, with one card that a model is to read."""

    def __init__(self, folder: Path, model: FakeModelServer | None = None) -> None:
        self.data = folder / "data"
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(folder), "DATA_DIR": str(self.data),
            "DJANGO_SETTINGS_MODULE": "backoffice.settings", "EXTRACTOR": "openai_vision",
            "OPENAI_BASE_URL": model.base_url if model else "http://127.0.0.1:1",
        }  # fmt: skip
        self._log = folder / "log"
        self._folder = folder
        self.workers: list[subprocess.Popen[bytes]] = []

    def fill(self) -> None:
        (self._folder / "rosa.png").write_bytes(pictures.png())
        put_tables(self.data, self.environment)
        subprocess.run(
            [sys.executable, "manage.py", "ingest", str(self._folder / "rosa.png")],
            cwd=ROOT, env=self.environment, check=True, capture_output=True,
        )  # fmt: skip

    def work(self, changes: str, *, processes: int = 1) -> subprocess.Popen[bytes]:
        code = textwrap.dedent(WORKER).format(changes=changes, processes=processes)
        with self._log.open("ab") as out:
            self.workers.append(
                subprocess.Popen(
                    [sys.executable, "-c", code], cwd=ROOT, env=self.environment,
                    stdout=out, stderr=subprocess.STDOUT,
                )
            )  # fmt: skip
        return self.workers[-1]

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def until(self, happened: Callable[[], bool]) -> None:
        deadline = time.monotonic() + WAIT_SECONDS
        while not happened():
            assert time.monotonic() < deadline, self.log()
            assert [worker for worker in self.workers if worker.poll() is None], self.log()
            time.sleep(0.05)

    def job(self) -> tuple[Any, ...]:
        """Status, attempts and crashes of the one job."""
        with closing(sqlite3.connect(f"file:{self.data}/db.sqlite3?mode=ro", uri=True)) as opened:
            query = "SELECT status, attempts, crashes FROM extraction_extraction"
            (found,) = opened.execute(f"{query} WHERE extractor = 'openai_vision'").fetchall()
            return tuple(found)


def lives(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    return False


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a site with a card, on which nobody works."""
    folder = tmp_path_factory.mktemp("desk")
    Desk(folder).fill()
    return folder


@pytest.fixture
def model() -> Iterator[FakeModelServer]:
    with FakeModelServer() as running:
        running.otherwise = fakes.read({"full_name": "Rosa Halloway"})
        yield running


@pytest.fixture
def desk(filled: Path, tmp_path: Path, model: FakeModelServer) -> Iterator[Desk]:
    found = Desk(Path(shutil.copytree(filled, tmp_path / "desk")), model)
    try:
        yield found
    finally:
        for worker in found.workers:
            if worker.poll() is None:
                for process in psutil.Process(worker.pid).children(recursive=True):
                    process.kill()
                worker.kill()
                worker.wait()


def test_a_worker_that_is_told_to_end_gives_back_what_does_not_end(
    desk: Desk, model: FakeModelServer
) -> None:
    model.queue.append(fakes.hang())
    told = desk.work(HURRIED)
    desk.until(model.got_one.is_set)
    family = psutil.Process(told.pid).children(recursive=True)
    told.send_signal(signal.SIGTERM)
    desk.until(lambda: desk.job() == ("queued", 0, 0))
    desk.work("")
    desk.until(lambda: desk.job() == ("succeeded", 1, 0))
    assert told.wait(WAIT_SECONDS) == 0, desk.log()
    desk.until(lambda: not any(lives(one) for one in family))  # a kill takes a moment


def test_a_worker_that_hears_nothing_of_jobs_that_wait_ends(desk: Desk) -> None:
    deaf = desk.work(DEAF)
    assert deaf.wait(WAIT_SECONDS) == 1, desk.log()
    assert "this worker has begun none of them" in desk.log()
    assert desk.job() == ("queued", 0, 0)


def test_a_worker_one_of_whose_processes_was_killed_ends_when_the_other_has_read(
    desk: Desk, model: FakeModelServer
) -> None:
    """The idle one had the lock through which both get their work."""
    go_on = threading.Event()

    def answer(request: Request) -> Reply:
        go_on.wait(WAIT_SECONDS)
        return model.otherwise(request)

    model.queue.append(answer)
    hurt = desk.work(WATCHFUL, processes=2)
    desk.until(model.got_one.is_set)
    (idle_one,) = (one for one in psutil.Process(hurt.pid).children() if not one.net_connections())
    idle_one.kill()
    desk.until(lambda: "a process of this worker was killed" in desk.log())
    time.sleep(1)  # ten looks
    assert hurt.poll() is None
    go_on.set()
    assert hurt.wait(WAIT_SECONDS) == 1, desk.log()
    assert desk.job() == ("succeeded", 1, 0)
