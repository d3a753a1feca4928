"""Nothing that was typed is lost when somebody else works on the card, or in another tab."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.desk import Waiting
from tests.browser.nothing_lost.conftest import (
    SAVED,
    Open,
    approve,
    approved,
    as_context_page,
    corrected,
    said,
    save_state,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_a_card_that_a_colleague_approved_keeps_mine(waiting: Waiting, as_: Open) -> None:
    rosa, mira = waiting.open(as_("rosa")), as_("mira")
    rosa.fill("[name=company]", "Rosa's Company")
    save_state(rosa).to_have_text(SAVED)
    taken_over(mira, waiting)
    mira.fill("[name=company]", "Mira's Company")
    approved(mira, waiting)
    approve(rosa)
    notes = expect(rosa.locator("#notes"))
    notes.to_contain_text("changed by Mira Ahlström")
    assert rosa.input_value("[name=company]") == "Rosa's Company"
    theirs = "It was “Northwind Boats” and is now on the card: “Mira's Company”."
    expect(rosa.locator("[data-field=company]")).to_contain_text(theirs)
    rosa.get_by_role("button", name="Reopen").click()
    notes.to_contain_text("open for review again")
    assert rosa.input_value("[name=company]") == "Rosa's Company"
    approved(rosa, waiting)
    assert waiting.card()["company"] == "Rosa's Company"


def test_a_card_that_a_colleague_rejected_keeps_mine(waiting: Waiting, as_: Open) -> None:
    rosa, mira = waiting.open(as_("rosa")), as_("mira")
    rosa.fill("[name=company]", "Rosa's Company")
    save_state(rosa).to_have_text(SAVED)
    taken_over(mira, waiting)
    mira.locator("#reject summary").click()
    mira.fill("#reason", "Cut off")
    mira.get_by_role("button", name="Reject & next").click()
    mira.wait_for_url(f"**{waiting.cards[1]}**")
    approve(rosa)
    expect(rosa.locator("#notes")).to_contain_text("Rejected by Mira Ahlström")
    assert rosa.input_value("[name=company]") == "Rosa's Company"
    waiting_page = as_context_page(rosa)
    waiting_page.goto(waiting.url())
    expect(waiting_page.locator("#draft-note")).to_contain_text("reopen the card to see it")
    assert waiting_page.input_value("[name=company]") == "Northwind Boats"
    waiting_page.get_by_role("button", name="Reopen").click()
    expect(waiting_page.locator("[name=company]")).to_have_value("Rosa's Company")


def test_a_correction_by_a_colleague_shows_base_mine_and_theirs(
    waiting: Waiting, as_: Open
) -> None:
    rosa, mira = waiting.open(as_("rosa")), as_("mira")
    corrected(mira, waiting, company="Mira's Company", job_title="Skipper")
    rosa.fill("[name=company]", "Rosa's Company")
    rosa.fill("[name=city]", "Lund")
    approve(rosa)
    row = rosa.locator("[data-field=company]")
    theirs = "It was “Northwind Boats” and is now on the card: “Mira's Company”."
    expect(row).to_contain_text(theirs)
    assert rosa.input_value("[name=company]") == "Rosa's Company"
    assert rosa.input_value("[name=city]") == "Lund"
    assert rosa.input_value("[name=job_title]") == "Skipper"  # Rosa had left it alone
    assert rosa.locator(".ws-theirs").count() == 1
    row.get_by_role("button", name="Take theirs").click()
    assert rosa.input_value("[name=company]") == "Mira's Company"
    expect(row.locator(".ws-theirs")).to_be_hidden()
    approved(rosa, waiting)
    found = [waiting.card()[name] for name in ("company", "city", "job_title")]
    assert found == ["Mira's Company", "Lund", "Skipper"]


def test_approving_again_keeps_mine(waiting: Waiting, as_: Open) -> None:
    rosa, mira = waiting.open(as_("rosa")), as_("mira")
    corrected(mira, waiting, company="Mira's Company")
    rosa.fill("[name=company]", "Rosa's Company")
    approve(rosa)
    expect(rosa.locator(".ws-theirs")).to_be_visible()
    approved(rosa, waiting)
    assert waiting.card()["company"] == "Rosa's Company"


def test_a_conflict_with_a_draft_stays_until_it_is_settled(waiting: Waiting, as_: Open) -> None:
    rosa, mira = waiting.open(as_("rosa")), as_("mira")
    rosa.fill("[name=company]", "Rosa's Company")
    save_state(rosa).to_have_text(SAVED)
    corrected(mira, waiting, company="Mira's Company")
    rosa.reload()
    expect(rosa.locator("#draft-note")).to_contain_text("both values stand at each field")
    rosa.fill("[name=city]", "Lund")
    save_state(rosa).to_have_text(SAVED)
    rosa.reload()
    theirs = "It was “Northwind Boats” and is now on the card: “Mira's Company”."
    expect(rosa.locator("[data-field=company]")).to_contain_text(theirs)
    assert rosa.input_value("[name=company]") == "Rosa's Company"


def test_a_card_that_changed_is_shown_anew_to_whoever_has_typed_nothing(
    waiting: Waiting, as_: Open
) -> None:
    rosa, mira = waiting.open(as_("rosa")), as_("mira")
    corrected(mira, waiting, company="Mira's Company")
    rosa.evaluate("dispatchEvent(new Event('online'))")
    expect(rosa.locator("[name=company]")).to_have_value("Mira's Company")
    said(rosa).to_contain_text("The card has changed meanwhile")


def test_a_card_that_was_erased_says_so_and_the_text_stays(waiting: Waiting, as_: Open) -> None:
    page = waiting.open(as_("rosa", expecting="404"))
    erase = f"from cards.models import Card\nCard.objects.get(pk='{waiting.cards[0]}').delete()"
    waiting.site.run(erase)
    page.fill("[name=company]", "Nordlicht Optik")
    save_state(page).to_contain_text("This card is not here any more: it was erased.")
    approve(page)
    said(page).to_contain_text("Nothing was decided.")
    assert page.input_value("[name=company]") == "Nordlicht Optik"
    page.get_by_role("link", name="Review next").click()
    page.wait_for_url(f"**{waiting.cards[1]}**")


def test_two_tabs_with_one_card_keep_what_is_typed_in_each(waiting: Waiting, as_: Open) -> None:
    one = waiting.open(as_("rosa"))
    other = waiting.open(one.context.new_page())
    one.fill("[name=company]", "Nordlicht Optik")
    save_state(one).to_contain_text("Saved")
    other.fill("[name=city]", "Lund")
    save_state(other).to_contain_text("Saved")
    one.fill("[name=job_title]", "Skipper")
    one.fill("[name=job_title]", one.get_attribute("[data-field=job_title]", "data-standing") or "")
    save_state(one).to_contain_text("Saved")
    assert waiting.draft() == {"company": "Nordlicht Optik", "city": "Lund"}


def taken_over(page: Page, waiting: Waiting) -> None:
    page.goto(waiting.url())
    expect(page.locator("#held-by")).to_contain_text("Rosa Halloway has this card open until")
    expect(page.locator("#decisions")).to_be_hidden()
    page.get_by_role("button", name="Take it over").click()
    expect(page.locator("#decisions")).to_be_visible()


def test_a_card_can_be_taken_over_without_losing_what_was_typed(
    waiting: Waiting, as_: Open
) -> None:
    rosa, mira = waiting.open(as_("rosa")), as_("mira")
    mira.goto(waiting.url())
    mira.fill("[name=company]", "Mira's Company")
    mira.get_by_role("button", name="Take it over").click()
    expect(mira.locator("#decisions")).to_be_visible()
    assert mira.input_value("[name=company]") == "Mira's Company"
    rosa.fill("[name=city]", "Lund")
    expect(rosa.locator("#held-by")).to_contain_text("Mira Ahlström has this card open until")


def test_whoever_lost_a_card_cannot_decide_it_by_accident(waiting: Waiting, as_: Open) -> None:
    rosa, mira = waiting.open(as_("rosa")), as_("mira")
    taken_over(mira, waiting)
    rosa.fill("[name=company]", "Rosa's Company")
    approve(rosa)  # before the page has heard of it
    words = "Mira Ahlström has this card"
    expect(rosa.locator("#notes")).to_contain_text(words)
    assert rosa.input_value("[name=company]") == "Rosa's Company"
    approve(rosa)  # and after
    said(rosa).to_contain_text("Nothing was decided: a colleague has this card open.")
    assert waiting.card()["status"] == "needs_review"
    rosa.get_by_role("button", name="Take it over").click()
    expect(rosa.locator("#decisions")).to_be_visible()
    assert rosa.input_value("[name=company]") == "Rosa's Company"
    approved(rosa, waiting)
    assert waiting.card()["company"] == "Rosa's Company"
