"""Approvals can be undone, and cards sent back to be photographed again."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser import desk
from tests.browser.desk import Waiting
from tests.browser.nothing_lost.conftest import Open, approved, said

pytestmark = pytest.mark.browser


def test_the_last_approval_can_be_undone_and_what_was_typed_is_there(
    waiting: Waiting, as_: Open
) -> None:
    page = waiting.open(as_("rosa"))
    page.fill("[name=company]", "Nordlicht Optik")
    approved(page, waiting)
    said(page).to_contain_text("Approved: Nora Lindqvist.")
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url(f"**{waiting.cards[0]}**")
    expect(page.locator("#notes")).to_contain_text("Undone")
    assert page.input_value("[name=company]") == "Nordlicht Optik"
    assert waiting.card()["status"] == "needs_review"
    assert waiting.card()["company"] == "Northwind Boats"


def test_the_very_last_card_can_be_undone_too(waiting: Waiting, as_: Open) -> None:
    page = waiting.open(as_("rosa"))
    approved(page, waiting)
    approved(page, waiting, 1)
    expect(page.locator("#content")).to_contain_text("Nothing more waits in this part")
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url(f"**{waiting.cards[1]}**")
    assert waiting.card(1)["status"] == "needs_review"


def test_an_old_approval_is_not_undone_and_the_page_says_why(waiting: Waiting, as_: Open) -> None:
    page = waiting.open(as_("rosa"))
    approved(page, waiting)
    said(page).to_contain_text("Approved")
    number = waiting.reviews()[0]["id"]
    desk.rows(waiting.site, "UPDATE review_review SET at = '2026-01-01 08:00' WHERE id = ?", number)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#notes")).to_contain_text("too long ago to be undone")
    assert waiting.card()["status"] == "approved"


def test_a_card_sent_back_is_seen_by_whoever_uploaded_it(waiting: Waiting, as_: Open) -> None:
    page = waiting.open(as_("rosa"))
    page.locator("#reject summary").click()
    page.get_by_role("button", name="photographed again").click()
    expect(page.locator("#notes")).to_contain_text("Say what is wrong with the picture")
    page.locator("#reject summary").click()
    page.fill("#reason", "The lower half is in the shade")
    page.get_by_role("button", name="photographed again").click()
    page.wait_for_url(f"**{waiting.cards[1]}**")
    assert waiting.reviews()[0]["decision"] == "retake"

    ursula = as_("ursula")
    ursula.goto(f"{waiting.site.url}/admin/")
    sentence = re.compile("Photograph “0.jpg” of batch “Nothing lost .*” again.")
    expect(ursula.locator(".notices")).to_contain_text(sentence)
    ursula.goto(f"{waiting.site.url}/admin/cards/card/upload/?batch={waiting.batch}")
    expect(ursula.locator("#arrivals")).to_contain_text("The lower half is in the shade")
