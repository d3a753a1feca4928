"""Lines of text and codes from pictures, read by the OCR models inside the rapidocr wheel.

Nothing is downloaded: the model files are named explicitly, so a broken installation fails
with their path instead of reaching for the network. A card that lies sideways or upside down in
its picture is turned first.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from extraction.reading import codes, directions
from extraction.result import Box, Code, Line, Point, Seen

if TYPE_CHECKING:
    from extraction.reading.directions import Boxes, Pixels

FINDING_SIDE_PX = 960
"""Lines are looked for on a picture scaled down to this. Measured on labelled cards: the share of
values in the text is the same from 960 to 1280 px, at half the time; larger is no better."""

READING_SIDE_PX = 2560
"""Lines are read on a picture scaled down to this, which helps small print and costs little,
because each line is scaled to the same height anyway."""

MODELS = {
    "Det": "PP-OCRv6_det_small.onnx",
    "Cls": "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
    "Rec": "PP-OCRv6_rec_small.onnx",
}
"""Files in the wheel that find lines, tell which way up they are, and read them."""

LEAST_SURE = 0.5
"""Lines that the OCR is less sure of are noise: texture, logos, hairlines."""

_TRANSPOSE = {
    90: Image.Transpose.ROTATE_270,  # Pillow turns the other way round
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}

_Read = tuple[str, float]

_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Reading:
    """The pictures of a card, turned upright where they were not, and what is seen on them."""

    pictures: tuple[Image.Image, ...]
    seen: Seen


def read(pictures: Sequence[Image.Image]) -> Reading:
    """The upright sides, with their lines of text from top to bottom and their codes.

    `pictures` are RGB sides, front first; boxes are in pixels of the pictures returned. A
    picture without text gives no lines. The first call in a process loads the models, which
    takes about a second; calls from several threads wait for each other, because an engine
    keeps state between its steps.
    """
    upright: list[Image.Image] = []
    turns: list[int] = []
    lines: list[Line] = []
    found: list[Code] = []
    for side, picture in enumerate(pictures):
        with _lock:
            turn, read_lines = _read_side(side, picture)
        turns.append(turn)
        upright.append(turned(picture, turn))
        lines += read_lines
        found += codes.find(upright[-1], side)
    return Reading(tuple(upright), Seen(tuple(lines), tuple(found), tuple(turns)))


def turned(picture: Image.Image, degrees: int) -> Image.Image:
    """`picture` turned clockwise by 0, 90, 180 or 270 degrees."""
    return picture.transpose(_TRANSPOSE[degrees]) if degrees else picture


def identity() -> str:
    """The versions and the scale that decide what the lines are, such as
    "rapidocr 3.10.0 PP-OCRv6 small, 960 and 2560 px"."""
    model = MODELS["Rec"].removesuffix(".onnx").replace("_rec_", " ")
    return f"rapidocr {version('rapidocr')} {model}, {FINDING_SIDE_PX} and {READING_SIDE_PX} px"


def _read_side(side: int, picture: Image.Image) -> tuple[int, list[Line]]:
    """By how much the picture has to be turned, and its lines in pixels of the turned one."""
    import numpy as np

    pixels = _pixels(picture)
    boxes = _boxes(pixels)
    if boxes is None:
        return 0, []
    turn = directions.turn(
        boxes, _engine().crop_text_regions(pixels, boxes), classify=_classify, recognise=_recognise
    )
    if turn:
        # Looked for again, because lines are found best when they lie level.
        pixels = np.ascontiguousarray(np.rot90(pixels, -turn // 90))
        boxes = _boxes(pixels)
    if boxes is None:
        return turn, []
    shown = (picture.height, picture.width) if turn in (90, 270) else picture.size
    scale = shown[0] / pixels.shape[1], shown[1] / pixels.shape[0]
    return turn, list(_lines(side, pixels, boxes, scale))


def _lines(side: int, pixels: Pixels, boxes: Boxes, scale: tuple[float, float]) -> Iterator[Line]:
    """The lines in `boxes` of `pixels`; `scale` makes them pixels of the picture."""
    crops = _engine().crop_text_regions(pixels, boxes)
    widths, heights = directions.sides(boxes)
    readings = zip(
        _recognise(crops), crops, boxes, heights >= directions.TALL * widths, strict=True
    )
    for ahead, crop, corners, is_tall in readings:
        (text, sure), box = _best_way(ahead, crop, corners) if is_tall else (ahead, corners)
        if text.strip() and sure >= LEAST_SURE:
            points: list[Point] = [(float(x) * scale[0], float(y) * scale[1]) for x, y in box]
            first, second, third, fourth = points
            yield Line(text.strip(), sure, Box(side, (first, second, third, fourth)))


def _best_way(down: _Read, line: Pixels, corners: Any) -> tuple[_Read, Any]:
    """The better reading of a line in a tall box, which may run down or up, and its corners from
    where it begins."""
    import numpy as np

    (up,) = _recognise([directions.reversed_(line)])
    if directions.weight(up) > directions.weight(down):
        return up, np.roll(corners, 1, axis=0)  # from the bottom left
    return down, np.roll(corners, -1, axis=0)  # from the top right


def _pixels(picture: Image.Image) -> Pixels:
    """The picture in blue, green and red, with no side over READING_SIDE_PX."""
    import numpy as np

    # Scaled first: a copy of a large photograph takes as much memory as the models.
    scaled = _scaled(picture, READING_SIDE_PX).convert("RGB")
    return np.asarray(scaled)[:, :, ::-1].copy()


def _scaled(picture: Image.Image, longest_px: int) -> Image.Image:
    shrink = min(1.0, longest_px / max(picture.size))
    if shrink == 1.0:
        return picture
    width, height = (max(1, round(side * shrink)) for side in picture.size)
    # reducing_gap makes large photographs several times faster with no visible difference.
    return picture.resize((width, height), Image.Resampling.BICUBIC, reducing_gap=2.0)


def _boxes(pixels: Pixels) -> Boxes | None:
    """The boxes around the lines, (n, 4, 2) in pixels, from the top left clockwise; from top to
    bottom. None when there are none."""
    import cv2
    import numpy as np

    height, width = pixels.shape[:2]
    shrink = min(1.0, FINDING_SIDE_PX / max(height, width))
    size = max(1, round(width * shrink)), max(1, round(height * shrink))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA) if shrink < 1 else pixels
    boxes = _engine()(small, use_cls=False, use_rec=False).boxes
    if boxes is None:
        return None
    back = np.array([width / size[0], height / size[1]], np.float32)
    return np.asarray(boxes, np.float32) * back


def _classify(lines: Sequence[Pixels]) -> list[float]:
    _, found = _engine().cls_and_rotate(list(lines))
    return [sure if label == "0" else -sure for label, sure in found.cls_res]


def _recognise(lines: Sequence[Pixels]) -> list[tuple[str, float]]:
    found = _engine().recognize_txt(list(lines))
    return [(text, float(sure)) for text, sure in zip(found.txts, found.scores, strict=True)]


@cache
def _engine() -> Any:
    """The OCR engine of this process, on one thread: many processes of one thread are faster
    than one process of many. Only called under the lock.

    Lines are read one by one: on one thread a batch is no faster, takes memory for each of its
    lines, and pads the short ones.
    """
    import rapidocr

    _give_memory_back()
    models = Path(rapidocr.__file__).parent / "models"
    return rapidocr.RapidOCR(
        params={
            "Global.log_level": "error",
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Det.limit_type": "max",
            "Det.limit_side_len": FINDING_SIDE_PX,
            "Rec.rec_batch_num": 1,
            **{f"{step}.model_path": str(models / name) for step, name in MODELS.items()},
        }
    )


def _give_memory_back() -> None:
    """Makes the C library return large freed blocks to the system, as it does until it has learnt
    otherwise from its first ones. Measured on large pictures: 7 % less at the peak for no time.

    Only glibc knows these settings (`mallopt` in malloc.h); elsewhere nothing happens.
    """
    import ctypes

    trim_threshold, mmap_threshold, arena_max = -1, -3, -8
    with suppress(AttributeError, OSError, TypeError):
        set_option = ctypes.CDLL(None).mallopt
        set_option(arena_max, 2)
        set_option(mmap_threshold, _LARGE_BLOCK_BYTES)
        set_option(trim_threshold, _LARGE_BLOCK_BYTES)


_LARGE_BLOCK_BYTES = 32 * 1024 * 1024
