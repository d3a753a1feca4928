"""Edges on a picture, and how well the sides of a quadrilateral lie on them.

Pure arrays. Quads are shaped (quads, 4, 2): corners in pixels, clockwise from the top left as
seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

_FAINTEST = 8.0
"""The least gradient that counts as an edge: a step of about 2.5 grey levels of 255."""
_ASPECTS = (1.15, 2.3)
"""Cards are 1.4 to 1.9 times as long as wide; seen at a slant they look shorter or longer."""
_ALONG = np.linspace(0.04, 0.96, 40)
"""Where on a side its edge is looked for; round corners are left out."""


@dataclass(frozen=True, slots=True)
class Edges:
    """The steps of colour on a picture: of each pixel, the gradient of its strongest channel.

    `dx`, `dy`, `strength` are shaped (height, width), a step of one level being about 3 strong;
    `print` is the strength of what has edges in more than one direction nearby, as letters have
    and straight lines have not; `faintest` is the strength that stands out from the ground.
    """

    dx: Any
    dy: Any
    strength: Any
    print: Any
    faintest: float


def edges_of(lab: Any) -> Edges:
    """The edges of a picture in 8-bit Lab, shaped (height, width, 3)."""
    smooth = cv2.GaussianBlur(lab, (0, 0), 1.0)
    dx, dy = gradient(smooth)
    strength = cv2.magnitude(dx, dy)
    # The smaller eigenvalue of the structure tensor (Shi and Tomasi): none along a straight line.
    xx, yy, xy = (cv2.boxFilter(product, -1, (9, 9)) for product in (dx * dx, dy * dy, dx * dy))
    least = (xx + yy) / 2 - np.sqrt(((xx - yy) / 2) ** 2 + xy * xy)
    faintest = max(_FAINTEST, 2.0 * float(np.median(strength)))
    return Edges(dx, dy, strength, np.sqrt(np.maximum(least, 0)), faintest)


def gradient(lab: Any) -> tuple[Any, Any]:
    """The gradient of each pixel's strongest channel, across and down."""
    planes = [
        [cv2.Sobel(plane, cv2.CV_32F, *order) for order in ((1, 0), (0, 1))]
        for plane in cv2.split(lab)
    ]
    best_x, best_y = planes[0]
    best = best_x * best_x + best_y * best_y
    for dx, dy in planes[1:]:
        power = dx * dx + dy * dy
        is_stronger = power > best
        best = np.maximum(power, best)
        best_x, best_y = np.where(is_stronger, dx, best_x), np.where(is_stronger, dy, best_y)
    return best_x, best_y


def clockwise(quads: Any) -> Any:
    """The corners of each quad clockwise, first the one whose next side runs most to the right."""
    spokes = quads - quads.mean(axis=1, keepdims=True)
    order = np.arctan2(spokes[:, :, 1], spokes[:, :, 0]).argsort(axis=1)
    quads = np.take_along_axis(quads, order[:, :, None], 1)
    sides = side_vectors(quads)
    rightward = sides[:, :, 0] / np.linalg.norm(sides, axis=2)
    turn = (np.arange(4) + rightward.argmax(axis=1)[:, None]) % 4
    return np.take_along_axis(quads, turn[:, :, None], 1)


def side_vectors(quads: Any) -> Any:
    """From each corner to the next, shaped (quads, 4, 2); never nothing."""
    sides = np.roll(quads, -1, axis=1) - quads
    return np.where(np.abs(sides).sum(axis=2, keepdims=True) < 1e-3, 1e-3, sides)


def are_plausible(quads: Any, size: tuple[int, int]) -> Any:
    """Whether each quad lies on the picture and may be a rectangle the shape of a card."""
    frame = np.array(size)
    is_on = ((quads > -0.02 * frame) & (quads < 1.02 * frame)).all(axis=(1, 2))
    sides = side_vectors(quads)
    lengths = np.linalg.norm(sides, axis=2)
    mean = (lengths[:, :2] + lengths[:, 2:]) / 2
    aspect = mean.max(axis=1) / mean.min(axis=1)
    taper = np.minimum(lengths[:, :2], lengths[:, 2:]) / np.maximum(lengths[:, :2], lengths[:, 2:])
    along = sides / lengths[:, :, None]
    after = np.roll(along, -1, axis=1)
    slant = np.abs((along * after).sum(axis=2)).max(axis=1)
    turns = along[:, :, 0] * after[:, :, 1] - along[:, :, 1] * after[:, :, 0]
    is_card = (aspect > _ASPECTS[0]) & (aspect < _ASPECTS[1]) & (taper > 0.7).all(axis=1)
    return is_on & is_card & (slant < 0.35) & (turns > 0).all(axis=1) & (lengths > 12).all(axis=1)


def _profiles(edges: Edges, quads: Any, reach: int) -> tuple[Any, Any]:
    """The gradient across each side, and the sides' outward normals shaped (quads, 4, 2).

    The first is shaped (quads, 4, places on the side, steps from -reach inside to +reach outside)
    and 0 where the picture's edges run another way.
    """
    sides = side_vectors(quads)
    normals = np.stack((sides[:, :, 1], -sides[:, :, 0]), axis=2)
    normals /= np.linalg.norm(normals, axis=2, keepdims=True)
    places = quads[:, :, None] + _ALONG[:, None] * sides[:, :, None]
    steps = np.arange(-reach, reach + 1)
    points = places[:, :, :, None] + steps[:, None] * normals[:, :, None, None]
    x, y = (np.rint(points[..., axis]).astype(np.int32) for axis in (0, 1))
    high, wide = edges.strength.shape
    is_on = (x >= 0) & (y >= 0) & (x < wide) & (y < high)
    x, y = x.clip(0, wide - 1), y.clip(0, high - 1)
    normal = normals[:, :, None, None]
    across = np.abs(edges.dx[y, x] * normal[..., 0] + edges.dy[y, x] * normal[..., 1])
    return np.where(is_on & (across > 0.85 * edges.strength[y, x]), across, 0), normals


def shares(edges: Edges, quads: Any, reach: int) -> Any:
    """How much of each side is edge within `reach` pixels, from 0 to 1, shaped (quads, 4)."""
    across, _ = _profiles(edges, quads, reach)
    return (across.max(axis=3) > edges.faintest).mean(axis=2)


def refined(edges: Edges, quads: Any, reach: int) -> Any:
    """The quads with each side laid along the strongest edge within `reach` pixels of it.

    A straight line is fitted to the strongest place of each step, by weighted least squares that
    are repeated with less weight for what is off the line.
    """
    across, normals = _profiles(edges, quads, reach)
    offsets = across.argmax(axis=3) - float(reach)
    is_edge = across.max(axis=3) > edges.faintest
    weights = is_edge.astype(float)
    for _ in range(4):
        start, slope = _fitted_lines(offsets, weights)
        weights = is_edge / (1 + ((offsets - start - slope * _ALONG) / 0.8) ** 2)
    is_known = is_edge.mean(axis=2, keepdims=True) > 0.4
    start, slope = (np.where(is_known, part, 0) for part in (start, slope))
    return _crossings(quads + normals * start, side_vectors(quads) + normals * slope)


def _fitted_lines(values: Any, weights: Any) -> tuple[Any, Any]:
    """Start and slope of the lines through `values` at `_ALONG`, by weighted least squares."""
    total = weights.sum(axis=2, keepdims=True) + 1e-9
    middle = (weights * _ALONG).sum(axis=2, keepdims=True) / total
    level = (weights * values).sum(axis=2, keepdims=True) / total
    spread = (weights * (_ALONG - middle) ** 2).sum(axis=2, keepdims=True) + 1e-9
    slope = (weights * (_ALONG - middle) * (values - level)).sum(axis=2, keepdims=True) / spread
    return level - slope * middle, slope


def _crossings(points: Any, directions: Any) -> Any:
    """The corners where each line meets the one before it; parallel lines meet far away."""
    before, ahead = np.roll(points, 1, axis=1), np.roll(directions, 1, axis=1)
    apart = points - before
    cross = ahead[..., 0] * directions[..., 1] - ahead[..., 1] * directions[..., 0]
    cross = np.where(np.abs(cross) < 1e-6, 1e-6, cross)
    share = (apart[..., 0] * directions[..., 1] - apart[..., 1] * directions[..., 0]) / cross
    return (before + share[..., None] * ahead).astype(np.float32)
