"""How full the disks are that cards are kept on: one truth for uploads, writes, notices, doctor.

Full means of bytes or of inodes, whichever is nearer to its end. The last 3 % are for what is under
way: an answer that was paid for is kept, a copy of a decision reaches the vault.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from cards import vault

WARNING = 0.80
NO_UPLOADS = 0.90
NO_WRITES = 0.97


class NoRoom(vault.VaultError):
    """The disk is too full to take in pictures."""


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk as it is now: `folder` is a place on it, the shares are 0 to 1.

    A file system without a fixed number of inodes has used none.
    """

    folder: Path
    size_bytes: int
    free_bytes: int
    bytes_used: float
    inodes_used: float

    @property
    def used(self) -> float:
        return max(self.bytes_used, self.inodes_used)


def disk_of(folder: Path) -> Disk:
    """The disk that `folder` is on, as `df` counts: without what is reserved for root.

    Raises OSError.
    """
    found = os.statvfs(folder)
    used = found.f_blocks - found.f_bfree
    inodes = found.f_files - found.f_ffree
    return Disk(
        folder=folder,
        size_bytes=(used + found.f_bavail) * found.f_frsize,
        free_bytes=found.f_bavail * found.f_frsize,
        bytes_used=_share(used, found.f_bavail),
        inodes_used=_share(inodes, found.f_favail),
    )


def disks() -> list[Disk]:
    """The disks below DATA_DIR and below a vault in a folder, each once. What cannot be asked is
    left out: a write will say so in its own words."""
    folders = [Path(settings.DATA_DIR)]
    if location := settings.STORAGES["vault"]["OPTIONS"].get("location"):
        folders += [Path(location)] * os.path.isabs(location)
    found: dict[int, Disk] = {}
    for folder in folders:
        with suppress(OSError):
            found.setdefault(folder.stat().st_dev, disk_of(folder))
    return list(found.values())


def used() -> float:
    """How full the fullest disk is, 0 to 1."""
    return max((disk.used for disk in disks()), default=0.0)


def is_full() -> bool:
    """Whether nothing new is to be begun."""
    return used() >= NO_WRITES


def check_uploads() -> None:
    """Raises NoRoom when the disk is too full for more pictures."""
    if (share := used()) >= NO_UPLOADS:
        raise NoRoom(
            f"The disk is {share:.0%} full, and pictures are taken in below {NO_UPLOADS:.0%} only:"
            " nothing was taken in; make room first"
        )


def _share(used: int, available: int) -> float:
    return used / (used + available) if used + available else 0.0
