"""Sixty injections in every text of sixty cards: each is shown as text and executed nowhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser import desk
from tests.browser.conftest import Site, sign_in
from tests.browser.injections import PAYLOADS

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

MAKE = """
from tests.browser import hostile_cards
print("FOUND", json.dumps(hostile_cards.make()))
"""
WATCH = """
for (const name of ["alert", "confirm", "prompt"]) {
    window[name] = () => { window.__executed = name; };
}
addEventListener("securitypolicyviolation", (event) => {
    window.__reported = `${event.violatedDirective} ${event.blockedURI} ${event.sample}`;
});
"""
SEEN = """texts => {
    const flat = (text) => text.replace(/\\s+/gu, " ").trim();
    const inputs = [...document.querySelectorAll("input, textarea")].map((input) => input.value);
    const words = [document.documentElement.textContent, ...inputs].map(flat);
    const led = ["href", "src", "action", "formaction", "data", "xlink:href"];
    return {
        executed: window.__executed ?? null,
        reported: window.__reported ?? null,
        addresses: [...document.querySelectorAll("*")]
            .flatMap((one) => led.map((name) => one.getAttribute(name) ?? ""))
            .filter((value) => value.replace(/\\s/gu, "").toLowerCase().match(
                /^(javascript|vbscript|data:text|.{0,6}\\/\\/evil)/)),
        handlers: document.querySelectorAll(
            "[onerror], [onload], [onfocus], [onbegin], [ontoggle], [srcdoc]").length,
        shown: texts.filter((text) => words.some((some) => some.includes(flat(text)))),
    };
}"""
CLEAR = """() => {
    const inputs = "[data-field]:not([data-field=full_name]) :is(input, textarea, select)";
    for (const input of document.querySelectorAll(inputs)) input.value = "";
}"""
HARMLESS: dict[str, Any] = {
    "executed": None,
    "reported": None,
    "addresses": [],
    "handlers": 0,
    "shown": [],
}


@pytest.fixture(scope="module")
def hostile(small_site: Site) -> dict[str, Any]:
    """The ids of a batch, of its cards, of approved cards, and of second looks at them."""
    found: dict[str, Any] = desk.make(small_site, MAKE)
    return found


@pytest.fixture
def page(small_site: Site, hostile: dict[str, Any], new_page: Callable[..., Page]) -> Page:
    """A browser of the admin that notices whatever is executed."""
    page = new_page()
    page.add_init_script(WATCH)
    page.on("dialog", lambda dialog: pytest.fail(f"a dialog: {dialog.message}"))
    sign_in(page, small_site)
    return page


def shows_harmlessly(page: Page, url: str, texts: list[str]) -> None:
    """Open a page; each of `texts` is on it as text and has done nothing."""
    page.goto(url)
    assert page.evaluate(SEEN, texts) == HARMLESS | {"shown": texts}, url


def harmlessly_shown(page: Page) -> set[str]:
    """Those of the injections that are on the page as text; none has done anything."""
    seen = page.evaluate(SEEN, PAYLOADS)
    assert seen | {"shown": []} == HARMLESS, page.url
    return set(seen["shown"])


def test_there_are_sixty_of_them() -> None:
    assert len(set(PAYLOADS)) == 60


def test_the_watch_notices_what_is_executed(page: Page) -> None:
    page.evaluate("document.body.append(Object.assign(document.createElement('a'),"
                  " {href: 'javascript:alert(1)'}))")  # fmt: skip
    page.evaluate("window.alert(1)")
    seen = page.evaluate(SEEN, [])
    assert (seen["executed"], seen["addresses"]) == ("alert", ["javascript:alert(1)"])


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("/admin/review/waitingcard/{id}/change/", "cards"),
        ("/admin/review/waitingcard/{id}/history/", "cards"),
        ("/admin/cards/card/{id}/change/", "cards"),
        ("/admin/review/waitingcard/second/{id}/", "looks"),
    ],
    ids=["workspace", "history", "card", "second look"],
)
def test_the_pages_of_a_card_execute_nothing(
    address: str, kind: str, page: Page, small_site: Site, hostile: dict[str, Any]
) -> None:
    pairs = list(zip(PAYLOADS, hostile[kind], strict=True))
    # The other pages of a card show the same values by the same means: every fourth will do.
    for text, one in pairs if "change" in address and "waiting" in address else pairs[::4]:
        shows_harmlessly(page, small_site.url + address.format(id=one), [text])


@pytest.mark.parametrize(
    "address",
    [
        "/admin/review/waitingcard/?batch__id__exact={batch}&p={page}",
        "/admin/cards/card/?batch__id__exact={batch}&p={page}",
        "/admin/review/review/?p={page}",
    ],
    ids=["queue", "cards", "decisions"],
)
def test_lists_execute_nothing(
    address: str, page: Page, small_site: Site, hostile: dict[str, Any]
) -> None:
    shown = set()
    for number in (1, 2, 3):
        page.goto(small_site.url + address.format(batch=hostile["batch"], page=number))
        shown |= harmlessly_shown(page)
    assert shown == set(PAYLOADS)


def test_snippets_execute_nothing(page: Page, small_site: Site, hostile: dict[str, Any]) -> None:
    part = f"?field=company&batch={hostile['batch']}"
    page.goto(f"{small_site.url}/admin/review/waitingcard/snippets/{part}")
    shown = harmlessly_shown(page)
    page.locator("a[href*='after=']").first.click()
    page.wait_for_url("**after=**")
    assert shown | harmlessly_shown(page) == set(PAYLOADS)


@pytest.mark.parametrize(
    "address",
    [
        "/admin/",
        "/admin/cards/card/export/",
        "/admin/cards/batch/",
        "/admin/cards/batch/{batch}/change/",
        "/admin/cards/card/upload/?batch={batch}",
        "/admin/review/waitingcard/second/",
        "/admin/review/waitingcard/pace/",
        "/admin/review/waitingcard/revert-day/?by={mallory}&day={today}",
        "/admin/extraction/extraction/",
    ],
)
def test_other_pages_execute_nothing(
    address: str, page: Page, small_site: Site, hostile: dict[str, Any]
) -> None:
    page.goto(small_site.url + address.format_map(hostile))
    page.wait_for_load_state("networkidle")
    harmlessly_shown(page)


def test_what_the_workspace_says_by_itself_is_text(
    page: Page, small_site: Site, hostile: dict[str, Any]
) -> None:
    """A colleague's name, a field that is moved, and a decided card whose name is an injection."""
    page.goto(f"{small_site.url}/admin/review/waitingcard/{hostile['cards'][0]}/change/")
    page.get_by_role("button", name="Take it over").wait_for()
    assert PAYLOADS[0] in page.locator("#held-by").inner_text()
    part = f"?batch={hostile['batch']}"
    page.goto(f"{small_site.url}/admin/review/waitingcard/{hostile['cards'][10]}/change/{part}")
    page.wait_for_function(desk.CLAIMED)
    page.focus("[name=company]")
    page.keyboard.press("Alt+m")
    page.get_by_role("button", name="Move", exact=True).click()
    page.evaluate(CLEAR)  # what is longer than its field would be refused
    page.keyboard.press("Control+Enter")
    page.wait_for_function("() => document.getElementById('said').textContent.includes('Approved')")
    assert PAYLOADS[10] in page.locator("#said").inner_text()
    assert page.evaluate(SEEN, ["Approved"]) == HARMLESS | {"shown": ["Approved"]}


def test_the_refusal_of_a_row_that_a_colleague_holds_is_text(
    small_site: Site, hostile: dict[str, Any], new_page: Callable[..., Page]
) -> None:
    page = new_page(expecting="Failed to load resource")  # 409
    page.add_init_script(WATCH)
    sign_in(page, small_site)
    part = f"?batch__id__exact={hostile['batch']}&status=all"
    page.goto(f"{small_site.url}/admin/review/waitingcard/{part}")
    row = page.locator(f"tr:has([value='{hostile['cards'][0]}'])")
    for name in ("full_name", "company", "job_title", "email", "phone", "mobile"):
        row.locator(f"[name$={name}]:not([type=hidden])").fill(f"{name}@nordlicht.example")
    row.locator("[name$=company]:not([type=hidden])").press("Enter")
    page.locator(".row-note", has_text="has this card open until").wait_for()
    assert page.evaluate(SEEN, [PAYLOADS[0]]) == HARMLESS | {"shown": [PAYLOADS[0]]}
