"""Second looks between three people: blind, then settled, then told as agreement."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser import desk, read_cards
from tests.browser.conftest import PASSWORD, SMALLEST, Site, running_site, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

pytestmark = pytest.mark.browser

LIST = "/admin/review/waitingcard/second/"
TYPED = "Rosa's Own Reading"
NOTHING = "Nothing waits for you."
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
from review.models import Claim
rosa = User.objects.get(username="rosa")
while Card.objects.filter(status="uploaded").exists():
    time.sleep(0.1)
card = Card.objects.get()
if card.status == "approved":
    decisions.reopen(card, version=card.version, by=rosa)
card = Card.objects.get()
Claim.objects.all().delete()
values = card.contact() | {{"company": {typed!r}}}
decisions.approve(card, values, version=card.version, by=rosa)
"""
REOPENED = """
from django.contrib.auth.models import User
from cards.models import Card
from review import decisions
card = Card.objects.get()
decisions.reopen(card, version=card.version, by=User.objects.get(username="rosa"))
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with one card on which all that is approved is looked at again, by three people."""
    folder = tmp_path_factory.mktemp("second")
    with running_site(folder, {**SMALLEST, "SECOND_LOOK_PERCENT": "100"}) as running:
        running.run(REVIEWERS.format(password=PASSWORD))
        read_cards.site_reads(running, folder / "cards", 1, seed=0, batch="Expo Berlin")
        yield running


@pytest.fixture
def look(site: Site) -> Site:
    """The site with one look waiting: at a card that Rosa approved with a company of her own."""
    site.run(APPROVED.format(typed=TYPED))
    return site


@pytest.fixture
def reviewer(site: Site, new_page: Callable[..., Page]) -> Callable[..., Page]:
    """Opens a browser of one of the reviewers at the list of second looks."""

    def open_list(name: str, **options: Any) -> Page:
        page = new_page(**options)
        sign_in(page, site, name, at=LIST)
        return page

    return open_list


def open_next(page: Page) -> None:
    """From the list to the next look, once its script has begun and has claimed the card."""
    page.get_by_role("link", name="Look next").click()
    begun(page)


def begun(page: Page) -> None:
    page.locator("#claim-state", has_text="This card is yours until").wait_for()


def answer(page: Page, company: str) -> None:
    """Sends the open blind look with another company."""
    page.fill("[name=company]", company)
    page.keyboard.press("Control+Enter")
    page.get_by_text("One field differs; a third reviewer settles it.").wait_for()


def skip(page: Page) -> None:
    page.get_by_role("button", name="Skip").click()
    page.wait_for_url("**" + LIST)


def test_a_difference_is_found_blind_and_settled_by_a_third(
    look: Site, reviewer: Callable[[str], Page]
) -> None:
    rosa = reviewer("rosa")
    assert rosa.get_by_text(NOTHING).is_visible()

    ilse = reviewer("ilse")
    assert TYPED not in ilse.content()
    open_next(ilse)
    assert TYPED not in ilse.content()
    assert "rosa" not in ilse.content().lower()
    answer(ilse, "Northwind Boats Ltd")
    assert ilse.get_by_text(NOTHING).is_visible()
    assert ilse.get_by_text("1 difference that you were part of waits").is_visible()

    rosa.reload()
    assert rosa.get_by_text(NOTHING).is_visible()

    nils = reviewer("nils")
    open_next(nils)
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
    open_next(ilse)
    nils.reload()
    assert nils.get_by_text(NOTHING).is_visible()
    skip(ilse)
    nils.reload()
    assert nils.get_by_role("link", name="Look next").is_visible()


def test_enter_goes_to_the_next_field_and_sends_nothing(
    look: Site, reviewer: Callable[[str], Page]
) -> None:
    ilse = reviewer("ilse")
    open_next(ilse)
    ilse.focus("[name=company]")
    ilse.keyboard.press("Enter")
    assert ilse.evaluate("document.activeElement.name") == "phone"
    skip(ilse)


def test_what_is_typed_outlives_the_session(look: Site, reviewer: Callable[..., Page]) -> None:
    ilse = reviewer("ilse", expecting="403")
    open_next(ilse)
    ilse.locator("[name=company]").select_text()
    ilse.keyboard.insert_text("Northwind Boats Ltd")
    ilse.context.clear_cookies()
    ilse.keyboard.press("Control+Enter")
    ilse.locator("#said", has_text="You are signed out").wait_for()
    assert ilse.input_value("[name=company]") == "Northwind Boats Ltd"

    desk.enter(ilse.context.new_page(), look, "ilse")
    ilse.keyboard.press("Control+Enter")
    ilse.get_by_text("One field differs").wait_for()


def test_typing_another_value_chooses_it(look: Site, reviewer: Callable[[str], Page]) -> None:
    ilse = reviewer("ilse")
    open_next(ilse)
    answer(ilse, "Northwind Boats Ltd")

    nils = reviewer("nils")
    nils.locator("tr", has_text="third look").get_by_role("link", name="Look").click()
    begun(nils)
    nils.fill("[name=typed-company]", "Southwind Boats Ltd")
    assert nils.is_checked("[name=choice-company][value=other]")
    nils.keyboard.press("Control+Enter")
    nils.get_by_text("Settled: the card stands as you decided.").wait_for()


def test_what_is_typed_before_the_script_has_begun_counts(
    look: Site, reviewer: Callable[[str], Page]
) -> None:
    ilse = reviewer("ilse")
    open_next(ilse)
    answer(ilse, "Northwind Boats Ltd")

    nils = reviewer("nils")
    scripts: list[Route] = []
    nils.route("**/review/second*.js", lambda route: scripts.append(route))
    with nils.expect_request("**/review/second*.js"):
        nils.get_by_role("link", name="Look next").click()
    nils.locator("[name=typed-company]").press_sequentially("Southwind")
    assert not nils.is_checked("[name=choice-company][value=other]")
    scripts[0].continue_()
    begun(nils)
    assert nils.is_checked("[name=choice-company][value=other]")
    assert nils.evaluate("document.activeElement.name") == "typed-company"
    nils.keyboard.press("Control+Enter")
    nils.get_by_text("Settled: the card stands as you decided.").wait_for()


def test_it_works_without_the_script(look: Site, reviewer: Callable[..., Page]) -> None:
    ilse = reviewer("ilse", java_script_enabled=False)
    ilse.get_by_role("link", name="Look next").click()
    ilse.fill("[name=company]", "Northwind Boats Ltd")
    ilse.get_by_role("button", name="Done").click()
    ilse.get_by_text("One field differs").wait_for()

    nils = reviewer("nils", java_script_enabled=False)
    nils.get_by_role("link", name="Look next").click()
    nils.fill("[name=typed-company]", "Southwind Boats Ltd")
    nils.get_by_role("button", name="Settle").click()
    nils.get_by_text("Settled: the card stands as you decided.").wait_for()


def test_what_is_typed_survives_a_reload_and_not_a_skip(
    look: Site, reviewer: Callable[[str], Page]
) -> None:
    ilse = reviewer("ilse")
    open_next(ilse)
    read = ilse.input_value("[name=company]")
    ilse.fill("[name=company]", "Northwind Boats Ltd")
    ilse.reload()
    ilse.get_by_text("What you typed is here again.").wait_for()
    assert ilse.input_value("[name=company]") == "Northwind Boats Ltd"

    ilse.once("dialog", lambda dialog: dialog.accept())
    skip(ilse)
    open_next(ilse)
    assert ilse.input_value("[name=company]") == read
    skip(ilse)


def test_what_is_typed_survives_a_dead_network(look: Site, reviewer: Callable[..., Page]) -> None:
    ilse = reviewer("ilse", expecting="net::ERR_INTERNET_DISCONNECTED")
    open_next(ilse)
    ilse.context.set_offline(True)
    ilse.fill("[name=company]", "Northwind Boats Ltd")
    ilse.keyboard.press("Control+Enter")
    ilse.locator("#said", has_text="There is no connection. What you typed is kept").wait_for()
    ilse.context.set_offline(False)
    ilse.reload()
    ilse.get_by_text("What you typed is here again.").wait_for()
    ilse.keyboard.press("Control+Enter")
    ilse.get_by_text("One field differs").wait_for()
    kept = "() => Object.keys(localStorage).filter((key) => key.includes('/second/'))"
    assert ilse.evaluate(kept) == []


def test_what_was_typed_for_a_card_changed_meanwhile_stays_to_be_read(
    look: Site, reviewer: Callable[[str], Page]
) -> None:
    ilse = reviewer("ilse")
    open_next(ilse)
    ilse.fill("[name=company]", "Northwind Boats Ltd")
    look.run(REOPENED)
    ilse.keyboard.press("Control+Enter")
    ilse.get_by_role("alert").filter(has_text="This card was changed while you looked").wait_for()
    assert ilse.input_value("[name=company]") == "Northwind Boats Ltd"
    assert not ilse.get_by_role("button", name="Done").count()
    ilse.get_by_role("link", name="Look next").click()
    ilse.get_by_text(NOTHING).wait_for()
