"""The picture of the review workspace: zoom, pan, turn, sides, boxes, and spots read again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import Site, sign_in
from tests.browser.read_cards import ask, site_reads

if TYPE_CHECKING:
    from playwright.sync_api import FloatRect, Page

pytestmark = pytest.mark.browser

TWO_SIDED = 2636  # the seed of a card with a phone, an e-mail and a second side
COPIES = 20
DOUBTFUL = ("phone", "email")
ON_PICTURE = """([x, y]) => {
    const side = document.querySelector(".ws-side:not([hidden])");
    const layer = side.querySelector(".ws-boxes");
    const point = new DOMPoint(x, y).matrixTransform(layer.getScreenCTM().inverse());
    return [point.x, point.y];
}"""
VIEW = """() => {
    const side = document.querySelector(".ws-side:not([hidden])");
    return [side.dataset.side, side.style.transform];
}"""

LIES = "() => document.querySelector('.ws-side:not([hidden])').style.transform !== ''"


@pytest.fixture(scope="module")
def fresh_cards(small_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Two-sided cards that nobody has touched, in doubt about their phone and their e-mail."""
    folder = tmp_path_factory.mktemp("cards")
    [card] = site_reads(small_site, folder, 1, seed=TWO_SIDED, batch="Pictures")
    return iter(ask(small_site, f"copies([{card!r}], {COPIES}, {DOUBTFUL!r})"))


@pytest.fixture
def open_card(
    small_site: Site, fresh_cards: Iterator[str], new_page: Callable[..., Page]
) -> Callable[..., Page]:
    """Opens the workspace of a fresh card in a browser of its own."""

    def open_one(**options: Any) -> Page:
        page = new_page(**options)
        at = f"/admin/review/waitingcard/{next(fresh_cards)}/change/"
        sign_in(page, small_site, at=at)
        page.wait_for_function(LIES)
        return page

    return open_one


@pytest.fixture
def page(open_card: Callable[..., Page]) -> Page:
    return open_card()


def view(page: Page) -> list[str]:
    """The side on show, and how it lies."""
    found: list[str] = page.evaluate(VIEW)
    return found


def box_of(page: Page, selector: str) -> FloatRect:
    """Left, top, width and height of an element in the window, in px."""
    box = page.locator(selector).first.bounding_box()
    assert box
    return box


def middle(box: FloatRect) -> tuple[int, int]:
    """In whole px, as a mouse moves."""
    return round(box["x"] + box["width"] / 2), round(box["y"] + box["height"] / 2)


def is_in_canvas(page: Page, selector: str) -> bool:
    box, canvas = box_of(page, selector), box_of(page, "#canvas")
    return (
        canvas["x"] <= box["x"]
        and canvas["y"] <= box["y"]
        and box["x"] + box["width"] <= canvas["x"] + canvas["width"]
        and box["y"] + box["height"] <= canvas["y"] + canvas["height"]
    )


def zoom_at(page: Page, x: float, y: float, *, turns: int = 3) -> None:
    page.mouse.move(x, y)
    for _ in range(turns):
        page.mouse.wheel(0, -300)
    page.wait_for_timeout(100)


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    page.mouse.move(*end)
    page.mouse.up()


def corner(page: Page) -> tuple[float, float]:
    """A point of the canvas beside the boxes."""
    canvas = box_of(page, "#canvas")
    return canvas["x"] + 40, canvas["y"] + 40


def test_zooming_keeps_the_point_under_the_pointer(page: Page) -> None:
    x, y = middle(box_of(page, "polygon.is-doubtful"))
    before, lying = page.evaluate(ON_PICTURE, [x, y]), view(page)
    zoom_at(page, x, y)
    assert view(page) != lying
    assert page.evaluate(ON_PICTURE, [x, y]) == pytest.approx(before, abs=1)


def test_zooming_keeps_the_point_under_the_pointer_of_a_turned_picture(page: Page) -> None:
    page.get_by_role("button", name="Turn").click()
    x, y = middle(box_of(page, "polygon.is-doubtful"))
    before, lying = page.evaluate(ON_PICTURE, [x, y]), view(page)
    zoom_at(page, x, y)
    assert view(page) != lying
    assert page.evaluate(ON_PICTURE, [x, y]) == pytest.approx(before, abs=1)


def test_zooming_ends_before_the_picture_is_lost(page: Page) -> None:
    canvas = box_of(page, "#canvas")
    page.mouse.move(*middle(canvas))
    for _ in range(40):
        page.mouse.wheel(0, 600)
    page.wait_for_timeout(200)
    assert box_of(page, ".ws-side:not([hidden]) img")["width"] > 0.2 * canvas["width"]


def test_a_drag_moves_the_picture_as_far_as_the_hand(page: Page) -> None:
    before = box_of(page, ".ws-side img")
    start = corner(page)
    drag(page, start, (start[0] + 90, start[1] + 50))
    after = box_of(page, ".ws-side img")
    moved = (after["x"] - before["x"], after["y"] - before["y"])
    assert moved == pytest.approx((90, 50), abs=1)


def test_a_drag_that_begins_on_a_box_moves_the_picture_and_fills_nothing(page: Page) -> None:
    page.focus("[name=company]")
    company, before = page.input_value("[name=company]"), box_of(page, ".ws-side img")
    start = middle(box_of(page, "polygon.is-doubtful"))
    drag(page, start, (start[0] + 80, start[1] + 30))
    after = box_of(page, ".ws-side img")
    assert after["x"] - before["x"] == pytest.approx(80, abs=1)
    assert page.input_value("[name=company]") == company


def test_the_keyboard_moves_the_picture_as_well(page: Page) -> None:
    page.focus("#canvas")
    before = box_of(page, ".ws-side img")
    page.keyboard.press("ArrowRight")
    assert box_of(page, ".ws-side img")["x"] < before["x"]
    page.keyboard.press("+")
    assert box_of(page, ".ws-side img")["width"] > before["width"]


def test_how_the_picture_lies_is_kept_when_the_page_is_loaded_again(page: Page) -> None:
    page.get_by_role("button", name="Side 2").click()
    page.get_by_role("button", name="Turn").click()
    zoom_at(page, *middle(box_of(page, "#canvas")), turns=2)
    start = corner(page)
    drag(page, start, (start[0] + 30, start[1] + 20))
    kept = view(page)
    assert kept[0] == "1"
    assert "rotate(90deg)" in kept[1]
    page.reload()
    page.wait_for_function(LIES)
    page.wait_for_timeout(300)
    assert view(page) == kept


def test_fit_shows_the_whole_card_again(page: Page) -> None:
    fitted = view(page)
    zoom_at(page, *corner(page))
    page.get_by_role("button", name="Fit").click()
    assert view(page) == fitted


def test_going_into_a_field_brings_its_box_into_view_and_lights_it_up(page: Page) -> None:
    zoom_at(page, *corner(page), turns=2)
    page.focus("[name=company]")
    page.focus("[name=email]")
    assert page.locator("polygon.is-focused").count() == 1
    assert is_in_canvas(page, "polygon.is-focused")


def test_going_into_a_field_of_the_front_turns_back_to_the_front(page: Page) -> None:
    page.get_by_role("button", name="Side 2").click()
    assert view(page)[0] == "1"
    page.focus("[name=email]")
    assert view(page)[0] == "0"


def test_a_click_on_a_box_puts_its_text_into_the_field_with_the_focus(page: Page) -> None:
    email = page.input_value("[name=email]")
    page.focus("[name=email]")
    page.evaluate("() => { document.querySelector('polygon.is-focused').id = 'of-email'; }")
    page.focus("[name=company]")
    page.locator("#of-email").click()
    assert page.input_value("[name=company]") == email
    assert page.evaluate("() => document.activeElement.name") == "company"


def test_a_click_on_a_box_goes_to_its_field_when_none_has_the_focus(page: Page) -> None:
    page.focus("[name=email]")
    page.evaluate("() => { document.querySelector('polygon.is-focused').id = 'of-email'; }")
    page.focus("[name=company]")
    page.keyboard.press("Escape")
    company = page.input_value("[name=company]")
    page.locator("#of-email").click()
    assert page.evaluate("() => document.activeElement.name") == "email"
    assert page.input_value("[name=company]") == company


def test_a_drawn_rectangle_is_read_and_its_text_goes_into_the_field(page: Page) -> None:
    page.focus("[name=email]")
    email = page.input_value("[name=email]")
    box = box_of(page, "polygon.is-focused")
    page.focus("[name=company]")
    page.get_by_role("button", name="Read a spot").click()
    assert page.evaluate("() => document.activeElement.name") == "company"
    start = (box["x"] - 2, box["y"] - 2)
    drag(page, start, (box["x"] + box["width"] + 4, box["y"] + box["height"] + 2))
    page.locator("#said", has_text="Read: ").wait_for(timeout=60_000)
    read = page.input_value("[name=company]")
    assert email.partition("@")[2] in read
    page.keyboard.press("ControlOrMeta+z")
    assert page.input_value("[name=company]") != read


def test_a_rectangle_on_empty_ground_says_that_nothing_is_there(page: Page) -> None:
    page.focus("[name=company]")
    company = page.input_value("[name=company]")
    picture = box_of(page, ".ws-side img")
    page.keyboard.down("Shift")
    start = (picture["x"] + 0.9 * picture["width"], picture["y"] + 0.93 * picture["height"])
    drag(page, start, (start[0] + 30, start[1] + 14))
    page.keyboard.up("Shift")
    page.locator("#said", has_text="No text was found there").wait_for(timeout=60_000)
    assert page.input_value("[name=company]") == company


def test_two_fingers_zoom_between_them(open_card: Callable[..., Page]) -> None:
    page = open_card(viewport={"width": 390, "height": 844}, has_touch=True)
    canvas = box_of(page, "#canvas")
    x, y = middle(canvas)
    before, lying = page.evaluate(ON_PICTURE, [x, y]), view(page)
    session = page.context.new_cdp_session(page)

    def touch(kind: str, apart: float) -> None:
        points = [{"x": x - apart, "y": y}, {"x": x + apart, "y": y}] if apart else []
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 30)
    for apart in (40, 50, 60):
        touch("touchMove", apart)
    touch("touchEnd", 0)
    assert view(page) != lying
    assert page.evaluate(ON_PICTURE, [x, y]) == pytest.approx(before, abs=8)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_workspace_fits_a_narrow_telephone(open_card: Callable[..., Page], scheme: str) -> None:
    page = open_card(viewport={"width": 360, "height": 740}, color_scheme=scheme)
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("#approve").is_visible()
    assert is_in_canvas(page, ".ws-side:not([hidden]) polygon.is-doubtful")
