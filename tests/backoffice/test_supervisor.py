"""Several tiny processes as one: their log, their restarts, and their common end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from backoffice import settings as product
from backoffice import supervisor
from backoffice.supervisor import SupervisorError

ROOT = Path(product.__file__).resolve().parent.parent
WAIT_SECONDS = 20

SLEEPER = "import time; print('here', flush=True); time.sleep(60)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "print('here', flush=True); time.sleep(60)"
)
PARENT = (
    "import subprocess, sys, time\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    "print('child', child.pid, flush=True); time.sleep(60)"
)


class Supervised:
    """A supervisor in a process of its own, and what it has written so far."""

    def __init__(self, programs: dict[str, str], tmp_path: Path, **constants: float) -> None:
        commands = {name: [sys.executable, "-c", text] for name, text in programs.items()}
        script = f"""
            import sys
            from backoffice import supervisor
            for name, value in {constants!r}.items():
                setattr(supervisor, name, value)
            try:
                supervisor.run({commands!r}, out=sys.stdout)
            except supervisor.SupervisorError as error:
                sys.exit(str(error))
        """
        self._log = tmp_path / "log"
        with self._log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-c", textwrap.dedent(script)],
                cwd=ROOT,
                env={
                    "PATH": os.environ["PATH"],
                    "DATA_DIR": str(tmp_path / "data"),
                    "DJANGO_SETTINGS_MODULE": "backoffice.settings",
                },
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def log(self) -> str:
        return self._log.read_text()

    def wait_for(self, text: str, *, times: int = 1) -> None:
        _until(lambda: self.log().count(text) >= times, self.log)

    def children(self) -> list[psutil.Process]:
        return list(psutil.Process(self.process.pid).children(recursive=True))

    def end(self, number: int = signal.SIGINT) -> int:
        """The exit code after a signal."""
        self.process.send_signal(number)
        return self.process.wait(WAIT_SECONDS)


Start = Callable[..., Supervised]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[Supervised] = []

    def run(programs: dict[str, str], **constants: float) -> Supervised:
        started.append(Supervised(programs, tmp_path, **constants))
        return started[-1]

    yield run
    for supervised in started:
        if supervised.process.poll() is None:
            supervised.end(signal.SIGTERM)


def _until(happened: Callable[[], bool], log: Callable[[], str] = str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not happened():
        assert time.monotonic() < deadline, f"it did not happen:\n{log()}"
        time.sleep(0.02)


def _are_gone(processes: list[psutil.Process]) -> bool:
    return not [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


def test_lines_are_marked_with_the_name_of_their_process(start: Start) -> None:
    site = start({"web": SLEEPER, "worker": SLEEPER})
    site.wait_for("here", times=2)
    assert {"web    | here", "worker | here"} <= set(site.log().splitlines())


def test_errors_are_in_the_log_too(start: Start) -> None:
    site = start({"web": f"import sys; print('oh no', file=sys.stderr, flush=True)\n{SLEEPER}"})
    site.wait_for("web   | oh no")


def test_bytes_that_are_no_text_do_not_stop_the_log(start: Start) -> None:
    loud = "import sys; sys.stdout.buffer.write(b'\\xff\\xfe\\n'); sys.stdout.flush()\n"
    site = start({"web": loud + SLEEPER})
    site.wait_for("web   | here")
    assert "web   | ��" in site.log()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_signal_ends_all(start: Start, number: signal.Signals) -> None:
    site = start({"web": SLEEPER, "worker": SLEEPER})
    site.wait_for("here", times=2)
    children = site.children()
    assert len(children) == 2
    assert site.end(number) == 0
    assert _are_gone(children)
    assert site.log().splitlines()[-1].endswith("nothing is running any more")


def test_process_that_ends_is_started_again(start: Start) -> None:
    site = start({"web": SLEEPER, "worker": SLEEPER}, QUICK_SECONDS=0)
    site.wait_for("here", times=2)
    victim = site.children()[0]
    victim.kill()
    site.wait_for("ended with status -9; starting it again")
    site.wait_for("here", times=3)
    assert len(site.children()) == 2


def test_what_a_killed_process_left_behind_is_ended_before_its_restart(start: Start) -> None:
    site = start({"worker": PARENT}, QUICK_SECONDS=0)
    site.wait_for("child")
    parent, *_ = psutil.Process(site.process.pid).children()
    orphans = parent.children()
    assert len(orphans) == 1
    parent.kill()
    site.wait_for("child", times=2)
    assert _are_gone(orphans)


def test_process_that_keeps_ending_at_once_ends_the_whole(start: Start) -> None:
    site = start({"web": SLEEPER, "worker": "raise SystemExit(3)"}, QUICK_ENDS=2)
    assert site.process.wait(WAIT_SECONDS) == 1
    assert "The worker process ended with status 3 2 times in a row" in site.log()
    assert "`python manage.py doctor`" in site.log()
    assert site.log().count("starting it again") == 1
    assert "nothing is running any more" in site.log()


def test_process_that_will_not_end_is_killed_after_a_time(start: Start) -> None:
    site = start({"worker": STUBBORN}, GRACE_SECONDS=0.2)
    site.wait_for("here")
    children = site.children()
    assert site.end() == 0
    assert _are_gone(children)


def test_children_of_a_process_end_with_it(start: Start) -> None:
    site = start({"worker": PARENT})
    site.wait_for("child")
    family = site.children()
    assert len(family) == 2
    site.end()
    _until(lambda: _are_gone(family))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tie processes together")
def test_processes_end_when_the_supervisor_is_killed(start: Start) -> None:
    site = start({"web": SLEEPER, "worker": SLEEPER})
    site.wait_for("here", times=2)
    children = site.children()
    site.end(signal.SIGKILL)
    _until(lambda: _are_gone(children))


def test_only_one_is_inside(tmp_path: Path) -> None:
    lock = tmp_path / "start.lock"
    with (
        supervisor.only_one(lock),
        pytest.raises(SupervisorError, match="running already"),
        supervisor.only_one(lock),
    ):
        pass


def test_another_may_enter_afterwards(tmp_path: Path) -> None:
    for _ in range(2):
        with supervisor.only_one(tmp_path / "start.lock"):
            pass


def test_taken_port_is_refused_with_another_to_try() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        with pytest.raises(SupervisorError, match=r"choose another, for instance PORT=8001\."):
            supervisor.free_port("127.0.0.1", port)


def test_port_zero_finds_a_free_one() -> None:
    port = supervisor.free_port("127.0.0.1", 0)
    assert port > 0
    assert supervisor.free_port("127.0.0.1", port) == port


def test_site_is_web_worker_and_beat() -> None:
    commands = supervisor.site_commands(8123)
    assert list(commands) == ["web", "worker", "beat"]
    assert any(word.endswith(":8123") for word in commands["web"])
