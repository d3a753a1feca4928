"""Snippet review as hands and eyes meet it: one field, row after row, with the keyboard."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import PASSWORD, Site, sign_in
from tests.browser.read_cards import ask, site_reads

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Page

pytestmark = pytest.mark.browser

ROWS = 10

COLLEAGUE = """
from django.contrib.auth.models import User
User.objects.create_superuser("mona", password="{password}", first_name="Mona")
"""
DOUBT = """
from cards.models import Card
from review.models import Claim
cards = Card.objects.filter(batch={batch}).order_by("id")
Claim.objects.filter(card__in=cards).delete()
for number, card in enumerate(cards):
    fields = ["email"] if number < {rows} else ["phone"]
    cards.filter(pk=card.pk).update(
        status="needs_review", doubtful_fields=fields, email=f"read.{{number}}@northwind.example")
"""
LOOK = """
import json
from cards.models import Card
cards = Card.objects.filter(batch={batch}).order_by("id")
print("cards", json.dumps([
    [card.email, card.doubtful_fields, getattr(card.reviews.first(), "decision", "")]
    for card in cards]))
"""

MANY_FIELDS = """
from cards.fields import CONTACT_FIELDS
from cards.models import Card
card = Card.objects.filter(batch={batch}).order_by("id").last()
fields = [name for name in CONTACT_FIELDS if name != "email"]
Card.objects.filter(pk=card.pk).update(doubtful_fields=fields)
"""


@pytest.fixture(scope="module")
def batch(small_site: Site, tmp_path_factory: pytest.TempPathFactory) -> int:
    """A batch of cards with the readings of two that were drawn and really read."""
    small_site.run(COLLEAGUE.format(password=PASSWORD))
    folder = tmp_path_factory.mktemp("cards")
    read = site_reads(small_site, folder, 2, seed=135, batch="Snippets")
    made = ask(small_site, f"copies({read!r}, {ROWS + 1}, ['email'])")
    batch: int = ask(small_site, f"contacts({made!r})")[made[0]]["batch"]
    return batch


@pytest.fixture
def address(small_site: Site, batch: int) -> str:
    """The page of ten cards whose e-mail is in doubt."""
    small_site.run(DOUBT.format(batch=batch, rows=ROWS))
    return f"/admin/review/waitingcard/snippets/?field=email&batch={batch}"


@pytest.fixture
def open_page(small_site: Site, address: str, new_page: Callable[..., Page]) -> Callable[..., Page]:
    """Opens that page in a browser of its own."""

    def open_one(**options: Any) -> Page:
        page = new_page(**options)
        sign_in(page, small_site, at=address)
        assert page.locator(".snippet").count() == ROWS
        return page

    return open_one


def standing(site: Site, batch: int) -> list[list[Any]]:
    """E-mail, doubtful fields and last decision of each card of the batch."""
    words = site.run(LOOK.format(batch=batch))
    found: list[list[Any]] = json.loads(words.rpartition("cards ")[2])
    return found


# Functions, not expressions: the page's policy lets nobody evaluate a text.
BACK = """() => document.querySelector(".snippet input[name=text]").value
    === "read.0@northwind.example" """
DRAWN = """() => [...document.querySelectorAll(".snippet img")].every(
    image => image.complete && image.naturalWidth)"""
FOCUSED = """() => [...document.querySelectorAll(".snippet")].findIndex(
    row => row.contains(document.activeElement))"""

IS_WHOLE = """tab => {
    const { left, right } = tab.getBoundingClientRect();
    return left >= 0 && right <= innerWidth;
}"""


def focused_row(page: Page) -> int:
    """The number of the row that the keyboard is in, from 0; -1 for none."""
    number: int = page.evaluate(FOCUSED)
    return number


def row(page: Page, number: int) -> Any:
    return page.locator(".snippet").nth(number)


def test_ten_rows_are_cleared_with_the_keyboard_only(
    open_page: Callable[..., Page], small_site: Site, batch: int
) -> None:
    page = open_page()
    for number in range(ROWS):
        assert focused_row(page) == number
        if number % 2:
            page.keyboard.press("ControlOrMeta+a")
            page.keyboard.type(f"typed.{number}@northwind.example")
        page.keyboard.press("Enter")
    page.locator(".snippet[data-state=done]").nth(ROWS - 1).wait_for()
    assert page.evaluate("document.activeElement.textContent").startswith("Go on with")
    assert page.text_content("#clear-count") == str(ROWS)
    for number, (email, doubtful, decision) in enumerate(standing(small_site, batch)[:ROWS]):
        how, last = ("typed", "corrected") if number % 2 else ("read", "confirmed")
        assert (email, doubtful, decision) == (f"{how}.{number}@northwind.example", [], last)


def test_every_row_shows_its_strip(open_page: Callable[..., Page]) -> None:
    page = open_page()
    for number in range(ROWS):
        row(page, number).scroll_into_view_if_needed()
    page.wait_for_function(DRAWN)


def test_a_conflict_shows_both_values_and_loses_neither(
    open_page: Callable[..., Page], new_page: Callable[..., Page], small_site: Site, address: str,
    batch: int,
) -> None:  # fmt: skip
    page = open_page(expecting="409")
    colleague = new_page()
    sign_in(colleague, small_site, "mona", at=address)
    colleague.locator(".snippet input[name=text]").first.fill("theirs@northwind.example")
    colleague.keyboard.press("Enter")
    row(colleague, 0).locator("[data-state]", has_text="Saved").wait_for()

    page.locator(".snippet input[name=text]").first.fill("mine@northwind.example")
    page.keyboard.press("Enter")
    first = row(page, 0)
    first.locator(".snippet-problem", has_text="Mona has put “theirs@northwind.example”").wait_for()
    assert first.locator(".snippet-their-text").text_content() == "theirs@northwind.example"
    assert first.locator("input[name=text]").input_value() == "mine@northwind.example"
    assert focused_row(page) == 1
    assert standing(small_site, batch)[0][0] == "theirs@northwind.example"

    first.locator("input[name=text]").focus()
    page.keyboard.press("Enter")
    first.locator("[data-state]", has_text="Saved").wait_for()
    assert standing(small_site, batch)[0][0] == "mine@northwind.example"


def test_escape_puts_the_machines_value_back(open_page: Callable[..., Page]) -> None:
    page = open_page()
    machine = row(page, 0).get_attribute("data-machine")
    page.keyboard.type("something else")
    page.keyboard.press("Escape")
    assert row(page, 0).locator("input[name=text]").input_value() == machine


def test_what_escape_replaced_comes_back_with_the_undo_key(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.keyboard.type("typed by hand")
    typed = row(page, 0).locator("input[name=text]").input_value()
    page.keyboard.press("Escape")
    page.keyboard.press("ControlOrMeta+z")
    assert row(page, 0).locator("input[name=text]").input_value() == typed


def test_undo_puts_the_row_back_in_doubt(
    open_page: Callable[..., Page], small_site: Site, batch: int
) -> None:
    page = open_page()
    page.locator(".snippet input[name=text]").first.fill("typed@northwind.example")
    page.keyboard.press("Enter")
    row(page, 0).locator("[data-do=undo]").click()
    page.wait_for_function(BACK)
    assert focused_row(page) == 0
    card = standing(small_site, batch)[0]
    assert card == ["read.0@northwind.example", ["email"], "reverted"]


def test_what_a_dead_network_kept_is_sent_with_the_next_enter(
    open_page: Callable[..., Page], small_site: Site, batch: int
) -> None:
    page = open_page(expecting="ERR_")
    page.route("**/snippet/**", lambda route: route.abort("internetdisconnected"))
    page.locator(".snippet input[name=text]").first.fill("kept@northwind.example")
    page.keyboard.press("Enter")
    row(page, 0).locator(".snippet-problem", has_text="there is no connection").wait_for()
    assert row(page, 0).locator("input[name=text]").input_value() == "kept@northwind.example"
    page.unroute("**/snippet/**")
    page.keyboard.press("Enter")
    page.locator(".snippet[data-state=done]").nth(1).wait_for()
    assert standing(small_site, batch)[0][0] == "kept@northwind.example"


def test_leaving_with_unsent_text_asks_first(open_page: Callable[..., Page]) -> None:
    page = open_page()
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", stay)
    page.keyboard.type("x")
    page.reload()
    assert asked == ["beforeunload"]
    page.reload()
    assert asked == ["beforeunload"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_a_narrow_telephone(open_page: Callable[..., Page], scheme: str) -> None:
    page = open_page(viewport={"width": 360, "height": 740}, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_the_tab_of_the_field_on_show_is_in_sight_on_a_narrow_telephone(
    open_page: Callable[..., Page], small_site: Site, batch: int
) -> None:
    small_site.run(MANY_FIELDS.format(batch=batch))
    page = open_page(viewport={"width": 360, "height": 740})
    last = page.locator(".snippet-tabs a").last
    assert not last.evaluate(IS_WHOLE)
    page.goto(f"{small_site.url}{last.get_attribute('href')}")
    current = page.locator(".snippet-tabs [aria-current]")
    assert current.get_attribute("href") == last.get_attribute("href")
    assert current.evaluate(IS_WHOLE)


def test_a_row_works_without_script(
    open_page: Callable[..., Page], small_site: Site, batch: int
) -> None:
    page = open_page(java_script_enabled=False)
    row(page, 1).locator("input[name=text]").fill("plain@northwind.example")
    row(page, 1).locator("button", has_text="Save").click()
    page.locator(".messagelist .success").wait_for()
    assert page.locator(".snippet").count() == ROWS - 1
    assert standing(small_site, batch)[1][0] == "plain@northwind.example"
