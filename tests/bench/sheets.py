"""How many of the cards on drawn sheets are found, and whether single cards are ever split.

    python -m tests.bench.sheets [SHEETS] [SEED]

A card counts as found when an outline overlaps its true one by an IoU of at least 0.85.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Sequence

import cv2
import numpy as np

from backoffice import synthetic
from backoffice.synthetic import sheets
from backoffice.synthetic.people import dice
from cards import outlines

LEAST_OVERLAP = 0.85


def overlap(one: Sequence[Sequence[float]], other: Sequence[Sequence[float]]) -> float:
    """Intersection over union of two convex quads."""
    a, b = np.array(one, np.float32), np.array(other, np.float32)
    shared = float(cv2.intersectConvexConvex(a, b)[0])
    return shared / (cv2.contourArea(a) + cv2.contourArea(b) - shared)


def found(sheet: sheets.DrawnSheet, quads: Sequence[outlines.Quad]) -> int:
    """How many of the cards on a sheet are among `quads`."""
    return sum(any(overlap(true, quad) >= LEAST_OVERLAP for quad in quads) for true in sheet.quads)


def main(count: int, seed: int) -> None:
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    wrong, seconds = 0, 0.0
    for number in range(count):
        sheet = sheets.sheet(number, seed=seed)
        started = time.process_time()
        quads = outlines.find(sheet.picture)
        seconds += time.process_time() - started
        hits = found(sheet, quads)
        right[sheet.ground] += hits
        total[sheet.ground] += len(sheet.quads)
        wrong += len(quads) - hits
    for ground in sheets.GROUNDS:
        print(f"  {ground:12} {right[ground]} of {total[ground]}")
    share = right.total() / total.total()
    print(f"{count} sheets: {share:.1%} of {total.total()} cards found, {wrong} outlines wrong,")
    print(f"  {seconds / count * 1000:.0f} ms of CPU time a sheet")
    cards = [synthetic.draw(number, seed=seed) for number in range(count)]
    plain = [card.front.reduce(2) for card in cards]
    taken = [synthetic.photograph(c.front, dice("single", seed, c.number)) for c in cards]
    split = sum(len(outlines.find(picture)) > 1 for picture in (*plain, *taken))
    print(f"{2 * count} pictures of single cards: {split} split")


if __name__ == "__main__":
    arguments = [int(argument) for argument in sys.argv[1:]]
    main(*(arguments + [70, 5][len(arguments) :]))
