"""The frame of every page: who sees which entries, and what the content policy demands."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backoffice import navigation
from cards.models import Batch, Card
from extraction.models import Extraction
from tests.backoffice.test_dashboard import put_card
from tests.cast import Person

pytestmark = pytest.mark.django_db

ENTRIES = {
    "uploader": ["Today", "Upload", "Cards", "Batches"],
    "reviewer": ["Today", "Review", "Cards", "Batches", "Jobs", "Decisions", "Pace"],
    "analyst": ["Today", "Cards", "Batches", "Exports", "Publications"],
    "manager": [
        "Today", "Upload", "Review", "Cards", "Batches", "Exports", "Publications", "Import",
        "Jobs", "Costs", "Backlogs", "Readers", "Decisions", "Pace", "Staff", "Groups",
    ],
    "outsider": ["Today"],
}  # fmt: skip
PAGES = [
    "/admin/",
    "/admin/cards/",
    "/admin/cards/card/",
    "/admin/cards/card/?q=nobody",
    "/admin/cards/batch/",
    "/admin/cards/card/upload/",
    "/admin/cards/card/export/",
    "/admin/cards/card/import/",
    "/admin/publications/",
    "/admin/review/waitingcard/",
    "/admin/review/waitingcard/second/",
    "/admin/review/waitingcard/pace/",
    "/admin/review/review/",
    "/admin/extraction/extraction/",
    "/admin/extraction/extraction/read-again/",
    "/admin/extraction/call/",
    "/admin/auth/user/",
    "/admin/auth/user/add/",
    "/admin/auth/group/",
    "/admin/password_change/",
    "/admin/not/a/page/",
]


class Strictness(HTMLParser):
    """Collects what a page may not contain: inline script, inline style, and on… attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        for name, value in attrs:
            is_code = name.startswith("on") or name in ("style", "srcdoc")
            if is_code or (value or "").strip().lower().startswith("javascript:"):
                self.found.append(f"<{tag} {name}={value!r}>")
            if name in ("src", "href", "action") and "//" in (value or "").split("?")[0]:
                self.found.append(f"<{tag} {name}={value!r}> leaves this site")
        if tag == "style" or (tag == "script" and not names.get("src") and _is_code(names)):
            self.found.append(f"<{tag}>")


def _is_code(attributes: dict[str, str | None]) -> bool:
    return attributes.get("type") not in ("application/json", "text/template")


class Entries(HTMLParser):
    """The labels in the main navigation, and the one that is marked as current."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.labels: list[str] = []
        self.current: list[str] = []
        self._is_inside = self._is_link = self._is_current = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if tag == "nav":
            self._is_inside = names.get("class") == "places"
        self._is_link = self._is_inside and tag == "a"
        if tag == "a":
            self._is_current = names.get("aria-current") == "page"

    def handle_endtag(self, tag: str) -> None:
        self._is_inside = self._is_inside and tag != "nav"

    def handle_data(self, data: str) -> None:
        if self._is_link and data.strip():
            self.labels.append(data.strip())
            if self._is_current:
                self.current.append(data.strip())
            self._is_link = False


@pytest.fixture
def superuser(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.fixture
def card() -> Card:
    batch = Batch.objects.create(name="Expo Berlin")
    return put_card(batch, full_name="Mira Ahlström", doubtful_fields=["email"])


@pytest.mark.parametrize("who", ENTRIES)
def test_each_group_sees_only_its_own_entries(who: str, request: pytest.FixtureRequest) -> None:
    person: Person = request.getfixturevalue(who)
    assert Entries(person.client.get("/admin/").content.decode()).labels == ENTRIES[who]


@pytest.mark.parametrize("who", ENTRIES)
def test_no_entry_leads_where_its_reader_is_refused(
    who: str, request: pytest.FixtureRequest
) -> None:
    person: Person = request.getfixturevalue(who)
    for section in person.client.get("/admin/").context["navigation"]:
        for entry in section.entries:
            assert person.client.get(entry.url).status_code == 200, entry


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/admin/", ["Today"]),
        ("/admin/cards/card/", ["Cards"]),
        ("/admin/cards/card/upload/", ["Upload"]),
        ("/admin/cards/card/export/", ["Exports"]),
        ("/admin/publications/", ["Publications"]),
        ("/admin/auth/user/add/", ["Staff"]),
        ("/admin/password_change/", []),
    ],
)
def test_the_entry_of_this_page_is_marked(path: str, current: list[str], superuser: Client) -> None:
    assert Entries(superuser.get(path).content.decode()).current == current


def test_a_list_is_called_what_the_navigation_calls_it(superuser: Client) -> None:
    assert "<h1>Jobs " in superuser.get("/admin/extraction/extraction/").content.decode()


def test_what_does_not_exist_is_left_out(
    superuser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = (navigation.Place("", "Moon", "admin:moon"), *navigation.PLACES[:1])
    monkeypatch.setattr(navigation, "PLACES", places)
    assert Entries(superuser.get("/admin/").content.decode()).labels == ["Today"]


def test_entries_count_open_work(card: Card, reviewer: Person) -> None:
    Extraction.objects.create(card=card, extractor="offline")
    sections = reviewer.client.get("/admin/").context["navigation"]
    counts = {entry.label: entry.count for section in sections for entry in section.entries}
    assert {label: count for label, count in counts.items() if count} == {
        "Review": "1",
        "Jobs": "1",
    }


def test_counts_stop_at_a_limit(
    card: Card, reviewer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(navigation, "COUNT_LIMIT", 5)
    for _ in range(7):
        put_card(card.batch)
    assert navigation.count_waiting() == 5
    assert navigation.shown(1_000) == "999+"
    assert navigation.shown(4_182, 10_000) == "4,182"


def test_the_navigation_costs_three_queries(card: Card, superuser: Client) -> None:
    with CaptureQueriesContext(connection) as captured:
        superuser.get("/admin/password_change/")
    assert len(captured) == 5, captured.captured_queries  # with session and user


def test_a_visitor_is_sent_to_sign_in(client: Client) -> None:
    for path in ("/admin/", "/admin/cards/card/", "/admin/auth/user/"):
        response = client.get(path)
        assert (response.status_code, response["Location"]) == (302, f"/admin/login/?next={path}")


def test_a_visitor_learns_nothing_of_the_work(card: Card, client: Client) -> None:
    response = client.get("/admin/login/")
    assert response.context["navigation"] == ()
    assert "Sign in" in response.content.decode()


def test_signing_out_says_that_work_is_kept(reviewer: Person) -> None:
    response = reviewer.client.post("/admin/logout/")
    text = response.content.decode()
    assert "Everything you saved is kept." in text
    assert Entries(text).labels == []


@pytest.mark.parametrize("path", PAGES)
def test_pages_carry_the_content_policy_and_keep_it(
    path: str, card: Card, superuser: Client
) -> None:
    response = superuser.get(path)
    assert response.status_code == (404 if "not/a" in path else 200)
    policy = response["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert Strictness(response.content.decode()).found == []


def test_lists_without_actions_keep_the_content_policy(
    card: Card, superuser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stock template writes a style element into such lists."""
    monkeypatch.setattr(type(admin.site._registry[Card]), "actions_on_top", False)
    page = superuser.get("/admin/cards/card/").content.decode()
    assert Strictness(page).found == []


def test_strictness_finds_what_it_should() -> None:
    html = """<p style="x"><a onclick="y" href="javascript:z">a</a><style></style>
        <script>1</script><img src="https://cdn.example/x.png"><script src="/ok.js"></script>"""
    assert len(Strictness(html).found) == 6


def test_forms_keep_the_content_policy(card: Card, superuser: Client) -> None:
    user = User.objects.get()
    for path in (
        f"/admin/cards/card/{card.pk}/change/",
        f"/admin/cards/batch/{card.batch_id}/change/",
        f"/admin/auth/user/{user.pk}/change/",
        f"/admin/auth/user/{user.pk}/history/",
        f"/admin/auth/user/{user.pk}/delete/",
        f"/admin/auth/user/{user.pk}/password/",
    ):
        response = superuser.get(path)
        assert response.status_code == 200, path
        assert Strictness(response.content.decode()).found == [], path


def test_sign_in_keeps_the_content_policy(client: Client) -> None:
    response = client.post("/admin/login/", {"username": "nobody", "password": "wrong"})
    assert "script-src 'self'" in response["Content-Security-Policy"]
    assert Strictness(response.content.decode()).found == []


def test_a_refusal_says_whom_to_ask(outsider: Person) -> None:
    response = outsider.client.get("/admin/cards/card/")
    assert response.status_code == 403
    assert "Ask a manager" in response.content.decode()


def test_a_missing_page_says_what_to_do_next(client: Client) -> None:
    response = client.get("/nothing-here/")
    assert response.status_code == 404
    assert "search for the card" in response.content.decode()


def test_a_failure_shows_a_sentence_and_no_traceback(
    superuser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(user: User) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("backoffice.dashboard.for_user", fail)
    superuser.raise_request_exception = False
    response = superuser.get("/admin/")
    text = response.content.decode()
    assert response.status_code == 500
    assert "Everything saved before it is kept." in text
    assert "secret detail" not in text
    assert Strictness(text).found == []


def tokens(selector: str) -> dict[str, str]:
    """The colours that tokens.css gives under `selector`, "" for the wish of the system."""
    css = (settings.BASE_DIR / "backoffice/static/backoffice/tokens.css").read_text()
    _, _, rest = css.partition("prefers-color-scheme: dark" if not selector else f"{selector} {{")
    block, _, _ = rest.partition("}")
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


def contrast(one: str, other: str) -> float:
    """Contrast of two colours as WCAG 2.2 defines it, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_can_be_read_on_every_ground(theme: str) -> None:
    colours = tokens(f'html[data-theme="{theme}"]')
    grounds = ("paper", "surface", "raised")
    pairs = [(text, on) for text in ("ink", "soft", "faint", "accent") for on in grounds]
    pairs += [("ink", f"{name}-soft") for name in ("accent", "ok", "doubt", "bad")]
    pairs += [(f"{name}-ink", f"{name}-soft") for name in ("ok", "doubt", "bad")]
    pairs += [(f"{name}-ink", on) for name in ("ok", "doubt", "bad") for on in grounds]
    pairs += [("soft", "accent-soft"), ("faint", "accent-soft"), ("accent", "accent-soft")]
    pairs += [("on-accent", "accent"), ("on-accent", "accent-strong"), ("on-bad", "bad")]
    found = {pair: round(contrast(*(colours[name] for name in pair)), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in found.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_outlines_of_inputs_and_focus_can_be_seen(theme: str) -> None:
    colours = tokens(f'html[data-theme="{theme}"]')
    assert contrast(colours["edge"], colours["raised"]) >= 3
    assert contrast(colours["accent"], colours["paper"]) >= 3


def test_the_switch_and_the_system_give_the_same_dark_colours() -> None:
    dark = tokens("")
    assert dark == tokens('html[data-theme="dark"]')
    assert dark.keys() == tokens('html[data-theme="light"]').keys()


def test_an_outdated_form_says_what_to_do_next() -> None:
    response = Client(enforce_csrf_checks=True).post("/admin/login/", {})
    assert response.status_code == 403
    assert "reload the page and send it again" in response.content.decode()
