"""Which way up a card lies in its picture, told by the direction in which its text runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from extraction.reading.vocabulary import HAS_CJK

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Boxes = NDArray[np.float32]

Recognise = Callable[[Sequence["Pixels"]], list[tuple[str, float]]]
"""Gives the text on each picture of one line, and how sure the OCR is of it (0 to 1)."""

Classify = Callable[[Sequence["Pixels"]], list[float]]
"""Tells of each picture of one line whether it stands upright (1) or upside down (-1)."""

TALL = 1.5
"""Height over width from which a box holds a line that runs up or down, as rapidocr has it."""

_VOTERS = 8
_READERS = 3
_CLEAR = 0.5
"""Long lines are asked, because numbers and short words look right either way up. Fewer are read
both ways where the vote is below this; on 253 upright cards it was for six."""


def turn(boxes: Boxes, crops: Sequence[Pixels], *, classify: Classify, recognise: Recognise) -> int:
    """The degrees, clockwise, by which to turn a picture so that its card is upright: 0, 90, 180
    or 270.

    `boxes` (n, 4, 2) go around its lines, from the top left; `crops` are the lines, those in tall
    boxes turned a quarter counter-clockwise. Japanese that is written downwards does not make
    an upright card a sideways one.
    """
    import numpy as np

    widths, heights = sides(boxes)
    is_tall, is_level = heights >= TALL * widths, widths >= TALL * heights
    lengths = np.maximum(widths, heights)
    is_sideways = lengths[is_tall].sum() > lengths[is_level].sum()
    running = np.flatnonzero(is_tall if is_sideways else is_level)
    voters = running[np.argsort(-lengths[running])][:_VOTERS]
    if not voters.size:
        return 0
    lines = [crops[index] for index in voters]
    is_reversed = False
    if np.average(classify(lines), weights=lengths[voters]) < _CLEAR:
        is_reversed = _reads_better_reversed(lines[:_READERS], recognise)
    if not is_sideways:
        return 180 if is_reversed else 0
    if is_reversed:
        lines = [reversed_(line) for line in lines]
    return _quarter_turn(lines[:_READERS], is_reversed, recognise)


def sides(boxes: Boxes) -> tuple[Boxes, Boxes]:
    """The widths and the heights of `boxes`, in pixels."""
    import numpy as np

    return (
        np.linalg.norm(boxes[:, 0] - boxes[:, 1], axis=1),
        np.linalg.norm(boxes[:, 0] - boxes[:, 3], axis=1),
    )


def reversed_(line: Pixels) -> Pixels:
    """The picture of a line turned by 180 degrees."""
    return line[::-1, ::-1]


def weight(read: tuple[str, float]) -> float:
    """How much was read, and how well: upside down, a line reads as fewer letters."""
    text, sure = read
    return len(text) * sure


def _reads_better_reversed(lines: Sequence[Pixels], recognise: Recognise) -> bool:
    ahead = sum(map(weight, recognise(lines)))
    back = sum(map(weight, recognise([reversed_(line) for line in lines])))
    return back > ahead


def _quarter_turn(lines: Sequence[Pixels], is_reversed: bool, recognise: Recognise) -> int:
    """The turn of a picture whose lines run up or down: none at all where they are noise or
    written downwards."""
    texts = [text for text, _ in recognise(lines)]
    if sum(map(len, texts)) < _LEAST_LETTERS:
        return 0
    if _is_written_downwards(lines, texts, recognise):
        return 180 if is_reversed else 0
    return 90 if is_reversed else 270


_LEAST_LETTERS = 4


def _is_written_downwards(
    lines: Sequence[Pixels], texts: Sequence[str], recognise: Recognise
) -> bool:
    """Whether the signs stand upright below each other.

    The OCR reads such a line from its side. Cut into its signs and set in a row as they stand,
    it reads the same; a line that lies on its side does not.
    """
    import numpy as np

    alike = []
    for line, text in zip(lines, texts, strict=True):
        if len(HAS_CJK.findall(text)) * 2 > len(text) > 1:
            signs = [np.rot90(sign, -1) for sign in np.array_split(line, len(text), axis=1)]
            height = min(sign.shape[0] for sign in signs)
            row = np.concatenate([sign[:height] for sign in signs], axis=1)
            ((as_it_stands, _),) = recognise([row])
            alike.append(SequenceMatcher(None, text, as_it_stands, autojunk=False).ratio())
    return bool(alike) and sum(alike) / len(alike) > 0.5
