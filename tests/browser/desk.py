"""What tests of the review workspace do over and over: sign in, open, decide, look what is kept."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tests.browser.conftest import PASSWORD, Site

if TYPE_CHECKING:
    from playwright.sync_api import Page

REVIEW = "/admin/review/waitingcard/"
CLAIMED = "() => document.getElementById('claim-state').textContent.includes('yours')"


@dataclass(frozen=True)
class Waiting:
    """A batch of waiting cards."""

    site: Site
    batch: int
    cards: list[str]

    def url(self, number: int = 0) -> str:
        """The workspace of a card, from which one goes on within the batch."""
        return f"{self.site.url}{REVIEW}{self.cards[number]}/change/?batch={self.batch}"

    def open(self, page: Page, number: int = 0) -> Page:
        """The workspace in `page`, once the card is claimed."""
        page.goto(self.url(number))
        page.wait_for_function(CLAIMED)
        return page

    def card(self, number: int = 0) -> dict[str, Any]:
        """How a card stands in the database."""
        return rows(
            self.site, "SELECT * FROM cards_card WHERE id = ?", UUID(self.cards[number]).hex
        )[0]

    def reviews(self, number: int = 0) -> list[dict[str, Any]]:
        """Its decisions, the first one first."""
        query = "SELECT * FROM review_review WHERE card_id = ? ORDER BY number"
        return rows(self.site, query, UUID(self.cards[number]).hex)

    def draft(self, number: int = 0) -> dict[str, str]:
        """The texts of the only draft of a card, by field; none without a draft."""
        query = "SELECT * FROM review_draft WHERE card_id = ?"
        found = rows(self.site, query, UUID(self.cards[number]).hex)
        texts: dict[str, str] = json.loads(found[0]["values"]) if found else {}
        return texts


def rows(site: Site, query: str, *values: Any) -> list[dict[str, Any]]:
    """What a query finds in, or does to, the database of a site on SQLite."""
    path = Path(site.environment["DATA_DIR"]) / "db.sqlite3"
    with closing(sqlite3.connect(path, timeout=20)) as database, database:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute(query, values)]


def make(site: Site, script: str) -> Any:
    """What a script prints as JSON after the word FOUND; it runs inside the site."""
    lines = f"import json\nfrom tests.browser import waiting_cards\n{script}"
    words = site.run(lines)
    return json.loads(words.rpartition("FOUND ")[2])


def enter(page: Page, site: Site, name: str, *, at: str = "/admin/") -> Page:
    """Signs in as one of the people, and goes on to a page."""
    page.goto(site.url + at)
    page.fill("#id_username", name)
    page.fill("#id_password", PASSWORD)
    page.click("#login-form [type=submit]")
    page.wait_for_url(lambda url: "/login/" not in url)
    return page
