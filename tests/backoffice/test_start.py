"""The real site, started as its users start it: one command, one folder, nothing else.

One site serves all tests of this file. They stand in the order of a day: it opens, cards come in,
a worker is killed, it closes.
"""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest

from backoffice import settings as product
from backoffice.synthetic import draw
from tests import fakes, pictures
from tests.fakes import FakeModelServer

ROOT = Path(product.__file__).resolve().parent.parent
START_SECONDS = 90
READ_SECONDS = 90
STOP_SECONDS = 45


class Site:
    """`manage.py start` in a process of its own, with a folder and a model's server of its own."""

    def __init__(self, folder: Path, model: FakeModelServer) -> None:
        self.data = folder / "data"
        self.model = model
        self._log = folder / "log"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "DATA_DIR": str(self.data),
            "PORT": "0",
            "WEB_PROCESSES": "1",
            "WORKER_PROCESSES": "1",
            "JOB_LEASE_SECONDS": "3",
            "EXTRACTOR": "offline",
            "OPENAI_BASE_URL": model.base_url,
        }
        with self._log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "start"],
                cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL,
                stdout=out, stderr=subprocess.STDOUT,
            )  # fmt: skip
        self.address = ""

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def wait_until_ready(self) -> None:
        self.until(lambda: "Card Desk is at" in self.log(), START_SECONDS)
        found = re.search(r"Card Desk is at (http://\S+)/ ", self.log())
        assert found is not None, self.log()
        self.address = found.group(1)
        self.until(lambda: _status(f"{self.address}/readyz") == 200, START_SECONDS)

    def close(self) -> None:
        if self.process.poll() is not None:
            return
        family = psutil.Process(self.process.pid).children(recursive=True)
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for process in family:
            if process.is_running():
                process.kill()

    def until(self, happened: Callable[[], bool], seconds: float) -> None:
        """Wait for something to happen, no longer than a time; the site must go on meanwhile."""
        deadline = time.monotonic() + seconds
        while not happened():
            assert self.process.poll() is None, f"the site has ended:\n{self.log()}"
            assert time.monotonic() < deadline, f"it did not happen:\n{self.log()}"
            time.sleep(0.1)

    def manage(self, *words: object, **variables: str) -> subprocess.CompletedProcess[str]:
        """Another command on this machine, with the site's settings."""
        return subprocess.run(
            [sys.executable, "manage.py", *map(str, words)],
            cwd=ROOT, env={**self.environment, **variables},
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What stands in the site's database."""
        with closing(sqlite3.connect(f"file:{self.data}/db.sqlite3?mode=ro", uri=True)) as opened:
            return opened.execute(query, values).fetchall()

    def part(self, name: str) -> psutil.Process:
        """The first process of the site with a word in its command line."""
        parts = psutil.Process(self.process.pid).children()
        return next(part for part in parts if name in part.cmdline())


def _status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with FakeModelServer() as model:
        running = Site(tmp_path_factory.mktemp("site"), model)
        try:
            running.wait_until_ready()
            yield running
        finally:
            running.close()


def test_data_folder_is_its_owners_alone(site: Site) -> None:
    assert site.data.stat().st_mode & 0o777 == 0o700


def test_what_is_in_it_is_its_owners_alone_too(site: Site) -> None:
    kept = [site.data / "db.sqlite3", site.data / "secret-key", *(site.data / "vault").rglob("*")]
    assert len(kept) > 2
    assert [path for path in kept if path.stat().st_mode & 0o077] == []


def test_password_is_shown_once_at_the_first_start(site: Site) -> None:
    assert site.log().count("Password: ") == 1


def test_sign_in_page_is_served_under_a_strict_policy(site: Site) -> None:
    with urllib.request.urlopen(f"{site.address}/admin/login/", timeout=30) as answer:
        policy = answer.headers["Content-Security-Policy"]
        page = answer.read().decode()
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert 'name="password"' in page


def test_style_sheets_of_the_sign_in_page_are_served(site: Site) -> None:
    with urllib.request.urlopen(f"{site.address}/admin/login/", timeout=30) as answer:
        sheets = re.findall(r'href="(/static/[^"]+\.css)"', answer.read().decode())
    assert sheets
    assert [_status(site.address + sheet) for sheet in sheets] == [200] * len(sheets)


def test_second_start_with_the_same_folder_is_refused(site: Site) -> None:
    second = site.manage("start")
    assert second.returncode == 1
    assert "Card Desk is running already" in second.stderr
    assert "choose another folder with DATA_DIR" in second.stderr


def test_start_on_a_taken_port_is_refused(site: Site, tmp_path: Path) -> None:
    port = site.address.rpartition(":")[2]
    second = site.manage("start", DATA_DIR=str(tmp_path / "other"), PORT=port)
    assert second.returncode == 1
    assert f"Port {port} on 127.0.0.1 cannot be used" in second.stderr


def test_card_from_another_process_is_read(site: Site, tmp_path: Path) -> None:
    card = draw(1)
    card.front.save(tmp_path / "card.jpg")
    taken_in = site.manage("ingest", tmp_path / "card.jpg", "--batch", "By the shell")
    assert taken_in.returncode == 0, taken_in.stderr
    query = "SELECT email FROM cards_card WHERE file_name = 'card.jpg' AND status = 'needs_review'"
    site.until(lambda: bool(site.rows(query)), READ_SECONDS)
    assert site.rows(query) == [(card.truth["email"],)]


def test_card_is_read_though_its_worker_is_killed(site: Site, tmp_path: Path) -> None:
    (tmp_path / "rosa.png").write_bytes(pictures.png())
    site.model.queue.append(fakes.hang())
    site.model.otherwise = fakes.read({"full_name": "Rosa Halloway"})
    assert site.manage("ingest", tmp_path / "rosa.png", "--extractor=openai_vision").returncode == 0
    site.until(site.model.got_one.is_set, READ_SECONDS)
    worker = site.part("worker")
    orphans = worker.children(recursive=True)
    worker.kill()
    query = "SELECT full_name FROM cards_card WHERE file_name = 'rosa.png' AND full_name != ''"
    site.until(lambda: bool(site.rows(query)), READ_SECONDS)
    assert site.rows(query) == [("Rosa Halloway",)]
    query = "SELECT status, attempts FROM extraction_extraction WHERE extractor = 'openai_vision'"
    assert site.rows(query) == [("succeeded", 2)]
    assert site.part("worker").pid != worker.pid
    assert not [process for process in orphans if process.is_running()]


def test_one_interruption_ends_everything(site: Site) -> None:
    family = psutil.Process(site.process.pid).children(recursive=True)
    assert len(family) >= 4
    site.process.send_signal(signal.SIGINT)
    assert site.process.wait(STOP_SECONDS) == 0
    assert not [process for process in family if process.is_running()]
    assert "nothing is running any more" in site.log()
    assert _status(f"{site.address}/readyz") == 0
