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
class Value:
    """The text of one field, how sure the machine is of it (0 to 1), and where it stands.

    `boxes` is empty when the text was not found on the card. `reason` says in a few words why
    the value is doubtful; it is empty when it is not.
    """

    text: str
    confidence: float
    boxes: tuple[Box, ...] = ()
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "confidence": round(self.confidence, 4),
            "boxes": [box.to_json() for box in self.boxes],
            "reason": self.reason,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Value:
        return cls(
            str(data["text"]),
            float(data["confidence"]),
            tuple(Box.from_json(box) for box in data["boxes"]),
            str(data.get("reason", "")),
        )


@dataclass(frozen=True, slots=True)
class Result:
    """All that one extractor made of one card: a value per field that it found."""

    values: Mapping[str, Value]
    lines: tuple[Line, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        return {
            "version": VERSION,
            "values": {name: value.to_json() for name, value in self.values.items()},
            "lines": [line.to_json() for line in self.lines],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Result:
        """The result in `data`. Raises ValueError for a version this code does not know."""
        if data.get("version") != VERSION:
            raise ValueError(f"a result of version {data.get('version')!r} cannot be read")
        return cls(
            {name: Value.from_json(value) for name, value in data["values"].items()},
            tuple(Line.from_json(line) for line in data["lines"]),
        )


def _rounded(corners: Corners) -> list[list[float]]:
    return [[round(x, 1), round(y, 1)] for x, y in corners]


def _corners(points: Any) -> Corners:
    first, second, third, fourth = ((float(x), float(y)) for x, y in points)
    return (first, second, third, fourth)
