"""What could be a card on a picture: four-sided outlines that are edges all the way round.

Pure: pixels in, outlines out. Nothing here decides which of them are cards.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from cards.edges import Edges, are_plausible, clockwise, gradient, refined, shares

_FINE = ((5, 14), (14, 40), (40, 110), (100, 250))
_COARSE = ((20, 60), (50, 150))
"""Low and high thresholds: from white paper on a white scanner lid to a card on a dark table."""
_LEVELS = (3, 8, 15, 25, 38, 50, 62, 75, 85, 92, 97)
"""Percentiles at which each plane of colour is cut in two."""
_LEAST_AREA, _MOST_AREA = 0.012, 0.97
"""Of the picture: twelve cards on a page have more, and a card that fills it needs no outline."""
_LEAST_SUPPORT, _LEAST_SIDE = 0.55, 0.3


@dataclass(frozen=True, slots=True)
class Outline:
    """Corners shaped (4, 2), clockwise from the top left as seen; how much of its sides is edge.

    `sides` are the four shares from 0 to 1, `support` is the mean of all and the weakest one.
    """

    corners: Any
    support: float
    sides: tuple[float, ...]


def outlines_of(lab: Any, edges: Edges) -> list[Outline]:
    """Every four-sided outline the size and shape of a card; many say nearly the same."""
    high, wide = edges.strength.shape
    least = _LEAST_AREA * high * wide
    found: dict[bytes, Any] = {}
    for contour in _contours(lab, edges):
        _, _, across, down = cv2.boundingRect(contour)
        if least <= across * down <= _MOST_AREA * high * wide:
            corners = _four_corners(contour, least)
            if corners is not None:
                found.setdefault(np.rint(corners / 5).astype(int).tobytes(), corners)
    if not found:
        return []
    quads = clockwise(np.array(list(found.values()), np.float32))
    quads = quads[are_plausible(quads, (wide, high))]
    quads = quads[_support(shares(edges, quads, 4)) > _LEAST_SUPPORT / 2]
    return [outline for outline in _laid(edges, quads) if outline.support > _LEAST_SUPPORT]


def _laid(edges: Edges, quads: Any) -> list[Outline]:
    """The quads with their sides laid on the edges near them, and what they then rest on."""
    high, wide = edges.strength.shape
    for reach in (7, 3):
        quads = refined(edges, quads, reach)
        quads = quads[are_plausible(quads, (wide, high))]
    sides = shares(edges, quads, 2)
    quads = quads.clip(0, (wide - 1, high - 1)).astype(np.float32)
    return [
        Outline(corners, float(support), tuple(map(float, each)))
        for corners, support, each in zip(quads, _support(sides), sides, strict=True)
    ]


def _support(sides: Any) -> Any:
    """The mean of four sides and the weakest one; 0 when one has hardly any edge."""
    weakest = sides.min(axis=1)
    return np.where(weakest > _LEAST_SIDE, (sides.mean(axis=1) + weakest) / 2, 0)


def alike(edges: Edges, known: Sequence[Outline]) -> list[Outline]:
    """Outlines the size of those known, upright or lying, with edges on three sides at least.

    Each place is scored by the lines that would be its sides; box filters do all places at once.
    """
    across, down = _line_maps(edges)
    taken = np.zeros_like(across)
    for outline in known:
        cv2.fillConvexPoly(taken, (outline.corners / 2).astype(np.int32), 1.0)
    places: list[tuple[float, Any]] = []
    for wide, high in _sizes(known):
        rows = cv2.boxFilter(across, -1, (wide // 2, 1))
        columns = cv2.boxFilter(down, -1, (1, high // 2))
        score = np.roll(rows, high // 4, 0) + np.roll(rows, -(high // 4), 0)
        score += np.roll(columns, wide // 4, 1) + np.roll(columns, -(wide // 4), 1)
        is_free = cv2.boxFilter(taken, -1, (wide // 2, high // 2)) < 0.06
        peaks = (score > 2.3) & is_free & (score >= cv2.dilate(score, np.ones((9, 9), np.uint8)))
        for y, x in np.argwhere(peaks):
            places.append((float(score[y, x]), _upright(2 * x, 2 * y, wide, high)))
    places.sort(key=lambda place: place[0], reverse=True)
    quads = np.array([quad for _, quad in places[:80]], np.float32).reshape(-1, 4, 2)
    outlines = _laid(edges, quads)
    return sorted(outlines, key=lambda outline: sum(outline.sides), reverse=True)


def _line_maps(edges: Edges) -> tuple[Any, Any]:
    """Where lines run across and down, at half the size and thick enough to be a little askew."""
    maps = []
    for part in (edges.dy, edges.dx):
        size = np.abs(part)
        is_line = (size > edges.faintest) & (size > 0.85 * edges.strength)
        thick = cv2.dilate(is_line.astype(np.uint8), np.ones((9, 9), np.uint8))
        maps.append(np.ascontiguousarray(thick[::2, ::2]).astype(np.float32))
    return maps[0], maps[1]


def _sizes(known: Sequence[Outline]) -> set[tuple[int, int]]:
    """Widths and heights in pixels that are about those of the outlines known, both ways."""
    sizes = {
        tuple(round(side / 8) * 8 for side in dimensions(outline.corners)) for outline in known
    }
    return {size for long, short in sizes for size in ((long, short), (short, long))}


def dimensions(corners: Any) -> tuple[float, float]:
    """The longer and the shorter side of a quad in pixels, each the mean of two."""
    lengths = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    first, second = (lengths[:2] + lengths[2:]) / 2
    return float(max(first, second)), float(min(first, second))


def _upright(x: float, y: float, wide: float, high: float) -> Any:
    half = np.array([wide, high]) / 2
    return np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * half + (x, y)


def _contours(lab: Any, edges: Edges) -> Iterator[Any]:
    """The rims of lines of edges, and of regions of colour, fine and coarse.

    The coarse picture has lost grain, chips and letters to a median filter, which keeps edges.
    """
    half = cv2.resize(lab, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    coarse = cv2.medianBlur(half, 9)
    yield from _edge_contours(edges.dx, edges.dy, _FINE, 2)
    yield from (rim * 2 for rim in _edge_contours(*gradient(coarse), _COARSE, 2))
    yield from (rim * 2 for rim in _region_contours(half))


def _edge_contours(
    dx: Any, dy: Any, thresholds: Sequence[tuple[int, int]], thicknesses: int
) -> Iterator[Any]:
    """The rims of lines of edges: outside of a card's edge the ground may join in, inside not."""
    dx, dy = (np.clip(a, -32000, 32000).astype(np.int16) for a in (dx, dy))
    square = np.ones((3, 3), np.uint8)
    for low, high in thresholds:
        line = cv2.Canny(dx, dy, low, high, L2gradient=True)
        for _ in range(thicknesses):
            line = cv2.dilate(line, square)
            yield from cv2.findContours(line, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)[0]


def _region_contours(lab: Any) -> Iterator[Any]:
    """The rims of what is lighter, more colourful or further from the ground's colour."""
    square = np.ones((3, 3), np.uint8)
    for plane in _planes(lab):
        for level in np.unique(np.percentile(plane[::4, ::4], _LEVELS).astype(int)):
            mask = cv2.morphologyEx((plane > level).astype(np.uint8), cv2.MORPH_OPEN, square)
            yield from cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)[0]


def _planes(lab: Any) -> Iterator[Any]:
    yield from cv2.split(lab)
    colour = lab.astype(np.float32)
    yield cv2.convertScaleAbs(np.hypot(colour[:, :, 1] - 128, colour[:, :, 2] - 128), alpha=2)
    rows, columns = colour[[0, 1, -2, -1]], colour[:, [0, 1, -2, -1]]
    rim = np.concatenate((rows.reshape(-1, 3), columns.reshape(-1, 3)))
    yield cv2.convertScaleAbs(np.linalg.norm(colour - np.median(rim, axis=0), axis=2), alpha=2)


def _four_corners(contour: Any, least_area_px: float) -> Any:
    """The corners of what is about a quadrilateral, shaped (4, 2); None of anything else."""
    hull = cv2.convexHull(contour)
    area = cv2.contourArea(hull)
    if area < least_area_px:
        return None
    length = cv2.arcLength(hull, True)
    for tolerance in (0.015, 0.025, 0.04, 0.06):
        points = cv2.approxPolyDP(hull, tolerance * length, True)
        if len(points) <= 4:
            break
    if len(points) == 4 and cv2.contourArea(points) > 0.85 * area:
        return points.reshape(4, 2).astype(np.float32)
    box = cv2.boxPoints(cv2.minAreaRect(hull))
    return box if area > 0.8 * cv2.contourArea(box) else None
