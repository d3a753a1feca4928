from __future__ import annotations

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from backoffice.analytics.publications import PublicationError
from backoffice.analytics.publish import publish


class Command(BaseCommand):
    help = (
        "Publish everything as it is now: CSV, JSON Lines, Parquet and DuckDB for analysts, and"
        " what the site is read from while its database is down."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--keep", type=number, metavar="N", default=settings.PUBLISH_KEEP,
            help="then remove all but the newest N; PUBLISH_KEEP unless given, 0 removes none",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with tqdm(unit="row", disable=None) as bar:
                made = publish(keep=options["keep"], tell=bar.update)
        except PublicationError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{made.folder}: complete, {made.size / 1e6:,.1f} MB,"
            f" {made.counts.get('contacts', 0):,} contacts,"
            f" {made.counts.get('cards', 0):,} cards."
        )


def number(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no number of publications; write 0 or more")
    return int(text)
