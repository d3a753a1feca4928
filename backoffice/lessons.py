"""What `evaluate` and `train` share: labelled and drawn cards, and what the OCR sees on them."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from tqdm import tqdm

from extraction.measuring import labels, sightings
from extraction.measuring.labels import Label, LabelError
from extraction.measuring.learning import Lesson
from extraction.measuring.sightings import Shelf, Sighting


def add_arguments(parser: CommandParser) -> None:
    parser.add_argument(
        "--drawn", type=int, default=0, metavar="N",
        help="fit on N drawn cards too (default: none)",
    )  # fmt: skip
    parser.add_argument(
        "--cache", type=Path, default=settings.DATA_DIR / "cache" / "sightings", metavar="FOLDER",
        help="what the OCR saw and extractors answered, kept between runs; it holds what is on"
        " the cards and can be deleted at any time (default: in DATA_DIR)",
    )  # fmt: skip
    parser.add_argument(
        "--processes", type=int, default=settings.WORKER_PROCESSES, metavar="N",
        help="processes that read pictures and fit readers (default: WORKER_PROCESSES)",
    )  # fmt: skip


def see(cards: Sequence[Label], options: dict[str, Any]) -> list[Sighting]:
    """What is seen on each card, in their order. About a second a card the first time."""
    paths = [card.image for card in cards]
    found = sightings.see(paths, Shelf(options["cache"]), processes=options["processes"])
    return list(tqdm(found, total=len(paths), unit="card", desc="Reading", disable=None))


def learnt(cards: Sequence[Label], seen: Sequence[Sighting]) -> list[Lesson]:
    """The cards as lessons."""
    return [
        Lesson(card.id, sighting.seen, card.truth, sighting.seconds, sighting.error)
        for card, sighting in zip(cards, seen, strict=True)
    ]


def labelled(path: Path, options: dict[str, Any]) -> list[Lesson]:
    """The cards of a labels file as lessons. Raises LabelError."""
    cards = labels.load(path, limit=options.get("limit"))
    return learnt(cards, see(cards, options))


def drawn(options: dict[str, Any]) -> list[Lesson]:
    """Cards of invented people, drawn now; as many as were asked for."""
    from backoffice.synthetic import LABELS_NAME, write_cards

    if options["drawn"] < 1:
        return []
    with tempfile.TemporaryDirectory() as folder:
        write_cards(options["drawn"], folder)
        return labelled(Path(folder) / LABELS_NAME, {**options, "limit": None})


def weights(path: Path) -> dict[str, Any]:
    """The weights in a file that `train --write` made. Raises LabelError."""
    try:
        found: dict[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise LabelError(f"{path} holds no weights: {error}.") from error
    return found
