"""Lines of text from pictures, read by the OCR models that come inside the rapidocr wheel.

Nothing is downloaded: the model files are named explicitly, so a broken installation fails
with their path instead of reaching for the network.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from PIL import Image

from extraction.result import Box, Line, Point

LONGEST_SIDE_PX = 1280
"""Pictures are scaled down to this before reading; smaller ones are read as they are. On
labelled cards 960 to 2000 px find the same text; larger costs time, smaller risks small print."""

MODELS = {
    "Det": "PP-OCRv6_det_small.onnx",
    "Cls": "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
    "Rec": "PP-OCRv6_rec_small.onnx",
}
"""Files in the wheel that find lines, turn them the right way up and read them."""

_lock = threading.Lock()


def read(pictures: Sequence[Image.Image]) -> list[Line]:
    """The lines of text on `pictures`, side by side and from top to bottom.

    `pictures` are upright RGB sides, front first; boxes are in pixels of the picture given. A
    picture without text gives no lines. The first call in a process loads the models, which
    takes about a second; calls from several threads wait for each other, because an engine
    keeps state between its steps.
    """
    return [line for side, picture in enumerate(pictures) for line in _read_side(side, picture)]


def identity() -> str:
    """The versions and the scale that decide what the lines are, such as
    "rapidocr 3.10.0 PP-OCRv6 small, 1280 px"."""
    model = MODELS["Rec"].removesuffix(".onnx").replace("_rec_", " ")
    return f"rapidocr {version('rapidocr')} {model}, {LONGEST_SIDE_PX} px"


def _read_side(side: int, picture: Image.Image) -> Iterator[Line]:
    import numpy as np

    scaled, scale_x, scale_y = _scaled(picture)
    blue_green_red = np.asarray(scaled)[:, :, ::-1].copy()
    with _lock:
        output = _engine()(blue_green_red)
    if output.boxes is None or output.txts is None or output.scores is None:
        return
    for corners, text, score in zip(output.boxes, output.txts, output.scores, strict=True):
        points: list[Point] = [(float(x) / scale_x, float(y) / scale_y) for x, y in corners]
        first, second, third, fourth = points
        if text.strip():
            yield Line(text.strip(), float(score), Box(side, (first, second, third, fourth)))


def _scaled(picture: Image.Image) -> tuple[Image.Image, float, float]:
    """The picture as RGB with no side over LONGEST_SIDE_PX, and the scale in x and in y."""
    upright = picture.convert("RGB")
    shrink = min(1.0, LONGEST_SIDE_PX / max(upright.size))
    if shrink == 1.0:
        return upright, 1.0, 1.0
    width, height = (max(1, round(side * shrink)) for side in upright.size)
    # reducing_gap makes large photographs several times faster with no visible difference.
    scaled = upright.resize((width, height), Image.Resampling.BICUBIC, reducing_gap=2.0)
    return scaled, width / upright.width, height / upright.height


@cache
def _engine() -> Any:
    """The OCR engine of this process, on one thread: many processes of one thread are faster
    than one process of many. Only called under the lock."""
    import rapidocr

    models = Path(rapidocr.__file__).parent / "models"
    return rapidocr.RapidOCR(
        params={
            "Global.log_level": "error",
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            **{f"{step}.model_path": str(models / name) for step, name in MODELS.items()},
        }
    )
