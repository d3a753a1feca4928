import os
import socket
import sys
import time
from pathlib import Path

import pytest
from pytest_django import Settings

from backoffice import alive
from tests.services import running, wait

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def signs(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path / "alive"


@pytest.mark.usefixtures("signs")
def test_a_process_that_has_just_said_so_is_alive() -> None:
    alive.touch("worker")

    assert alive.hosts("worker") == [socket.gethostname()]
    assert alive.hosts("beat") == []
    assert alive.main(["worker"]) == 0


def test_a_process_that_said_so_long_ago_is_not_alive(
    signs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alive.touch("beat")
    _make_older(next(signs.iterdir()), alive.FRESH_SECONDS + 1)

    assert alive.main(["beat"]) == 1
    assert "no sign of life" in capsys.readouterr().out


def test_a_process_on_another_host_does_not_count_for_this_one(signs: Path) -> None:
    signs.mkdir()
    (signs / "worker-elsewhere").touch()

    assert alive.hosts("worker") == ["elsewhere"]
    assert alive.main(["worker"]) == 1


def test_hosts_that_are_long_gone_are_forgotten(signs: Path) -> None:
    alive.touch("worker")
    (signs / "worker-gone").touch()
    _make_older(signs / "worker-gone", alive.FORGET_SECONDS + 1)

    alive.forget_old()

    assert [path.name for path in signs.iterdir()] == [f"worker-{socket.gethostname()}"]


def test_a_disk_that_takes_no_sign_does_not_end_the_process(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.DATA_DIR = tmp_path / "file"
    settings.DATA_DIR.touch()

    alive.touch("beat")

    assert "no sign of life could be given" in caplog.text
    assert alive.hosts("beat") == []


@pytest.mark.usefixtures("signs")
def test_an_unknown_process_is_a_wrong_question(capsys: pytest.CaptureFixture[str]) -> None:
    assert alive.main(["cook"]) == 2
    assert "usage" in capsys.readouterr().err


@pytest.mark.parametrize("role", alive.ROLES)
def test_a_real_process_gives_signs_of_life(role: str, signs: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    options = ["--concurrency=1"] if role == "worker" else []
    command = [sys.executable, "-m", "celery", "--app=backoffice", "--quiet", role, *options]

    with running(command, tmp_path, environment=environment) as check:
        wait(lambda: bool(alive.hosts(role)), check)

    assert [path.name for path in signs.iterdir()] == [f"{role}-{socket.gethostname()}"]


def _make_older(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))
