"""The bundled reader: rules over the lines of the OCR. No key, no network, no cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PIL import Image

from extraction import lines as rules
from extraction import ocr, phones
from extraction.confidence import judge
from extraction.extractors.base import BaseExtractor
from extraction.grounding import ground
from extraction.layout import Found
from extraction.normalise import normalise_field
from extraction.result import Line, Result, Seen, Value


class Extractor(BaseExtractor):
    """Reads a card with rules; the lines kept beside the answer are all that `parse` needs."""

    label = "Offline OCR"

    def __init__(self) -> None:
        self.model = ocr.identity()

    def parameters(self) -> dict[str, Any]:
        return {}

    def ask(self, pictures: Sequence[Image.Image], seen: Seen) -> dict[str, Any]:
        """Nothing: all that decides the values is in what was seen, and that is kept beside."""
        return {}

    def parse(self, answer: Mapping[str, Any], seen: Seen) -> Result:
        """The values that the rules of today find in what was seen."""
        from cards.fields import CONTACT_COLUMNS

        lines = seen.lines
        found = rules.fields(lines)
        region = _region(found)
        values: dict[str, Value] = {}
        for column in CONTACT_COLUMNS:
            if column.name not in found:
                continue
            value = _value(column.name, column.info.kind, found[column.name], lines, region)
            if value.text:
                values[column.name] = value
        return Result(values, seen)


def _region(found: Mapping[str, Found]) -> str | None:
    """The country whose numbering plan the card's numbers follow."""
    texts = {name: found[name].text for name in ("website", "email", "country") if name in found}
    country = texts.pop("country", "")
    return phones.region(list(texts.values()), country)


def _value(name: str, kind: str, found: Found, lines: Sequence[Line], region: str | None) -> Value:
    text = normalise_field(name, found.text)
    boxes = ground(found.text, lines)
    judgement = judge(kind, text, boxes, lines, sure=found.sure, doubt=found.doubt, region=region)
    return Value(text, judgement.confidence, boxes, judgement.reason)
