"""The outlines of cards on a picture: where they are, and each one cut out and straightened.

Pure: pictures in, corners out. A quad is four corners in pixels of the picture, clockwise from
the card's top left, so the order of its corners says which way up the card is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import cv2
import numpy as np
from PIL import Image

from cards.edges import Edges, edges_of
from cards.ink import has_print, loudness, print_inside, print_left
from cards.proposals import Outline, alike, dimensions, outlines_of

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]
Corners = Sequence[Sequence[float]]
"""A quad as it comes from JSON."""

_WORK_PX = 1000
"""Pictures are scaled down to this: enough for twelve cards, too little for grain to matter."""
_LEAST_PX = 120
"""A picture smaller than this on one side holds one card at most."""
_SURE = 0.8
"""The support of an outline that may stand for a card by itself."""
_LEAST_COVER = 0.1
"""Of the picture, how much several cards cover; the boxes on one card's face cover less."""
_LONE_COVER = 0.05, 0.85
"""The same for a single card; one that fills the picture is better left as it is."""
_MARGIN = 0.008
"""How far outside of its edges a card is cut out, as a share of its size: paper bends."""


def find(picture: Image.Image) -> list[Quad]:
    """The cards on a picture in reading order, in rows from the top; none when it is all one card.

    Several are found only when hardly any print is left over between them: the panels of one card
    are no cards. One is found only when its four sides are plain to see. Takes 0.1 to 0.3 seconds
    of CPU time, whatever the picture's size.
    """
    lab, scale = _reduced(picture)
    if min(lab.shape[:2]) < _LEAST_PX:
        return []
    edges = edges_of(lab)
    outlines = [o for o in _distinct(outlines_of(lab, edges)) if has_print(edges, o)]
    for group in sorted(_groups(outlines), key=_weight, reverse=True)[:2]:
        cards = _completed(lab, edges, group)
        if _are_cards(edges, cards):
            return _in_reading_order(_widened(card, picture.size, scale) for card in cards)
    return []


def straighten(picture: Image.Image, quad: Corners) -> Image.Image:
    """The card within `quad` as seen from straight above."""
    size = straightened_size(quad)
    # Corners lie between pixels, and OpenCV counts from the middle of the first one.
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    matrix = np.linalg.inv(half) @ _matrix(quad, page_quad(size)) @ half
    card = cv2.warpPerspective(
        np.asarray(picture.convert("RGB")), matrix, size, flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    return Image.fromarray(card)


def straightened_size(quad: Corners) -> tuple[int, int]:
    """Width and height in pixels of the card within `quad`, as `straighten` gives it."""
    corners = np.array(quad, float)
    lengths = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    wide, high = (max(lengths[side], lengths[side + 2]) for side in (0, 1))
    return max(1, round(float(wide))), max(1, round(float(high)))


def to_page(points: Iterable[Point], quad: Corners) -> list[Point]:
    """Points on the straightened picture, in pixels of the page that `quad` lies on."""
    matrix = _matrix(page_quad(straightened_size(quad)), quad)
    given = np.array(list(points), np.float64).reshape(-1, 1, 2)
    moved = cv2.perspectiveTransform(given, matrix) if given.size else given
    return [(float(x), float(y)) for x, y in moved.reshape(-1, 2)]


def turned(quad: Corners, degrees: int) -> Quad:
    """The quad whose straightened picture is that of `quad`, turned clockwise by 0, 90, 180 or
    270 degrees."""
    steps = -(degrees // 90) % 4
    return _quad([*quad[steps:], *quad[:steps]])


def page_quad(size: tuple[int, int]) -> Quad:
    """The quad that is all of a page of this width and height."""
    wide, high = (float(length) for length in size)
    return (0.0, 0.0), (wide, 0.0), (wide, high), (0.0, high)


def _reduced(picture: Image.Image) -> tuple[Any, Any]:
    """The picture in 8-bit Lab at the size for work, and the scale back in x and y."""
    shrink = min(1.0, _WORK_PX / max(picture.size))
    size = max(1, round(picture.width * shrink)), max(1, round(picture.height * shrink))
    small = picture.convert("RGB").resize(size, Image.Resampling.BOX, reducing_gap=2.0)
    lab = cv2.cvtColor(np.asarray(small), cv2.COLOR_RGB2LAB)
    return lab, np.array(picture.size) / size


def _distinct(outlines: Sequence[Outline]) -> list[Outline]:
    """Of outlines that say nearly the same, the largest of the good ones."""
    alternatives: list[list[Outline]] = []
    for outline in sorted(outlines, key=_quality, reverse=True):
        for group in alternatives:
            shared = _shared_px(group[0], outline)
            if shared > 0.7 * (_area(group[0]) + _area(outline) - shared):
                group.append(outline)
                break
        else:
            alternatives.append([outline])
    return [
        max((o for o in group if _quality(o) > _quality(group[0]) - 0.06), key=_area)
        for group in alternatives
    ]


def _quality(outline: Outline) -> float:
    """The support of an outline, less when opposite sides differ as chance makes them differ."""
    lengths = np.linalg.norm(np.roll(outline.corners, -1, axis=0) - outline.corners, axis=1)
    first, second = lengths[:2] / lengths[2:]
    taper = min(first, 1 / first, second, 1 / second)
    return max(0.0, outline.support - 0.7 * (1 - float(taper)))


def _groups(outlines: Sequence[Outline]) -> list[list[Outline]]:
    """For each sure outline, it and all others of about its size, none on top of another."""
    groups = []
    for seed in (o for o in outlines if o.support >= _SURE):
        group = [seed]
        for other in outlines:
            if _quality(other) > 0.7 and _is_alike(seed, other) and _is_apart(other, group):
                group.append(other)
        groups.append(group)
    return groups


def _weight(group: Sequence[Outline]) -> float:
    """What a group explains of the picture."""
    return sum(_area(outline) * _quality(outline) ** 3 for outline in group)


def _completed(lab: Any, edges: Edges, cards: Sequence[Outline]) -> list[Outline]:
    """The cards, and those of their size that were not found for want of an edge or two.

    A white card may have no visible edge on a white ground: what print is outside of the known
    cards says that there is one. On a loud ground the edges have to say it alone.
    """
    cards = list(cards)
    level, per_card_px, _ = loudness(edges, cards)
    left, is_even = print_left(edges, cards)
    if left < 0.1:
        return cards
    for outline in (*alike(edges, cards), *alike(edges_of(_coarse(lab)), cards)):
        weakest, *others = sorted(outline.sides)
        is_seen = sum(others) > 2.55 and weakest > 0.85 if is_even else sum(others) > 1.9
        is_printed = (print_inside(edges, outline) > level).sum() > 0.3 * per_card_px
        if is_seen and is_printed and _is_apart(outline, cards):
            cards.append(outline)
    return cards


def _coarse(lab: Any) -> Any:
    """The picture without grain and letters: a median filter takes them and keeps edges."""
    half = cv2.resize(lab, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    return cv2.resize(cv2.medianBlur(half, 9), lab.shape[1::-1], interpolation=cv2.INTER_LINEAR)


def _are_cards(edges: Edges, cards: Sequence[Outline]) -> bool:
    """Whether what was found is cards, rather than panels of one card or patches of the ground."""
    cover = sum(map(_area, cards)) / edges.strength.size
    left, is_even = print_left(edges, cards)
    if len(cards) > 1:
        return cover > _LEAST_COVER and (left < 0.3 or is_even)
    (card,) = cards
    least, most = _LONE_COVER
    is_plain = card.support > 0.9 and (left < 0.05 or is_even)
    return is_plain and least < cover < most


def _is_alike(one: Outline, other: Outline) -> bool:
    """Whether two outlines may be cards of the same kind, one a little nearer than the other."""
    sides = zip(dimensions(one.corners), dimensions(other.corners), strict=True)
    return all(0.75 < a / b < 1.33 for a, b in sides)


def _is_apart(one: Outline, others: Iterable[Outline]) -> bool:
    """Whether an outline hardly overlaps any of the others; False when it is one of them."""
    return all(_shared_px(one, other) < 0.05 * min(_area(one), _area(other)) for other in others)


def _area(outline: Outline) -> float:
    return float(cv2.contourArea(outline.corners))


def _shared_px(one: Outline, other: Outline) -> float:
    """The area in pixels on which two outlines overlap."""
    a, b = one.corners, other.corners
    if (a.max(axis=0) < b.min(axis=0)).any() or (b.max(axis=0) < a.min(axis=0)).any():
        return 0.0
    return float(cv2.intersectConvexConvex(a, b)[0])


def _widened(card: Outline, size: tuple[int, int], scale: Any) -> Quad:
    """The quad to cut a card out with, in pixels of the picture, which has this size."""
    middle = card.corners.mean(axis=0)
    corners = middle + (card.corners - middle) * (1 + 2 * _MARGIN)
    return _quad((corners * scale).clip(0, size))


def _in_reading_order(quads: Iterable[Quad]) -> list[Quad]:
    """In rows from the top, each from the left: a card is in the row of the one before it when
    its middle is above that one's lower edge."""
    rows: list[list[Quad]] = []
    for quad in sorted(quads, key=lambda quad: _middle(quad)[1]):
        if rows and _middle(quad)[1] < max(y for _, y in rows[-1][0]):
            rows[-1].append(quad)
        else:
            rows.append([quad])
    return [quad for row in rows for quad in sorted(row, key=_middle)]


def _middle(quad: Quad) -> Point:
    return sum(x for x, _ in quad) / 4, sum(y for _, y in quad) / 4


def _quad(corners: Iterable[Sequence[float]]) -> Quad:
    first, second, third, fourth = ((round(float(x), 1), round(float(y), 1)) for x, y in corners)
    return first, second, third, fourth


def _matrix(source: Corners, target: Corners) -> Any:
    """The perspective that takes the corners of `source` to those of `target`."""
    return cv2.getPerspectiveTransform(np.array(source, np.float32), np.array(target, np.float32))
