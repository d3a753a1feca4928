"""Geometric company marks and the small icons beside telephone numbers and addresses."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from backoffice.synthetic.drawing import Colour, Mask, Point, Sheet

Drawer = Callable[[Mask, Mask, str], None]
"""Draws a mark's two layers (main colour, second colour); the text is the company's initial."""


def _petals(main: Mask, second: Mask, _: str) -> None:
    for layer, x, y in ((main, -1, -1), (second, 1, -1), (main, 1, 1), (second, -1, 1)):
        # Each petal is a quarter disc around the middle of its corner's opposite side.
        start = {(-1, -1): 0, (1, -1): 90, (1, 1): 180, (-1, 1): 270}[(x, y)]
        layer.arc((x * 0.95, y * 0.95), (0.9, 0.9), (start, start + 90), 0)


def _rings(main: Mask, second: Mask, _: str) -> None:
    main.ring(-0.3, 0, 0.55, 0.2)
    second.ring(0.3, 0, 0.55, 0.2)


def _chevrons(main: Mask, second: Mask, _: str) -> None:
    for layer, y in ((main, -0.5), (second, 0.0), (main, 0.5)):
        layer.path([(-0.7, y + 0.3), (0, y - 0.25), (0.7, y + 0.3)], 0.2)


def _hexagon(main: Mask, _: Mask, initial: str) -> None:
    main.polygon(_regular(6, 0.95, -90))
    main.letter(initial, 0.42, 0)


def _bars(main: Mask, second: Mask, _: str) -> None:
    for index, height in enumerate((0.5, 0.95, 1.35, 1.8)):
        left = -0.88 + index * 0.47
        layer = second if index == 3 else main
        layer.polygon(_box(left, 0.9 - height, left + 0.34, 0.9))


def _ripples(main: Mask, second: Mask, _: str) -> None:
    for radius in (1.75, 1.2):
        main.arc((-0.85, 0.85), (radius, radius), (270, 360), 0.26)
    second.disc(-0.6, 0.6, 0.34)


def _leaf(main: Mask, second: Mask, _: str) -> None:
    main.arc((-0.9, 0.9), (1.75, 1.75), (270, 360), 0)
    main.polygon([(-0.9, 0.9), (0.9, -0.9), (0.85, 0.9)], 0)
    second.arc((0.9, -0.9), (1.75, 1.75), (90, 180), 0)
    second.polygon([(0.9, -0.9), (-0.9, 0.9), (-0.9, -0.9)], 0)


def _mosaic(main: Mask, second: Mask, _: str) -> None:
    main.polygon([(0, -0.95), (0, 0), (-0.95, 0)])
    second.polygon([(0, -0.95), (0, 0), (0.95, 0)])
    second.polygon([(0, 0.95), (0, 0), (-0.95, 0)])
    main.polygon([(0.12, 0.95), (0.12, 0.12), (0.95, 0.12)])


def _waves(main: Mask, second: Mask, _: str) -> None:
    for layer, y in ((main, -0.45), (second, 0.0), (main, 0.45)):
        curve = [(x / 40, y + 0.16 * math.sin(x / 40 * 5.2)) for x in range(-36, 37)]
        layer.path(curve, 0.2)


def _monogram(main: Mask, second: Mask, initial: str) -> None:
    main.ring(0, 0, 0.86, 0.12)
    second.letter(initial, 0.42)


def _tile(main: Mask, second: Mask, initial: str) -> None:
    main.polygon(_box(-0.9, -0.9, 0.9, 0.9))
    main.letter(initial, 0.5, 0)
    main.disc(0.58, 0.58, 0.16, 0)
    second.disc(0.58, 0.58, 0.14)


def _orbit(main: Mask, second: Mask, _: str) -> None:
    main.arc((0, 0), (0.8, 0.8), (-20, 250), 0.22)
    second.disc(0.57, -0.57, 0.2)
    main.disc(0, 0, 0.28)


def _peaks(main: Mask, second: Mask, _: str) -> None:
    second.polygon([(0.25, -0.3), (0.95, 0.75), (-0.45, 0.75)])
    main.polygon([(-0.3, -0.85), (0.55, 0.75), (-0.95, 0.75)])
    second.polygon([(-0.3, -0.85), (0.55, 0.75), (-0.95, 0.75)], 0)


def _cube(main: Mask, second: Mask, _: str) -> None:
    corners = _regular(6, 0.95, -90)
    top, right, low_right, bottom, low_left, left = corners
    main.polygon([left, (0, 0), bottom, low_left])
    main.polygon([top, right, (0, 0), left])
    main.path([left, (0, 0), (0, 0)], 0.05)
    second.polygon([(0, 0), right, low_right, bottom])


MARKS: tuple[Drawer, ...] = (
    _petals, _rings, _chevrons, _hexagon, _bars, _ripples, _leaf, _mosaic, _waves, _monogram,
    _tile, _orbit, _peaks, _cube,
)  # fmt: skip


def draw_mark(
    sheet: Sheet, mark: Drawer, initial: str, at: Point, *, diameter: int,
    colours: tuple[Colour, ...], opacity: float = 1.0,
) -> None:  # fmt: skip
    """Put a company's mark on the sheet with its centre at a point."""
    main, second = Mask(diameter), Mask(diameter)
    mark(main, second, initial)
    sheet.stamp(main.reduced(), at, colours[0], opacity)
    sheet.stamp(second.reduced(), at, colours[-1], opacity)


def _regular(corners: int, radius: float, turn: float) -> list[Point]:
    angles = (math.radians(turn + 360 / corners * index) for index in range(corners))
    return [(radius * math.cos(angle), radius * math.sin(angle)) for angle in angles]


def _box(left: float, top: float, right: float, bottom: float) -> list[Point]:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def _phone(icon: Mask) -> None:
    icon.arc((0.75, -0.75), (1.25, 1.25), (95, 175), 0.36)
    icon.polygon([(-0.78, -0.62), (-0.3, -0.92), (-0.08, -0.35), (-0.45, -0.1)])
    icon.polygon([(0.62, 0.78), (0.92, 0.3), (0.35, 0.08), (0.1, 0.45)])


def _mobile(icon: Mask) -> None:
    icon.polygon(_box(-0.5, -0.92, 0.5, 0.92))
    icon.polygon(_box(-0.36, -0.68, 0.36, 0.55), 0)
    icon.disc(0, 0.73, 0.09, 0)


def _fax(icon: Mask) -> None:
    icon.polygon(_box(-0.88, -0.3, 0.88, 0.5))
    icon.polygon(_box(-0.5, -0.85, 0.5, -0.42))
    icon.polygon(_box(-0.58, 0.18, 0.58, 0.95), 0)
    icon.polygon(_box(-0.46, 0.3, 0.46, 0.85))


def _email(icon: Mask) -> None:
    icon.polygon(_box(-0.9, -0.62, 0.9, 0.62))
    icon.polygon([(-0.82, -0.62), (0.82, -0.62), (0, 0.14)], 0)
    icon.polygon([(-0.66, -0.62), (0.66, -0.62), (0, -0.02)])


def _website(icon: Mask) -> None:
    icon.ring(0, 0, 0.82, 0.13)
    icon.arc((0, 0), (0.36, 0.82), (0, 360), 0.11)
    icon.path([(-0.8, 0), (0.8, 0)], 0.11)


def _address(icon: Mask) -> None:
    icon.disc(0, -0.3, 0.6)
    icon.polygon([(-0.56, -0.1), (0.56, -0.1), (0, 0.95)])
    icon.disc(0, -0.3, 0.24, 0)


def _social(icon: Mask) -> None:
    icon.disc(0, 0, 0.8)
    icon.disc(0, 0, 0.34, 0)


_ICONS = {
    "phone": _phone, "mobile": _mobile, "fax": _fax, "email": _email, "website": _website,
    "address": _address, "social": _social,
}  # fmt: skip


@lru_cache(maxsize=256)
def icon_mask(kind: str, diameter: int) -> Any:
    """The icon for a kind of line as a mask, to be laid on a sheet with `Sheet.stamp`."""
    icon = Mask(diameter)
    _ICONS[kind](icon)
    return icon.reduced()
