from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from backoffice import alive, supervisor
from backoffice.archive import databases, moving_vault, transfer
from backoffice.archive.manifest import BackupError
from backoffice.archive.moving_vault import MoveError

NAMED_AT_MOST = 100

AGAIN = """\
The site runs, or did a minute ago. What was done on it meanwhile may be missing on the new side:
stop it, then run the same command once more; only what differs is written."""

NEXT = """\
This is all of the site, and the old side is as it was. Next:
  start the site with the new places ({places})
  manage.py verify      reads the vault again and names what is missing
  manage.py doctor --invariants
Keep the old side until then, and do not start the site there again."""


class Command(BaseCommand):
    help = (
        "Move the site to another database and another vault, from SQLite and a folder to"
        " PostgreSQL and S3 or back. The old side is only read; it may be stopped and run again."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        for what, place in (
            ("database", "postgres://… or a DATA_DIR"),
            ("vault", "s3://… or a folder"),
        ):
            parser.add_argument(
                f"--{what}", default="", metavar="PLACE", help=f"move the {what} to {place}"
            )
            parser.add_argument(
                f"--from-{what}", default="", metavar="PLACE",
                help=f"from {place}, instead of the site's own",
            )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        if not (options["database"] or options["vault"]):
            raise CommandError("Name where to move with --database, --vault or both.")
        try:
            with _nobody_starts(options) as is_running:
                refused = self._move_vault(options) if options["vault"] else {}
                if options["database"]:
                    self._move_tables(options)
        except (BackupError, MoveError, supervisor.SupervisorError) as error:
            raise CommandError(str(error)) from error
        names = {"database": "DATABASE_URL", "vault": "VAULT_URL"}
        places = ", ".join(name for what, name in names.items() if options[what])
        self.stdout.write(AGAIN if is_running else NEXT.format(places=places))
        if refused:
            raise CommandError(
                f"{len(refused):,} objects of the vault were not moved and are named above; all"
                " others were. `verify --repair` on the old side puts right what a second copy of"
                " the vault has; then run the same again."
            )

    def _move_vault(self, options: dict[str, Any]) -> dict[str, str]:
        """What could not be moved, and why."""
        source = options["from_vault"]
        old = moving_vault.at(source) if source else moving_vault.ours()
        new = moving_vault.at(options["vault"])
        if moving_vault.named(old) == moving_vault.named(new):
            raise MoveError("Both vaults are the same one; nothing was changed.")
        with tqdm(unit="object", disable=None) as bar:
            moved = moving_vault.move(old, new, bar.update)
        self.stdout.write(
            f"Vault: {moved.objects:,} objects copied and checked ({moved.size / 1e6:,.1f} MB),"
            f" {moved.already:,} were there."
        )
        for name, why in list(moved.refused.items())[:NAMED_AT_MOST]:
            self.stdout.write(f"not moved: {name}: {why}")
        return moved.refused

    def _move_tables(self, options: dict[str, Any]) -> None:
        source = options["from_database"]
        old = databases.at(source) if source else databases.ours()
        new = databases.at(options["database"])
        if transfer.is_same(old, new):
            raise MoveError("Both databases are the same one; nothing was changed.")
        started = time.monotonic()
        with tqdm(unit="row", disable=None) as bar:
            moved = transfer.move_tables(old, new, bar.update)
        self.stdout.write(
            f"Database: {len(moved.tables)} tables with {moved.rows:,} rows are the same on both"
            f" sides, as of {moved.as_of:%-d %B %Y %H:%M:%S} UTC; {moved.written:,} rows were"
            f" written or removed in {time.monotonic() - started:.0f} s."
        )


@contextmanager
def _nobody_starts(options: dict[str, Any]) -> Iterator[bool]:
    """Whether the site runs; if not, it cannot be started meanwhile. Raises SupervisorError when
    one runs on the new side."""
    here = Path(settings.DATA_DIR)
    database = options["database"]
    there = Path(database).resolve() if database and "://" not in database else here
    with ExitStack() as stack:
        if there.is_dir() and there != here:
            stack.enter_context(supervisor.only_one(there / "start.lock"))
        try:
            stack.enter_context(supervisor.only_one(here / "start.lock"))
        except supervisor.SupervisorError:
            yield True
        else:
            yield bool(alive.hosts("worker") or alive.hosts("beat"))
