"""What reading a card costs beside the bare OCR call, as ratios measured in one run.

    python -m tests.bench.reading [CARDS]

CPU time is compared, on one thread: of the OCR engine alone on pictures that are decoded and
scaled already, and of everything `read` does with the same files. Memory is the peak of this one
process, which is what a worker takes.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import django
from PIL import Image

MIN_CARDS = 4


def cpu_seconds(work: Callable[[Any], object], items: Sequence[Any]) -> float:
    """CPU seconds per item, after one that does not count."""
    work(items[0])
    started = time.process_time()
    for item in items:
        work(item)
    return (time.process_time() - started) / len(items)


def main(count: int) -> None:
    import numpy as np

    from backoffice import synthetic
    from cards import images, intake
    from extraction import extractors, ocr
    from extraction.result import Seen

    extractor = extractors.load("offline")

    def decoded(path: Path) -> Image.Image:
        data = path.read_bytes()
        return images.page(data, images.media_type(data), 0, intake.limits())

    def read(path: Path) -> object:
        pictures = [decoded(path)]
        seen = Seen(tuple(ocr.read(pictures)))
        return extractor.parse(extractor.ask(pictures, seen), seen)

    with tempfile.TemporaryDirectory() as folder:
        paths = synthetic.write_cards(count, folder)
        prepared = [np.asarray(ocr._scaled(decoded(path))[0])[:, :, ::-1] for path in paths]
        engine = cpu_seconds(ocr._engine(), prepared)
        whole = cpu_seconds(read, paths)
        decoding = cpu_seconds(decoded, paths)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{count} drawn cards, CPU time on one thread")
    print(f"  whole reading : bare OCR call   {whole / engine:.2f}   ({whole:.2f} s a card)")
    print(f"  decoding      : bare OCR call   {decoding / engine:.2f}")
    print(f"  peak memory                     {peak_mb:.0f} MB")


if __name__ == "__main__":
    django.setup()
    main(max(MIN_CARDS, int(sys.argv[1]) if len(sys.argv) > 1 else 12))
