"""The pages about readings as hands and eyes meet them, in both themes and on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Site, sign_in
from tests.browser.read_cards import ask, site_reads

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

COPIES = 12
ROW = ".field[data-key=email]"
SHAPE = "polygon[data-key=email]"


@pytest.fixture(scope="module")
def fresh_cards(small_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Cards with one side, as they are when they have just been read."""
    folder = tmp_path_factory.mktemp("cards")
    [card] = site_reads(small_site, folder, 1, seed=91, batch="Readings")
    return iter(ask(small_site, f"copies([{card!r}], {COPIES}, [])"))


@pytest.fixture
def card(small_site: Site, fresh_cards: Iterator[str], new_page: Callable[..., Page]) -> Page:
    """The page of a card that has been read."""
    page = new_page()
    sign_in(page, small_site, at=f"/admin/cards/card/{next(fresh_cards)}/change/")
    return page


@pytest.fixture
def reading(card: Page) -> Page:
    """The page of its reading."""
    card.locator(".readings a.name").click()
    card.locator(ROW).wait_for()
    return card


def test_a_field_and_its_place_light_up_together(reading: Page) -> None:
    reading.hover(ROW)
    assert reading.locator(f"{SHAPE}.is-lit").count() == 1
    reading.hover("h1")
    assert reading.locator(".is-lit").count() == 0
    reading.hover(SHAPE)
    assert reading.locator(f"{ROW}.is-lit").count() == 1


def test_the_keyboard_lights_places_up_too(reading: Page) -> None:
    reading.focus(ROW)
    assert reading.locator(f"{SHAPE}.is-lit").count() == 1


def test_a_click_on_a_place_goes_to_its_field(reading: Page) -> None:
    reading.locator(SHAPE).click()
    assert reading.evaluate("document.activeElement.dataset.key") == "email"


def test_shapes_lie_on_the_picture(reading: Page) -> None:
    box = reading.locator(SHAPE).bounding_box()
    image = reading.locator(".reading-side image").bounding_box()
    assert box
    assert image
    assert image["x"] <= box["x"] < box["x"] + box["width"] <= image["x"] + image["width"]
    assert image["y"] <= box["y"] < box["y"] + box["height"] <= image["y"] + image["height"]


def test_lines_of_text_are_shown_when_asked_for(reading: Page) -> None:
    assert not reading.locator("polygon.shape-line").first.is_visible()
    reading.check("#show-lines")
    assert reading.locator("polygon.shape-line").first.is_visible()


def test_the_raw_answer_can_be_downloaded(reading: Page) -> None:
    with reading.expect_download() as download:
        reading.get_by_text("Download").click()
    assert download.value.suggested_filename.startswith("reading-")


def test_a_card_is_read_again_and_both_readings_are_compared(card: Page, small_site: Site) -> None:
    address = card.url
    card.get_by_text("Read again with …").click()
    card.get_by_role("button", name="Read this card again").click()
    assert "1 card is read again" in card.locator(".messagelist").inner_text()
    compare = card.get_by_text("Compare the latest two")
    for _ in range(60):
        if compare.count():
            break
        card.wait_for_timeout(500)
        card.goto(address)
    compare.click()
    assert "Both readings say the same." in card.locator(".heading").inner_text()
    card.hover(".compare-rows tr[data-key=email]")
    assert card.locator(f"{SHAPE}.is-lit").first.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_a_phone(
    reading: Page, small_site: Site, scheme: str, new_page: Callable[..., Page]
) -> None:
    phone = new_page(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    sign_in(phone, small_site)
    for address in (
        reading.url,
        f"{small_site.url}/admin/extraction/call/",
        f"{small_site.url}/admin/extraction/extraction/read-again/",
    ):
        phone.goto(address)
        assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
