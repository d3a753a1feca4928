"""Several processes as one: a common log, restarts, and one Ctrl-C that ends them all."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from backoffice import locks

QUICK_SECONDS = 10
"""A process that ends sooner than this after its start did not really start."""

QUICK_ENDS = 5
"""So many quick ends in a row, and the whole is stopped."""

GRACE_SECONDS = 40
"""Before what is left is killed. A worker ends sooner by itself, see `ending`."""

_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class SupervisorError(Exception):
    """Why the site cannot be started or go on, with the next step."""


def site_commands(port: int) -> dict[str, list[str]]:
    """The command line of each process of the site, by the name shown in the log."""
    python = sys.executable
    celery = [python, "-m", "celery", "--app=backoffice", "--quiet"]
    return {
        "web": [
            python, "-m", "gunicorn", "backoffice.wsgi",
            f"--bind={settings.BIND}:{port}", f"--workers={settings.WEB_PROCESSES}",
            "--worker-class=gthread", "--threads=4", "--timeout=120", "--no-control-socket",
            "--log-level=warning",
        ],
        "worker": [
            *celery, "worker", f"--concurrency={settings.WORKER_PROCESSES}",
            f"--loglevel={settings.LOG_LEVEL}",
            "--without-gossip", "--without-mingle", "--without-heartbeat",
        ],
        "beat": [*celery, "beat", f"--loglevel={settings.LOG_LEVEL}"],
    }  # fmt: skip


def free_port(host: str, port: int) -> int:
    """`port`, or any free one for 0. Raises SupervisorError when it is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SupervisorError(
                f"Port {port} on {host} cannot be used ({error.strerror});"
                " choose another, for instance PORT=8001."
            ) from None
        return int(probe.getsockname()[1])


@contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """Raises SupervisorError while another process is inside for the same `lock` file."""
    with locks.alone(lock) as is_alone:
        if not is_alone:
            raise SupervisorError(
                f"Card Desk is running already with {lock.parent}; stop it first,"
                " or choose another folder with DATA_DIR."
            )
        yield


@dataclass
class _Process:
    name: str
    command: Sequence[str]
    started: float = 0
    quick_ends: int = 0
    popen: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        self.started = time.monotonic()
        self.popen = subprocess.Popen(
            self.command, cwd=settings.BASE_DIR, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            process_group=0,
            preexec_fn=_die_with_parent,  # noqa: PLW1509  (one system call, nothing is imported)
        )  # fmt: skip

    def may_restart(self) -> bool:
        quick = time.monotonic() - self.started < QUICK_SECONDS
        self.quick_ends = self.quick_ends + 1 if quick else 0
        return self.quick_ends < QUICK_ENDS


def run(commands: Mapping[str, Sequence[str]], *, out: Any) -> None:
    """Run `commands` until SIGINT or SIGTERM, and end them all then.

    A process that ends by itself is started again; one that keeps ending at once ends the whole
    with a SupervisorError.
    """
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    log = _Log(out, max(map(len, commands)))
    processes = [_Process(name, command) for name, command in commands.items()]
    try:
        for process in processes:
            process.start()
            log.follow(process)
        while not stop.wait(0.5):
            for process in processes:
                if process.popen.poll() is not None:
                    _restart(process, log)
    finally:
        log.write("start", "stopping …")
        _stop_all(processes)
        log.write("start", "all stopped; nothing is running any more")


def _restart(process: _Process, log: _Log) -> None:
    ended = f"ended with status {process.popen.returncode}"
    if not process.may_restart():
        raise SupervisorError(
            f"The {process.name} process {ended} {QUICK_ENDS} times in a row; its last lines above"
            " say why. `python manage.py doctor` checks the installation."
        )
    log.write(process.name, f"{ended}; starting it again")
    # What it started must not go on beside its successor.
    _signal(process, signal.SIGKILL, group=True)
    time.sleep(min(2**process.quick_ends / 2, 5))
    process.start()
    log.follow(process)


def _stop_all(processes: Sequence[_Process]) -> None:
    """SIGTERM for all, SIGKILL after a time of grace for what is left of their groups."""
    running = [process for process in processes if hasattr(process, "popen")]
    for process in running:
        _signal(process, signal.SIGTERM, group=False)
    deadline = time.monotonic() + GRACE_SECONDS
    for process in running:
        with suppress(subprocess.TimeoutExpired):
            process.popen.wait(max(0, deadline - time.monotonic()))
        _signal(process, signal.SIGKILL, group=True)
        process.popen.wait()


def _signal(process: _Process, number: int, *, group: bool) -> None:
    with suppress(ProcessLookupError):
        (os.killpg if group else os.kill)(process.popen.pid, number)


def _die_with_parent() -> None:
    """Ask Linux to end this child when the supervisor is killed, so that nothing is orphaned."""
    if _LIBC is not None:
        set_parent_death_signal = 1  # PR_SET_PDEATHSIG
        _LIBC.prctl(set_parent_death_signal, signal.SIGTERM)


class _Log:
    """One line at a time from several processes, each marked with its name."""

    def __init__(self, out: Any, width: int) -> None:
        self._out = out
        self._width = max(width, len("start"))
        self._lock = threading.Lock()

    def write(self, name: str, line: str) -> None:
        with self._lock:
            self._out.write(f"{name:<{self._width}} | {line}\n")
            self._out.flush()

    def follow(self, process: _Process) -> None:
        pipe = process.popen.stdout
        assert pipe is not None  # noqa: S101
        threading.Thread(target=self._copy, args=(process.name, pipe), daemon=True).start()

    def _copy(self, name: str, pipe: IO[bytes]) -> None:
        with pipe:
            for line in pipe:
                if text := line.decode(errors="replace").rstrip():
                    self.write(name, text)
