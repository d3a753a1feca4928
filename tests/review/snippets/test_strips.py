"""The strip of the card's picture beside each row."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image, ImageDraw

from cards import intake
from cards.models import Batch, Card, Side
from extraction.models import Extraction
from extraction.result import Box, Result, Value
from tests import pictures
from tests.cast import Person
from tests.review.conftest import MakeCard
from tests.review.snippets.conftest import page_of

pytestmark = pytest.mark.django_db

SIZE = (3000, 1800)
RED, BLUE, WHITE = (200, 30, 30), (30, 30, 200), (255, 255, 255)


def drawn(*boxes: Box) -> Card:
    """A card with a red bar at (1500, 900) to (2100, 1000) and a blue one at the upper left,
    whose mobile the machine found at `boxes`."""
    picture = Image.new("RGB", SIZE, WHITE)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((1500, 900, 2100, 1000), fill=RED)
    draw.rectangle((0, 0, 600, 300), fill=BLUE)
    batch = Batch.objects.create(name="Drawn")
    data = io.BytesIO(pictures.saved(picture, "PNG"))
    (arrival,) = intake.take_in(data, batch, name="card.png")
    assert arrival.card
    card = arrival.card
    result = Result({"mobile": Value("+49 1", 0.5, boxes)}).to_json()
    Extraction.objects.filter(card=card).delete()
    Extraction.objects.create(
        card=card, extractor="offline", status=Extraction.Status.SUCCEEDED, result=result
    )
    return card


def strip_of(client: Client, card: Card, field: str = "mobile", **headers: str) -> Any:
    return client.get(reverse("admin:review_strip", args=(card.pk, field)), headers=headers)


def opened(response: Any) -> Image.Image:
    picture = Image.open(io.BytesIO(response.content))
    picture.load()
    return picture


def is_near(picture: Image.Image, at: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    found = picture.getpixel(at)
    assert isinstance(found, tuple)
    return all(abs(a - b) < 30 for a, b in zip(found, colour, strict=True))


BAR = Box(0, ((1500, 900), (2100, 900), (2100, 1000), (1500, 1000)))


def test_a_strip_holds_the_box_and_a_margin(reviewer: Person) -> None:
    """The picture that pages show is 2000 pixels wide: two thirds of the card's."""
    picture = opened(strip_of(reviewer.client, drawn(BAR)))
    # 200 pixels of the card on either side, 50 above and below.
    width, height = picture.size
    assert abs(width - 1000 * 2 / 3) < 2
    assert abs(height - 200 * 2 / 3) < 2
    assert is_near(picture, (width // 2, height // 2), RED)
    assert is_near(picture, (width * 22 // 100, height * 30 // 100), RED)
    assert is_near(picture, (width * 17 // 100, height // 2), WHITE)
    assert is_near(picture, (width // 2, height * 18 // 100), WHITE)


def test_a_strip_is_never_larger_than_promised(reviewer: Person) -> None:
    large = Box(0, ((0, 0), (3000, 0), (3000, 1000), (0, 1000)))
    width, height = opened(strip_of(reviewer.client, drawn(large))).size
    assert width <= 900
    assert height <= 160


def test_a_strip_holds_all_the_boxes_of_a_value(reviewer: Person) -> None:
    upper = Box(0, ((0, 0), (600, 0), (600, 300), (0, 300)))
    picture = opened(strip_of(reviewer.client, drawn(upper, BAR)))
    assert is_near(picture, (10, 10), BLUE)
    assert is_near(picture, (picture.width * 1800 // 2300, picture.height * 950 // 1050), RED)


@pytest.mark.parametrize("boxes", [(), (Box(0, ((9000, 10), (9100, 10), (9100, 40), (9000, 40))),)])
def test_without_a_place_the_whole_card_is_shown(reviewer: Person, boxes: tuple[Box, ...]) -> None:
    picture = opened(strip_of(reviewer.client, drawn(*boxes)))
    assert picture.width / picture.height == pytest.approx(3000 / 1800, rel=0.02)
    assert is_near(picture, (picture.width // 10, picture.height // 10), BLUE)


def test_a_strip_comes_from_the_side_that_the_value_stands_on(reviewer: Person) -> None:
    card = drawn(Box(1, BAR.corners))
    front = card.sides.get()
    green = pictures.saved(Image.new("RGB", SIZE, (20, 160, 20)), "PNG")
    (arrival,) = intake.take_in(io.BytesIO(green), card.batch, name="back.png")
    assert arrival.card
    back = Side.objects.get(card=arrival.card)
    Side.objects.filter(pk=back.pk).update(card=card, position=front.position + 1)
    picture = opened(strip_of(reviewer.client, card))
    assert is_near(picture, (picture.width // 2, picture.height // 2), (20, 160, 20))


def test_a_strip_is_private_and_known_again(reviewer: Person) -> None:
    card = drawn(BAR)
    response = strip_of(reviewer.client, card)
    assert response["Content-Type"] == "image/jpeg"
    assert response["Cache-Control"] == "private, no-cache"
    again = strip_of(reviewer.client, card, **{"If-None-Match": response["ETag"]})
    assert again.status_code == 304


def test_a_new_reading_gives_another_strip(reviewer: Person) -> None:
    card = drawn(BAR)
    before = strip_of(reviewer.client, card)["ETag"]
    moved = Value("+49 1", 0.5, (Box(0, ((0, 0), (600, 0), (600, 300), (0, 300))),))
    Extraction.objects.create(
        card=card, extractor="offline", status=Extraction.Status.SUCCEEDED,
        result=Result({"mobile": moved}).to_json(),
    )  # fmt: skip
    assert strip_of(reviewer.client, card)["ETag"] != before


def test_a_card_without_a_picture_has_no_strip(make_card: MakeCard, reviewer: Person) -> None:
    card = make_card()
    card.sides.all().delete()
    assert strip_of(reviewer.client, card).status_code == 404
    assert "No picture to show" in page_of(reviewer.client)


def test_a_field_that_does_not_exist_has_no_strip(card: Card, reviewer: Person) -> None:
    assert strip_of(reviewer.client, card, "password").status_code == 404


def test_a_vault_that_is_down_is_said(card: Card, reviewer: Person) -> None:
    """The card's picture was never put there."""
    response = strip_of(reviewer.client, card)
    assert response.status_code == 503
    assert response["Content-Type"].startswith("text/plain")
