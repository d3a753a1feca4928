from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from cards import intake, vault
from cards.models import Arrival, Batch
from extraction import backlog, extractors
from extraction.extractors.base import ExtractorError
from extraction.paying import ledger, prices

NOTES = {".csv", ".json", ".jsonl", ".md", ".txt", ".xlsx"}
"""Left alone when they lie in a folder of pictures, as labels and lists do."""


class Command(BaseCommand):
    help = (
        "Take pictures, PDFs, ZIPs and folders of these in as one batch."
        " Lists and notes that lie in a folder (.csv, .json, .txt and the like) are left alone."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--batch", default="", metavar="NAME", help="the batch's name")
        parser.add_argument("--source", default="", help="the event or source of the cards")
        parser.add_argument("--extractor", default="", choices=("", *extractors.slugs()))
        parser.add_argument(
            "--keep-duplicates",
            action="store_true",
            help="a picture that is here becomes a card again",
        )
        parser.add_argument(
            "--batch-api",
            action="store_true",
            help="read at half the price; answers may take up to a day",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if missing := [str(path) for path in options["paths"] if not path.exists()]:
            raise CommandError(f"There is no {', '.join(missing)}; nothing was taken in.")
        files = sorted(set(_files(options["paths"])))
        if not files:
            raise CommandError("There are no files in what you named; nothing was taken in.")
        policy = Batch.DuplicatePolicy
        batch = Batch(
            name=options["batch"] or f"From the shell, {timezone.localtime():%-d %B %Y %H:%M}",
            source=options["source"],
            duplicate_policy=policy.KEEP if options["keep_duplicates"] else policy.SKIP,
            extractor=options["extractor"],
            can_wait=options["batch_api"],
        )
        _check(batch)
        batch.save()
        if price := _price(batch, len(files)):
            self.stdout.write(price)
        outcomes: Counter[str] = Counter()
        for path in tqdm(files, unit="file", disable=None):
            for arrival in self._take_in(path, batch):
                outcomes[arrival.outcome] += 1
                with tqdm.external_write_mode():
                    self.stdout.write(_line(arrival))
        counts = ", ".join(f"{outcomes[o.value]} {o.label.lower()}" for o in Arrival.Outcome)
        self.stdout.write(f"Batch “{batch.name}”: {counts}.")
        if batch.can_wait:
            self.stdout.write(
                "The cards are read at half the price: a site that runs sends them in a few"
                " minutes and fetches the answers; without one, `drain --batch-api` does both."
            )
        if outcomes[Arrival.Outcome.REFUSED]:
            raise CommandError("Some files were refused, as said above; the others are safe.")

    def _take_in(self, path: Path, batch: Batch) -> list[Arrival]:
        try:
            with path.open("rb") as file:
                return intake.take_in(file, batch, name=path.name)
        except vault.VaultError as error:
            raise CommandError(
                f"{error}. What came before {path} is safe; run the command again for the rest."
            ) from error
        except OSError as error:
            reason = f"The file cannot be read: {error.strerror}."
            return [intake.refuse(batch, path.name, reason)]


def _check(batch: Batch) -> None:
    """Raises CommandError when the batch cannot be kept or read as it was asked for."""
    try:
        batch.full_clean()
        if batch.extractor:
            extractors.configured(batch.extractor)
        slug = batch.extractor or settings.EXTRACTOR
        if batch.can_wait and slug not in backlog.half_price():
            raise ExtractorError(f"“{slug}” does not read at half the price; see --extractor.")
    except ValidationError as error:
        reasons = " ".join(
            f"{name}: {' '.join(words)}" for name, words in error.message_dict.items()
        )
        raise CommandError(f"{reasons} Nothing was taken in.") from error
    except ExtractorError as error:
        raise CommandError(f"{error} Nothing was taken in.") from error


def _price(batch: Batch, files: int) -> str:
    """What reading the batch will cost, in a sentence; "" when it costs nothing."""
    extractor = extractors.from_settings(batch.extractor or settings.EXTRACTOR)
    if not extractor.is_paid:
        return ""
    price = prices.in_words(ledger.estimate(files, extractor.model, can_wait=batch.can_wait))
    return f"{files} files go to {extractor.model} {price}, were each of them one card."


def _line(arrival: Arrival) -> str:
    note = f": {arrival.reason}" if arrival.reason else ""
    return f"{arrival.get_outcome_display().lower():<12}  {arrival.file_name}{note}"


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for file in path.rglob("*"):
            if (
                file.is_file()
                and not file.name.startswith(".")
                and file.suffix.lower() not in NOTES
            ):
                yield file
