"""Makes a drawn card look like a photograph taken with a phone."""

from __future__ import annotations

from random import Random
from typing import Any

import cv2
import numpy as np
from PIL import Image

from backoffice.synthetic.surfaces import LIGHTER_SURFACES, SURFACES, Surface

LONG_SIDE_PX = 2000
"""Longest side of a photograph; the card's smallest type stays about 30 pixels high."""
_SHORT_SIDE_PX = 1500


def photograph(image: Image.Image, random: Random) -> Image.Image:
    """The card on a table, slightly askew, under a lamp, through a small lens.

    The outcome depends on the picture and the state of `random` alone.
    """
    generator = np.random.default_rng(random.getrandbits(64))
    is_upright = image.height > image.width
    size = (_SHORT_SIDE_PX, LONG_SIDE_PX) if is_upright else (LONG_SIDE_PX, _SHORT_SIDE_PX)
    picture = _surface(image, random)(*size, generator)
    corners = _corners(image, size, random)
    lay_down(picture, image, corners, random)
    picture *= lamp(size, random)
    blur = random.uniform(0.45, 0.95)
    picture = cv2.GaussianBlur(picture, (0, 0), blur)
    picture += grain(size, random.uniform(1.5, 4.0), generator)
    return Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))


def _surface(image: Image.Image, random: Random) -> Surface:
    """A table top; people do not lay a dark card on a dark one, where its edge is lost."""
    return random.choice(LIGHTER_SURFACES if is_dark(image) else SURFACES)


def is_dark(image: Image.Image) -> bool:
    """Whether a card's edge would be lost on a dark table."""
    return bool(np.asarray(image.convert("L").reduce(8)).mean() < 90)


def _corners(image: Image.Image, size: tuple[int, int], random: Random) -> Any:
    """Where the card's corners land: clockwise from its top left, in pixels of the photograph."""
    wide, high = size
    scale = min(wide / image.width, high / image.height) * random.uniform(0.78, 0.9)
    half = np.array([image.width, image.height]) * scale / 2
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * half
    # A phone that is tilted sees the far edge shorter than the near one.
    lean, sway = random.uniform(-0.05, 0.05), random.uniform(-0.035, 0.035)
    depth = 1 + corners[:, 1] / half[1] * lean + corners[:, 0] / half[0] * sway
    angle = random.gauss(0, 0.045)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    corners = (corners * depth[:, None]) @ turn.T
    # Shrunk and shifted until every corner is inside the frame.
    reach = np.abs(corners).max(axis=0)
    corners *= min(1.0, (wide * 0.485 / reach[0]), (high * 0.485 / reach[1]))
    slack = np.array([wide, high]) / 2 * 0.97 - np.abs(corners).max(axis=0)
    shift = np.array([random.uniform(-0.8, 0.8), random.uniform(-0.8, 0.8)]) * slack
    return (corners + np.array([wide, high]) / 2 + shift).astype(np.float32)


def lay_down(picture: Any, image: Image.Image, corners: Any, random: Random) -> None:
    """Draw the card and its soft shadow into the picture, where its `corners` are to land."""
    high, wide = picture.shape[:2]
    source = np.array(
        [(0, 0), (image.width, 0), (image.width, image.height), (0, image.height)], np.float32
    )
    matrix = cv2.getPerspectiveTransform(source, corners)
    mask = np.zeros((high, wide), np.uint8)
    cv2.fillConvexPoly(mask, (corners * 16).astype(np.int32), 255, cv2.LINE_AA, 4)
    offset = (random.uniform(-16, 16), random.uniform(6, 22))
    picture *= 1 - _shadow(mask, offset, random.uniform(0.35, 0.6))[:, :, None]
    # The card shrinks a little; averaging areas first would cost more than the eye can tell.
    card = cv2.warpPerspective(
        np.asarray(image.convert("RGB")), matrix, (wide, high), flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    share = mask.astype(np.float32)[:, :, None] / 255
    picture *= 1 - share
    # White paper in a photograph is light grey: the camera keeps room for highlights.
    picture += card * share * random.uniform(0.88, 0.95)


def _shadow(mask: Any, offset: tuple[float, float], strength: float) -> Any:
    """How much light the card takes from the table, from 0 to 1, blurred at a quarter size."""
    high, wide = mask.shape
    small = cv2.resize(mask, (wide // 4, high // 4), interpolation=cv2.INTER_AREA)
    move = np.array([[1, 0, offset[0] / 4], [0, 1, offset[1] / 4]], np.float32)
    small = cv2.warpAffine(small, move, (wide // 4, high // 4)).astype(np.float32)
    near, far = cv2.GaussianBlur(small, (0, 0), 2.5), cv2.GaussianBlur(small, (0, 0), 11)
    soft = (near * 0.45 + far * 0.55) * (strength / 255)
    return cv2.resize(soft, (wide, high), interpolation=cv2.INTER_LINEAR)


def lamp(size: tuple[int, int], random: Random) -> Any:
    """The lamp: brighter on one side, darker in the corners, warm or cool."""
    wide, high = size
    x = np.linspace(-1, 1, 40, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, 30, dtype=np.float32)[:, None]
    slope = random.uniform(-0.1, 0.1) * x + random.uniform(-0.1, 0.1) * y
    field = 1.02 + slope - random.uniform(0.03, 0.09) * (x * x + y * y)
    warmth = random.uniform(-0.055, 0.075)
    gains = np.array([1 + warmth, 1 + warmth * 0.25, 1 - warmth], np.float32)
    coarse = np.asarray(field, np.float32)[:, :, None] * gains
    return cv2.resize(coarse, (wide, high), interpolation=cv2.INTER_LINEAR)


def grain(size: tuple[int, int], strength: float, generator: Any) -> Any:
    """Sensor noise: one tile repeated, for the eye finds no seam in noise this faint."""
    wide, high = size
    tile = generator.standard_normal((512, 512, 3), dtype=np.float32) * strength
    return np.tile(tile, (-(-high // 512), -(-wide // 512), 1))[:high, :wide]
