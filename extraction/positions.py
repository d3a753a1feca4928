"""How a side lies in its picture: the corners of the card, and which of them is the top left.

The first corner is the top left of the upright card. Turning a card rolls its corners; which
part of the page it is does not change by that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cards import outlines
from cards.models import Side
from extraction.result import Corners


def corners(side: Side) -> Corners:
    """The corners of `side` in pixels of its page, from the top left of the card, clockwise."""
    if side.quad is None:
        return outlines.page_quad((side.width_px, side.height_px))
    return as_corners(side.quad)


def identity(side: Side) -> dict[str, Any]:
    """What of `side` decides an answer: the picture, the page, and the part of the page unless it
    is all of it. The same however the side is turned.

    Only whole pages are as wide and as high as they reach from the corner of the page; a part
    that did so to a tenth of a pixel would be taken for one.
    """
    found: dict[str, Any] = {"picture": side.picture, "page": side.page}
    part = _unordered(corners(side))
    size = side.width_px, side.height_px
    if part not in (_whole(size), _whole(size[::-1])):
        found["quad"] = part
    return found


def unturned(side: Side) -> Corners:
    """The corners of `side` as those of a whole page that has never been turned."""
    places = corners(side)
    return outlines.page_quad((max(round(x) for x, _ in places), max(round(y) for _, y in places)))


def turn_between(now: Corners, then: Corners) -> int:
    """The degrees, clockwise, by which a picture cut along `now` is turned to lie as one cut
    along `then`; 0 when they are not the same card."""
    rounded = [_rounded(corner) for corner in then]
    for degrees in (90, 180, 270):
        if [_rounded(corner) for corner in outlines.turned(now, degrees)] == rounded:
            return degrees
    return 0


def turn_side(side: Side, degrees: int) -> None:
    """Turn `side` clockwise: its corners are rolled, so that its picture is cut that way round."""
    sizes = (side.width_px, side.height_px)
    side.quad = [list(corner) for corner in outlines.turned(corners(side), degrees)]
    side.width_px, side.height_px = sizes if degrees == 180 else sizes[::-1]
    side.save(update_fields=["quad", "width_px", "height_px"])


def as_corners(points: Sequence[Sequence[float]]) -> Corners:
    first, second, third, fourth = ((float(x), float(y)) for x, y in points)
    return (first, second, third, fourth)


def _whole(size: tuple[int, int]) -> list[list[float]]:
    return _unordered(outlines.page_quad(size))


def _unordered(quad: Corners) -> list[list[float]]:
    return sorted(_rounded(corner) for corner in quad)


def _rounded(corner: tuple[float, float]) -> list[float]:
    return [round(corner[0], 1), round(corner[1], 1)]
