"""The review page and the upload page as hands and eyes meet them."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from backoffice import synthetic
from tests.browser import desk
from tests.browser.conftest import ALL_ENDED, Site, sign_in, upload
from tests.browser.read_cards import ask, site_reads

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

COPIES = 10
DROP = """([name, encoded]) => {
    const bytes = Uint8Array.from(atob(encoded), char => char.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], name, {type: "image/jpeg"}));
    document.getElementById("dropzone").dispatchEvent(
        new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
}"""


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Cards that no other test uploads: two with one side, one with two."""
    folder = tmp_path_factory.mktemp("cards")
    synthetic.write_cards(3, folder, seed=77)
    return sorted(path for path in folder.iterdir() if path.suffix != ".jsonl")


@pytest.fixture(scope="module")
def fresh_cards(small_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Cards with one side that have been read and that nobody has touched."""
    folder = tmp_path_factory.mktemp("read")
    [card] = site_reads(small_site, folder, 1, seed=79, batch="Review page")
    return iter(ask(small_site, f"copies([{card!r}], {COPIES}, ['phone'])"))


@pytest.fixture
def card(small_site: Site, fresh_cards: Iterator[str], new_page: Callable[..., Page]) -> Page:
    """The review page of a card that has been read."""
    page = new_page()
    sign_in(page, small_site, at=f"/admin/review/waitingcard/{next(fresh_cards)}/change/")
    return page


def test_focusing_a_field_lights_up_its_place_on_the_picture(card: Page) -> None:
    card.focus("[name=email]")
    lit = card.locator("polygon.is-focused")
    assert lit.count() == 1
    box, canvas = lit.bounding_box(), card.locator("#canvas").bounding_box()
    assert box
    assert canvas
    assert canvas["x"] <= box["x"] <= canvas["x"] + canvas["width"]
    assert canvas["y"] <= box["y"] <= canvas["y"] + canvas["height"]


def test_a_click_on_a_place_with_alt_goes_to_its_field(card: Page) -> None:
    card.focus("[name=email]")
    card.evaluate("() => { document.querySelector('polygon.is-focused').id = 'of-email'; }")
    card.focus("[name=full_name]")
    before = card.input_value("[name=full_name]")
    card.locator("#of-email").click(modifiers=["Alt"])
    assert card.evaluate("document.activeElement.name") == "email"
    assert card.input_value("[name=full_name]") == before


def test_an_edited_field_offers_the_machines_value_back(card: Page) -> None:
    before = card.input_value("[name=email]")
    card.fill("[name=email]", "somebody@else.example")
    card.locator("[data-field=email] .ws-revert").click()
    assert card.input_value("[name=email]") == before


def test_enter_in_a_field_goes_on_and_decides_nothing(card: Page) -> None:
    card.focus("[name=company]")
    card.keyboard.press("Enter")
    assert card.evaluate("document.activeElement.name") != "company"
    assert card.locator("#approve").is_visible()


def test_keys_that_are_held_decide_one_card_only(card: Page) -> None:
    held = (
        "new KeyboardEvent('keydown', {key: 'Enter', ctrlKey: true, repeat: true, bubbles: true})"
    )
    address = card.url
    press = f"() => document.body.dispatchEvent({held})"
    for _ in range(20):
        card.evaluate(press)
    card.wait_for_timeout(300)
    assert card.url == address
    assert card.locator("#approve").is_visible()


def test_skipping_keeps_what_was_typed_for_the_next_time(card: Page) -> None:
    address = card.url
    card.fill("[name=company]", "Typed and not decided")
    card.locator("#skip").click()
    card.wait_for_url(lambda url: url != address)
    card.goto(address)
    assert card.input_value("[name=company]") == "Typed and not decided"


def test_enter_in_the_list_saves_the_row(card: Page, small_site: Site) -> None:
    card_id = UUID(card.url.partition("waitingcard/")[2].partition("/")[0])
    (found,) = desk.rows(small_site, "SELECT batch_id FROM cards_card WHERE id = ?", card_id.hex)
    part = f"?status=all&batch__id__exact={found['batch_id']}"
    card.goto(f"{small_site.url}/admin/review/waitingcard/{part}")
    cell = card.locator("#result_list input[name$=-job_title]").first
    cell.fill("Keeper of the list")
    cell.press("Enter")
    card.locator(".row-state", has_text=re.compile("^Saved")).wait_for()


def test_a_card_is_rejected_with_its_reason(card: Page) -> None:
    address = card.url
    card.locator("#reject summary").click()
    card.fill("#reason", "Not of use")
    card.keyboard.press("Enter")
    card.wait_for_url(lambda url: url != address)
    card.goto(address)
    assert "Rejected" in card.locator(".ws-notes").inner_text()
    assert "Not of use" in card.locator(".ws-notes").inner_text()


def test_a_picture_can_be_dropped_onto_the_page(
    small_site: Site, pictures: list[Path], new_page: Callable[..., Page]
) -> None:
    page = new_page()
    sign_in(page, small_site)
    page.goto(f"{small_site.url}/admin/cards/card/upload/")
    data = next(path for path in pictures if path.suffix == ".jpg").read_bytes() + b"dropped"
    page.evaluate(DROP, ["dropped.jpg", base64.b64encode(data).decode()])
    page.wait_for_function(ALL_ENDED, arg=1, timeout=60_000)
    assert "dropped.jpg" in page.locator("#arrivals").inner_text()


def test_files_stay_listed_after_the_page_is_loaded_again(
    small_site: Site, pictures: list[Path], new_page: Callable[..., Page]
) -> None:
    page = new_page()
    sign_in(page, small_site)
    upload(page, small_site, pictures, batch="Loaded again")
    page.reload()
    page.wait_for_function(ALL_ENDED, arg=len(pictures), timeout=30_000)
    assert page.locator("#arrivals li").count() == len(pictures)


def test_a_lost_connection_offers_another_try(
    small_site: Site, pictures: list[Path], new_page: Callable[..., Page]
) -> None:
    page = new_page(expecting="502")
    sign_in(page, small_site)
    page.goto(f"{small_site.url}/admin/cards/card/upload/")
    page.route("**/upload/*/file", lambda route: route.fulfill(status=502, body="bad gateway"))
    page.set_input_files("#files", [str(pictures[0])])
    row = page.locator("#arrivals li")
    row.get_by_text("The server answered 502").wait_for()
    page.unroute("**/upload/*/file")
    row.get_by_role("button", name="Try again").click()
    page.wait_for_function(ALL_ENDED, arg=1, timeout=60_000)
    assert row.get_attribute("data-state") in ("read", "doubtful", "here")
