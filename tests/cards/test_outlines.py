"""Cards found on pictures, cut out and straightened; all drawn."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from PIL import Image, ImageChops

from backoffice import synthetic
from backoffice.synthetic import sheets
from cards import outlines
from tests.bench.sheets import found, overlap

SHEETS = range(7)
"""One on each ground."""


@pytest.mark.parametrize("number", SHEETS)
def test_cards_of_a_sheet_are_found_and_nothing_else(number: int) -> None:
    sheet = sheets.sheet(number, seed=9)
    quads = outlines.find(sheet.picture)
    assert found(sheet, quads) == len(sheet.quads) == len(quads)


@pytest.mark.parametrize("number", range(5))
def test_small_card_in_a_big_photograph_is_found(number: int) -> None:
    sheet = sheets.lone(number, seed=9)
    quads = outlines.find(sheet.picture)
    assert [found(sheet, quads), len(quads)] == [1, 1]


@pytest.mark.parametrize("number", range(1, 14))
def test_single_card_is_never_split(number: int) -> None:
    """Thirteen in a row show every layout, with all panels, frames and logos."""
    card = synthetic.draw(number, seed=9).front
    assert len(outlines.find(card.reduce(2))) < 2
    assert len(outlines.find(synthetic.photograph(card, Random(number)))) < 2


def test_card_that_fills_the_picture_has_no_outline() -> None:
    assert outlines.find(synthetic.draw(1, seed=9).front) == []


@pytest.mark.parametrize("size", [(1, 1), (96, 64), (4000, 3), (1200, 900)])
def test_empty_picture_of_any_size_has_no_outline(size: tuple[int, int]) -> None:
    assert outlines.find(Image.new("RGB", size, "white")) == []


def test_cards_come_in_reading_order() -> None:
    picture = Image.new("RGB", (1600, 1200), (40, 60, 50))
    card = synthetic.draw(2, seed=9).front.convert("RGB").resize((600, 360))
    places = [(100, 120), (860, 90), (90, 640), (850, 660)]
    for place in places:
        picture.paste(card, place)
    quads = outlines.find(picture)
    assert len(quads) == len(places)
    for place, quad in zip(places, quads, strict=True):
        assert quad[0] == pytest.approx(place, abs=12)


# Cutting out

QUAD = ((120.0, 80.0), (520.0, 110.0), (505.0, 350.0), (110.0, 330.0))


def test_straightened_picture_is_the_card_again() -> None:
    sheet = sheets.lone(0, seed=9)
    quad = sheet.quads[0]
    card = outlines.straighten(sheet.picture, quad)
    assert card.size == outlines.straightened_size(quad)
    assert card.width > card.height


def test_corner_of_the_straightened_picture_is_the_corner_of_the_quad() -> None:
    wide, high = outlines.straightened_size(QUAD)
    corners = [(0.0, 0.0), (float(wide), 0.0), (float(wide), float(high)), (0.0, float(high))]
    for point, corner in zip(outlines.to_page(corners, QUAD), QUAD, strict=True):
        assert point == pytest.approx(corner, abs=0.01)


def test_no_points_are_no_points() -> None:
    assert outlines.to_page([], QUAD) == []


@pytest.mark.parametrize(
    ("degrees", "transpose"),
    [
        (90, Image.Transpose.ROTATE_270),
        (180, Image.Transpose.ROTATE_180),
        (270, Image.Transpose.ROTATE_90),
    ],
)
def test_turned_quad_of_a_page_turns_the_page_clockwise(
    degrees: int, transpose: Image.Transpose
) -> None:
    page = synthetic.draw(3, seed=9).front.convert("RGB").reduce(4)
    quad = outlines.turned(outlines.page_quad(page.size), degrees)
    turned = outlines.straighten(page, quad)
    expected = page.transpose(transpose)
    assert turned.size == expected.size
    assert np.asarray(ImageChops.difference(turned, expected)).max() <= 1


def test_quad_of_a_page_is_all_of_it() -> None:
    page = synthetic.draw(3, seed=9).front.convert("RGB").reduce(4)
    same = outlines.straighten(page, outlines.page_quad(page.size))
    assert np.asarray(ImageChops.difference(page, same)).max() <= 1


def test_overlap_of_a_quad_with_itself_is_whole() -> None:
    assert overlap(QUAD, QUAD) == pytest.approx(1)
