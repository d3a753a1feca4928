"""What reading a card costs, as ratios measured in one run, each beside its target.

    python -m tests.bench.reading [CARDS]

CPU time is compared on one thread: of everything that `read` does with a file, and of the OCR
engine alone on the same picture, decoded already. The engine is called as it comes and as it is
set up here. The two workers need two cores that have nothing else to do; the load is printed.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import django
from PIL import Image

from tests.bench import worker

MIN_CARDS = 4
VARIED = 40
LARGE_PX, SMALL_PX = (4000, 3000), (1632, 1224)
"""12 and 2 megapixels."""


def cpu_seconds(work: Callable[[Any], object], items: Sequence[Any]) -> float:
    """CPU seconds per item, after one that does not count."""
    work(items[0])
    started = time.process_time()
    for item in items:
        work(item)
    return (time.process_time() - started) / len(items)


def bare_engine() -> Any:
    """The OCR engine as it comes, on one thread."""
    import rapidocr

    from extraction.reading import ocr

    models = Path(rapidocr.__file__).parent / "models"
    return rapidocr.RapidOCR(
        params={
            "Global.log_level": "error",
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            **{f"{step}.model_path": str(models / name) for step, name in ocr.MODELS.items()},
        }
    )


def photographs(count: int, size: tuple[int, int], folder: Path) -> list[Path]:
    """Photographs of drawn cards that fill pictures of this size, as JPEG."""
    from backoffice import synthetic

    paths = []
    for number in range(count):
        photo = synthetic.photograph(synthetic.draw(number).front, Random(number))
        path = folder / f"{number:02}-{size[0]}x{size[1]}.jpg"
        photo.resize(size, Image.Resampling.BICUBIC).save(path, quality=88)
        paths.append(path)
    return paths


def varied(count: int, folder: Path) -> list[Path]:
    """Pictures that ask much of memory, in turn: large, portrait, sideways, narrow, and dense."""
    paths = []
    for number, picture in zip(range(count), _varied(), strict=False):
        path = folder / f"{number:02}-varied.{'png' if number % 5 == 4 else 'jpg'}"
        picture.save(path)
        paths.append(path)
    return paths


def _varied() -> Iterator[Image.Image]:
    from backoffice import synthetic

    for number in range(1000):
        card = synthetic.draw(number).front
        photo = synthetic.photograph(card, Random(number))
        dense = Image.new("RGB", (2400, 3300), "white")
        for row in range(0, 3300, 330):
            for left in range(0, 2400, 600):
                dense.paste(card.resize((590, 320)), (left, row))
        yield photo.resize((6000, 4500))
        yield photo.resize(LARGE_PX).transpose(Image.Transpose.ROTATE_90)
        yield dense
        yield photo.resize((2400, 600))
        yield card


def main(count: int) -> None:
    import numpy as np

    from backoffice import synthetic
    from cards import images, intake
    from extraction.reading import ocr

    def decoded(path: Path) -> Any:
        data = path.read_bytes()
        return np.asarray(images.page(data, images.media_type(data), 0, intake.limits()))[
            :, :, ::-1
        ]

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = synthetic.write_cards(count, folder / "cards")
        prepared = [decoded(path) for path in paths]
        as_it_comes = cpu_seconds(bare_engine(), prepared)
        set_up = cpu_seconds(ocr._engine(), prepared)
        whole = cpu_seconds(worker.read, paths)
        large = cpu_seconds(worker.read, photographs(count, LARGE_PX, folder))
        small = cpu_seconds(worker.read, photographs(count, SMALL_PX, folder))
        print(f"{count} drawn cards, CPU time on one thread")
        print(f"  whole reading : OCR call as it comes   {whole / as_it_comes:.2f}   at most 1.3")
        print(f"  whole reading : OCR call as set up     {whole / set_up:.2f}   ({whole:.2f} s)")
        print(f"  12 megapixels : 2 megapixels           {large / small:.2f}   at most 2.0")
        load = os.getloadavg()[0]
        one, _ = worker.measure(paths, count=1)
        two, _ = worker.measure(paths, count=2)
        ratio = 2 * one / two
        print(
            f"  two workers : one                      {ratio:.2f}   at least 1.8 (load {load:.1f})"
        )
        _, peak_mb = worker.measure(varied(VARIED, folder), count=1)
        print(f"Peak memory of a worker, {VARIED} pictures {peak_mb:6.0f} MB   under 700")


if __name__ == "__main__":
    django.setup()
    main(max(MIN_CARDS, int(sys.argv[1]) if len(sys.argv) > 1 else 12))
