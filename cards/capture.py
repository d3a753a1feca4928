"""Whether a picture can be read at all, and if not, why it should be taken again.

Pure. The limits were set on labelled photographs and scans: hardly any that can be read is
complained of.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from PIL import Image

from cards.outlines import Corners, straighten

BLURRED = "The picture is too blurred to read; take it again with more light and a steady hand."
TOO_SMALL = "The print is too small to read; take the picture again from nearer by."
TOO_FAINT = "The print is too faint to read; take the picture again in better light."
CUT_OFF = "The card is cut off at the edge; take the picture again with all of the card on it."

_LEAST_HEIGHT_PX = 10.6
"""Of half of the lines at least, as the OCR boxes them; below this letters run together."""
_LEAST_CONTRAST = 35
"""Between letters and paper, in levels of 255."""
_SHARP_PX = 2.0
"""How wide the edge of a letter is in a picture that is as sharp as its pixels."""
_MOST_BLUR = 0.12
"""How much wider than that it may be, as a share of the line's height."""
_MOST_EDGE_PX = 7.0
"""How wide the sharpest edges may be on a picture on which next to nothing could be read."""
_LOOKED_AT = 12
"""So many of the longest lines are measured; more would cost time and tell nothing new."""
_FEW = 3
"""Fewer lines than this say little; as many at the edge of the picture are no accident."""


def check(picture: Image.Image, boxes: Sequence[Corners]) -> str:
    """Why `picture` should be taken again, in one sentence for staff; "" when it is good enough.

    `boxes` are the lines of text found on it: four corners in pixels, clockwise from where the
    line begins.
    """
    if len(boxes) < _FEW and _edge_px(_reduced(picture)) > _MOST_EDGE_PX:
        return BLURRED
    if not boxes:
        return ""
    if float(np.median([_height_px(box) for box in boxes])) < _LEAST_HEIGHT_PX:
        return TOO_SMALL
    longest = sorted(boxes, key=_length_px, reverse=True)[:_LOOKED_AT]
    lines = [np.asarray(straighten(picture, box).convert("L"), np.float32) for box in longest]
    if float(np.median([_contrast(line) for line in lines])) < _LEAST_CONTRAST:
        return TOO_FAINT
    if float(np.median([(_edge_px(line) - _SHARP_PX) / len(line) for line in lines])) > _MOST_BLUR:
        return BLURRED
    return CUT_OFF if sum(_is_at_edge(picture.size, box) for box in boxes) >= _FEW else ""


def _reduced(picture: Image.Image) -> Any:
    """The picture in grey, no longer than the OCR reads it, shaped (height, width)."""
    grey = picture.convert("L")
    grey.thumbnail((1280, 1280), Image.Resampling.BILINEAR)
    return np.asarray(grey, np.float32)


def _contrast(grey: Any) -> float:
    dark, light = np.percentile(grey, (4, 96))
    return float(light - dark)


def _edge_px(grey: Any) -> float:
    """How many pixels the sharpest edges take: their contrast over their steepest slope.

    0 when there is nothing to be sharp.
    """
    contrast = _contrast(grey)
    if contrast < _LEAST_CONTRAST or min(grey.shape) < 3:
        return 0.0
    across, down = (cv2.Sobel(grey, cv2.CV_32F, *order, scale=1 / 8) for order in ((1, 0), (0, 1)))
    steepest = float(np.percentile(cv2.magnitude(across, down), 97 if len(grey) < 200 else 99.7))
    return contrast / max(steepest, 0.1)


def _is_at_edge(size: tuple[int, int], box: Corners) -> bool:
    """Whether a line reaches the edge of the picture, but for 3 thousandths of its size."""
    corners, reach = np.array(box, float), 0.003 * max(size)
    return bool((corners <= reach).any() or (corners >= np.array(size) - 1 - reach).any())


def _height_px(box: Corners) -> float:
    corners = np.array(box, float)
    sides = np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1)
    return float(min(sides[0], sides[1]))


def _length_px(box: Corners) -> float:
    corners = np.array(box, float)
    sides = np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1)
    return float(max(sides[0], sides[1]))
