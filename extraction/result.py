"""What a reading gives: values with confidence and boxes, and the lines they came from.

Frozen dataclasses that turn into JSON and back. Boxes are four corners (x, y), clockwise from
the top left as the text runs, in pixels of the upright picture of their side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

VERSION = 1
"""Raised when the JSON of a result changes in a way that a reader of it must know."""

Point = tuple[float, float]
Corners = tuple[Point, Point, Point, Point]


@dataclass(frozen=True, slots=True)
class Box:
    """A place on one side of a card; `side` counts from 0."""

    side: int
    corners: Corners

    def to_json(self) -> dict[str, Any]:
        return {"side": self.side, "corners": _rounded(self.corners)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Box:
        return cls(int(data["side"]), _corners(data["corners"]))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text as the OCR saw it; `confidence` is the OCR's own, 0 to 1."""

    text: str
    confidence: float
    box: Box

    def to_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "confidence": round(self.confidence, 4),
            **self.box.to_json(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Line:
        return cls(str(data["text"]), float(data["confidence"]), Box.from_json(data))


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code or bar code: its text as decoded, and its `format` such as "QRCode"."""

    text: str
    format: str
    box: Box

    def to_json(self) -> dict[str, Any]:
        return {"text": self.text, "format": self.format, **self.box.to_json()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Code:
        return cls(str(data["text"]), str(data["format"]), Box.from_json(data))


@dataclass(frozen=True, slots=True)
class Seen:
    """What is on a card before anybody says what it means: lines of text, and codes.

    `turns` are the degrees, clockwise, by which the picture of each side had to be turned to be
    upright; boxes are in pixels of the turned pictures.
    """

    lines: tuple[Line, ...] = ()
    codes: tuple[Code, ...] = ()
    turns: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "lines": [line.to_json() for line in self.lines],
            "codes": [code.to_json() for code in self.codes],
            "turns": list(self.turns),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Seen:
        """What was seen; documents from before codes and turns were looked for have lines only."""
        return cls(
            tuple(Line.from_json(line) for line in data["lines"]),
            tuple(Code.from_json(code) for code in data.get("codes", ())),
            tuple(int(turn) for turn in data.get("turns", ())),
        )


@dataclass(frozen=True, slots=True)
class Value:
    """The text of one field, how sure the machine is of it (0 to 1), and where it stands.

    `boxes` is empty when the text was not found on the card. `reason` says in a few words why
    the value is doubtful; it is empty when it is not. `normalised` is the form for machines where
    there is one: a telephone number as in E.164, a country as in ISO 3166-1 alpha-2.
    """

    text: str
    confidence: float
    boxes: tuple[Box, ...] = ()
    reason: str = ""
    normalised: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "confidence": round(self.confidence, 4),
            "boxes": [box.to_json() for box in self.boxes],
            "reason": self.reason,
            "normalised": self.normalised,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Value:
        return cls(
            str(data["text"]),
            float(data["confidence"]),
            tuple(Box.from_json(box) for box in data["boxes"]),
            str(data.get("reason", "")),
            str(data.get("normalised", "")),
        )


@dataclass(frozen=True, slots=True)
class Result:
    """All that one extractor made of one card: a value per field that it found.

    `extra` holds further fields by name. `beside` is what the bundled reader made of the same
    card, by field, when the result is another extractor's.
    """

    values: Mapping[str, Value]
    seen: Seen = Seen()
    extra: Mapping[str, str] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)

    @property
    def lines(self) -> tuple[Line, ...]:
        return self.seen.lines

    def to_json(self) -> dict[str, Any]:
        return {
            "version": VERSION,
            "values": {name: value.to_json() for name, value in self.values.items()},
            "extra": dict(self.extra),
            "beside": dict(self.beside),
            **self.seen.to_json(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Result:
        """The result in `data`. Raises ValueError for a version this code does not know."""
        if data.get("version") != VERSION:
            raise ValueError(f"a result of version {data.get('version')!r} cannot be read")
        return cls(
            {name: Value.from_json(value) for name, value in data["values"].items()},
            Seen.from_json(data),
            {str(name): str(text) for name, text in data.get("extra", {}).items()},
            {str(name): str(text) for name, text in data.get("beside", {}).items()},
        )


def _rounded(corners: Corners) -> list[list[float]]:
    return [[round(x, 1), round(y, 1)] for x, y in corners]


def _corners(points: Any) -> Corners:
    first, second, third, fourth = ((float(x), float(y)) for x, y in points)
    return (first, second, third, fourth)
