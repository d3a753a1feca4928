"""Draws text and flat shapes on a card with OpenCV, which brings its own fonts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from PIL import Image

Colour = tuple[int, int, int]
Point = tuple[float, float]

PX_PER_MM = 20
"""About 500 dots per inch, a usual resolution for print."""
_SHIFT = 4
"""Fractional bits of the coordinates handed to OpenCV: a sixteenth of a pixel."""


@dataclass(frozen=True, slots=True)
class Type:
    """How text is set: size and letter spacing in pixels, weight from 100 to 900.

    `face` is "sans" (with all weights), "italic", or "plain" (a drier face, also used for
    Japanese, that has a single weight).
    """

    size: int
    colour: Colour
    weight: int = 400
    face: str = "plain"
    tracking: int = 0

    def sized(self, size: int) -> Type:
        return replace(self, size=size, tracking=round(self.tracking * size / self.size))


@lru_cache(maxsize=8)
def _font(face: str) -> Any:
    return cv2.FontFace("uni" if face == "plain" else face)


def width(text: str, kind: Type) -> int:
    """The width of a line of text in pixels."""
    if not text:
        return 0
    if kind.tracking:
        gaps = kind.tracking * (len(text) - 1)
        return sum(width(sign, replace(kind, tracking=0)) for sign in text) + gaps
    box = cv2.getTextSize((0, 0), text, (0, 0), _font(kind.face), kind.size, kind.weight)
    return int(box[2])


def fitted(text: str, kind: Type, room: float) -> Type:
    """The type, made smaller if the line would be wider than the room."""
    taken = width(text, kind)
    return kind if taken <= room else kind.sized(max(16, int(kind.size * room / taken)))


class Sheet:
    """One side of a card. Coordinates are pixels from the top left; text stands on `y`."""

    def __init__(self, size: tuple[int, int], paper: Colour) -> None:
        self.width, self.height = size
        self.pixels = np.full((self.height, self.width, 3), paper, np.uint8)

    def image(self) -> Image.Image:
        return Image.fromarray(self.pixels)

    def write(
        self, text: str, at: Point, kind: Type, *, align: str = "left", room: float = 0
    ) -> float:
        """Draw a line of text, shrunk to the room if one is given; return where it ends."""
        kind = fitted(text, kind, room) if room else kind
        wide = width(text, kind)
        x = at[0] - {"left": 0, "center": wide / 2, "right": wide}[align]
        if not kind.tracking:
            self._put(text, x, at[1], kind)
            return x + wide
        for sign in text:
            self._put(sign, x, at[1], kind)
            x += width(sign, replace(kind, tracking=0)) + kind.tracking
        return x - kind.tracking

    def _put(self, text: str, x: float, y: float, kind: Type) -> None:
        # The plain face has no bold, so bold is drawn as a few strokes side by side.
        is_thickened = kind.weight >= 600 and (kind.face == "plain" or not text.isascii())
        is_thickened = is_thickened and any(ord(sign) > 0x2E80 for sign in text)
        offsets = (0, 1, 2) if is_thickened and kind.size > 60 else (0, 1) if is_thickened else (0,)
        for offset in offsets:
            origin = (round(x) + offset, round(y))
            cv2.putText(
                self.pixels, text, origin, kind.colour, _font(kind.face), kind.size, kind.weight
            )

    def rectangle(self, left: float, top: float, right: float, bottom: float, c: Colour) -> None:
        self.pixels[round(top) : round(bottom), round(left) : round(right)] = c

    def polygon(self, points: Iterable[Point], colour: Colour) -> None:
        cv2.fillPoly(self.pixels, [_fixed(points)], colour, cv2.LINE_AA, _SHIFT)

    def disc(self, centre: Point, radius: float, colour: Colour) -> None:
        place = tuple(int(v * (1 << _SHIFT)) for v in centre)
        scaled = int(radius * (1 << _SHIFT))
        cv2.circle(self.pixels, place, scaled, colour, -1, cv2.LINE_AA, _SHIFT)

    def line(self, start: Point, end: Point, thickness: int, colour: Colour) -> None:
        a, b = ((round(x), round(y)) for x, y in (start, end))
        cv2.line(self.pixels, a, b, colour, thickness, cv2.LINE_AA)

    def stamp(self, mask: Any, centre: Point, colour: Colour, opacity: float = 1.0) -> None:
        """Lay a colour through a mask of values from 0 to 255; what sticks out is cut off."""
        high, wide = mask.shape
        left, top = round(centre[0] - wide / 2), round(centre[1] - high / 2)
        x0, y0 = max(left, 0), max(top, 0)
        x1, y1 = min(left + wide, self.width), min(top + high, self.height)
        if x0 >= x1 or y0 >= y1:
            return
        part = mask[y0 - top : y1 - top, x0 - left : x1 - left, None].astype(np.float32)
        share = part * (opacity / 255)
        under = self.pixels[y0:y1, x0:x1].astype(np.float32)
        over = np.array(colour, np.float32)
        self.pixels[y0:y1, x0:x1] = (under + (over - under) * share + 0.5).astype(np.uint8)


def _fixed(points: Iterable[Point]) -> Any:
    return np.array([[x * (1 << _SHIFT), y * (1 << _SHIFT)] for x, y in points], np.int32)


class Mask:
    """A square drawing in coordinates from -1 to 1, drawn four times too large and reduced."""

    def __init__(self, diameter_px: int) -> None:
        self.diameter = max(8, diameter_px)
        self._side = self.diameter * 4
        self._pixels = np.zeros((self._side, self._side), np.uint8)

    def reduced(self) -> Any:
        return cv2.resize(
            self._pixels, (self.diameter, self.diameter), interpolation=cv2.INTER_AREA
        )

    def _scaled(self, points: Iterable[Point]) -> Any:
        half = self._side / 2
        return np.array([[x * half + half, y * half + half] for x, y in points], np.int32)

    def _length(self, value: float) -> int:
        return max(1, round(value * self._side / 2))

    def disc(self, x: float, y: float, radius: float, value: int = 255) -> None:
        cv2.circle(self._pixels, self._scaled([(x, y)])[0], self._length(radius), value, -1)

    def ring(self, x: float, y: float, radius: float, thickness: float, value: int = 255) -> None:
        self.arc((x, y), (radius, radius), (0, 360), thickness, value)

    def arc(
        self, centre: Point, radii: Point, span: Point, thickness: float, value: int = 255
    ) -> None:
        """Part of an ellipse, in degrees clockwise from the right; thickness 0 fills it."""
        axes = (self._length(radii[0]), self._length(radii[1]))
        stroke = self._length(thickness) if thickness else -1
        middle = self._scaled([centre])[0]
        cv2.ellipse(self._pixels, middle, axes, 0, *span, value, stroke)

    def polygon(self, points: Iterable[Point], value: int = 255) -> None:
        cv2.fillPoly(self._pixels, [self._scaled(points)], value)

    def path(self, points: Iterable[Point], thickness: float, *, is_closed: bool = False) -> None:
        stroke = self._length(thickness)
        cv2.polylines(self._pixels, [self._scaled(points)], is_closed, 255, stroke)

    def letter(self, text: str, height: float, value: int = 255) -> None:
        """A capital in the middle, `height` being its share of the drawing."""
        size = int(self._side * height / 0.7)
        kind = Type(size, (value, value, value), 700, "sans")
        x = (self._side - width(text, kind)) / 2
        origin = (round(x), round(self._side / 2 + size * 0.35))
        cv2.putText(self._pixels, text, origin, value, _font("sans"), size, 700)
