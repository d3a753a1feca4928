"""Nothing that was typed is lost when the session ends or the network is gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser import desk
from tests.browser.conftest import PASSWORD
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

OFFLINE = "ERR_INTERNET_DISCONNECTED"


def test_a_draft_is_there_after_signing_out_and_in(
    waiting: Waiting, new_page: Callable[..., Page]
) -> None:
    page = desk.enter(new_page(), waiting.site, "rosa")
    waiting.open(page)
    page.fill("[name=company]", "Nordlicht Optik")
    save_state(page).to_have_text(SAVED)
    page.goto(f"{waiting.site.url}/admin/")
    page.locator("#logout-form button").click()
    page.goto(waiting.url())
    assert "/login/" in page.url
    page.fill("#id_username", "rosa")
    page.fill("#id_password", PASSWORD)
    page.click("#login-form [type=submit]")
    expect(page.locator("[name=company]")).to_have_value("Nordlicht Optik")


def test_a_session_that_ended_says_so_and_keeps_the_text(
    waiting: Waiting, new_page: Callable[..., Page]
) -> None:
    page = desk.enter(new_page(expecting="403"), waiting.site, "rosa")
    waiting.open(page)
    page.context.clear_cookies()
    page.fill("[name=company]", "Nordlicht Optik")
    save_state(page).to_contain_text("You are signed out. What you typed is kept in this browser.")
    approve(page)
    said(page).to_contain_text("You are signed out.")
    page.get_by_role("link", name="Sign in again").click()
    page.fill("#id_username", "rosa")
    page.fill("#id_password", PASSWORD)
    page.click("#login-form [type=submit]")
    expect(page.locator("[name=company]")).to_have_value("Nordlicht Optik")
    save_state(page).to_have_text(SAVED)
    assert waiting.draft() == {"company": "Nordlicht Optik"}


def test_signing_in_again_in_another_window_is_enough(
    waiting: Waiting, new_page: Callable[..., Page]
) -> None:
    page = desk.enter(new_page(expecting="403"), waiting.site, "rosa")
    waiting.open(page)
    page.context.clear_cookies(name="sessionid")
    desk.enter(page.context.new_page(), waiting.site, "rosa")
    page.fill("[name=company]", "Nordlicht Optik")
    save_state(page).to_have_text(SAVED)
    approved(page, waiting)
    assert waiting.card()["company"] == "Nordlicht Optik"


def test_a_dead_network_loses_nothing_and_decides_nothing(waiting: Waiting, as_: Open) -> None:
    page = waiting.open(as_("rosa", expecting=OFFLINE))
    page.fill("[name=company]", "Nordlicht")
    page.context.set_offline(True)
    page.focus("[name=company]")
    page.keyboard.press("End")
    page.keyboard.type(" Optik")
    save_state(page).to_have_text("No connection. Kept in this browser, sent later.")
    approve(page)
    said(page).to_contain_text("No connection. What you typed is kept")
    assert waiting.reviews() == []
    assert page.input_value("[name=company]") == "Nordlicht Optik"
    page.context.set_offline(False)
    save_state(page).to_have_text(SAVED)
    assert waiting.draft() == {"company": "Nordlicht Optik"}
    approved(page, waiting)
    assert waiting.card()["company"] == "Nordlicht Optik"


def test_a_decision_whose_answer_is_lost_is_sent_again_and_decided_once(
    waiting: Waiting, as_: Open
) -> None:
    page = waiting.open(as_("rosa", expecting="ERR_FAILED"))
    page.fill("[name=company]", "Nordlicht Optik")
    save_state(page).to_have_text(SAVED)

    def lose(route: Any) -> None:
        if route.request.method == "POST":
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route(f"**/{waiting.cards[0]}/change/**", lose)
    approve(page)
    said(page).to_contain_text("press again when it is back")
    page.unroute_all()
    approved(page, waiting)
    assert len(waiting.reviews()) == 1
    assert waiting.card()["company"] == "Nordlicht Optik"


def test_a_network_cut_right_after_a_decision_says_so_and_leads_on(
    waiting: Waiting, as_: Open
) -> None:
    page = as_("rosa", expecting="ERR_FAILED")
    page.route(f"**/{waiting.cards[1]}/change/**", lambda route: route.abort())
    waiting.open(page)
    approve(page)
    said(page).to_contain_text("the next card comes when it is back")
    page.unroute_all()
    page.locator("#said").get_by_role("link", name="Review next").click()
    page.wait_for_url(f"**{waiting.cards[1]}**")
    assert len(waiting.reviews()) == 1


def test_a_text_too_long_for_the_site_waits_in_this_browser_and_the_page_rests(
    waiting: Waiting, as_: Open
) -> None:
    page, mira = waiting.open(as_("rosa")), as_("mira")
    page.locator("details:has([name=notes])").evaluate("more => { more.open = true; }")
    page.fill("[name=notes]", "y" * 30_000)
    save_state(page).to_have_text(SAVED)
    corrected(mira, waiting, company="Mira's Company")
    loads = []
    page.on("load", lambda _: loads.append(1))
    page.reload()
    page.wait_for_timeout(3_000)
    assert len(loads) == 1
    assert page.input_value("[name=notes]") == "y" * 30_000


def test_what_was_typed_without_a_network_is_sent_from_another_card(
    waiting: Waiting, as_: Open
) -> None:
    page = waiting.open(as_("rosa", expecting=OFFLINE))
    page.context.set_offline(True)
    page.fill("[name=company]", "Nordlicht Optik")
    page.close()
    other = as_context_page(page)
    other.context.set_offline(False)
    sent = f"/{waiting.cards[0]}/draft/"
    with other.expect_response(lambda answer: sent in answer.url):
        waiting.open(other, 1)
    assert waiting.draft() == {"company": "Nordlicht Optik"}
