"""Pictures that should be taken again, and those that should not; all drawn."""

from __future__ import annotations

from random import Random

import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from backoffice import synthetic
from cards import capture
from cards.outlines import Quad

SIZE_PX = (1000, 600)
LINES = ("Rosa Halloway", "Northwind Trading", "Head of Purchasing", "rosa@northwind.example")


def card(height_px: int = 30, *, left: int = 80, ink: int = 20) -> tuple[Image.Image, list[Quad]]:
    """A white card with four lines of letters so high, and the boxes of the lines."""
    picture = Image.new("RGB", SIZE_PX, "white")
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(height_px)
    boxes: list[Quad] = []
    for number, text in enumerate(LINES):
        draw.text((left, 80 + number * 110), text, font=font, fill=(ink, ink, ink))
        x0, y0, x1, y1 = draw.textbbox((left, 80 + number * 110), text, font=font)
        x0, x1 = max(0.0, x0), min(float(SIZE_PX[0]), x1)
        boxes.append(((x0, y0), (x1, y0), (x1, y1), (x0, y1)))
    return picture, boxes


def blurred(picture: Image.Image, radius: float) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(radius))


def test_sharp_card_is_good_enough() -> None:
    assert capture.check(*card()) == ""


@pytest.mark.parametrize("number", range(1, 5))
def test_photograph_of_a_card_is_good_enough_even_before_its_lines_are_known(number: int) -> None:
    picture = synthetic.photograph(synthetic.draw(number, seed=9).front, Random(number))
    assert capture.check(picture, []) == ""


def test_blurred_card_is_to_be_taken_again() -> None:
    picture, boxes = card()
    assert capture.check(blurred(picture, 4), boxes) == capture.BLURRED


def test_picture_too_blurred_for_any_line_is_to_be_taken_again() -> None:
    picture = synthetic.photograph(synthetic.draw(3, seed=9).front, Random(3))
    assert capture.check(blurred(picture, 12), []) == capture.BLURRED


def test_card_far_away_is_to_be_taken_again() -> None:
    picture, boxes = card(height_px=9)
    assert capture.check(picture, boxes) == capture.TOO_SMALL


def test_card_in_the_dark_is_to_be_taken_again() -> None:
    picture, boxes = card(ink=20)
    dark = picture.point(lambda tone: tone // 12)
    assert capture.check(dark, boxes) == capture.TOO_FAINT


def test_card_whose_lines_leave_the_picture_is_to_be_taken_again() -> None:
    picture, boxes = card(left=-40)
    assert capture.check(picture, boxes) == capture.CUT_OFF


def test_one_line_at_the_edge_is_no_accident_to_complain_of() -> None:
    picture, boxes = card()
    _, (cut, *_) = card(left=-40)
    assert capture.check(picture, [cut, *boxes[1:]]) == ""


@pytest.mark.parametrize("size", [(1, 1), (2, 900), (640, 480)])
def test_empty_picture_says_nothing(size: tuple[int, int]) -> None:
    assert capture.check(Image.new("RGB", size, "white"), []) == ""
