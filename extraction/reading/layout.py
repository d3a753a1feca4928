"""Where the pieces of text stand on a card, in the directions in which its text runs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from extraction.result import Line


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line, with its place.

    `left`, `right`, `top` and `bottom` are in pixels after the side was turned so that its text
    runs level; `size` is the height of the type, 1 being the middle one on that side.
    """

    text: str
    line: Line
    left: float
    right: float
    top: float
    bottom: float
    size: float

    @property
    def side(self) -> int:
        return self.line.box.side

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        """The height on the card at which the text stands, in pixels."""
        return (self.top + self.bottom) / 2

    def part(self, text: str) -> Piece:
        """The same place with other text."""
        return replace(self, text=text)


@dataclass(frozen=True, slots=True)
class Found:
    """The text for a field, how sure the rule was (0 to 1), and its doubt in plain words."""

    text: str
    sure: float
    doubt: str = ""


def pieces(lines: Sequence[Line]) -> list[Piece]:
    """One piece for each line, side by side, from top to bottom and from left to right."""
    placed: list[Piece] = []
    for side in sorted({line.box.side for line in lines}):
        placed += _placed([line for line in lines if line.box.side == side])
    return placed


def is_below(lower: Piece, upper: Piece, *, gap: float = 1.2) -> bool:
    """Whether `lower` is the next line under `upper`: near, and sharing some of its width.

    `gap` is the most room between them, in heights of the smaller type.
    """
    if lower.side != upper.side or lower.middle <= upper.middle:
        return False
    room = lower.top - upper.bottom
    height = min(lower.height, upper.height)
    if not -0.6 * height < room < gap * height:
        return False
    return min(lower.right, upper.right) > max(lower.left, upper.left)


def is_right_of(right: Piece, left: Piece, *, gap: float = 4.0) -> bool:
    """Whether `right` continues the row of `left`, at most `gap` heights further on."""
    if right.side != left.side or right is left:
        return False
    height = max(right.height, left.height)
    level = abs(right.middle - left.middle) < 0.5 * height
    return level and -0.5 * height < right.left - left.right < gap * height


def is_same_type(one: Piece, other: Piece) -> bool:
    """Whether both are set in about the same size of type."""
    return 0.75 < one.height / max(1.0, other.height) < 1.34


def _placed(lines: Sequence[Line]) -> list[Piece]:
    angle = median(_angle(line) for line in lines)
    turned = [(line, _extent(line, angle)) for line in lines]
    usual = median(bottom - top for _, (_, _, top, bottom) in turned) or 1.0
    found = [
        Piece(line.text, line, left, right, top, bottom, (bottom - top) / usual)
        for line, (left, right, top, bottom) in turned
    ]
    return sorted(found, key=lambda piece: (round(piece.middle / usual / 0.6), piece.left))


def _angle(line: Line) -> float:
    (x0, y0), (x1, y1), _, _ = line.box.corners
    return math.atan2(y1 - y0, x1 - x0)


def _extent(line: Line, angle: float) -> tuple[float, float, float, float]:
    """Left, right, top and bottom of the line after turning by `angle`; top and bottom are those
    at its middle, so that a slant within the line does not make it taller. A line that runs up or
    down beside level ones is as high as its type."""
    cos, sin = math.cos(-angle), math.sin(-angle)
    turned = [(x * cos - y * sin, x * sin + y * cos) for x, y in line.box.corners]
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = turned
    if abs(math.sin(_angle(line) - angle)) > 0.7:
        left, right = min(x0, x1, x2, x3), max(x0, x1, x2, x3)
        middle = (y0 + y1 + y2 + y3) / 4
        return left, right, middle - (right - left) / 2, middle + (right - left) / 2
    top, bottom = (y0 + y1) / 2, (y2 + y3) / 2
    return min(x0, x3), max(x1, x2), min(top, bottom), max(top, bottom, min(top, bottom) + 1.0)
