"""Nothing that was typed on a card is lost: whatever becomes of the page, the network, the session,
the card, or whoever else works on it."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from playwright.sync_api import Error, expect

from tests.browser import desk
from tests.browser.conftest import PASSWORD, Site
from tests.browser.desk import Waiting

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("desk of two")]

MAKE = """
waiting_cards.people()
made = [waiting_cards.make(f"Nothing lost {number}", 2) for number in range(40)]
print("FOUND", json.dumps(made))
"""
NOTES = f"{'line ' * 50}\n" * 40
"""About ten thousand characters."""

OFFLINE = "ERR_INTERNET_DISCONNECTED"
SAVED = re.compile(r"Saved \d\d:\d\d")

expect.set_options(timeout=20_000)  # this machine may be busy with other tests

Open = Callable[..., "Page"]


@pytest.fixture(scope="module")
def batches(small_site: Site) -> Iterator[Waiting]:
    """Batches of two waiting cards each, one for each test."""
    return iter([Waiting(small_site, *made) for made in desk.make(small_site, MAKE)])


@pytest.fixture
def waiting(batches: Iterator[Waiting]) -> Waiting:
    return next(batches)


@pytest.fixture(scope="module")
def sessions(batches: Iterator[Waiting], small_site: Site, browser: Browser) -> dict[str, Any]:
    """The browser's state of each of the people, signed in."""
    found = {}
    for name in ("rosa", "mira", "ursula"):
        context = browser.new_context()
        desk.enter(context.new_page(), small_site, name)
        found[name] = context.storage_state()
        context.close()
    return found


@pytest.fixture
def as_(sessions: dict[str, Any], new_page: Callable[..., Page]) -> Open:
    """Opens a browser of one of the people, who is signed in."""

    def open_page(name: str, **options: Any) -> Page:
        return new_page(storage_state=sessions[name], **options)

    return open_page


def save_state(page: Page) -> Any:
    return expect(page.locator("#save-state"))


def said(page: Page) -> Any:
    return expect(page.locator("#said"))


def approve(page: Page) -> None:
    page.keyboard.press("Control+Enter")


def approved(page: Page, waiting: Waiting, number: int = 0) -> None:
    """Approve, and wait until the page has gone on."""
    approve(page)
    page.wait_for_function("id => !location.href.includes(id)", arg=waiting.cards[number])


# The page ----------------------------------------------------------------------------------------


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


# The session and the network ---------------------------------------------------------------------


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
    page.context.clear_cookies()
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


def as_context_page(page: Page) -> Page:
    """Another page of the same browser."""
    return page.context.new_page()


# Colleagues --------------------------------------------------------------------------------------


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


def corrected(page: Page, waiting: Waiting, **values: str) -> None:
    """A colleague writes on a card from the list and leaves its status as it is, while nobody has
    it: whoever opened it was away for longer than their claim."""
    card = waiting.card()
    for name, text in values.items():
        lapsed = "UPDATE review_claim SET until = since WHERE card_id = ?"
        desk.rows(waiting.site, lapsed, UUID(waiting.cards[0]).hex)
        page.goto(f"{waiting.site.url}{desk.REVIEW}?batch__id__exact={waiting.batch}")
        link = page.locator(f"a[href*='{waiting.cards[0]}']")
        row = page.locator("#result_list tbody tr", has=link)
        cell = row.locator(f"input[name$=-{name}]:not([type=hidden])")
        cell.fill(text)
        cell.press("Enter")
        for _ in range(100):
            if waiting.card()["version"] > card["version"]:
                break
            page.wait_for_timeout(50)
        card = waiting.card()
        assert card[name] == text


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
    waiting.site.manage("shell", "-c", erase)
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


# Undo, and another photograph --------------------------------------------------------------------


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
