from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from PIL import Image
from tqdm import tqdm

from cards import images, intake
from extraction import extractors, ocr
from extraction.extractors.base import BaseExtractor, ExtractorError
from extraction.result import Box, Result, Seen


class Command(BaseCommand):
    help = "Read pictures without touching the database; prints one JSON object a line."
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("images", nargs="+", type=Path, metavar="IMAGE")
        parser.add_argument("--extractor", default=settings.EXTRACTOR, choices=extractors.slugs())

    def handle(self, *args: Any, **options: Any) -> None:
        slug = options["extractor"]
        try:
            extractor = extractors.configured(slug)
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
        pages = _pages(path)
        seen = Seen(tuple(ocr.read(pages)))
        result = extractor.parse(extractor.ask(pages, seen), seen)
    except OSError as error:
        return {"file": str(path), "error": f"The file cannot be read: {error.strerror}."}
    except (images.PictureError, ExtractorError) as error:
        return {"file": str(path), "error": str(error)}
    return {
        "file": str(path),
        "seconds": round(time.monotonic() - started, 3),
        "cards": [_card(result)],
        "lines": [line.to_json() for line in seen.lines],
    }


def _pages(path: Path) -> list[Image.Image]:
    data = path.read_bytes()
    kind = images.media_type(data)
    if not kind or kind == "application/zip":
        raise images.PictureError("This is no picture of a kind we can read.")
    return list(images.pages(data, kind, intake.limits()))


def _card(result: Result) -> dict[str, Any]:
    return {
        "quad": None,
        "fields": {name: value.text for name, value in result.values.items()},
        "confidence": {name: round(v.confidence, 4) for name, v in result.values.items()},
        "boxes": {name: _around(v.boxes) for name, v in result.values.items() if v.boxes},
    }


def _around(boxes: tuple[Box, ...]) -> list[list[float]]:
    """The four corners around all of a value's boxes on the first side where it stands."""
    first = [box for box in boxes if box.side == boxes[0].side]
    if len(first) == 1:
        return first[0].to_json()["corners"]  # type: ignore[no-any-return]
    points = [point for box in first for point in box.corners]
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    top, bottom = min(y for _, y in points), max(y for _, y in points)
    return [[left, top], [right, top], [right, bottom], [left, bottom]]
