"""Table tops to lay a card on, made from noise: wood, cloth, paper, and dark stone.

Each function returns an RGB picture as floats from 0 to 255, shaped (height, width, 3).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

Surface = Callable[[int, int, Any], Any]
"""Makes a picture from width, height and a NumPy random generator."""

_WOODS = ((176, 132, 88), (132, 88, 54), (206, 172, 128), (98, 68, 48), (188, 150, 112))
_CLOTHS = ((96, 108, 124), (150, 140, 126), (70, 88, 82), (128, 84, 80), (184, 178, 168))
_PAPERS = ((232, 228, 220), (214, 216, 218), (226, 216, 198))
_STONES = ((44, 46, 50), (54, 48, 46), (36, 42, 50))


def wood(width: int, height: int, random: Any) -> Any:
    """Boards with a stretched grain and joints between them."""
    grain = _noise(width, height, 2, 46, random) * 0.6 + _noise(width, height, 14, 170, random)
    flow = _noise(width, height, 5, 3, random)
    rows = np.arange(height, dtype=np.float32)[:, None]
    rings = np.sin(rows / random.uniform(9, 16) + flow * 7 + grain * 1.6)
    board = height / random.uniform(2.2, 4.0)
    plank = np.floor((rows + random.uniform(0, board)) / board)
    tone = 1 + 0.09 * np.sin(plank * 2.4 + 1) + 0.07 * grain + 0.045 * rings
    seam = np.abs((rows + 3) % board) < 4
    return _tinted(random.choice(_WOODS), np.where(seam, tone * 0.62, tone))


def cloth(width: int, height: int, random: Any) -> Any:
    """A woven fabric with soft folds."""
    pitch = random.uniform(5.5, 8.5)
    across = np.sin(np.arange(width, dtype=np.float32)[None, :] * (2 * np.pi / pitch))
    down = np.sin(np.arange(height, dtype=np.float32)[:, None] * (2 * np.pi / pitch))
    folds = _noise(width, height, 3, 4, random)
    thread = _noise(width, height, 90, 160, random)
    return _tinted(random.choice(_CLOTHS), 1 + 0.06 * across * down + 0.07 * folds + 0.06 * thread)


def paper(width: int, height: int, random: Any) -> Any:
    """A desk pad of plain paper."""
    fibre = _noise(width, height, 220, 220, random)
    cloud = _noise(width, height, 3, 3, random)
    return _tinted(random.choice(_PAPERS), 1 + 0.012 * fibre + 0.025 * cloud)


def stone(width: int, height: int, random: Any) -> Any:
    """A dark, speckled top."""
    speckle = _noise(width, height, 300, 300, random)
    cloud = _noise(width, height, 4, 5, random)
    return _tinted(random.choice(_STONES), 1 + 0.12 * speckle + 0.2 * cloud)


def terrazzo(width: int, height: int, random: Any) -> Any:
    """A floor of coloured chips with sharp edges all over, as busy as a ground can be."""
    picture = _tinted((190, 184, 176), 1 + 0.03 * _noise(width, height, 60, 60, random))
    for _ in range(round(width * height / 900)):
        centre = random.uniform((0, 0), (width, height))
        chip = random.uniform(3, 18) * random.uniform(0.5, 1, (7, 1))
        angles = np.sort(random.uniform(0, 2 * np.pi, 7))
        outline = centre + chip * np.column_stack((np.cos(angles), np.sin(angles)))
        shade = tuple(float(tone) for tone in random.uniform(60, 240, 3))
        cv2.fillPoly(picture, [outline.astype(np.int32)], shade)
    return picture


LIGHTER_SURFACES: tuple[Surface, ...] = (wood, cloth, paper)
SURFACES: tuple[Surface, ...] = (*LIGHTER_SURFACES, stone)


def _noise(width: int, height: int, columns: int, rows: int, random: Any) -> Any:
    """Smooth noise around 0, about 1 high, with this many bumps across and down."""
    coarse = random.standard_normal((rows + 3, columns + 3), dtype=np.float32)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


def _tinted(colour: Any, tone: Any) -> Any:
    shades = np.asarray(tone, np.float32)[:, :, None]
    return shades * np.array(colour, np.float32)
