"""The bundled reader: rules and small networks over the lines of the OCR. No key, no network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from django.utils.translation import gettext_noop
from PIL import Image

from extraction.extractors.base import BaseExtractor, ExtractorError
from extraction.reading import codes, confidence, ocr, reader
from extraction.reading import lines as rules
from extraction.reading.confidence import Evidence
from extraction.reading.grounding import ground
from extraction.reading.layout import Found
from extraction.reading.normalise import for_machines, normalise_field
from extraction.reading.reader import Reader
from extraction.result import Box, Result, Seen, Value


class Reading(NamedTuple):
    """One value before it is judged: its text, where it stands, what speaks for it and against."""

    text: str
    boxes: tuple[Box, ...]
    evidence: Evidence
    doubt: str
    normalised: str


class Extractor(BaseExtractor):
    """Reads a card from what was seen on it, which is kept beside the answer."""

    label = gettext_noop("Offline OCR")

    def __init__(self, reader: Mapping[str, Any] | None = None) -> None:
        """`reader` are the weights of a fitted one; without, the one that came along reads."""
        self.reader = _loaded(reader)
        self.model = f"{ocr.identity()}, reader {self.reader.digest}"

    def parameters(self) -> dict[str, Any]:
        return {}

    def ask(self, pictures: Sequence[Image.Image], seen: Seen) -> dict[str, Any]:
        """Nothing: all that decides the values is in what was seen, and that is kept beside."""
        return {}

    def parse(self, answer: Mapping[str, Any], seen: Seen) -> Result:
        """The values that the reader of today finds in what was seen."""
        values: dict[str, Value] = {}
        for reading in readings(seen, self.reader):
            judged = confidence.judge(reading.evidence, self.reader.calibration, reading.doubt)
            values[reading.evidence.field] = Value(
                reading.text, judged.confidence, reading.boxes, judged.reason, reading.normalised
            )
        return Result(_completed(codes.apply(values, seen.codes), seen), seen)


def readings(seen: Seen, reader: Reader) -> Iterator[Reading]:
    """What `reader` finds in what was seen, field by field in the order on screen."""
    from cards.fields import CONTACT_COLUMNS

    card = rules.sort_out(seen.lines)
    found = rules.fields(card, reader)
    for column in CONTACT_COLUMNS:
        if column.name not in found:
            continue
        text = normalise_field(column.name, found[column.name].text)
        if text:
            yield _reading(column.name, text, found[column.name], seen, card.region)


def _reading(name: str, text: str, found: Found, seen: Seen, region: str | None) -> Reading:
    boxes = ground(found.text, seen.lines)
    evidence = confidence.evidence(name, text, boxes, seen.lines, sure=found.sure, region=region)
    return Reading(
        text, boxes, evidence, found.doubt, for_machines(confidence.kind_of(name), text, region)
    )


def _completed(values: dict[str, Value], seen: Seen) -> dict[str, Value]:
    """The values, those that a code gave or set right with their form for machines too."""
    if not seen.codes:
        return values
    region = rules.sort_out(seen.lines).region
    return {
        name: replace(value, normalised=for_machines(confidence.kind_of(name), value.text, region))
        for name, value in values.items()
    }


_built: tuple[Mapping[str, Any], Reader] | None = None
"""The last fitted reader and its weights. Every card asks for the reader in use, whose weights
are the same object as long as it is the same reader; building it anew would take 20 ms."""


def _loaded(weights: Mapping[str, Any] | None) -> Reader:
    global _built  # noqa: PLW0603
    if not weights:
        return reader.shipped()
    built = _built
    if built is None or built[0] is not weights:
        try:
            _built = built = weights, Reader.from_json(weights)
        except reader.ReaderError as error:
            raise ExtractorError(str(error)) from error
    return built[1]
