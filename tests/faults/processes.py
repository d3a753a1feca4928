"""Processes of a site that can be killed, stopped and let go on, with all that they started."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests import services

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass
class Process:
    """A program with its children, as one group; what it says is appended to its `log`."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    _popen: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        assert not self.is_running, f"{self.name} is running already"
        with self.log.open("ab") as output:
            self._popen = subprocess.Popen(
                [*services.tie(signal.SIGKILL), *self.command], cwd=ROOT, env=self.environment,
                start_new_session=True, stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT,
            )  # fmt: skip

    @property
    def is_running(self) -> bool:
        return self._popen is not None and self._popen.poll() is None

    @property
    def id(self) -> int:
        assert self._popen
        return self._popen.pid

    @property
    def was_killed(self) -> bool:
        """Whether it ended by SIGKILL."""
        return self._popen is not None and self._popen.poll() == -signal.SIGKILL

    def children(self) -> list[int]:
        """The ids of the processes that it has started, such as the pool of a worker."""
        threads = Path(f"/proc/{self.id}/task").glob("*/children")
        return [int(word) for file in threads for word in file.read_text().split()]

    def kill(self) -> None:
        """kill -9 of it and of its children at once, as the end of a container is."""
        self.signal(signal.SIGKILL)
        self.wait()

    def stop(self) -> None:
        """SIGSTOP: it stands still, and holds what it holds."""
        self.signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.signal(signal.SIGCONT)

    def end(self) -> None:
        """SIGTERM, and SIGKILL when that does not help."""
        if self._popen and self.is_running:
            self.go_on()
            self._popen.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._popen.wait(services.STOP_SECONDS)
            self.kill()

    def signal(self, number: signal.Signals) -> None:
        """To the whole group."""
        with suppress(ProcessLookupError):
            os.killpg(self.id, number)

    def wait(self, seconds: float = 60) -> None:
        """Until it has ended; raises TimeoutExpired."""
        assert self._popen
        self._popen.wait(seconds)

    def said(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""


def until(is_so: Callable[[], object], what: str, *, seconds: float = 120) -> float:
    """The seconds it took until it was so; raises AssertionError after so many."""
    began = time.monotonic()
    while not is_so():
        if (waited := time.monotonic() - began) > seconds:
            raise AssertionError(f"{what}: not within {waited:.0f} seconds")
        time.sleep(0.1)
    return time.monotonic() - began
