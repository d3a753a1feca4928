"""A backup back into an empty place, and the trial of it: into a scratch place, to see that it
would come back."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from backoffice import invariants, locks
from backoffice.archive import databases, manifest, postgres_dump
from backoffice.archive.backup import Backup
from backoffice.archive.manifest import BackupError, Manifest, UnderWay
from backoffice.noted import note
from cards.vault import VaultError

DRILL = "drill"
SCRATCH = ".drill-"


def restore(folder: Path, database: dict[str, Any]) -> Manifest:
    """The manifest of the backup that is now in the empty `database`.

    The backup is checked first, the database after it. Raises BackupError; the backup is only
    read, and the place is then as it was.
    """
    found = manifest.read(folder)
    kind = databases.kind(database)
    if found.kind != kind:
        raise BackupError(
            f"{folder} is a backup of {found.kind}, and this is {kind}. Nothing was changed."
            " Restore it into the same kind with --to, then move it with `transfer`."
        )
    _refuse_newer(found)
    manifest.check(folder, found)
    dumps = databases.DUMPS[kind]
    try:
        dumps.load(folder / dumps.FILE, database["NAME"] if kind == "sqlite" else database,
                   found.facts)  # fmt: skip
    except OSError as error:
        raise BackupError(
            f"The database could not be written ({error.strerror or error}). Nothing was left of"
            " it, and the backup is untouched. Make room, then try again."
        ) from error
    return found


def drill(backup: Backup) -> str:
    """What a trial of `backup` found, in a sentence, when all is well; kept for the dashboard.

    It leaves nothing behind. Raises BackupError when the backup would not come back.
    """
    with locks.alone(Path(settings.DATA_DIR) / ".drill.lock") as is_alone:
        if not is_alone:
            raise UnderWay("Another trial of a backup")
        started = time.monotonic()
        facts = {"at": timezone.now().isoformat(), "backup": backup.folder.name}
        try:
            with _scratch(backup.manifest.size) as database:
                found = restore(backup.folder, database)
                _check_promises(backup, database)
        except BackupError as error:
            note(DRILL, {**facts, "is_passed": False, "text": str(error)})
            raise
        seconds = time.monotonic() - started
        rows = sum(found.facts.counts.values())
        text = (
            f"{backup.folder.name} came back whole in {seconds:.1f} s: {rows:,} rows in"
            f" {len(found.facts.counts)} tables, as its manifest says, and the vault has all that"
            " it names."
        )
        note(DRILL, {**facts, "is_passed": True, "text": text})
        return text


def _check_promises(backup: Backup, database: dict[str, Any]) -> None:
    """Raises BackupError when a restored database, in this version's form, and the vault do not go
    together."""
    with databases.in_place_of_ours(database):
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
        try:
            found = invariants.broken(of_backups=True)
        except VaultError as error:
            raise BackupError(
                f"{backup.folder.name} came back, and the vault did not answer, so it was not held"
                f" against it ({error}). The backup is untouched; it is tried again tomorrow."
            ) from error
    if found:
        what = "a thing" if len(found) == 1 else f"{len(found):,} things"
        raise BackupError(
            f"{backup.folder.name} came back, and {what} that it names cannot be found in the vault"
            f" as it must be. The first: {found[0]} Nothing was changed; run"
            " `doctor --invariants`, which names all of the site's."
        )


def _refuse_newer(found: Manifest) -> None:
    """Raises BackupError when the backup is of a version that this one does not know."""
    from django.db.migrations.loader import MigrationLoader

    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations or {}}
    installed = {name.partition(".")[0] for name in known}
    unknown = [
        name
        for name in found.facts.migrations
        if name.partition(".")[0] in installed and name not in known
    ]
    if unknown:
        raise BackupError(
            f"The backup was made by Card Desk {found.card_desk}, which is newer than this one"
            f" ({unknown[0]} is not known here). Nothing was changed; update the program first."
        )


@contextmanager
def _scratch(size: int) -> Iterator[dict[str, Any]]:
    """An empty place for a backup of `size` bytes, which is gone afterwards. Raises BackupError."""
    ours = databases.ours()
    if databases.kind(ours) == "postgresql":
        with postgres_dump.scratch(ours) as database:
            yield database
        return
    manifest.check_room(Path(settings.DATA_DIR), size)
    for left in Path(settings.DATA_DIR).glob(f"{SCRATCH}*"):  # of a trial that was killed
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix=SCRATCH) as folder:
        yield databases.at(folder)
