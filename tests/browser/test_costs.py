"""What reading costs, as hands and eyes meet it: before a batch begins, when the budget is spent,
and in the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from backoffice import synthetic
from tests.browser.conftest import ALL_ENDED, SMALLEST, Site, running_site, sign_in
from tests.fakes import FakeModelServer

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

PRICE = "#upload-price"
SEND = "#upload-send"
A_CARD_COSTS_1_17_CENTS = '{"gpt-5-mini": [2, 0.2, 3]}'

SPENT = """
from cards.models import Card
from tests.extraction.readings import put_call, put_card

cards = [put_card(status=Card.Status.REJECTED) for _ in range(2)]
for cost, outcome in (
    ("0.03", "answered"), ("0.02", "answered"), ("0.01", "refused"), (None, "timed_out"),
    (None, "lost"), ("0", "not_allowed"),
):
    put_call(cost, outcome, model="gpt-5", card=cards[cost == "0.03"])
"""
"""Six calls of today: six cents, and two calls whose cost is estimated by the mean, two cents."""


@pytest.fixture(scope="module")
def server() -> Iterator[FakeModelServer]:
    """The model of the site whose budget is spent: nobody may ask it."""
    with FakeModelServer() as server:
        yield server


@pytest.fixture(scope="module")
def spent_site(server: FakeModelServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with a paid reader, whose calls of today have used up its budget."""
    environment = {
        **SMALLEST,
        "OPENAI_API_KEY": "test-key",
        "OPENAI_BASE_URL": server.base_url,
        "OPENAI_API": "responses",  # the one with the Batch API, at half the price
        "OPENAI_PRICES": A_CARD_COSTS_1_17_CENTS,
        "OPENAI_DAILY_BUDGET": "0.08",
        "OPENAI_MONTHLY_BUDGET": "20",
    }
    with running_site(tmp_path_factory.mktemp("spent"), environment) as site:
        site.run(SPENT)
        yield site


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Cards with one side each."""
    folder = tmp_path_factory.mktemp("cards")
    synthetic.write_cards(8, folder, seed=17)
    return [path for path in sorted(folder.iterdir()) if path.suffix == ".jpg"]


@pytest.fixture
def page(spent_site: Site, new_page: Callable[..., Page]) -> Page:
    """The first page of that site."""
    page = new_page()
    sign_in(page, spent_site)
    return page


@pytest.fixture
def upload_page(page: Page, spent_site: Site) -> Page:
    page.goto(f"{spent_site.url}/admin/cards/card/upload/")
    return page


def choose(page: Page, picture: Path, *names: str) -> None:
    """Choose files of these names; what is in them is the picture."""
    content, kind = picture.read_bytes(), "application/octet-stream"
    files: list[Any] = [{"name": name, "mimeType": kind, "buffer": content} for name in names]
    page.set_input_files("#files", files)


def a_dozen() -> list[str]:
    return [f"card-{number}.jpg" for number in range(12)]


# Before a batch begins -----------------------------------------------------------------------


def test_the_price_grows_with_the_pictures_chosen(upload_page: Page, pictures: list[Path]) -> None:
    assert upload_page.inner_text(PRICE) == ""
    choose(upload_page, pictures[0], "card.jpg")
    assert upload_page.inner_text(PRICE) == "1 picture, about $0.012"
    choose(upload_page, pictures[0], *a_dozen()[1:])
    assert upload_page.inner_text(PRICE) == "12 pictures, about $0.14"


def test_pictures_that_are_dropped_count_too(upload_page: Page, pictures: list[Path]) -> None:
    choose(upload_page, pictures[0], "card.jpg")
    dropped = upload_page.evaluate_handle(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File(["..."], "dropped.tif"));
            return data;
        }"""
    )
    upload_page.dispatch_event("#dropzone", "drop", {"dataTransfer": dropped})
    assert upload_page.inner_text(PRICE) == "2 pictures, about $0.023"


def test_what_is_in_a_zip_is_not_guessed(upload_page: Page, pictures: list[Path]) -> None:
    choose(upload_page, pictures[0], "card.jpg", "brochure.pdf", "box.zip", "drawer.ZIP")
    words = "1 picture, 1 PDF and 2 ZIPs, about $0.012 a card"
    assert upload_page.inner_text(PRICE) == words


def test_the_price_follows_the_box_and_the_reader(upload_page: Page, pictures: list[Path]) -> None:
    choose(upload_page, pictures[0], *a_dozen())
    upload_page.check("[name=can_wait]")
    assert upload_page.inner_text(PRICE) == "12 pictures, about $0.070"
    upload_page.select_option("[name=extractor]", "offline")
    assert upload_page.inner_text(PRICE) == ""
    upload_page.select_option("[name=extractor]", "openai_vision")
    upload_page.uncheck("[name=can_wait]")
    assert upload_page.inner_text(PRICE) == "12 pictures, about $0.14"


def test_a_picture_can_be_left_out_again(upload_page: Page, pictures: list[Path]) -> None:
    choose(upload_page, pictures[0], "card.jpg", "dog.jpg")
    upload_page.get_by_role("button", name="Leave out dog.jpg").click()
    assert upload_page.inner_text(PRICE) == "1 picture, about $0.012"
    upload_page.get_by_role("button", name="Leave out card.jpg").click()
    assert upload_page.inner_text(PRICE) == ""
    assert not upload_page.is_visible(SEND)


def test_nothing_is_sent_before_the_price_was_seen(
    upload_page: Page, pictures: list[Path], server: FakeModelServer
) -> None:
    posts: list[str] = []
    upload_page.on("request", lambda it: posts.append(it.url) if it.method == "POST" else None)
    upload_page.set_input_files("#files", [str(path) for path in pictures[:2]])
    upload_page.get_by_role("status").filter(has_text="2 pictures, about $0.023").wait_for()
    upload_page.wait_for_timeout(300)
    assert not posts
    upload_page.focus("#files")
    upload_page.keyboard.press("Tab")
    upload_page.keyboard.press("Enter")
    upload_page.wait_for_function(ALL_ENDED, arg=2, timeout=90_000)
    assert upload_page.locator("#arrivals [data-state=failed]").count() == 0
    assert len(posts) == 3, "the batch, and two files"
    assert not server.requests, "the budget is spent"


def test_with_a_free_reader_pictures_are_sent_at_once(
    upload_page: Page, pictures: list[Path]
) -> None:
    upload_page.select_option("[name=extractor]", "offline")
    upload_page.set_input_files("#files", str(pictures[2]))
    upload_page.wait_for_function(ALL_ENDED, arg=1, timeout=90_000)
    assert upload_page.inner_text(PRICE) == ""


def test_without_script_the_page_names_the_price_of_a_card(
    spent_site: Site, new_page: Callable[..., Page]
) -> None:
    page = new_page(java_script_enabled=False)
    sign_in(page, spent_site)
    page.goto(f"{spent_site.url}/admin/cards/card/upload/")
    assert "Vision model, ≈ $0.012 a card" in page.inner_text("[name=extractor]")
    assert not page.is_visible(SEND)


# The ledger and the budget -------------------------------------------------------------------


@pytest.fixture
def ledger(page: Page, spent_site: Site) -> Page:
    page.goto(f"{spent_site.url}/admin/extraction/call/")
    return page


def test_the_ledger_shows_what_was_spent(ledger: Page) -> None:
    today, month = ledger.locator(".ledger .tile").all()[:2]
    assert today.locator(".tile-number").inner_text() == "$0.10"
    assert "100 % of the budget of $0.08" in today.inner_text()
    assert "6 calls" in today.inner_text()
    assert "$0.03 a card" in today.inner_text()
    assert month.locator(".tile-number").inner_text() == "$0.10"
    assert "0 % of the budget of $20.00" in month.inner_text()


def test_the_ledger_counts_outcomes(ledger: Page) -> None:
    rows = [row.inner_text().split("\t") for row in ledger.locator(".ledger-outcomes tr").all()]
    assert rows[0] == ["Answered", "2", "$0.05"]
    assert ["Refused by the model", "1", "$0.01"] in rows
    assert ["Key or credit refused", "1", "$0.00"] in rows
    assert "Of 2 the cost is not known" in ledger.inner_text(".ledger-outcomes")


def test_an_outcome_leads_to_its_calls(ledger: Page) -> None:
    ledger.locator(".ledger").get_by_text("Refused by the model").click()
    shown = ledger.locator("#result_list tbody tr")
    assert shown.count() == 1
    assert "$0.01" in shown.inner_text()
    assert ledger.locator(".ledger .tile-number").first.inner_text() == "$0.10"


def test_a_spent_budget_says_what_happens_next(page: Page) -> None:
    notice = page.locator(".notice").inner_text()
    assert "The budget of $0.08 for today is spent." in notice
    assert "Cards are read offline until tomorrow." in notice


@pytest.mark.parametrize("width_px", [1360, 390, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_the_screen(
    spent_site: Site, scheme: str, width_px: int, pictures: list[Path],
    new_page: Callable[..., Page],
) -> None:  # fmt: skip
    page = new_page(viewport={"width": width_px, "height": 820}, color_scheme=scheme)
    sign_in(page, spent_site)
    fits = "document.documentElement.scrollWidth <= innerWidth"
    assert page.locator(".notice").is_visible()
    assert page.evaluate(fits)
    page.goto(f"{spent_site.url}/admin/extraction/call/")
    assert page.evaluate(fits)
    cost = page.locator("#result_list tbody .field-price").first.bounding_box()
    assert cost
    assert cost["x"] + cost["width"] <= width_px, "the cost is in sight"
    page.goto(f"{spent_site.url}/admin/cards/card/upload/")
    choose(page, pictures[0], "card.jpg", "card-with-a-name-that-does-not-end-" * 4 + ".jpg")
    assert page.locator(SEND).is_visible()
    assert page.evaluate(fits)
