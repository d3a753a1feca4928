"""Copies of the database in folders named for their time, complete or not there at all."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.utils import timezone

import backoffice
from backoffice import locks
from backoffice.archive import databases, manifest
from backoffice.archive.dated import MAKING, NAME, REMOVING, free_place
from backoffice.archive.manifest import BackupError, Manifest, UnderWay
from cards import lasting


@dataclass(frozen=True, slots=True)
class Backup:
    folder: Path
    manifest: Manifest


def back_up(folder: Path, *, keep: int | None = None) -> Backup:
    """The new backup of the site's database in `folder`; with `keep`, older ones beyond so many
    complete ones are removed once it is complete.

    Raises BackupError; nothing half is left then, and no earlier backup is touched.
    """
    database = databases.ours()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with locks.alone(folder / ".lock") as is_alone:
            if not is_alone:
                raise UnderWay(f"Another backup into {folder}")
            _clear(folder)
            _check_room(folder, database)
            made = _make(folder, database)
            for old in backups(folder)[:-keep] if keep else ():
                _remove(old.folder)
    except OSError as error:
        raise BackupError(
            f"The backup could not be written to {folder} ({error.strerror or error}). Nothing was"
            " kept of it, and earlier ones are untouched. Make room or name another folder, then"
            " try again."
        ) from error
    return made


def backups(folder: Path) -> list[Backup]:
    """The complete backups in `folder`, oldest first; whatever else lies there is left out."""
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        if NAME.fullmatch(path.name):
            with suppress(BackupError):
                found.append(Backup(path, manifest.read(path)))
    return sorted(found, key=lambda backup: (backup.manifest.as_of, backup.folder.name))


def newest(folder: Path) -> Backup:
    """Raises BackupError when there is none."""
    found = backups(folder)
    if not found:
        raise BackupError(f"There is no complete backup in {folder}; run `backup` first.")
    return found[-1]


def _make(folder: Path, database: dict[str, Any]) -> Backup:
    """Written aside, synced, and renamed when it is complete."""
    as_of = timezone.now()
    dumps = databases.DUMPS[databases.kind(database)]
    aside = folder / f"{MAKING}{os.getpid()}"
    aside.mkdir(mode=0o700)
    try:
        file = aside / dumps.FILE
        file.touch(mode=0o600)
        facts, server = dumps.dump(database, file)
        made = Manifest(as_of, backoffice.__version__, databases.kind(database), server, facts)
        lasting.sync(file)
        made = replace(made, files={file.name: manifest.described(file)})
        manifest.write(aside, made)
        lasting.sync(aside / manifest.FILE)
        lasting.sync(aside)
        place = free_place(folder, as_of)
        aside.rename(place)
        lasting.sync(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return Backup(place, made)


def _check_room(folder: Path, database: dict[str, Any]) -> None:
    """A backup must not fill the disk that the site is on. Raises BackupError, OSError."""
    manifest.check_room(folder, databases.DUMPS[databases.kind(database)].size(database))


def _clear(folder: Path) -> None:
    """What killed backups left; nobody else is at work, as this one is alone."""
    for begun in (MAKING, REMOVING):
        for path in folder.glob(f"{begun}*"):
            shutil.rmtree(path, ignore_errors=True)


def _remove(old: Path) -> None:
    """A backup goes as it came: first it is none any more, then its files go."""
    aside = old.with_name(f"{REMOVING}{old.name}")
    old.rename(aside)
    shutil.rmtree(aside, ignore_errors=True)
