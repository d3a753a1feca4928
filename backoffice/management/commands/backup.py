from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from backoffice.archive import second_copy
from backoffice.archive.backup import back_up
from backoffice.archive.manifest import BackupError


def number(text: str) -> int:
    if not (text.isdecimal() and int(text) >= 1):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of backups; write 1 or more")
    return int(text)


class Command(BaseCommand):
    help = (
        "Copy the database into a new folder of FOLDER while the site runs. The vault is not in it:"
        " --vault brings its second copy up to date."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "folder", nargs="?", type=Path, metavar="FOLDER",
            help="where backups go; BACKUP_DIR unless named",
        )  # fmt: skip
        parser.add_argument(
            "--vault", action="store_true",
            help="also bring the second copy of the vault (VAULT_COPY_URL) up to date",
        )  # fmt: skip
        parser.add_argument(
            "--keep", type=number, metavar="N",
            help="then remove all but the newest N complete backups",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        folder = (options["folder"] or settings.BACKUP_DIR).resolve()
        try:
            if options["vault"] and "vault_copy" not in settings.STORAGES:
                raise BackupError(
                    "There is no second copy of the vault to bring up to date, and nothing was"
                    " done. Name one with VAULT_COPY_URL, or leave --vault out."
                )
            made = back_up(folder, keep=options["keep"])
            counts = made.manifest.facts.counts
            self.stdout.write(
                f"{made.folder}: complete, {made.manifest.size / 1e6:,.1f} MB,"
                f" {counts.get('cards_card', 0):,} cards, {sum(counts.values()):,} rows in all."
            )
            if options["vault"]:
                with tqdm(unit="object", disable=None) as bar:
                    copied = second_copy.update(bar.update)
                self.stdout.write(
                    f"Second copy of the vault: {copied.objects:,} objects new"
                    f" ({copied.size / 1e6:,.1f} MB), {copied.already:,} were there."
                )
        except BackupError as error:
            raise CommandError(str(error)) from error
