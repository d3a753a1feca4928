"""A new user's way through the product: pictures in a browser, contacts in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import openpyxl
import pytest

from backoffice import synthetic
from tests.browser.conftest import Site, running_site, sign_in, upload

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

CARDS = 6


@pytest.fixture(scope="module")
def empty_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site on SQLite and a folder, with no cards but those of this module."""
    with running_site(tmp_path_factory.mktemp("empty"), {}) as site:
        yield site


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("empty_site", id="on SQLite and a folder"),
        pytest.param(
            "big_site",
            id="on PostgreSQL, Redis and S3",
            marks=[pytest.mark.postgres, pytest.mark.redis, pytest.mark.s3],
        ),
    ],
)
def site(request: pytest.FixtureRequest) -> Site:
    running: Site = request.getfixturevalue(request.param)
    return running


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("pictures")
    synthetic.write_cards(CARDS, folder)
    (folder / "not-a-picture.jpg").write_text("Dear diary")
    return sorted(path for path in folder.iterdir() if path.suffix != ".jsonl")


def export(page: Page, site: Site, slug: str, folder: Path) -> Path:
    """The approved cards, downloaded from the export page."""
    page.goto(f"{site.url}/admin/cards/card/export/")
    page.check(f"input[name=format][value={slug}]")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_pictures_become_contacts_in_a_spreadsheet(
    site: Site, pictures: list[Path], new_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = new_page()
    sign_in(page, site)

    upload(page, site, pictures)
    states = page.locator("#arrivals li").evaluate_all("rows => rows.map(row => row.dataset.state)")
    assert states.count("refused") == 1
    assert sum(state in ("read", "doubtful") for state in states) == CARDS

    page.goto(f"{site.url}/admin/review/waitingcard/next/")
    names = []
    for number in range(2):
        names.append(f"Checked Person {number}")
        page.fill("[name=full_name]", names[-1])
        page.fill("[name=company]", "=1+1")
        page.fill("[name=phone]", "+44 20 7946 0958")
        with page.expect_navigation():
            page.keyboard.press("Control+Enter")
    page.goto(f"{site.url}/admin/")
    approved = page.locator(".tile", has_text="approved today")
    assert approved.locator(".tile-number").inner_text() == "2"

    with export(page, site, "csv", tmp_path).open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert sorted(row["full_name"] for row in rows) == names
    assert {row["phone"] for row in rows} == {"+44 20 7946 0958"}
    assert {row["company"] for row in rows} == {"'=1+1"}

    sheet = openpyxl.load_workbook(export(page, site, "xlsx", tmp_path)).active
    assert sheet is not None
    header, *cells = sheet.iter_rows()
    company = [cell.value for cell in header].index("company")
    assert [(row[company].value, row[company].data_type) for row in cells] == [("=1+1", "s")] * 2

    with duckdb.connect(str(export(page, site, "duckdb", tmp_path)), read_only=True) as database:
        found = database.execute("SELECT full_name FROM contacts ORDER BY 1").fetchall()
    assert [name for (name,) in found] == names


def test_the_same_pictures_again_are_linked_to_their_cards(
    site: Site, pictures: list[Path], new_page: Callable[..., Page]
) -> None:
    page = new_page()
    sign_in(page, site)
    upload(page, site, pictures[:2], batch="For the first time, or again already")
    upload(page, site, pictures[:2], batch="The same again")
    assert page.locator("#arrivals li[data-state=here]").count() == 2


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1360, 390])
def test_every_page_fits_and_breaks_no_rule_of_the_content_policy(
    site: Site, new_page: Callable[..., Page], theme: str, width: int
) -> None:
    page = new_page(viewport={"width": width, "height": 820}, color_scheme=theme)
    sign_in(page, site)
    for path in (
        "", "cards/card/upload/", "cards/card/", "cards/batch/", "cards/card/export/",
        "cards/card/import/", "review/waitingcard/", "review/waitingcard/next/", "review/review/",
        "extraction/extraction/", "auth/user/", "auth/group/", "password_change/",
    ):  # fmt: skip
        page.goto(f"{site.url}/admin/{path}")
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{path or 'dashboard'} is {wide} px wide on {width} px"
