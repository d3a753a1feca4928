"""Making a publication: aside, checked, read-only, and renamed in when it is complete.

One at a time, and never a lock on anybody who reads: what is published is never opened for writing
again, and a file that was removed stays with those who have it open.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from django.db import DatabaseError

import backoffice
from backoffice import locks
from backoffice.analytics import publications, site_file, sources, tables
from backoffice.analytics.moment import one_moment
from backoffice.analytics.publications import MANIFEST, Publication, PublicationError
from backoffice.analytics.site_file import Tell
from backoffice.archive import dated, manifest
from backoffice.archive.manifest import BackupError
from cards import exports, lasting, vault
from cards.fields import CONTACT_FIELDS
from cards.models import Card

NEWEST = "newest"
"""A link to the newest publication, for programs that open its files in place."""

MAKING, REMOVING = dated.MAKING, dated.REMOVING

BYTES_A_CARD = 12_000
"""Of the disk while one is made; measured."""


class UnderWay(PublicationError):
    """Somebody else is publishing just now."""

    def __init__(self) -> None:
        super().__init__(
            "Another publication is under way. Nothing was changed; it will be done in a while."
        )


_FAILURES = (BackupError, exports.ExportError, DatabaseError, sqlite3.Error, OSError)


def publish(
    folder: Path | None = None, *, keep: int = 0, tell: Tell = lambda rows: None
) -> Publication:
    """The new publication in `folder` (PUBLISH_DIR); with `keep`, older ones beyond so many are
    removed once it is complete. `tell` is called with rows as they are read.

    Raises PublicationError; nothing half is left then, and no earlier publication is touched.
    """
    folder = folder or publications.root()
    with _in_plain_words(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with locks.alone(folder / ".lock") as is_alone:
            if not is_alone:
                raise UnderWay
            _clear(folder)
            manifest.check_room(folder, Card.objects.count() * BYTES_A_CARD)
            made = _make(folder, tell)
            _point_to(made.folder)
            for old in publications.all(folder)[keep:] if keep else ():
                _remove(old.folder)
    return made


def _make(folder: Path, tell: Tell) -> Publication:
    """Written aside, synced, and renamed when it is complete."""
    aside = folder / f"{MAKING}{os.getpid()}"
    aside.mkdir(mode=0o700)
    try:
        made = _fill(aside, tell)
        (aside / MANIFEST).write_bytes(vault.sealed(MANIFEST, publications.document(made)))
        _seal(aside)
        place = dated.free_place(folder, made.as_of)
        aside.rename(place)
        lasting.sync(folder)
    finally:
        _delete(aside)
    return replace(made, folder=place)


def _fill(aside: Path, tell: Tell) -> Publication:
    """Everything but the manifest, as it was at one moment."""
    staged = aside / "staged"
    for inside in (aside / publications.SITE).parent, staged:
        inside.mkdir()
    approved = Card.objects.filter(status=Card.Status.APPROVED).order_by("id")
    with one_moment() as as_of:
        site_file.write(aside / publications.SITE, as_of, tell)
        for slug in ("csv", "jsonl"):
            exports.write(slug, approved, aside / f"contacts.{slug}")
        sources.write(staged, tell)
    counts = tables.build(aside, staged, aside / publications.DATABASE)
    _delete(staged)
    files = sorted(path for path in aside.rglob("*") if path.is_file())
    return Publication(
        folder=aside,
        as_of=as_of,
        card_desk=backoffice.__version__,
        counts=counts,
        fields=CONTACT_FIELDS,
        files={str(path.relative_to(aside)): manifest.described(path) for path in files},
    )


def _seal(aside: Path) -> None:
    """Have the disk hold all of it, and nobody change it."""
    for path in sorted(aside.rglob("*"), reverse=True):
        path.chmod(0o555 if path.is_dir() else 0o444)
        lasting.sync(path)
    aside.chmod(0o555)
    lasting.sync(aside)


def _point_to(place: Path) -> None:
    aside = place.with_name(f"{MAKING}{NEWEST}")
    with suppress(OSError):  # there are disks that know no links
        aside.symlink_to(place.name)
        aside.replace(place.with_name(NEWEST))


def _clear(folder: Path) -> None:
    """What killed publishers left; nobody else is at work, as this one is alone."""
    for begun in (MAKING, REMOVING):
        for path in folder.glob(f"{begun}*"):
            _delete(path)


def _remove(old: Path) -> None:
    """One goes as it came: first it is no publication any more, then its files go."""
    aside = old.with_name(f"{REMOVING}{old.name}")
    old.rename(aside)
    _delete(aside)


def _delete(path: Path) -> None:
    """Files go from folders that may be written to only."""
    if path.is_symlink():
        path.unlink()
        return
    for inside in (path, *path.rglob("*")):
        if inside.is_dir():
            with suppress(OSError):
                inside.chmod(0o700)
    shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _in_plain_words(folder: Path) -> Iterator[None]:
    """Whatever goes wrong inside as a PublicationError."""
    try:
        yield
    except _FAILURES as error:
        why = str((error.strerror if isinstance(error, OSError) else "") or error).rstrip(".\n")
        raise PublicationError(
            f"Nothing was published in {folder}: {why}. Earlier publications are untouched. Put"
            " this right, then publish again."
        ) from error
