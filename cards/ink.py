"""How much print lies on the cards of a picture, and how much is left over beside them.

Pure arrays. Print is what has edges in more than one direction, as letters have.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import cv2
import numpy as np

from cards.edges import Edges
from cards.proposals import Outline

_LEAST_INK = 0.02
"""Of a card's area, how much has print on it; an empty patch of a table has less."""


def print_left(edges: Edges, cards: Sequence[Outline]) -> tuple[float, bool]:
    """How much print is outside of the cards, as a share of what a card has; and whether it is as
    even as a pattern of the ground, which does not count."""
    level, per_card_px, pattern_level = loudness(edges, cards)
    outside = _outside(edges, cards)
    left = (edges.print > level) & outside
    pattern = (edges.print > pattern_level) & outside
    shares = [
        pattern[window].sum() / outside[window].sum()
        for window in _windows(outside.shape)
        if outside[window].mean() > 0.15
    ]
    if not shares:
        return 0.0, False
    quiet, loud = np.percentile(shares, (10, 90))
    return float(left.sum() / per_card_px), bool(quiet > 0.3 * loud and quiet > 0.02)


def has_print(edges: Edges, outline: Outline) -> bool:
    return bool((print_inside(edges, outline) > 12).mean() > _LEAST_INK)


def print_inside(edges: Edges, outline: Outline) -> Any:
    """The strength of print at each pixel of a card, its edges left out."""
    middle = outline.corners.mean(axis=0)
    inner = (middle + (outline.corners - middle) * 0.86).astype(np.int32)
    left, top, wide, high = cv2.boundingRect(inner)
    mask = np.zeros((high, wide), np.uint8)
    cv2.fillConvexPoly(mask, inner - (left, top), 1)
    return edges.print[top : top + high, left : left + wide][mask > 0]


def loudness(edges: Edges, cards: Sequence[Outline]) -> tuple[float, float, float]:
    """From which strength on something is print, and how many pixels of a card are.

    That is louder than the quieter half of the print, and than what grain or weave the ground has.
    """
    inside = np.concatenate([print_inside(edges, card) for card in cards])
    outside = _outside(edges, cards)
    # A narrow rim is no sample of the ground: all of it may be print.
    grain = 3.5 * float(np.median(edges.print[outside])) if outside.mean() > 0.3 else 0.0
    base = 0.4 * float(np.percentile(inside, 90))
    level = max(base, grain)
    return level, max(1.0, float((inside > level).sum()) / len(cards)), base


def _outside(edges: Edges, cards: Sequence[Outline]) -> Any:
    """Whether each pixel is off all cards and their shadows, and off the frame of the picture."""
    outside = np.ones(edges.print.shape, np.uint8)
    for card in cards:
        cv2.fillConvexPoly(outside, card.corners.astype(np.int32), 0)
    outside = cv2.erode(outside, np.ones((25, 25), np.uint8)).astype(bool)
    outside[:4] = outside[-4:] = outside[:, :4] = outside[:, -4:] = False
    return outside


def _windows(shape: tuple[int, ...]) -> list[tuple[slice, slice]]:
    """The squares of an eight by eight grid over a picture."""
    rows, columns = (
        [slice(a, b) for a, b in pairwise(np.linspace(0, length, 9).astype(int))]
        for length in shape
    )
    return [(row, column) for row in rows for column in columns]
