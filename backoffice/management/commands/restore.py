from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from backoffice import supervisor
from backoffice.archive import databases, restored, second_copy
from backoffice.archive.backup import Backup, newest
from backoffice.archive.manifest import BackupError, read
from backoffice.archive.restore import drill, restore

NEXT = """\
Next, before the site is started:
  manage.py prepare     brings the tables up to this version and does `manage.py rebuild`,
                        which fills in from the vault what came after the backup
  manage.py verify      reads the vault again and names what is missing
Then start the site. `manage.py start` does the first by itself."""


class Command(BaseCommand):
    help = (
        "Put a backup of the database into an empty place: a DATA_DIR without a database, or an"
        " empty PostgreSQL database. Nothing is ever overwritten."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "backup", nargs="?", type=Path, metavar="BACKUP",
            help="the folder of one backup; with --drill the newest in BACKUP_DIR unless named",
        )  # fmt: skip
        parser.add_argument(
            "--to", default="", metavar="PLACE",
            help="another DATA_DIR, or postgres://…, instead of the site's own",
        )  # fmt: skip
        parser.add_argument(
            "--vault", action="store_true",
            help="bring back what the vault has not got from its second copy (VAULT_COPY_URL), with"
            " BACKUP or alone",
        )  # fmt: skip
        parser.add_argument(
            "--drill", action="store_true",
            help="only try: into a scratch place, checked, and removed again",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["drill"]:
                self._drill(options["backup"])
            elif options["backup"] is None:
                self._restore_vault_alone(options)
                return
            elif options["to"]:
                self._restore(options["backup"], databases.at(options["to"]))
            else:
                with supervisor.only_one(settings.DATA_DIR / "start.lock"):
                    self._restore(options["backup"], databases.ours())
            if options["vault"] and not options["drill"]:
                self._bring_vault_back()
        except (BackupError, supervisor.SupervisorError) as error:
            raise CommandError(str(error)) from error
        if not options["drill"]:
            self.stdout.write(NEXT)

    def _restore_vault_alone(self, options: dict[str, Any]) -> None:
        if options["to"] or not options["vault"]:
            raise BackupError(
                "Name the folder of the backup, or give --vault alone; nothing was changed."
            )
        self._bring_vault_back()
        self.stdout.write("Next: `manage.py verify`.")

    def _restore(self, folder: Path, database: dict[str, Any]) -> None:
        found = restore(folder.resolve(), database)
        restored.mark(database)
        counts = found.facts.counts
        self.stdout.write(
            f"{folder} is back in {database['NAME']}: {counts.get('cards_card', 0):,} cards as of"
            f" {found.as_of:%-d %B %Y %H:%M} UTC, {sum(counts.values()):,} rows in all."
        )
        if review := found.facts.newest_review:
            self.stdout.write(
                f"The last decision that had reached the vault then: number {review['number']} of"
                f" card {review['card']}, copied there at {review['at'][:19]}."
            )

    def _drill(self, folder: Path | None) -> None:
        chosen = (
            Backup(folder.resolve(), read(folder.resolve()))
            if folder
            else newest(settings.BACKUP_DIR)
        )
        self.stdout.write(f"{drill(chosen)} Nothing was left behind.")

    def _bring_vault_back(self) -> None:
        with tqdm(unit="object", disable=None) as bar:
            copied = second_copy.bring_back(bar.update)
        self.stdout.write(
            f"Vault: {copied.objects:,} objects brought back ({copied.size / 1e6:,.1f} MB),"
            f" {copied.already:,} were there."
        )
