"""Second looks between three people: blind, then settled, then told as agreement."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from backoffice import synthetic
from tests.browser.conftest import PASSWORD, Site, running_site

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("second look site")]

LIST = "/admin/review/waitingcard/second/"
TYPED = "Rosa's Own Reading"
REVIEWERS = """
from django.contrib.auth.models import Group, User
for name in ("rosa", "ilse", "nils"):
    user = User.objects.create_user(name, password={password!r}, is_staff=True)
    user.groups.add(Group.objects.get(name="Reviewer"))
"""
APPROVED = """
import time
from django.contrib.auth.models import User
from cards.models import Card
from review import decisions
rosa = User.objects.get(username="rosa")
while Card.objects.filter(status="uploaded").exists():
    time.sleep(0.1)
card = Card.objects.get()
if card.status == "approved":
    decisions.reopen(card, version=card.version, by=rosa)
card = Card.objects.get()
values = card.contact() | {{"company": {typed!r}}}
decisions.approve(card, values, version=card.version, by=rosa)
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with one card on which all that is approved is looked at again, by three people."""
    folder = tmp_path_factory.mktemp("second")
    synthetic.write_cards(1, folder / "cards")
    with running_site(folder, {"SECOND_LOOK_PERCENT": "100"}) as running:
        running.manage("shell", "-c", REVIEWERS.format(password=PASSWORD))
        running.manage("ingest", str(folder / "cards"), "--batch", "Expo Berlin")
        yield running


@pytest.fixture
def look(site: Site) -> Site:
    """The site with one look waiting: at a card that Rosa approved with a company of her own."""
    site.manage("shell", "-c", APPROVED.format(typed=TYPED))
    return site


@pytest.fixture
def reviewer(site: Site, new_page: Callable[..., Page]) -> Callable[..., Page]:
    """Opens a browser of one of the reviewers at the list of second looks."""

    def open_list(name: str, **options: Any) -> Page:
        page = new_page(**options)
        page.goto(f"{site.url}/admin/")
        page.fill("#id_username", name)
        page.fill("#id_password", PASSWORD)
        page.click("[type=submit]")
        page.goto(site.url + LIST)
        return page

    return open_list


def test_a_difference_is_found_blind_and_settled_by_a_third(
    look: Site, reviewer: Callable[[str], Page]
) -> None:
    rosa = reviewer("rosa")
    assert rosa.get_by_text("Nothing waits for you.").is_visible()

    ilse = reviewer("ilse")
    assert TYPED not in ilse.content()
    ilse.get_by_role("link", name="Look next").click()
    assert TYPED not in ilse.content()
    assert "rosa" not in ilse.content().lower()
    ilse.fill("[name=company]", "Northwind Boats Ltd")
    ilse.keyboard.press("Control+Enter")
    ilse.get_by_text("One field differs; a third reviewer settles it.").wait_for()
    assert ilse.get_by_text("Nothing waits for you.").is_visible()

    rosa.reload()
    assert rosa.get_by_text("Nothing waits for you.").is_visible()

    nils = reviewer("nils")
    nils.get_by_role("link", name="Look next").click()
    nils.get_by_label("Northwind Boats Ltd").check()
    assert nils.get_by_label(TYPED).is_visible()
    nils.keyboard.press("Control+Enter")
    nils.get_by_text("Settled: the card stands as you decided.").wait_for()

    nils.goto(f"{look.url}/admin/review/waitingcard/pace/")
    row = nils.get_by_role("row").filter(has=nils.get_by_role("rowheader", name="Company"))
    assert "0 %" in row.inner_text()
    nils.goto(f"{look.url}/admin/cards/card/?q=Northwind+Boats")
    assert (
        nils.get_by_role("link", name="Northwind Boats Ltd")
        .or_(nils.get_by_text("Northwind Boats Ltd"))
        .first.is_visible()
    )


def test_two_reviewers_do_not_get_the_same_card(
    look: Site, reviewer: Callable[[str], Page]
) -> None:
    ilse, nils = reviewer("ilse"), reviewer("nils")
    ilse.get_by_role("link", name="Look next").click()
    nils.reload()
    assert nils.get_by_text("Nothing waits for you.").is_visible()
    ilse.get_by_role("button", name="Skip").click()
    nils.reload()
    assert nils.get_by_role("link", name="Look next").is_visible()


def test_enter_goes_to_the_next_field_and_sends_nothing(
    look: Site, reviewer: Callable[[str], Page]
) -> None:
    ilse = reviewer("ilse")
    ilse.get_by_role("link", name="Look next").click()
    ilse.focus("[name=company]")
    ilse.keyboard.press("Enter")
    assert ilse.evaluate("document.activeElement.name") == "phone"
    ilse.get_by_role("button", name="Skip").click()


def test_what_is_typed_outlives_the_session(look: Site, reviewer: Callable[..., Page]) -> None:
    ilse = reviewer("ilse", expecting="403")
    ilse.get_by_role("link", name="Look next").click()
    ilse.locator("[name=company]").select_text()
    ilse.keyboard.insert_text("Northwind Boats Ltd")
    ilse.context.clear_cookies()
    ilse.keyboard.press("Control+Enter")
    ilse.locator("#held", has_text="You are signed out").wait_for()
    assert ilse.input_value("[name=company]") == "Northwind Boats Ltd"

    again = ilse.context.new_page()
    again.goto(f"{look.url}/admin/")
    again.fill("#id_username", "ilse")
    again.fill("#id_password", PASSWORD)
    again.click("[type=submit]")
    again.wait_for_url("**/admin/")
    ilse.keyboard.press("Control+Enter")
    ilse.get_by_text("One field differs").wait_for()


def test_typing_another_value_chooses_it(look: Site, reviewer: Callable[[str], Page]) -> None:
    ilse = reviewer("ilse")
    ilse.get_by_role("link", name="Look next").click()
    ilse.fill("[name=company]", "Northwind Boats Ltd")
    ilse.keyboard.press("Control+Enter")
    ilse.get_by_text("One field differs").wait_for()

    nils = reviewer("nils")
    nils.locator("tr", has_text="third look").get_by_role("link", name="Look").click()
    nils.fill("[name=typed-company]", "Southwind Boats Ltd")
    assert nils.is_checked("[name=choice-company][value=other]")
    nils.keyboard.press("Control+Enter")
    nils.get_by_text("Settled: the card stands as you decided.").wait_for()
