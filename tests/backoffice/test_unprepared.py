"""What the image starts, while its database does not answer."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backoffice.commands import ROOT, manage

WAIT_SECONDS = 60


class Web:
    """The command of the image, on a port of its own, with a DATA_DIR whose database is no file."""

    def __init__(self, folder: Path) -> None:
        self.database = folder / "data" / "db.sqlite3"
        self.database.mkdir(parents=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        programs = Path(sys.executable).parent
        self.process = subprocess.Popen(
            [word.replace("0.0.0.0:8000", self.address) for word in started_by_the_image()],
            cwd=ROOT, stdin=subprocess.DEVNULL,
            env={
                "PATH": f"{programs}:{os.environ['PATH']}", "DATA_DIR": str(folder / "data"),
                "STATIC_ROOT": str(folder / "static"), "WEB_PROCESSES": "1",
            },
        )  # fmt: skip

    def get(self, path: str) -> tuple[int, str]:
        """Status and text; asked until somebody answers."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                with urllib.request.urlopen(f"http://{self.address}{path}", timeout=10) as answer:
                    return answer.status, answer.read().decode()
            except urllib.error.HTTPError as error:
                return error.code, error.read().decode()
            except OSError:
                assert self.process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.1)


def started_by_the_image() -> list[str]:
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", "")
    words: list[str] = json.loads(text.rpartition("\nCMD ")[2])
    return words


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    running = Web(tmp_path)
    try:
        yield running
    finally:
        running.process.terminate()
        running.process.wait(WAIT_SECONDS)


def test_it_can_be_read_and_ends_with_the_first_answer_to_be_prepared(web: Web) -> None:
    assert web.get("/livez") == (200, "ok, read-only\n")
    assert web.get("/admin/")[0] == 503
    web.database.rmdir()
    web.database.touch()
    assert web.process.wait(WAIT_SECONDS) == 0


def test_prepare_says_that_the_database_does_not_answer(tmp_path: Path) -> None:
    ended = manage(tmp_path, "prepare", DATABASE_URL="postgres://desk:x@127.0.0.1:1/desk")
    assert ended.returncode == 75
    assert "The database does not answer" in ended.stderr
    assert "Traceback" not in ended.stderr
