"""Nothing that was typed is lost when the page goes, or when the text is odd."""

from __future__ import annotations

import contextlib

import pytest
from playwright.sync_api import Error, expect

from tests.browser.desk import Waiting
from tests.browser.nothing_lost.conftest import SAVED, Open, approve, approved, save_state

pytestmark = pytest.mark.browser

NOTES = f"{'line ' * 50}\n" * 40
"""About ten thousand characters."""


def test_what_is_typed_is_saved_by_itself(waiting: Waiting, as_: Open) -> None:
    page = waiting.open(as_("rosa"))
    page.fill("[name=company]", "Nordlicht Optik")
    save_state(page).to_have_text(SAVED)
    assert waiting.draft() == {"company": "Nordlicht Optik"}
    assert waiting.card()["company"] == "Northwind Boats"


def test_a_draft_survives_a_reload(waiting: Waiting, as_: Open) -> None:
    page = waiting.open(as_("rosa"))
    page.fill("[name=company]", "Nordlicht Optik")
    save_state(page).to_have_text(SAVED)
    page.reload()
    expect(page.locator("#draft-note")).to_contain_text("is here again")
    assert page.input_value("[name=company]") == "Nordlicht Optik"


def test_a_reload_before_anything_is_saved_loses_nothing(waiting: Waiting, as_: Open) -> None:
    page = waiting.open(as_("rosa"))
    page.fill("[name=company]", "Nordlicht Optik")
    page.reload()
    expect(page.locator("[name=company]")).to_have_value("Nordlicht Optik")


def test_a_crash_of_the_page_loses_nothing(waiting: Waiting, as_: Open) -> None:
    page = waiting.open(as_("rosa"))
    page.route("**/draft/", lambda route: route.abort())
    page.fill("[name=company]", "Nordlicht Optik")
    with contextlib.suppress(Error):
        page.goto("chrome://crash")
    again = page.context.new_page()
    waiting.open(again)
    expect(again.locator("[name=company]")).to_have_value("Nordlicht Optik")
    save_state(again).to_have_text(SAVED)
    assert waiting.draft() == {"company": "Nordlicht Optik"}


def test_further_fields_survive_with_all_others(waiting: Waiting, as_: Open) -> None:
    page = waiting.open(as_("rosa"))
    page.click("#add-field")
    page.keyboard.type("Assistant")
    page.locator("[name=extra_value]").last.fill("Ilse Brandt")
    save_state(page).to_have_text(SAVED)
    page.reload()
    page.fill("[name=city]", "Lund")
    save_state(page).to_have_text(SAVED)
    assert waiting.draft() == {"city": "Lund", "extra:Assistant": "Ilse Brandt"}
    approved(page, waiting)
    assert waiting.card()["extra"] == '{"Assistant": "Ilse Brandt"}'


def test_dropping_what_was_typed_brings_the_card_back(waiting: Waiting, as_: Open) -> None:
    page = waiting.open(as_("rosa"))
    page.fill("[name=company]", "Nordlicht Optik")
    save_state(page).to_have_text(SAVED)
    page.reload()
    page.click("#drop-draft")
    expect(page.locator("#draft-note")).to_have_count(0)
    expect(page.locator("[name=company]")).to_have_value("Northwind Boats")
    assert waiting.draft() == {}


def test_a_skipped_card_keeps_what_was_typed(waiting: Waiting, as_: Open) -> None:
    page = waiting.open(as_("rosa"))
    page.fill("[name=company]", "Nordlicht Optik")
    page.click("#skip")
    page.wait_for_url(f"**{waiting.cards[1]}**")
    waiting.open(page)
    expect(page.locator("[name=company]")).to_have_value("Nordlicht Optik")


def test_a_decision_leaves_no_draft_behind(waiting: Waiting, as_: Open) -> None:
    page = waiting.open(as_("rosa"))
    page.fill("[name=company]", "Nordlicht Optik")
    approved(page, waiting)
    page.fill("[name=company]", "Another Company")
    save_state(page).to_have_text(SAVED)
    assert waiting.draft() == {}
    assert waiting.card()["company"] == "Nordlicht Optik"
    assert page.evaluate("Object.keys(localStorage).filter(key => key.includes('draft'))") == []


# Odd text ----------------------------------------------------------------------------------------


def test_ten_thousand_characters_are_kept_and_refused_with_a_sentence(
    waiting: Waiting, as_: Open
) -> None:
    page = waiting.open(as_("rosa"))
    page.locator("[name=company]").select_text()
    page.keyboard.insert_text("x" * 10_000)  # as from the clipboard
    page.locator("details:has([name=notes])").evaluate("more => { more.open = true; }")
    page.fill("[name=notes]", NOTES)
    save_state(page).to_have_text(SAVED)
    page.reload()
    assert page.input_value("[name=company]") == "x" * 10_000
    assert page.input_value("[name=notes]") == NOTES
    approve(page)
    expect(page.locator("[data-field=company]")).to_contain_text("at most 200 characters")
    assert page.input_value("[name=company]") == "x" * 10_000
    assert page.input_value("[name=notes]") == NOTES


def test_control_and_direction_characters_are_taken_out(waiting: Waiting, as_: Open) -> None:
    page = waiting.open(as_("rosa"))
    page.fill("[name=company]", "Nord\u202elicht\u0007 \u2066Optik\u0000")
    save_state(page).to_have_text(SAVED)
    approved(page, waiting)
    assert waiting.card()["company"] == "Nordlicht Optik"
