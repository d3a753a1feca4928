"""Two browsers on one queue: no card is shared and none is lost."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.browser import desk
from tests.browser.conftest import Site
from tests.browser.desk import Waiting

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

MAKE = """
waiting_cards.people()
print("FOUND", json.dumps(waiting_cards.make({name!r}, {count})))
"""
SHOWN = "() => document.getElementById('workspace')?.dataset.card ?? ''"
MOVED = "id => (document.getElementById('workspace')?.dataset.card ?? '') !== id"
PRESS = """() => { document.activeElement.dispatchEvent(
    new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true, bubbles: true })); }"""

Reviewers = Callable[[Waiting], list["Page"]]


@pytest.fixture
def reviewers(small_site: Site, new_page: Callable[..., Page]) -> Reviewers:
    """Opens the same part of the queue in the browsers of two reviewers."""

    def both(waiting: Waiting) -> list[Page]:
        pages = []
        for name in ("rosa", "mira"):
            part = f"{desk.REVIEW}next/?batch={waiting.batch}"
            pages.append(desk.enter(new_page(), small_site, name, at=part))
            pages[-1].wait_for_function(desk.CLAIMED)
        return pages

    return both


def cards(site: Site, name: str, count: int) -> Waiting:
    return Waiting(site, *desk.make(site, MAKE.format(name=name, count=count)))


def shown(page: Page) -> str:
    card: str = page.evaluate(SHOWN)
    return card


def each_was_decided_once_and_both_had_some(waiting: Waiting) -> Counter[int]:
    """How many cards each person decided."""
    query = """
        SELECT review_review.card_id, review_review.by_id, review_review.decision
        FROM review_review JOIN cards_card ON cards_card.id = review_review.card_id
        WHERE cards_card.batch_id = ?"""
    found = desk.rows(waiting.site, query, waiting.batch)
    assert len(found) == len(waiting.cards)
    assert len({row["card_id"] for row in found}) == len(waiting.cards)
    assert {row["decision"] for row in found} == {"approved"}
    left = "SELECT id FROM cards_card WHERE batch_id = ? AND status != 'approved'"
    assert desk.rows(waiting.site, left, waiting.batch) == []
    by_person = Counter(row["by_id"] for row in found)
    assert len(by_person) == 2
    return by_person


def test_a_hundred_cards_are_decided_once_each_by_two_who_press_at_the_same_moment(
    small_site: Site, reviewers: Reviewers
) -> None:
    waiting = cards(small_site, "Pressed at once", 100)
    pages = reviewers(waiting)
    for _ in range(len(waiting.cards)):
        on_show = [shown(page) for page in pages]
        if not any(on_show):
            break
        assert on_show[0] != on_show[1]
        for page, card in zip(pages, on_show, strict=True):
            if card:
                page.evaluate(PRESS)
        for page, card in zip(pages, on_show, strict=True):
            if card:
                page.wait_for_function(MOVED, arg=card)
    by_person = each_was_decided_once_and_both_had_some(waiting)
    print(f"\n100 cards, pressed at the same moment: {sorted(by_person.values())}")


def test_cards_are_decided_once_each_by_two_who_take_turns(
    small_site: Site, reviewers: Reviewers
) -> None:
    waiting = cards(small_site, "In turn", 30)
    pages = reviewers(waiting)
    turns = random.Random(4)
    while left := [page for page in pages if shown(page)]:
        page = turns.choice(left)
        card = shown(page)
        assert [shown(other) for other in pages].count(card) == 1
        page.keyboard.press("Control+Enter")
        page.wait_for_function(MOVED, arg=card)
    each_was_decided_once_and_both_had_some(waiting)


def test_a_card_that_both_have_open_is_decided_by_one(
    small_site: Site, reviewers: Reviewers
) -> None:
    waiting = cards(small_site, "Both open", 2)
    rosa, mira = reviewers(waiting)
    card = shown(rosa)
    mira.goto(waiting.url(waiting.cards.index(card)))
    mira.wait_for_function("() => !document.getElementById('held').hidden")
    for page in (mira, rosa):
        page.evaluate(PRESS)
    rosa.wait_for_function(MOVED, arg=card)
    assert shown(mira) == card
    assert len(waiting.reviews(waiting.cards.index(card))) == 1
    mira.get_by_role("button", name="Next free card").click()
    mira.wait_for_function(MOVED, arg=card)
