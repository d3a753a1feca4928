"""The list of waiting cards: rows that are saved by themselves, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Site, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Locator, Page

pytestmark = pytest.mark.browser

MAKE = """
from cards.models import Batch, Card
for _ in range(30):
    batch = Batch.objects.create(name="List")
    for number in range(6):
        Card.objects.create(
            batch=batch, status="needs_review", full_name=f"Rosa Halloway {number}",
            company="Northwind", doubtful_fields=["mobile"] * (number % 2), doubt=1 - number / 99,
            phone="+49 (0)30 1234-567", mobile="+49 151 5550 987", email="rosa@northwind.example",
        )
    print("batch", batch.pk)
"""


def part(batch: str) -> str:
    """What of the list is shown: one batch, by name."""
    return f"?status=all&batch__id__exact={batch}&o=3"


class List:
    """The list of one batch, on a page of a browser."""

    def __init__(self, site: Site, page: Page, batch: str) -> None:
        self.page = page
        self.address = f"{site.url}/admin/review/waitingcard/"
        self.url = f"{self.address}{part(batch)}"

    def cell(self, row: int, field: str) -> Locator:
        return self.page.locator(f"[name=form-{row}-{field}]")

    def state(self, row: int) -> Locator:
        return self.page.locator(f"tr:has([name=form-{row}-company]) .row-state")

    def kept(self, row: int, field: str) -> str:
        """What the server shows, to whoever opens the list now."""
        text = self.page.request.get(self.url).text()
        found = re.search(rf'name="form-{row}-{field}" value="([^"]*)"', text)
        return found[1] if found else ""

    def change_elsewhere(self, row: int, field: str, text: str) -> None:
        """In another tab, from how the card is on this page."""
        names = ("version", "seen_status", f"initial-{field}")
        data = {name: self.hidden(row, name) for name in names}
        data["csrfmiddlewaretoken"] = self.page.input_value(
            "#changelist-form [name=csrfmiddlewaretoken]"
        )
        url = f"{self.address}{self.hidden(row, 'id')}/cells/"
        answer = self.page.request.post(url, form={**data, field: text})
        assert answer.ok, answer.text()

    def hidden(self, row: int, name: str) -> str:
        first, _, field = name.partition("-")
        name = f"initial-form-{row}-{field}" if first == "initial" else f"form-{row}-{name}"
        return self.page.locator(f"[name='{name}']").input_value()

    def focused(self) -> str:
        return str(self.page.evaluate("document.activeElement.name"))


@pytest.fixture(scope="module")
def batches(small_site: Site) -> list[str]:
    """Ids of batches of six cards, one for each test."""
    return re.findall(r"batch (\d+)", small_site.run(MAKE))


@pytest.fixture
def rows(small_site: Site, batches: list[str], new_page: Callable[..., Page]) -> List:
    page = new_page(expecting="Failed to load resource")  # when the network is cut, or 409
    batch = batches.pop()
    sign_in(page, small_site, at=f"/admin/review/waitingcard/{part(batch)}")
    return List(small_site, page, batch)


def test_enter_saves_the_row_and_goes_to_the_next(rows: List) -> None:
    rows.cell(0, "company").fill("Nordlicht GmbH")
    rows.cell(0, "company").press("Enter")
    rows.state(0).filter(has_text="Saved").wait_for()
    assert rows.focused() == "form-1-company"
    assert rows.page.url == rows.url
    assert rows.kept(0, "company") == "Nordlicht GmbH"


def test_leaving_a_row_saves_it_with_its_new_version_and_doubts(rows: List) -> None:
    row = rows.page.locator("tr:has([name=form-1-company])")
    assert row.locator(".badge").all_inner_texts() == ["mobile"]
    rows.cell(1, "mobile").fill("+49 151 5550 98765")
    rows.cell(3, "company").focus()
    rows.state(1).filter(has_text="Saved").wait_for()
    assert row.locator(".badge").all_inner_texts() == ["none"]
    assert rows.page.input_value("[name=form-1-version]") == "1"


def test_a_saved_row_can_be_saved_again(rows: List) -> None:
    for company in ("Nordlicht GmbH", "Contoso Ltd"):
        rows.cell(0, "company").fill(company)
        with rows.page.expect_response("**/cells/") as answer:
            rows.cell(0, "company").press("Enter")
        assert answer.value.status == 200
    assert rows.kept(0, "company") == "Contoso Ltd"


def test_saving_leaves_the_chosen_cards_chosen(rows: List) -> None:
    boxes = rows.page.locator("#result_list .action-select")
    boxes.nth(2).check()
    boxes.nth(4).check()
    rows.cell(2, "company").fill("Nordlicht GmbH")
    rows.cell(2, "company").press("Enter")
    rows.state(2).filter(has_text="Saved").wait_for()
    assert [boxes.nth(n).is_checked() for n in range(6)] == [False, False, True, False, True, False]
    assert "2 of 6 selected" in rows.page.locator(".action-counter").inner_text()


def test_an_action_after_saving_rows_asks_nothing(rows: List) -> None:
    asked: list[str] = []

    def note(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.accept()

    rows.page.on("dialog", note)
    rows.page.locator("#result_list .action-select").nth(0).check()
    rows.cell(0, "company").fill("Nordlicht GmbH")
    rows.page.select_option("[name=action]", "approve")
    with rows.page.expect_navigation():
        rows.page.click("#changelist-form button[name=index]")
    assert not asked
    assert rows.kept(0, "company") == "Nordlicht GmbH"


def test_arrows_go_between_rows_and_escape_puts_back(rows: List) -> None:
    rows.cell(1, "email").focus()
    rows.page.keyboard.press("ArrowDown")
    assert rows.focused() == "form-2-email"
    rows.page.keyboard.press("ArrowUp")
    assert rows.focused() == "form-1-email"
    rows.cell(1, "email").fill("typed by mistake")
    rows.page.keyboard.press("Escape")
    assert rows.cell(1, "email").input_value() == "rosa@northwind.example"


def test_edits_of_different_cells_both_stay(rows: List) -> None:
    rows.change_elsewhere(0, "company", "Theirs GmbH")
    rows.cell(0, "job_title").fill("Keeper")
    rows.cell(0, "job_title").press("Enter")
    rows.state(0).filter(has_text="Saved").wait_for()
    assert rows.cell(0, "company").input_value() == "Theirs GmbH"
    assert rows.kept(0, "job_title") == "Keeper"


def test_the_same_cell_shows_both_values_until_one_is_chosen(rows: List) -> None:
    rows.change_elsewhere(0, "company", "Theirs GmbH")
    rows.cell(0, "company").fill("Mine AG")
    rows.cell(0, "company").press("Enter")
    note = rows.page.locator(".row-note")
    assert "has put “Theirs GmbH” here" in note.inner_text()
    assert rows.cell(0, "company").input_value() == "Mine AG"
    rows.cell(0, "job_title").focus()
    rows.cell(4, "company").focus()  # leaving the row does not decide it
    assert rows.kept(0, "company") == "Theirs GmbH"
    note.get_by_role("button", name="Save again").click()
    rows.state(0).filter(has_text="Saved").wait_for()
    assert note.count() == 0
    assert rows.kept(0, "company") == "Mine AG"


def test_the_colleagues_value_can_be_taken(rows: List) -> None:
    rows.change_elsewhere(0, "company", "Theirs GmbH")
    rows.cell(0, "company").fill("Mine AG")
    rows.cell(0, "company").press("Enter")
    rows.page.locator(".row-note").get_by_role("button", name="Drop what I typed").click()
    assert rows.cell(0, "company").input_value() == "Theirs GmbH"
    assert rows.page.locator(".row-note").count() == 0


def test_what_is_typed_without_network_is_sent_when_it_is_back(rows: List) -> None:
    context = rows.page.context
    context.set_offline(True)
    rows.cell(0, "company").fill("Nordlicht GmbH")
    rows.cell(0, "company").press("Enter")
    rows.page.locator(".row-note").wait_for()
    assert "no connection" in rows.page.locator(".row-note").inner_text()
    assert rows.cell(0, "company").input_value() == "Nordlicht GmbH"
    context.set_offline(False)
    rows.state(0).filter(has_text="Saved").wait_for()
    assert rows.page.locator(".row-note").count() == 0
    assert rows.kept(0, "company") == "Nordlicht GmbH"


def test_a_link_is_followed_after_the_row_is_saved(rows: List) -> None:
    rows.cell(0, "company").fill("Nordlicht GmbH")
    with rows.page.expect_navigation():
        rows.page.locator("#result_list thead .column-company .text a").click()
    assert rows.kept(0, "company") == "Nordlicht GmbH"


def test_who_was_signed_out_keeps_what_was_typed(rows: List) -> None:
    session = [c for c in rows.page.context.cookies() if c["name"] == "sessionid"]
    rows.page.context.clear_cookies(name="sessionid")
    rows.cell(0, "company").fill("Nordlicht GmbH")
    rows.cell(0, "company").press("Enter")
    assert "signed out" in rows.page.locator(".row-note").inner_text()
    assert rows.cell(0, "company").input_value() == "Nordlicht GmbH"
    rows.page.context.add_cookies(session)  # type: ignore[arg-type]
    rows.cell(0, "company").press("Enter")
    rows.state(0).filter(has_text="Saved").wait_for()


@pytest.mark.parametrize("width", [1366, 1200, 1000, 390, 360])
def test_nothing_is_cut_off(rows: List, width: int) -> None:
    rows.page.set_viewport_size({"width": width, "height": 800})
    results = rows.page.locator(".results")
    assert results.evaluate("box => box.scrollWidth <= box.clientWidth")
    assert rows.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_texts_of_usual_length_can_be_read_whole_at_1366_px(rows: List) -> None:
    rows.page.set_viewport_size({"width": 1366, "height": 800})
    texts = {
        "full_name": "Jean-Baptiste de la Fontaine",
        "email": "rosa.halloway@nordlicht-optik.example",
        "phone": "+49 (0)30 1234-567",
        "mobile": "+49 151 5550 98765",
    }
    for field, text in texts.items():
        cell = rows.cell(0, field)
        cell.fill(text)
        assert cell.evaluate("cell => cell.scrollWidth <= cell.clientWidth"), field


def test_one_line_for_each_card_can_be_chosen(rows: List) -> None:
    name, mobile = rows.cell(0, "full_name"), rows.cell(0, "mobile")
    is_one_line = (
        "() => new Set([...document.querySelectorAll('[name^=form-0-]:not([type=hidden])')]"
        ".map(cell => cell.getBoundingClientRect().top)).size === 1"
    )
    assert not rows.page.evaluate(is_one_line)
    rows.page.click("#one-line")
    assert rows.page.evaluate(is_one_line)
    rows.page.reload()
    assert rows.page.evaluate(is_one_line)
    assert name.is_visible()
    assert mobile.evaluate("cell => cell.scrollWidth <= cell.clientWidth")
