"""A model whose key is not taken: the notice on the first page, and what its buttons do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from backoffice import synthetic
from tests import fakes
from tests.browser.conftest import SMALLEST, Site, running_site, sign_in
from tests.fakes import FakeModelServer

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

NO_KEY = fakes.error(401, "invalid_api_key")
READ = fakes.read({"full_name": "Rosa Halloway", "company": "Northwind"})


@pytest.fixture(scope="module")
def server() -> Iterator[FakeModelServer]:
    with FakeModelServer() as server:
        yield server


@pytest.fixture(scope="module")
def site(server: FakeModelServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with a model that is asked by default."""
    model = {"OPENAI_API_KEY": "test-key", "OPENAI_BASE_URL": server.base_url}
    with running_site(tmp_path_factory.mktemp("stopped"), SMALLEST | model) as site:
        yield site


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A card with one side."""
    folder = tmp_path_factory.mktemp("cards")
    synthetic.write_cards(3, folder, seed=23)
    return next(path for path in sorted(folder.iterdir()) if path.suffix == ".jpg")


@pytest.fixture
def stopped(
    site: Site, server: FakeModelServer, picture: Path,
    new_page: Callable[..., Page], tmp_path: Path,
) -> Page:  # fmt: skip
    """The first page after a card was uploaded and the model's server did not take the key."""
    server.otherwise = NO_KEY
    page = new_page()
    sign_in(page, site)
    again = tmp_path / "card.jpg"
    again.write_bytes(picture.read_bytes() + str(tmp_path).encode())
    page.goto(f"{site.url}/admin/cards/card/upload/")
    page.set_input_files("#files", str(again))
    page.click("#upload-send")
    page.locator("#arrivals [data-state=reading]").wait_for()
    _until(page, site, lambda: page.locator(".notice").count() == 1)
    return page


def _until(page: Page, site: Site, is_so: Callable[[], bool]) -> None:
    """Look at the first page again until it is so."""
    for _ in range(120):
        page.goto(f"{site.url}/admin/")
        if is_so():
            return
        page.wait_for_timeout(500)
    pytest.fail(page.locator("main").inner_text())


def _being_read(page: Page) -> str:
    return page.locator(".tile").filter(has_text="being read").locator(".tile-number").inner_text()


def test_a_stopped_model_says_why_and_offers_what_to_do(stopped: Page) -> None:
    notice = stopped.locator(".notice")
    assert "The vision model is stopped." in notice.inner_text()
    assert "OPENAI_API_KEY" in notice.inner_text()
    labels = [button.inner_text() for button in notice.get_by_role("button").all()]
    assert labels == ["Try again now", "Read them offline meanwhile"]


def test_cards_are_read_offline_while_the_model_is_stopped(stopped: Page, site: Site) -> None:
    assert _being_read(stopped) != "0"
    stopped.get_by_role("button", name="Read them offline meanwhile").click()
    assert "read offline meanwhile" in stopped.inner_text(".messagelist")
    _until(stopped, site, lambda: _being_read(stopped) == "0")
    assert "The vision model is stopped." in stopped.inner_text(".notice")
    assert stopped.get_by_role("button", name="Read them offline meanwhile").count() == 0


def test_the_queue_goes_on_when_somebody_says_so(
    stopped: Page, site: Site, server: FakeModelServer
) -> None:
    server.otherwise = READ
    stopped.get_by_role("button", name="Try again now").click()
    assert "One card is tried now" in stopped.inner_text(".messagelist")
    assert stopped.locator(".notice").count() == 0
    _until(stopped, site, lambda: stopped.get_by_text("Rosa Halloway").count() > 0)
    site.manage("drain")  # the workers would come to the others within a minute
    open_jobs = stopped.get_by_role("listitem").filter(has_text="Jobs").locator(".count")
    _until(stopped, site, lambda: open_jobs.count() == 0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_notice_of_a_stop_fits_on_a_phone(
    stopped: Page, site: Site, scheme: str, new_page: Callable[..., Page]
) -> None:
    phone = new_page(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    sign_in(phone, site)
    assert phone.get_by_role("button", name="Try again now").is_visible()
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
