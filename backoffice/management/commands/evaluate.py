"""`manage.py evaluate LABELS.jsonl`: how accurate an extractor is on labelled pictures."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from backoffice import lessons
from extraction import extractors
from extraction.extractors.base import BaseExtractor, ExtractorError
from extraction.measuring import evaluation, labels, learning, trials
from extraction.measuring.evaluation import Trial
from extraction.measuring.labels import Label
from extraction.measuring.sightings import Shelf
from extraction.paying import ledger, prices

CROSS_VALIDATED = "cross-validated"


class Command(BaseCommand):
    help = (
        "Accuracy of an extractor on labelled pictures. The bundled one is cross-validated: no"
        " card is scored by a reader that was fitted on it or on its company's other cards."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("labels", type=Path, metavar="LABELS.jsonl")
        parser.add_argument("--extractor", default=settings.EXTRACTOR, choices=extractors.slugs())
        parser.add_argument(
            "--reader", default=CROSS_VALIDATED, metavar="WHICH",
            help=(
                "for the bundled extractor: cross-validated (default), in-use, shipped, or a file"
                " written by train --write"
            ),
        )  # fmt: skip
        parser.add_argument("--json", action="store_true", help="all figures as one JSON object")
        parser.add_argument(
            "--misses", action="store_true",
            help="also what was expected and read on each card that is not perfect",
        )  # fmt: skip
        parser.add_argument("--limit", type=int, metavar="N", help="the first N labels only")
        parser.add_argument("--yes", action="store_true", help="pay for answers without asking")
        lessons.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            described, found = self._tried(options)
        except (labels.LabelError, ExtractorError, OSError, ValueError) as error:
            raise CommandError(
                f"{error} Nothing was scored; what had been read is kept for the next time."
            ) from error
        figures = {"extractor": options["extractor"], "reader": described}
        figures |= evaluation.report(found)
        missed = [evaluation.misses(trial) for trial in found if not trial.score().is_perfect]
        if options["json"]:
            more = {"misses": missed} if options["misses"] else {}
            self.stdout.write(json.dumps(figures | more, ensure_ascii=False))
            return
        self.stdout.write("\n".join(_table(figures)))
        if options["misses"]:
            self.stdout.write("\n".join(line for card in missed for line in _missed(card)))

    def _tried(self, options: dict[str, Any]) -> tuple[str, list[Trial]]:
        """How the extractor is described, and what it made of each card. Raises CommandError,
        LabelError, ExtractorError, OSError."""
        slug, reader = options["extractor"], options["reader"]
        cards = labels.load(options["labels"], limit=options["limit"])
        if slug != extractors.BUNDLED:
            extractor, shelf = extractors.configured(slug), Shelf(options["cache"])
            if extractor.is_paid:
                self._agree(extractor, cards, shelf, options)
            pairs = list(zip(cards, lessons.see(cards, options), strict=True))
            asked = tqdm(pairs, unit="card", desc="Asking", disable=None)
            return extractor.model, list(trials.run(extractor, slug, asked, shelf))
        if reader == CROSS_VALIDATED:
            known = lessons.learnt(cards, lessons.see(cards, options))
            tried = learning.cross_validate(
                known, lessons.drawn(options), processes=options["processes"]
            )
            bar = tqdm(tried, total=len(cards), unit="card", desc="Fitting", disable=None)
            return f"cross-validated in {learning.FOLDS} folds", list(bar)
        extractor = _with_reader(reader)
        known = lessons.learnt(cards, lessons.see(cards, options))
        return reader, list(learning.read(known, extractor))

    def _agree(
        self, extractor: BaseExtractor, cards: Sequence[Label], shelf: Shelf, options: Any
    ) -> None:
        """Say what it will cost. Raises CommandError unless that was agreed to."""
        count = trials.missing(extractor, options["extractor"], cards, shelf)
        if not count:
            return
        price = prices.in_words(ledger.estimate(count, extractor.model))
        words = f"{count} answers of {extractor.model} are to be asked for, {price}."
        if not options["yes"]:
            raise CommandError(f"{words} Nothing was asked. Run it again with --yes to pay.")
        self.stderr.write(words)


def _with_reader(which: str) -> BaseExtractor:
    """The bundled extractor with the reader that was named. Raises LabelError."""
    if which == "in-use":
        return extractors.configured(extractors.BUNDLED)
    return learning.with_weights(None if which == "shipped" else lessons.weights(Path(which)))


def _table(figures: dict[str, Any]) -> Iterator[str]:
    cards = figures["cards"]
    yield f"{figures['extractor']} ({figures['reader']}) on {cards} cards"
    if figures["errors"]:
        yield f"{figures['errors']} of them could not be read, and count as empty."
    yield ""
    yield f"{'':<12}{'precision':>10}{'recall':>8}{'F1':>8}{'right':>8}{'wrong':>7}{'missed':>8}"
    for name, row in {**figures["fields"], "all": figures["micro"]}.items():
        yield (
            f"{name:<12}{row['precision']:>10.3f}{row['recall']:>8.3f}{row['f1']:>8.3f}"
            f"{row['tp']:>8}{row['fp']:>7}{row['fn']:>8}"
        )
    yield ""
    yield f"Micro-F1            {figures['micro']['f1']:.3f}"
    yield f"Perfect cards       {figures['perfect']} of {cards} ({figures['perfect_share']:.1%})"
    yield f"Calibration error   {figures['calibration_error']:.3f}"
    yield f"Seconds a picture   {figures['seconds_a_picture']:.2f}"
    yield ""
    yield f"{'confidence':<12}{'mean':>8}{'right':>8}{'values':>8}"
    for row in figures["reliability"]:
        tenth = f"{row['from']:.1f} to {row['from'] + 0.1:.1f}"
        yield f"{tenth:<12}{row['confidence']:>8.3f}{row['right']:>8.3f}{row['values']:>8}"


def _missed(card: dict[str, Any]) -> Iterator[str]:
    yield f"\n{card['id']}" + (f": {card['error']}" if card["error"] else "")
    for name, miss in card["misses"].items():
        yield f"  {name}: expected {miss['expected']!r}, read {miss['read']!r}"
