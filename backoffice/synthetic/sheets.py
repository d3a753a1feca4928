"""Pictures of several drawn cards at once: flatbed scans and table tops, with the true outlines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any

import cv2
import numpy as np
from PIL import Image

from backoffice.synthetic.card import draw
from backoffice.synthetic.drawing import PX_PER_MM
from backoffice.synthetic.people import dice
from backoffice.synthetic.photograph import grain, is_dark, lamp, lay_down
from backoffice.synthetic.surfaces import Surface, cloth, paper, stone, terrazzo, wood

Corners = tuple[tuple[float, float], ...]

_TABLES: dict[str, Surface] = {
    "wood": wood, "cloth": cloth, "paper": paper, "dark": stone, "busy": terrazzo
}  # fmt: skip
GROUNDS = ("white scan", "black scan", *_TABLES)
"""What cards lie on: the lid of a flatbed scanner, closed or open, and table tops."""

_SCAN_PX = (1654, 2339)
"""An A4 page at 200 dots per inch."""
_PHOTOGRAPH_PX = (2000, 1500)
_REACH_PX = 80
"""How far a shadow reaches."""


@dataclass(frozen=True, slots=True)
class DrawnSheet:
    """A picture of cards lying apart; `quads` are their corners in pixels, clockwise, in no order.

    A quad begins at the card's own top left, wherever that lies on the picture.
    """

    picture: Image.Image
    quads: tuple[Corners, ...]
    ground: str


def sheet(number: int, *, seed: int = 0, count: int | None = None) -> DrawnSheet:
    """Two to twelve cards, or `count`; always the same for the same number and seed."""
    random = dice("sheet", seed, number)
    ground = GROUNDS[number % len(GROUNDS)]
    cards = _cards(random, count or random.randint(2, 12), ground)
    placed = _in_rows(cards, random)
    if "scan" in ground:
        return _scanned(cards, placed, ground, random)
    return _photographed(cards, placed, ground, random)


def lone(number: int, *, seed: int = 0) -> DrawnSheet:
    """One card that is small in a big photograph, at any angle."""
    random = dice("lone", seed, number)
    ground = tuple(_TABLES)[number % len(_TABLES)]
    (card,) = _cards(random, 1, ground)
    turn = random.choice((0, 0, 90, 270)) + random.uniform(-20, 20)
    placed = [_turned(_outline(card), turn)]
    return _photographed([card], placed, ground, random, share=random.uniform(0.3, 0.6))


@lru_cache(maxsize=32)
def _front(number: int) -> Image.Image:
    return draw(number, seed=41).front


def _cards(random: Random, count: int, ground: str) -> list[Image.Image]:
    """Fronts of cards; people do not lay a dark one on a dark table, where its edge is lost."""
    cards: list[Image.Image] = []
    while len(cards) < count:
        card = _front(random.randrange(400))
        if ground != "dark" or not is_dark(card):
            cards.append(card)
    return cards


def _outline(card: Image.Image) -> Any:
    """The corners of a card in millimetres, its top left at the origin."""
    wide, high = card.width / PX_PER_MM, card.height / PX_PER_MM
    return np.array([(0, 0), (wide, 0), (wide, high), (0, high)])


def _turned(outline: Any, degrees: float) -> Any:
    """`outline` turned clockwise about its middle, then moved so that nothing is below zero."""
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    points = (outline - outline.mean(axis=0)) @ turn
    return points - points.min(axis=0)


def _in_rows(cards: Sequence[Image.Image], random: Random) -> list[Any]:
    """Where each card lies, in millimetres: in rows, loosely, some turned by a quarter or half."""
    columns = max(1, round(len(cards) ** 0.5 * random.uniform(0.75, 1.05)))
    gap = random.uniform(3, 14)
    placed: list[Any] = []
    top = 0.0
    for start in range(0, len(cards), columns):
        left, bottom = random.uniform(0, gap), top
        for card in cards[start : start + columns]:
            turn = random.choice((0, 0, 0, 0, 90, 180, 270)) + random.gauss(0, 2)
            shift = (left, top + random.uniform(0, gap / 2))
            outline = _turned(_outline(card), turn) + shift
            left = outline[:, 0].max() + gap * random.uniform(0.7, 1.3)
            bottom = max(bottom, outline[:, 1].max())
            placed.append(outline)
        top = bottom + gap * random.uniform(0.7, 1.3)
    return placed


def _fitted(placed: Sequence[Any], size: tuple[int, int], share: float, random: Random) -> Any:
    """The outlines in pixels of a picture of `size`, as large as `share` of it allows."""
    points = np.concatenate(placed)
    points = points - (points.min(axis=0) + points.max(axis=0)) / 2
    room = np.array(size, float)
    scale = (room * share / np.ptp(points, axis=0)).min()
    slack = (room * 0.98 - np.ptp(points, axis=0) * scale) / 2
    shift = room / 2 + slack * (random.uniform(-0.9, 0.9), random.uniform(-0.9, 0.9))
    return (points * scale + shift).reshape(-1, 4, 2)


def _scanned(
    cards: Sequence[Image.Image], placed: Sequence[Any], ground: str, random: Random
) -> DrawnSheet:
    """An even ground, no lens: white cards stand out by their shadow alone."""
    wide, high = _SCAN_PX
    share = min(0.96, random.uniform(0.75, 1.0))
    quads = _fitted(placed, _SCAN_PX, share, random).astype(np.float32)
    tone = random.uniform(236, 253) if ground == "white scan" else random.uniform(6, 34)
    colour = np.array((tone, tone, tone + random.uniform(-4, 1)), np.float32)
    picture: Any = np.full((high, wide, 3), colour, np.float32)
    for card, corners in zip(cards, quads, strict=True):
        window, inner = _window(picture, corners)
        _lay_flat(window, card, inner, random)
    picture = cv2.GaussianBlur(picture, (0, 0), 0.6)
    picture += grain(_SCAN_PX, random.uniform(0.8, 2.2), _generator(random))
    return _sheet(picture, quads, ground)


def _lay_flat(picture: Any, card: Image.Image, corners: Any, random: Random) -> None:
    """Draw a card on a scanner's glass, with the thin shadow of the edge its lamp comes over."""
    mask = np.zeros(picture.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, (corners * 16).astype(np.int32), 255, cv2.LINE_AA, 4)
    move = np.array([[1, 0, 1], [0, 1, 3]], np.float32)
    shade = cv2.warpAffine(mask, move, mask.shape[::-1])
    halo = cv2.GaussianBlur(shade, (0, 0), 2.5).astype(np.float32) / 255
    picture *= 1 - halo[:, :, None] * random.uniform(0.12, 0.3)
    _paste(picture, card, corners, mask, random.uniform(0.95, 1.0))


def _paste(picture: Any, card: Image.Image, corners: Any, mask: Any, white: float) -> None:
    small = _reduced(card, corners)
    corner = [(0, 0), (small.width, 0), (small.width, small.height), (0, small.height)]
    matrix = cv2.getPerspectiveTransform(np.array(corner, np.float32), corners)
    high, wide = picture.shape[:2]
    drawn = cv2.warpPerspective(
        np.asarray(small), matrix, (wide, high), borderMode=cv2.BORDER_REPLICATE
    )
    share = mask.astype(np.float32)[:, :, None] / 255
    picture *= 1 - share
    picture += drawn * share * white


def _reduced(card: Image.Image, corners: Any) -> Image.Image:
    """The card about as large as it will be: a lens misses nothing that is between its pixels."""
    across = float(np.linalg.norm(corners[1] - corners[0]))
    return card.convert("RGB").reduce(max(1, int(card.width / across)))


def _window(picture: Any, corners: Any) -> tuple[Any, Any]:
    """The part of a picture that a card and its shadow fall on, and the corners within it."""
    high, wide = picture.shape[:2]
    left, top = (corners.min(axis=0) - _REACH_PX).astype(int).clip(0)
    right, bottom = (corners.max(axis=0) + _REACH_PX).astype(int).clip(0, (wide, high))
    return picture[top:bottom, left:right], corners - np.array((left, top), np.float32)


def _photographed(
    cards: Sequence[Image.Image],
    placed: Sequence[Any],
    ground: str,
    random: Random,
    *,
    share: float | None = None,
) -> DrawnSheet:
    """The cards on a table, seen by a phone that is held a little askew."""
    extent = np.ptp(np.concatenate(placed), axis=0)
    size = _PHOTOGRAPH_PX if extent[0] > extent[1] else _PHOTOGRAPH_PX[::-1]
    flat = _fitted(placed, size, share or random.uniform(0.7, 0.9), random)
    quads = _tilted(flat, size, random)
    generator = _generator(random)
    picture = _TABLES[ground](*size, generator)
    for card, corners in zip(cards, quads, strict=True):
        window, inner = _window(picture, corners)
        lay_down(window, _reduced(card, corners), inner, random)
    picture *= lamp(size, random)
    picture = cv2.GaussianBlur(picture, (0, 0), random.uniform(0.45, 0.95))
    picture += grain(size, random.uniform(1.5, 4.0), generator)
    return _sheet(picture, quads, ground)


def _tilted(quads: Any, size: tuple[int, int], random: Random) -> Any:
    """The corners as a phone sees them that is not held level: the far edge is shorter."""
    middle = np.array(size) / 2
    points = quads.reshape(-1, 2) - middle
    lean, sway = random.uniform(-0.08, 0.08), random.uniform(-0.05, 0.05)
    depth = 1 + points[:, 1] / middle[1] * lean + points[:, 0] / middle[0] * sway
    points = points * depth[:, None]
    # Shrunk until every corner is inside the frame.
    points *= min(1.0, *(middle * 0.985 / np.abs(points).max(axis=0)))
    return (points + middle).reshape(-1, 4, 2).astype(np.float32)


def _generator(random: Random) -> Any:
    return np.random.default_rng(random.getrandbits(64))


def _sheet(picture: Any, quads: Any, ground: str) -> DrawnSheet:
    image = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))
    corners = tuple(tuple((float(x), float(y)) for x, y in quad) for quad in quads)
    return DrawnSheet(image, corners, ground)
