"""The review workspace with the keyboard alone."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import Site, sign_in
from tests.browser.read_cards import ask, site_reads

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

READ = 4
CARDS = 20
COPIES = 20
DOUBTFUL = ("phone", "email")
CORRECTED = ("email", "phone", "company", "job_title", "city", "website", "mobile")
WATCH = """() => {
    window.nextCardTimes = [];
    let pressed = 0;
    let card = document.getElementById("workspace").dataset.card;
    document.addEventListener("keydown", event => {
        if (event.key === "Enter" && event.ctrlKey) pressed = performance.now();
    }, {capture: true});
    new MutationObserver(() => {
        const form = document.getElementById("workspace");
        if (!form || form.dataset.card === card) return;
        card = form.dataset.card;
        const look = () => {
            const field = form.querySelector(".ws-row input");
            if (!field.getBoundingClientRect().height) return requestAnimationFrame(look);
            setTimeout(() => window.nextCardTimes.push(performance.now() - pressed));
        };
        requestAnimationFrame(look);
    }).observe(document.body, {childList: true, subtree: true});
}"""
"""Keeps the milliseconds from Ctrl+Enter until the frame with the next card's fields is drawn."""

FOCUSED = """() => {
    const element = document.activeElement;
    return element.matches("button") ? element.id : element.name ?? "";
}"""


def focused(page: Page) -> str:
    """The name of the field, or the id of the button, that the keyboard is in."""
    name: str = page.evaluate(FOCUSED)
    return name


def card_of(page: Page) -> str:
    return page.locator("#workspace").get_attribute("data-card") or ""


def wait_for_focus(page: Page, field: str) -> None:
    page.wait_for_function("field => document.activeElement.name === field", arg=field)


def wait_for_another(page: Page, card: str) -> None:
    """Wait until `card` has given way to the next card, or to the page without one."""
    page.wait_for_function(
        "card => document.querySelector('#workspace')?.dataset.card !== card", arg=card
    )


def type_instead(page: Page, text: str) -> None:
    """Type `text` in place of what the field holds, as fast as a quick typist."""
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text, delay=15)


@pytest.fixture(scope="module")
def cards(small_site: Site, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Twenty cards: a few that were drawn and really read, over and over."""
    folder = tmp_path_factory.mktemp("cards")
    read = site_reads(small_site, folder, READ, seed=2604, batch="Keyboard")
    made: list[str] = ask(small_site, f"copies({read!r}, {CARDS}, [])")
    return made


def corrections(before: dict[str, dict[str, Any]]) -> dict[str, tuple[str, str]]:
    """For each card a field that it has, one after another, and what is typed there."""
    texts = {
        "email": "rosa.halloway.{}@northwind.example", "website": "northwind{}.example",
        "phone": "+49 30 5550 12{:02}", "mobile": "+49 151 5550 12{:02}",
        "company": "Northwind {} GmbH", "job_title": "Head of Sails {}", "city": "Port {}",
    }  # fmt: skip
    found = {}
    for number, (card, contact) in enumerate(before.items()):
        turned = CORRECTED[number % len(CORRECTED) :] + CORRECTED[: number % len(CORRECTED)]
        field = next(name for name in turned if contact[name])
        found[card] = (field, texts[field].format(number))
    return found


def test_twenty_cards_are_corrected_and_approved_with_the_keyboard_only(
    small_site: Site,
    cards: list[str],
    new_page: Callable[..., Page],
    record_property: Callable[[str, object], None],
) -> None:
    before = ask(small_site, f"contacts({cards!r})")
    planned = corrections(before)
    ask(small_site, f"doubt({ {card: [field] for card, (field, _) in planned.items()}!r})")
    page = new_page()
    batch = before[cards[0]]["batch"]
    sign_in(page, small_site, at=f"/admin/review/waitingcard/next/?batch={batch}")
    page.evaluate(WATCH)

    times: list[float] = []
    for number in range(CARDS):
        card = card_of(page)
        field, text = planned[card]
        assert focused(page) == field
        type_instead(page, text)
        page.keyboard.press("Enter")
        assert focused(page) == "approve"
        page.keyboard.press("ControlOrMeta+Enter")
        if number < CARDS - 1:
            page.wait_for_function("n => window.nextCardTimes.length > n", arg=number)
            assert card_of(page) != card
            times = page.evaluate("window.nextCardTimes")
    page.get_by_text("Nothing waits for review").first.wait_for()
    median_seconds = round(statistics.median(times) / 1000, 3)
    record_property("median_seconds_to_the_next_card", median_seconds)
    print(f"\nfrom Ctrl+Enter to the next card: {median_seconds} s, the median of {len(times)}")

    after = ask(small_site, f"contacts({cards!r})")
    for card, (field, text) in planned.items():
        assert after[card] == {**before[card], field: text, "status": "approved"}


@pytest.fixture(scope="module")
def fresh_cards(small_site: Site, cards: list[str]) -> Iterator[str]:
    """Cards that nobody has touched, in doubt about their phone and their e-mail."""
    known = ask(small_site, f"contacts({cards!r})")
    whole = next(card for card in cards if known[card]["phone"] and known[card]["email"])
    return iter(ask(small_site, f"copies([{whole!r}], {COPIES}, {DOUBTFUL!r})"))


@pytest.fixture
def page(small_site: Site, fresh_cards: Iterator[str], new_page: Callable[..., Page]) -> Page:
    """The workspace of a card with two doubtful fields, the keyboard in the first of them."""
    page = new_page()
    sign_in(page, small_site, at=f"/admin/review/waitingcard/{next(fresh_cards)}/change/")
    wait_for_focus(page, DOUBTFUL[0])
    return page


def value(page: Page, field: str) -> str:
    return page.input_value(f"[name={field}]")


def test_enter_accepts_and_goes_to_the_next_doubtful_field_and_then_to_approve(page: Page) -> None:
    page.keyboard.press("Enter")
    assert focused(page) == "email"
    page.keyboard.press("Enter")
    assert focused(page) == "approve"
    assert page.locator(".ws-row.is-accepted").count() == len(DOUBTFUL)


def test_enter_that_is_held_accepts_one_field_only(page: Page) -> None:
    page.keyboard.down("Enter")
    for _ in range(5):
        page.keyboard.down("Enter")  # the browser marks these as repeated
    page.keyboard.up("Enter")
    assert focused(page) == "email"


def test_enter_on_the_approve_button_approves(page: Page, small_site: Site) -> None:
    card = card_of(page)
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    wait_for_another(page, card)
    assert ask(small_site, f"contacts([{card!r}])")[card]["status"] == "approved"


def test_alt_and_a_digit_go_to_a_doubtful_field_from_within_another(page: Page) -> None:
    page.keyboard.press("Alt+2")
    assert focused(page) == "email"
    page.keyboard.press("Alt+1")
    assert focused(page) == "phone"


def test_a_digit_alone_goes_to_a_doubtful_field_from_outside_the_fields(page: Page) -> None:
    before = value(page, "phone")
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    assert focused(page) == "email"
    assert value(page, "phone") == before


def test_undo_and_redo_go_across_fields(page: Page) -> None:
    phone, email = value(page, "phone"), value(page, "email")
    type_instead(page, "+49 30 5550 1234")
    page.keyboard.press("Alt+2")
    type_instead(page, "mira@nordlicht.example")
    page.keyboard.press("ControlOrMeta+z")
    assert (value(page, "phone"), value(page, "email")) == ("+49 30 5550 1234", email)
    page.keyboard.press("ControlOrMeta+z")
    assert (value(page, "phone"), value(page, "email")) == (phone, email)
    assert focused(page) == "phone"
    page.keyboard.press("ControlOrMeta+y")
    page.keyboard.press("ControlOrMeta+y")
    assert value(page, "phone") == "+49 30 5550 1234"
    assert value(page, "email") == "mira@nordlicht.example"


def test_two_swapped_values_are_undone_and_redone_in_one_step(page: Page) -> None:
    phone, email = value(page, "phone"), value(page, "email")
    page.keyboard.press("Alt+m")
    page.locator("#move-to").select_option("email")
    page.keyboard.press("Enter")
    page.locator("#move").wait_for(state="hidden")
    assert (value(page, "phone"), value(page, "email")) == (email, phone)
    page.keyboard.press("ControlOrMeta+z")
    assert (value(page, "phone"), value(page, "email")) == (phone, email)
    page.keyboard.press("ControlOrMeta+y")
    assert (value(page, "phone"), value(page, "email")) == (email, phone)


def test_a_value_is_moved_to_an_empty_field(page: Page) -> None:
    phone = value(page, "phone")
    page.keyboard.press("Alt+m")
    page.locator("#move-to").select_option("phone_2")
    page.keyboard.press("Enter")
    page.locator("#move").wait_for(state="hidden")
    wait_for_focus(page, "phone_2")
    assert (value(page, "phone"), value(page, "phone_2")) == ("", phone)
    assert focused(page) == "phone_2"


def test_escape_leaves_the_value_where_it_is_after_an_earlier_move(page: Page) -> None:
    page.keyboard.press("Alt+m")
    page.keyboard.press("Enter")
    page.locator("[name=email]").focus()
    email = value(page, "email")
    page.keyboard.press("Alt+m")
    page.keyboard.press("Escape")
    assert not page.locator("#move").is_visible()
    assert value(page, "email") == email


def test_alt_r_puts_the_machines_value_back(page: Page) -> None:
    machine = value(page, "phone")
    type_instead(page, "something else")
    page.keyboard.press("Alt+r")
    assert value(page, "phone") == machine
    assert not page.locator("[data-field=phone] .ws-revert").is_visible()


def test_a_revert_right_after_typing_is_undone_by_itself(page: Page) -> None:
    type_instead(page, "something else")
    page.keyboard.press("Alt+r")
    page.keyboard.press("ControlOrMeta+z")
    assert value(page, "phone") == "something else"


def test_the_question_mark_shows_the_keys(page: Page) -> None:
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.get_by_role("dialog", name="Keys").is_visible()
    page.keyboard.press("Escape")
    assert not page.get_by_role("dialog", name="Keys").is_visible()


def test_keys_that_are_turned_off_stay_off_and_enter_still_works(
    page: Page, small_site: Site
) -> None:
    card = card_of(page)
    page.locator("#show-keys").click()
    page.get_by_label("Keys are on").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    wait_for_focus(page, DOUBTFUL[0])
    before = value(page, "phone")
    for key in ("Alt+2", "Alt+r", "Alt+m", "Alt+n"):
        page.keyboard.press(key)
    assert (focused(page), value(page, "phone"), card_of(page)) == ("phone", before, card)
    assert not page.locator("#move").is_visible()
    page.keyboard.press("Enter")
    assert focused(page) == "email"
    page.keyboard.press("ControlOrMeta+Enter")
    wait_for_another(page, card)
    assert ask(small_site, f"contacts([{card!r}])")[card]["status"] == "approved"


def test_a_further_field_is_added_kept_and_approved(page: Page, small_site: Site) -> None:
    card = card_of(page)
    page.keyboard.press("Alt+a")
    page.keyboard.type("Opening hours")
    page.keyboard.press("Enter")
    page.keyboard.type("Mon to Fri")
    page.locator("#save-state", has_text="Saved").wait_for()
    page.reload()
    assert page.locator("[name=extra_name]").input_value() == "Opening hours"
    assert page.locator("[name=extra_value]").input_value() == "Mon to Fri"
    page.keyboard.press("ControlOrMeta+Enter")
    wait_for_another(page, card)
    after = ask(small_site, f"contacts([{card!r}])")[card]
    assert after["extra"] == {"Opening hours": "Mon to Fri"}


@pytest.mark.parametrize(
    ("field", "wrong"), [("phone", "+49 30 12"), ("email", "mira at nordlicht")]
)
def test_a_wrong_form_is_told_while_typing_and_keeps_nobody_from_approving(
    page: Page, small_site: Site, field: str, wrong: str
) -> None:
    card = card_of(page)
    page.locator(f"[name={field}]").focus()
    type_instead(page, wrong)
    page.locator(f"[data-field={field}].is-warned").wait_for()
    told = page.locator(f"[data-field={field}] .ws-why").text_content()
    assert told
    assert told != "one digit too few"
    page.keyboard.press("ControlOrMeta+Enter")
    wait_for_another(page, card)
    after = ask(small_site, f"contacts([{card!r}])")[card]
    assert (after["status"], after[field]) == ("approved", wrong)


def test_doubtful_fields_say_their_key(page: Page) -> None:
    assert page.locator(".ws-press:visible").all_text_contents() == ["Alt 1", "Alt 2"]


def test_a_further_field_by_the_name_of_another_leads_to_that_one(page: Page) -> None:
    for text in ("Mon to Fri", "never"):
        page.keyboard.press("Alt+a")
        page.keyboard.type("Pager")
        page.keyboard.press("Enter")
        page.wait_for_function("() => document.activeElement.name === 'extra_value'")
        if page.locator("#said", has_text="there already").count() == 0:
            page.keyboard.type(text)
    assert page.locator(".ws-extra").count() == 1
    assert page.locator("[name=extra_value]").input_value() == "Mon to Fri"
    assert focused(page) == "extra_value"
