"""Every page for everybody: axe finds nothing, in light and dark, on a desk and on a phone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from backoffice import synthetic
from tests.browser.conftest import ALL_ENDED, SMALLEST, Site, running_site, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

pytestmark = pytest.mark.browser

BATCH = "Boat fair"
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
OPTIONS: dict[str, Any] = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "rules": {"target-size": {"enabled": True}},  # of WCAG 2.2, which axe leaves out by itself
    "resultTypes": ["violations"],
    "preload": False,  # it copies style sheets into style elements, against our content policy
}
COLOURS = {**OPTIONS, "runOnly": ["color-contrast", "link-in-text-block"]}
"""The rules that look at colours: all that a page in dark can break besides."""
FITS = "document.documentElement.scrollWidth <= innerWidth"
MOVING = """() => [...document.querySelectorAll("*")].filter(element => {
    const { animationName, transitionDuration, scrollBehavior } = getComputedStyle(element);
    return animationName !== "none" || transitionDuration !== "0s" || scrollBehavior !== "auto";
}).map(element => element.cloneNode().outerHTML.slice(0, 120))"""
PHONE: ViewportSize = {"width": 360, "height": 740}


FILL = """
import json
from tests.browser.whole_desk import fill
print("where", json.dumps(fill("{batch}"), default=str))
"""


@dataclass(frozen=True)
class Place:
    """A page: its name for the report, its address, and what is done there before the look."""

    name: str
    address: str
    act: Callable[[Page], object] = lambda page: None
    is_for_phones: bool = False


@dataclass(frozen=True)
class Desk:
    """The running site, and where the things are that its pages are about."""

    site: Site
    where: dict[str, Any]
    pictures: list[Path]

    def url(self, address: str) -> str:
        return f"{self.site.url}/admin/{address.format(**self.where)}"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A site with something on every page."""
    folder = tmp_path_factory.mktemp("desk")
    pictures = folder / "pictures"
    synthetic.write_cards(4, pictures, seed=3, plain=True)
    for path in [*pictures.glob("*.jpg")][1:]:
        path.unlink()
    more = {**SMALLEST, "SECOND_LOOK_PERCENT": "100", "OPENAI_BASE_URL": "http://localhost:9"}
    with running_site(folder, more) as site:
        site.manage("ingest", str(pictures), "--batch", BATCH, "--extractor", "offline")
        words = site.run(FILL.format(batch=BATCH))
        where = json.loads(words.rpartition("where ")[2])
        yield Desk(site, where, sorted(pictures.iterdir()))


def shown_keys(page: Page) -> None:
    page.click("#show-keys")


def shown_move(page: Page) -> None:
    page.focus("[name=full_name]")
    page.keyboard.press("Alt+m")
    page.locator("#move[open]").wait_for()


def shown_reasons(page: Page) -> None:
    page.click("#reject summary")


def opened_all(page: Page) -> None:
    """Everything that folds, unfolded."""
    page.evaluate("document.querySelectorAll('main details').forEach(it => { it.open = true; })")


def chosen_row(page: Page) -> None:
    page.locator("input.action-select").first.check()


def previewed_import(page: Page) -> None:
    csv = b"full_name,company,email\nRosa Halloway,Northwind,rosa@northwind.example\n,,wrong\n"
    page.set_input_files(
        "input[type=file]", {"name": "cards.csv", "mimeType": "text/csv", "buffer": csv}
    )
    with page.expect_navigation():
        page.locator("form.transfer [type=submit]").first.click()


def refused_password(page: Page) -> None:
    page.fill("#id_old_password", "wrong")
    page.fill("#id_new_password1", "1")
    page.fill("#id_new_password2", "2")
    with page.expect_navigation():
        page.locator("#content [type=submit]").click()


def without_token(page: Page) -> None:
    """A form that the site must refuse because it does not come from one of its pages."""
    page.evaluate("document.querySelector('#logout-form [name=csrfmiddlewaretoken]').remove()")
    with page.expect_navigation():
        page.evaluate("document.querySelector('#logout-form').submit()")


CARDS, REVIEW, READINGS = "cards/card/", "review/waitingcard/", "extraction/extraction/"
WORK = (
    Place("the list of cards to review", REVIEW, is_for_phones=True),
    Place("the list, a row chosen", REVIEW, chosen_row),
    Place("the list, nothing found", REVIEW + "?q=nobody-of-this-name"),
    Place("a card, one side", REVIEW + "{arabic}/change/", opened_all, is_for_phones=True),
    Place("a card, two sides", REVIEW + "{two}/change/", is_for_phones=True),
    Place("a card, its keys", REVIEW + "{two}/change/", shown_keys),
    Place("a card, moving a value", REVIEW + "{two}/change/", shown_move, is_for_phones=True),
    Place("a card, rejecting", REVIEW + "{two}/change/", shown_reasons, is_for_phones=True),
    Place("a card, a conflict", REVIEW + "{changed}/change/", is_for_phones=True),
    Place("a card of a colleague", REVIEW + "{held}/change/", is_for_phones=True),
    Place("a card that is decided", REVIEW + "{rejected}/change/", opened_all),
    Place("a card that was not read", REVIEW + "{failed}/change/"),
    Place("one field at a time", REVIEW + "snippets/?field=email", is_for_phones=True),
    Place("the history of a card", REVIEW + "{changed}/history/", opened_all),
    Place("the first approval taken up", REVIEW + "{looked}/history/", opened_all),
    Place("second looks", REVIEW + "second/"),
    Place("a second look", REVIEW + "second/{second}/"),
    Place("a third look", REVIEW + "second/{third}/"),
    Place("pace", REVIEW + "pace/"),
    Place("a day to revert", REVIEW + "revert-day/"),
    Place("cards to read again", REVIEW + "read-again/"),
    Place("decisions", "review/review/"),
    Place("a decision", "review/review/{review}/change/"),
)
REST = (
    Place("today", ""),
    Place("cards", CARDS),
    Place("a contact", CARDS + "{looked}/change/"),
    Place("what was changed on a contact", CARDS + "{looked}/history/"),
    Place("exports", CARDS + "export/"),
    Place("publications", "publications/"),
    Place("import", CARDS + "import/"),
    Place("the preview of an import", CARDS + "import/", previewed_import),
    Place("batches", "cards/batch/"),
    Place("a batch", "cards/batch/{batch}/change/"),
    Place("jobs", READINGS),
    Place("a reading", READINGS + "{reading}/change/"),
    Place("two readings", READINGS + "compare/?a={reading}"),
    Place("readings to do again", READINGS + "read-again/"),
    Place("costs", "extraction/call/"),
    Place("a call", "extraction/call/{call}/change/"),
    Place("backlogs", "extraction/backlog/"),
    Place("a backlog", "extraction/backlog/{backlog}/change/"),
    Place("readers", "extraction/fittedreader/"),
    Place("a reader", "extraction/fittedreader/{reader}/change/"),
    Place("staff", "auth/user/"),
    Place("a new colleague", "auth/user/add/"),
    Place("a colleague", "auth/user/{user}/change/"),
    Place("a colleague to delete", "auth/user/{user}/delete/"),
    Place("groups", "auth/group/"),
    Place("a group", "auth/group/{group}/change/"),
    Place("an app", "cards/"),
    Place("a new password", "password_change/"),
    Place("a password refused", "password_change/", refused_password),
    Place("nothing found", "nothing-of-this-name/"),
    Place("not allowed", CARDS + "add/"),
    Place("a form from elsewhere", "", without_token),
)


def found(page: Page, name: str, options: dict[str, Any] = OPTIONS) -> list[str]:
    """What axe finds on the page as it stands: the rule, and where it is broken."""
    answer = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{name}: {rule['id']}: {rule['help']}\n"
        + "\n".join(
            f"    {node['html'][:200]}\n      {node['failureSummary'].splitlines()[1].strip()}"
            for node in rule["nodes"]
        )
        for rule in answer["violations"]
    ]


def wrong_on(page: Page, name: str) -> list[str]:
    """What is wrong with the page as it stands, in light and in dark."""
    page.evaluate(AXE)
    wrong = found(page, f"{name}, light")
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    wrong += found(page, f"{name}, dark", COLOURS)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    if moving := page.evaluate(MOVING):
        wrong.append(f"{name}: moves although less motion is wished for: {moving}")
    if not page.evaluate(FITS):
        wrong.append(f"{name}: is wider than the screen")
    return wrong


def walk(page: Page, desk: Desk, places: Iterable[Place]) -> list[str]:
    """What is wrong with these pages, each visited in turn."""
    wrong = []
    for place in places:
        page.goto(desk.url(place.address))
        place.act(page)
        wrong += wrong_on(page, place.name)
    return wrong


@pytest.fixture
def page(desk: Desk, new_page: Callable[..., Page]) -> Page:
    """A page of somebody who is signed in and wishes for less motion."""
    page = new_page(
        expecting="Failed to load resource", reduced_motion="reduce", color_scheme="light"
    )  # fmt: skip
    sign_in(page, desk.site)
    return page


def test_a_fault_is_found(page: Page, desk: Desk) -> None:
    page.goto(desk.url(REVIEW))
    page.evaluate(AXE)
    page.evaluate("document.querySelector('#result_list img').alt = ''")
    assert [one.split(": ")[1] for one in found(page, "list")] == ["link-name"]


@pytest.mark.parametrize("places", [WORK, REST], ids=["where cards are decided", "all others"])
def test_every_page_is_for_everybody(page: Page, desk: Desk, places: Sequence[Place]) -> None:
    wrong = walk(page, desk, places)
    assert not wrong, "\n".join(wrong)


def test_working_pages_are_for_phones(page: Page, desk: Desk) -> None:
    page.set_viewport_size(PHONE)
    wrong = walk(page, desk, [place for place in WORK if place.is_for_phones])
    assert not wrong, "\n".join(wrong)


def test_uploading_is_for_everybody(page: Page, desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "diary.jpg").write_text("Dear diary")
    page.goto(desk.url("cards/card/upload/"))
    wrong = wrong_on(page, "upload, nothing chosen")
    page.select_option("[name=extractor]", "offline")
    page.set_input_files("#files", [str(desk.pictures[0]), str(tmp_path / "diary.jpg")])
    page.wait_for_function(ALL_ENDED, arg=2, timeout=90_000)
    wrong += wrong_on(page, "upload, one here and one refused")
    page.set_viewport_size(PHONE)
    wrong += wrong_on(page, "upload on a phone")
    assert not wrong, "\n".join(wrong)


def test_signing_in_and_out_is_for_everybody(page: Page, desk: Desk) -> None:
    with page.expect_navigation():
        page.click("#logout-form button")
    wrong = wrong_on(page, "signed out")
    page.goto(desk.url("login/"))
    wrong += wrong_on(page, "sign-in")
    page.fill("#id_username", "nobody")
    page.fill("#id_password", "wrong")
    with page.expect_navigation():
        page.click("#login-form [type=submit]")
    wrong += wrong_on(page, "sign-in refused")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("card", ["arabic", "hebrew"])
def test_right_to_left_text_is_shown_right_to_left(page: Page, desk: Desk, card: str) -> None:
    name = desk.where[f"{card}_name"]
    for address, shown in (
        (f"{REVIEW}{{{card}}}/change/", f"[name=full_name][value='{name}']"),
        (REVIEW, f"#result_list input[value='{name}']"),
        (REVIEW + "snippets/?field=full_name", f".snippet [name=text][value='{name}']"),
        (f"{REVIEW}{{{card}}}/history/", f"[data-field=full_name] :text-is('{name}')"),
    ):
        page.goto(desk.url(address))
        direction = page.locator(shown).first.evaluate("it => getComputedStyle(it).direction")
        assert direction == "rtl", address
