"""The history of a card in the browser: one value is put back, and seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Site, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

A_CORRECTED_CARD = """
from django.contrib.auth.models import User
from cards.models import Batch, Card
from extraction.models import Extraction
from extraction.result import Result, Value
from review import decisions

read = {"full_name": Value("Rosa Halloway", 0.98), "company": Value("Northwind", 0.95)}
card = Card.objects.create(
    batch=Batch.objects.create(name="Looked back at"), status=Card.Status.NEEDS_REVIEW,
    **{name: value.text for name, value in read.items()},
)
Extraction.objects.create(
    card=card, extractor="offline", status="succeeded", result=Result(read).to_json()
)
by = User.objects.get(username="admin")
decisions.correct(card, {"company": "Typed by mistake"}, version=0, by=by)
print(card.pk)
"""


@pytest.fixture
def page(small_site: Site, new_page: Callable[..., Page]) -> Page:
    """The history of a card that was read and whose company was then corrected."""
    card = small_site.run(A_CORRECTED_CARD).split()[-1]
    page = new_page()
    sign_in(page, small_site, at=f"/admin/cards/card/{card}/change/")
    page.locator(".object-tools").get_by_role("link", name="History").click()
    return page


def test_a_value_is_put_back_and_seen(page: Page) -> None:
    company = page.locator("[data-field=company]")
    assert "Typed by mistake" in company.locator("summary").inner_text()
    company.locator("summary").click()
    with page.expect_navigation():
        company.get_by_role("button", name="Put this value back: Company, Northwind").click()
    assert "The value was put back." in page.locator(".messagelist").inner_text()
    now = page.locator("[data-field=company] summary").inner_text()
    assert "Typed by mistake" not in now
    assert "Put back by admin" in now
    assert "Reverted" in page.locator(".hist-event").first.inner_text()


def test_keys_alone_open_a_field_and_put_the_card_back(page: Page) -> None:
    page.locator("[data-field=company] summary").focus()
    page.keyboard.press("Enter")
    assert page.locator("[data-field=company]").get_attribute("open") is not None
    page.get_by_role("button", name="Back to before this: decision 1").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "Typed by mistake" not in page.locator("[data-field=company] summary").inner_text()


def test_a_narrow_screen_needs_no_sideways_scrolling(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.locator("[data-field=company] summary").click()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
