"""A spot of a card read again: what stands within a rectangle that a reviewer has drawn."""

from __future__ import annotations

from PIL import Image

from cards import intake
from cards.models import Side
from extraction.reading import ocr
from extraction.reading.printable import printable

MARGIN = 0.15
"""Of the rectangle's height: lines are found best with some ground around them."""

READABLE_PX = 160
"""Spots that are lower than this are enlarged to it before they are read."""

WIDEST_PX = 4_000
"""But never beyond this width: a hair's breadth of a large picture would fill the memory."""


def read(side: Side, box: tuple[float, float, float, float]) -> str:
    """The text within left, top, right and bottom, in pixels of the upright side; "" for none.

    The first call in a process loads the models, which takes about a second. Raises VaultError,
    PictureError.
    """
    picture = intake.side_picture(side)
    left, right = sorted((box[0], box[2]))
    top, bottom = sorted((box[1], box[3]))
    margin = MARGIN * (bottom - top)
    area = (
        int(max(0, left - margin)),
        int(max(0, top - margin)),
        int(min(picture.width, right + margin)),
        int(min(picture.height, bottom + margin)),
    )
    if area[2] - area[0] < 4 or area[3] - area[1] < 4:
        return ""
    spot = picture.crop(area)
    factor = max(1.0, min(READABLE_PX / spot.height, WIDEST_PX / spot.width))
    size = (round(spot.width * factor), round(spot.height * factor))
    seen = ocr.read([spot.resize(size, Image.Resampling.LANCZOS)]).seen
    return printable(" ".join(line.text for line in seen.lines))
