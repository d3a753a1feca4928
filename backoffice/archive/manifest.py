"""What is in a backup: a folder named for its time, with the database and `manifest.json`.

The manifest is written last and sealed like a document of the vault; a folder without a whole one
is no backup.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cards import room, vault

FILE = "manifest.json"
CHUNK = 1 << 20


class BackupError(Exception):
    """Why there is no backup, or why one cannot be used: what was kept, and what to do next."""


class UnderWay(BackupError):
    """Another process does the same just now."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is under way. Nothing was changed; it will be done in a while.")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a database holds: rows by table, applied migrations as `app.name`, the last decision
    that had reached the vault."""

    counts: dict[str, int]
    migrations: list[str]
    newest_review: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """All that was committed before `as_of` is in the backup. `files` gives each file's size in
    bytes and its SHA-256."""

    as_of: datetime
    card_desk: str
    kind: str
    """postgresql or sqlite"""
    server: str
    facts: Facts
    files: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return sum(int(file["size"]) for file in self.files.values())


def write(folder: Path, manifest: Manifest) -> None:
    """Raises OSError."""
    document = {**asdict(manifest), "as_of": manifest.as_of.isoformat()}
    (folder / FILE).write_bytes(vault.sealed(FILE, document))


def read(folder: Path) -> Manifest:
    """The manifest of a backup. Raises BackupError."""
    if not folder.is_dir():
        raise BackupError(f"There is no backup {folder}; nothing was changed.")
    try:
        document = vault.unsealed(FILE, (folder / FILE).read_bytes())
        facts = Facts(**document.pop("facts"))
        as_of = datetime.fromisoformat(document.pop("as_of"))
        return Manifest(**document, as_of=as_of, facts=facts)
    except FileNotFoundError:
        raise BackupError(
            f"{folder} is no complete backup: it has no {FILE}. Nothing was changed; name the"
            " folder of one backup, such as backups/20261231T030000Z."
        ) from None
    except (OSError, vault.VaultDamage, TypeError, ValueError, KeyError) as error:
        raise BackupError(
            f"The manifest of {folder} cannot be used ({error}). Nothing was changed; take another"
            " backup."
        ) from error


def check(folder: Path, manifest: Manifest) -> None:
    """Raises BackupError unless every file of the backup is there, byte for byte."""
    for name, expected in manifest.files.items():
        path = folder / name
        try:
            is_whole = described(path) == expected
        except OSError as error:
            raise BackupError(
                f"{path} cannot be read ({error.strerror}), so this backup cannot be used. Nothing"
                " was changed; take another one."
            ) from error
        if not is_whole:
            raise BackupError(
                f"{path} is not what was backed up: its SHA-256 differs. Nothing was changed; take"
                " another backup."
            )


def described(path: Path) -> dict[str, Any]:
    """Size in bytes and SHA-256 of a file. Raises OSError."""
    digest, size = hashlib.sha256(), 0
    for chunk in _chunks(path):
        digest.update(chunk)
        size += len(chunk)
    return {"size": size, "sha256": digest.hexdigest()}


def check_room(folder: Path, needed: int) -> None:
    """Raises BackupError when so many bytes would fill the disk of `folder`; OSError."""
    disk = room.disk_of(folder)
    if disk.free_bytes - needed < (1 - room.NO_WRITES) * disk.size_bytes:
        raise BackupError(
            f"This may need {needed / 1e6:,.0f} MB, and {folder} has"
            f" {disk.free_bytes / 1e6:,.0f} MB free, of which 3 % of the disk are to stay so."
            " Nothing was written. Make room, or use another disk."
        )


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
