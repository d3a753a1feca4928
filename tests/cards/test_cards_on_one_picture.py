"""Several cards on one picture become a card each, and each remembers its place on it."""

from __future__ import annotations

import hashlib

import pytest

from backoffice.synthetic import sheets
from cards import intake, vault
from cards.models import Batch, Card, Side
from tests import pictures
from tests.bench.sheets import found
from tests.cards.make_arrivals import ALREADY_HERE, TAKEN_IN, take, take_one


@pytest.fixture(scope="module")
def sheet() -> sheets.DrawnSheet:
    return sheets.sheet(0, seed=9, count=3)


@pytest.fixture(scope="module")
def sheet_bytes(sheet: sheets.DrawnSheet) -> bytes:
    return pictures.saved(sheet.picture, "JPEG", quality=90)


def test_cards_on_one_picture_become_a_card_each(batch: Batch, sheet_bytes: bytes) -> None:
    arrivals = take(sheet_bytes, batch, "fair.jpg")
    assert [arrival.file_name for arrival in arrivals] == [
        "fair.jpg (card 1 of 3)", "fair.jpg (card 2 of 3)", "fair.jpg (card 3 of 3)",
    ]  # fmt: skip
    assert [arrival.card for arrival in arrivals] == list(Card.objects.order_by("id"))
    assert {arrival.outcome for arrival in arrivals} == {TAKEN_IN}


def test_cards_on_one_picture_remember_their_place(
    batch: Batch, sheet: sheets.DrawnSheet, sheet_bytes: bytes
) -> None:
    take(sheet_bytes, batch)
    sides = list(Side.objects.all())
    assert found(sheet, [side.quad for side in sides if side.quad]) == 3
    assert {side.picture for side in sides} == {hashlib.sha256(sheet_bytes).hexdigest()}
    for side in sides:
        assert intake.side_picture(side).size == (side.width_px, side.height_px)


def test_cards_on_one_picture_have_their_place_in_the_vault(
    batch: Batch, sheet_bytes: bytes
) -> None:
    for arrival in take(sheet_bytes, batch):
        assert arrival.card
        document = vault.get_json(vault.card_name(arrival.card.pk))
        assert document["sides"][0]["quad"] == arrival.card.sides.get().quad


def test_picture_of_several_cards_that_is_here_already_is_one_arrival(
    batch: Batch, sheet_bytes: bytes
) -> None:
    take(sheet_bytes, batch)
    assert take_one(sheet_bytes, batch).outcome == ALREADY_HERE
    assert Card.objects.count() == 3


def test_pages_are_cards_of_their_own_when_one_shows_several(
    batch: Batch, sheet: sheets.DrawnSheet
) -> None:
    data = pictures.saved(
        pictures.card(), "TIFF", save_all=True, append_images=[sheet.picture.reduce(2)]
    )
    take(data, batch, "box.tif")
    pages = [card.sides.get().page for card in Card.objects.order_by("id")]
    assert pages == [0, 1, 1, 1]


def test_side_picture_without_a_place_is_the_page(card: Card) -> None:
    assert intake.side_picture(card.sides.get()).size == pictures.SIZE_PX
