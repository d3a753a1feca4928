"""Nothing that was typed on a card is lost, whatever becomes of the page, the network, the session,
the card, or whoever else works on it: the cards and people of these tests, and what they do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from playwright.sync_api import expect

from tests.browser import desk
from tests.browser.conftest import Site, sign_in
from tests.browser.desk import Waiting

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MAKE = """
waiting_cards.people()
made = [waiting_cards.make(f"Nothing lost {{number}}", 2) for number in range({count})]
print("FOUND", json.dumps(made))
"""
SAVED = re.compile(r"Saved \d\d:\d\d")

expect.set_options(timeout=20_000)  # this machine may be busy with other tests

Open = Callable[..., "Page"]


@pytest.fixture(scope="module")
def batches(request: pytest.FixtureRequest, small_site: Site) -> Iterator[Waiting]:
    """Batches of two waiting cards each, one for each test of the file."""
    count = sum(item.path == request.path for item in request.session.items)
    made = desk.make(small_site, MAKE.format(count=count))
    return iter([Waiting(small_site, *each) for each in made])


@pytest.fixture
def waiting(batches: Iterator[Waiting]) -> Waiting:
    return next(batches)


@pytest.fixture(scope="module")
def sessions(batches: Iterator[Waiting], small_site: Site, browser: Browser) -> dict[str, Any]:
    """The browser's state of each of the people, signed in."""
    found = {}
    for name in ("rosa", "mira", "ursula"):
        context = browser.new_context()
        sign_in(context.new_page(), small_site, name)
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


def as_context_page(page: Page) -> Page:
    """Another page of the same browser."""
    return page.context.new_page()


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
