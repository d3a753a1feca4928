from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from cards import images, outlines
from cards.outlines import Quad
from extraction import extractors
from extraction.extractors.base import BaseExtractor, ExtractorError
from extraction.measuring import sightings
from extraction.measuring.sightings import CardSide
from extraction.reading import ocr
from extraction.result import Box, Point


class Command(BaseCommand):
    help = "Read pictures without touching the database; prints one JSON object a line."
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("images", nargs="+", type=Path, metavar="IMAGE")
        parser.add_argument("--extractor", default=settings.EXTRACTOR, choices=extractors.slugs())

    def handle(self, *args: Any, **options: Any) -> None:
        slug = options["extractor"]
        try:
            extractor = extractors.from_settings(slug)
        except ExtractorError as error:
            raise CommandError(str(error)) from error
        failures = 0
        for path in tqdm(options["images"], unit="picture", disable=None):
            entry = _read(path, extractor)
            failures += "error" in entry
            with tqdm.external_write_mode():
                self.stdout.write(json.dumps(entry, ensure_ascii=False))
        if failures:
            raise CommandError(f"{failures} of {len(options['images'])} could not be read.")


def _read(path: Path, extractor: BaseExtractor) -> dict[str, Any]:
    """What is printed for one file: its cards, or the reason why there are none."""
    started = time.monotonic()
    try:
        cards = [_read_card(sides, extractor) for sides in sightings.cards(path)]
    except OSError as error:
        return {"file": str(path), "error": f"The file cannot be read: {error.strerror}."}
    except (images.PictureError, ExtractorError) as error:
        return {"file": str(path), "error": str(error)}
    return {
        "file": str(path),
        "seconds": round(time.monotonic() - started, 3),
        "cards": [card for card, _ in cards],
        "lines": [line for _, lines in cards for line in lines],
    }


def _read_card(
    sides: Sequence[CardSide], extractor: BaseExtractor
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What is printed of one card, and its lines; all boxes in pixels of the upright pages."""
    reading = ocr.read([side.picture() for side in sides])
    seen = reading.seen
    result = extractor.parse(extractor.ask(reading.pictures, seen), seen)
    views = [
        outlines.turned(side.quad or outlines.page_quad(side.page.size), turn)
        for side, turn in zip(sides, seen.turns, strict=True)
    ]
    values = result.values.items()
    card = {
        "quad": _rounded(views[0]) if sides[0].quad else None,
        "fields": {name: value.text for name, value in values},
        "confidence": {name: round(value.confidence, 4) for name, value in values},
        "boxes": {name: _around(v.boxes, views) for name, v in values if v.boxes},
    }
    lines = [
        line.to_json()
        | {"side": sides[line.box.side].number, "corners": _rounded(_on_page(line.box, views))}
        for line in seen.lines
    ]
    return card, lines


def _on_page(box: Box, views: Sequence[Quad]) -> list[Point]:
    return outlines.to_page(box.corners, views[box.side])


def _around(boxes: tuple[Box, ...], views: Sequence[Quad]) -> list[list[float]]:
    """The four corners around all of a value's boxes on the first side where it stands."""
    first = [_on_page(box, views) for box in boxes if box.side == boxes[0].side]
    if len(first) == 1:
        return _rounded(first[0])
    points = [point for corners in first for point in corners]
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    top, bottom = min(y for _, y in points), max(y for _, y in points)
    return _rounded([(left, top), (right, top), (right, bottom), (left, bottom)])


def _rounded(points: Sequence[Point]) -> list[list[float]]:
    return [[round(x, 1) + 0.0, round(y, 1) + 0.0] for x, y in points]  # no -0.0
