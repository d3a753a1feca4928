from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from backoffice import synthetic


class Command(BaseCommand):
    help = "Draw cards of invented people and take them in as a batch, to try the product with."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--cards", type=int, default=24, metavar="N", help="24 unless said")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("prepare", stdout=self.stdout)
        with tempfile.TemporaryDirectory() as folder:
            paths = synthetic.write_cards(options["cards"], Path(folder))
            call_command(
                "ingest", *map(str, paths), batch="Demo cards", source="Drawn, invented people",
                stdout=self.stdout,
            )  # fmt: skip
        self.stdout.write("They are read while the site runs (`make run`).")
