"""What the open workspace asks for: checks while typing, a spot read anew; and further fields."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from PIL import Image, ImageDraw, ImageFont

from cards import vault
from cards.models import Card, Side
from extraction.reading import ocr
from review.forms import LONGEST_EXTRA, LONGEST_EXTRA_NAME, MOST_EXTRA, ContactForm
from review.models import Draft
from review.workspace import spots
from tests.cast import Person
from tests.review.conftest import MakeCard

pytestmark = pytest.mark.django_db


def ask(person: Person, card: Card, what: str, data: Any) -> Any:
    """The answer to what the page's script would ask."""
    address = reverse(f"admin:review_{what}", args=(card.pk,))
    body = data if isinstance(data, str) else json.dumps(data)
    return person.client.post(address, body, content_type="application/json")


# Checks while typing


@pytest.mark.parametrize(
    ("field", "text"),
    [("phone", "+49 30 12"), ("email", "mira at nordlicht"), ("website", "nordlicht")],
)
def test_a_wrong_form_is_told_in_words(card: Card, reviewer: Person, field: str, text: str) -> None:
    assert ask(reviewer, card, "check", {"field": field, "text": text}).json()["doubt"]


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("phone", "+49 30 901820"),
        ("email", "mira@nordlicht.example"),
        ("email", ""),
        ("company", "anything at all"),
    ],
)
def test_a_right_form_and_an_empty_field_are_not_doubted(
    card: Card, reviewer: Person, field: str, text: str
) -> None:
    assert ask(reviewer, card, "check", {"field": field, "text": text}).json() == {"doubt": ""}


def test_a_number_without_a_country_code_is_checked_for_the_country_of_the_card(
    make_card: MakeCard, reviewer: Person
) -> None:
    number = {"field": "phone", "text": "030 901820"}
    german, american = make_card(country="Germany"), make_card(country="United States")
    assert ask(reviewer, german, "check", number).json()["doubt"] == ""
    assert ask(reviewer, american, "check", number).json()["doubt"]


def test_a_very_long_text_is_checked_without_trouble(card: Card, reviewer: Person) -> None:
    answer = ask(reviewer, card, "check", {"field": "email", "text": "a@" * 10_000})
    assert answer.status_code == 200


def test_checking_changes_nothing(card: Card, reviewer: Person) -> None:
    ask(reviewer, card, "check", {"field": "phone", "text": "+49 30 12"})
    assert Card.objects.get(pk=card.pk).contact() == card.contact()


# A spot read anew


@pytest.fixture
def written(card: Card) -> Card:
    """A card with a picture of two lines."""
    picture = Image.new("RGB", (1000, 600), "white")
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(size=44)
    pen.text((80, 100), "Northwind Boats", fill="black", font=font)
    pen.text((80, 400), "Rosa Halloway", fill="black", font=font)
    data = io.BytesIO()
    picture.save(data, "PNG")
    digest = vault.put_picture(data.getvalue(), "image/png")
    card.sides.update(picture=digest, media_type="image/png")
    return card


def side_of(card: Card) -> Side:
    side = card.sides.first()
    assert side
    return side


def test_the_text_within_the_rectangle_is_read_and_no_other(written: Card) -> None:
    assert spots.read(side_of(written), (70, 390, 480, 460)) == "Rosa Halloway"


def test_a_rectangle_may_be_drawn_from_any_corner(written: Card) -> None:
    assert spots.read(side_of(written), (480, 460, 70, 390)) == "Rosa Halloway"


def test_a_rectangle_that_goes_beyond_the_picture_is_read_as_far_as_the_picture_goes(
    written: Card,
) -> None:
    assert spots.read(side_of(written), (-500, 390, 5000, 460)) == "Rosa Halloway"


@pytest.mark.parametrize(
    "box", [(500, 200, 900, 320), (10, 10, 11, 11), (2000, 2000, 2400, 2400)],
    ids=["empty ground", "a slip of the hand", "beside the picture"],
)  # fmt: skip
def test_where_nothing_stands_nothing_is_read(
    written: Card, box: tuple[float, float, float, float]
) -> None:
    assert spots.read(side_of(written), box) == ""


def test_the_page_is_told_the_text_of_a_spot(written: Card, reviewer: Person) -> None:
    answer = ask(reviewer, written, "spot", {"side": 0, "box": [70, 390, 480, 460]})
    assert answer.json() == {"text": "Rosa Halloway"}


def test_a_picture_that_is_gone_is_told_in_words(card: Card, reviewer: Person) -> None:
    answer = ask(reviewer, card, "spot", {"side": 0, "box": [0, 0, 50, 50]})
    assert answer.status_code == 503
    assert answer.json()["error"]


def test_a_side_that_is_not_there_is_not_found(written: Card, reviewer: Person) -> None:
    answer = ask(reviewer, written, "spot", {"side": 7, "box": [0, 0, 50, 50]})
    assert answer.status_code == 404


# Requests that no page of ours sends


@pytest.mark.parametrize(
    ("what", "data"),
    [
        ("check", "no JSON"),
        ("check", []),
        ("check", {"field": "phone"}),
        ("check", {"field": "version", "text": "1"}),
        ("spot", {"side": "front", "box": [0, 0, 9, 9]}),
        ("spot", {"side": 0, "box": [0, 0, 9]}),
        ("spot", {"side": 0, "box": ["a", 0, 9, 9]}),
        ("spot", '{"side": 0, "box": [Infinity, 0, Infinity, 9]}'),
    ],
)
def test_a_request_without_sense_is_refused_in_words(
    written: Card, reviewer: Person, what: str, data: Any
) -> None:
    answer = ask(reviewer, written, what, data)
    assert answer.status_code == 400
    assert "draft is kept" in answer.json()["error"]


@pytest.mark.parametrize("what", ["check", "spot"])
def test_nothing_is_asked_with_get(card: Card, reviewer: Person, what: str) -> None:
    address = reverse(f"admin:review_{what}", args=(card.pk,))
    assert reviewer.client.get(address).status_code == 405


@pytest.mark.parametrize("what", ["check", "spot"])
@pytest.mark.parametrize("who", ["uploader", "analyst", "outsider"])
def test_only_reviewers_may_ask(
    card: Card, request: pytest.FixtureRequest, who: str, what: str
) -> None:
    assert ask(request.getfixturevalue(who), card, what, {}).status_code == 403


def test_the_finest_line_across_a_picture_is_not_enlarged_beyond_measure(
    written: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[tuple[int, int]] = []
    read = ocr.read

    def measured(pictures: list[Image.Image]) -> Any:
        sizes.extend(picture.size for picture in pictures)
        return read(pictures)

    monkeypatch.setattr(ocr, "read", measured)
    spots.read(side_of(written), (0, 300, 1000, 304))
    assert sizes == [(spots.WIDEST_PX, 20)]


def test_who_may_not_see_pictures_reads_no_spot_of_them(written: Card) -> None:
    user = User.objects.create_user("ilse", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="review_card"))
    client = Client()
    client.force_login(user)
    ilse = Person(user, client)
    assert ask(ilse, written, "check", {"field": "email", "text": ""}).status_code == 200
    assert ask(ilse, written, "spot", {"side": 0, "box": [70, 390, 480, 460]}).status_code == 403


# Further fields


def form(card: Card, pairs: list[tuple[str, str]], *, is_sent: bool = True) -> ContactForm:
    """The form of a page with these further fields."""
    sent = QueryDict("extra_sent=1" if is_sent else "", mutable=True)
    sent.update({**card.contact(), "version": str(card.version)})
    sent.setlist("extra_name", [name for name, _ in pairs])
    sent.setlist("extra_value", [text for _, text in pairs])
    return ContactForm(sent, instance=card)


def kept(card: Card, *pairs: tuple[str, str], is_sent: bool = True) -> dict[str, str]:
    """The further fields that such a page would put on the card."""
    sent = form(card, list(pairs), is_sent=is_sent)
    assert sent.is_valid(), sent.errors
    extra: dict[str, str] = sent.values()["extra"]
    return extra


def test_further_fields_are_kept_by_name(card: Card) -> None:
    pairs = ("Opening hours", "Mon to Fri"), ("Pager", "4711")
    assert kept(card, *pairs) == dict(pairs)


def test_a_further_field_that_is_emptied_is_gone(card: Card) -> None:
    card.extra = {"Pager": "4711"}
    assert kept(card, ("Pager", "")) == {}


def test_a_page_that_shows_no_further_fields_leaves_them_alone(card: Card) -> None:
    card.extra = {"Pager": "4711"}
    assert kept(card, is_sent=False) == {"Pager": "4711"}


def test_control_and_direction_characters_are_taken_out_of_a_further_field(card: Card) -> None:
    assert kept(card, ("Pa\u202eger", "47\x0711")) == {"Pager": "4711"}


def test_a_text_without_a_name_is_asked_for_its_name_and_kept(card: Card) -> None:
    sent = form(card, [("", "Mon to Fri")])
    assert "needs a name" in str(sent.errors)
    assert sent.extra_rows() == [("", "Mon to Fri")]


@pytest.mark.parametrize(
    ("name", "text"),
    [("x" * (LONGEST_EXTRA_NAME + 1), "4711"), ("Pager", "x" * (LONGEST_EXTRA + 1))],
    ids=["name", "text"],
)
def test_what_is_too_long_for_a_further_field_is_refused_and_kept(
    card: Card, name: str, text: str
) -> None:
    sent = form(card, [(name, text)])
    assert "too long" in str(sent.errors)
    assert sent.extra_rows() == [(name, text)]


def test_as_many_further_fields_as_a_card_may_have_are_kept(card: Card) -> None:
    pairs = [(f"Field {number}", "text") for number in range(MOST_EXTRA)]
    assert len(kept(card, *pairs)) == MOST_EXTRA


def test_a_draft_shows_its_further_fields_beside_those_of_the_card(
    card: Card, reviewer: Person
) -> None:
    card.extra = {"Pager": "4711", "Messenger": "mira"}
    draft = Draft(card=card, by=reviewer.user, values={"extra:Pager": "4712", "extra:Bus": "9"})
    rows = dict(ContactForm(instance=card, draft=draft).extra_rows())
    assert rows == {"Pager": "4712", "Messenger": "mira", "Bus": "9"}


def test_approving_puts_a_further_field_on_the_card(card: Card, reviewer: Person) -> None:
    data = {
        **card.contact(), "version": card.version, "action": "approve", "extra_sent": "1",
        "extra_name": ["Opening hours"], "extra_value": ["Mon to Fri"],
    }  # fmt: skip
    reviewer.client.post(reverse("admin:review_waitingcard_change", args=(card.pk,)), data)
    card.refresh_from_db()
    assert (card.status, card.extra) == ("approved", {"Opening hours": "Mon to Fri"})
