from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from cards import exports
from cards.columns import Row
from cards.models import Card

ALL = "all"


class Command(BaseCommand):
    help = "Write the contacts to a file: approved ones unless asked."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("format", metavar="FORMAT", help=", ".join(exports.formats()))
        parser.add_argument("output", metavar="OUTPUT", help="a file, or - for standard output")
        parser.add_argument(
            "--status",
            default=Card.Status.APPROVED.value,
            metavar="STATUS",
            help=f"{', '.join(Card.Status)} or {ALL}",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        cards = _cards(options["status"])
        slug, output = options["format"], options["output"]
        try:
            found = exports.find(slug)
            progress = partial(_watch, total=cards.count())
            if output == "-":
                if found.is_binary() and sys.stdout.isatty():
                    raise CommandError(
                        f"A {slug} file is not for a terminal; name a file, or send it on with |."
                    )
                self._print(slug, cards, progress)
                return
            number = exports.write(slug, cards, Path(output), progress=progress)
        except exports.ExportError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{number:,} {'contact' if number == 1 else 'contacts'} in {output}.")

    def _print(self, slug: str, cards: Any, progress: exports.Progress) -> None:
        """The finished file on standard output: a reader gets all of it or nothing."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "contacts"
            exports.write(slug, cards, path, progress=progress)
            with path.open("rb") as file:
                shutil.copyfileobj(file, sys.stdout.buffer)
            sys.stdout.flush()


def _cards(status: str) -> Any:
    if status == ALL:
        return Card.objects.order_by("id")
    if status not in Card.Status.values:
        known = ", ".join((*Card.Status.values, ALL))
        raise CommandError(f"There is no status “{status}”; choose one of {known}.")
    return Card.objects.filter(status=status).order_by("id")


def _watch(rows: Iterable[Row], *, total: int) -> Iterable[Row]:
    return tqdm(rows, total=total, unit="card", disable=None)
