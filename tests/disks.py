"""A disk that is as full as a test wants it, and one that rusts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

BLOCK_BYTES = 4096

Spoil = Callable[[str, bytes], None]
"""Puts these bytes in the place of what the vault keeps under this name."""


@dataclass
class FakeDisk:
    """Stands in for `os.statvfs`. The shares are in percent; `inodes` 0 is a file system without a
    fixed number of them."""

    bytes_used: float = 50
    inodes_used: float = 50
    inodes: int = 1_000_000
    size_bytes: int = 10_000_000 * BLOCK_BYTES

    def __call__(self, _folder: Any) -> SimpleNamespace:
        blocks = self.size_bytes // BLOCK_BYTES
        free = blocks - round(blocks * self.bytes_used / 100)
        nodes = self.inodes - round(self.inodes * self.inodes_used / 100)
        return SimpleNamespace(
            f_bsize=BLOCK_BYTES, f_frsize=BLOCK_BYTES, f_blocks=blocks, f_bfree=free, f_bavail=free,
            f_files=self.inodes, f_ffree=nodes, f_favail=nodes,
        )  # fmt: skip
