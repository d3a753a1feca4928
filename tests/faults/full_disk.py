"""A disk that can be filled to the last byte: a tmpfs of its own, or, where none may be mounted,
processes that may not write one byte more."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.processes import Process

FILL = ".fill"


class SmallDisk(ABC):
    """`folder` is on it; `what` it is, in words."""

    what: str

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @abstractmethod
    def fill(self, processes: list[Process]) -> None:
        """From now on these write nothing more there."""

    @abstractmethod
    def clear(self, processes: list[Process]) -> None:
        """There is room again."""


class Tmpfs(SmallDisk):
    what = "a tmpfs"

    def fill(self, processes: list[Process], *, share: float = 1.0) -> None:
        """To so much of its bytes."""
        found = os.statvfs(self.folder)
        bytes_free = found.f_bavail * found.f_frsize
        size = found.f_blocks * found.f_frsize
        count = bytes_free if share == 1 else bytes_free - round(size * (1 - share))
        with (self.folder / FILL).open("ab", buffering=0) as file:
            while count > 0:
                try:
                    count -= file.write(bytes(min(count, 65_536)))
                except OSError:  # somebody else was quicker with the last of it
                    return

    def clear(self, processes: list[Process]) -> None:
        (self.folder / FILL).unlink(missing_ok=True)


class NoMoreBytes(SmallDisk):
    """The limit on the size of files: each write to a file fails as on a full disk."""

    what = "processes that may write no byte (RLIMIT_FSIZE)"

    def fill(self, processes: list[Process]) -> None:
        self._limit(processes, 0)

    def clear(self, processes: list[Process]) -> None:
        self._limit(processes, resource.RLIM_INFINITY)

    def _limit(self, processes: list[Process], most_bytes: int) -> None:
        for process in processes:
            for number in (process.id, *process.children()):
                resource.prlimit(
                    number, resource.RLIMIT_FSIZE, (most_bytes, resource.RLIM_INFINITY)
                )


@contextmanager
def tmpfs(folder: Path, *, megabytes: int) -> Iterator[Tmpfs | None]:
    """A tmpfs on `folder`, ended with the block; None where none may be mounted."""
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(words, capture_output=True).returncode:
        yield None
        return
    try:
        yield Tmpfs(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
