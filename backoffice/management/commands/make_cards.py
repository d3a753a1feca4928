"""`manage.py make_cards N`: draw business cards of invented people."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = (
        "Draws business cards of invented people as pictures, with labels.jsonl beside them."
        " The same count and seed give the same cards."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("count", type=int, help="How many cards to draw.")
        parser.add_argument(
            "--output", type=Path, default=Path("drawn-cards"), metavar="FOLDER",
            help="Folder for the files, made if missing (default: ./drawn-cards).",
        )  # fmt: skip
        parser.add_argument(
            "--seed", type=int, default=0, help="Another seed draws other people (default: 0)."
        )
        parser.add_argument(
            "--plain", action="store_true", help="Flat prints instead of photographs of them."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        from backoffice.synthetic import write_cards

        count, folder = options["count"], options["output"]
        if count < 1:
            raise CommandError(f"Ask for at least one card: {count} is too few.")
        try:
            paths = write_cards(count, folder, options["seed"], options["plain"])
        except OSError as error:
            reason = error.strerror or str(error)
            raise CommandError(
                f"The cards could not be written to {folder}: {reason}. Cards drawn before that"
                " were kept, without labels. Choose another folder with --output, or make room."
            ) from error
        noun = "file" if len(paths) == 1 else "files"
        self.stdout.write(f"{len(paths)} {noun} and labels.jsonl written to {folder.resolve()}")
