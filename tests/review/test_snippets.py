"""Snippet review: one field of many cards at a time, settled row by row."""

from __future__ import annotations

import html
import io
import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image, ImageDraw

from cards import intake
from cards.models import Batch, Card, Side
from extraction.models import Extraction
from extraction.result import Box, Result, Value
from review import decisions, queue
from review.lists import snippets
from tests import pictures
from tests.cast import Person
from tests.review.conftest import MakeCard

pytestmark = pytest.mark.django_db

READ_AS = "+49 151 5550 987"
JSON = {"Accept": "application/json"}


def page_of(client: Client, **query: Any) -> str:
    response = client.get(reverse("admin:review_snippets"), {"field": "mobile"} | query)
    assert response.status_code == 200
    return html.unescape(re.sub(r"\s+", " ", response.content.decode()))


def sent(card: Card, field: str = "mobile", **changes: Any) -> dict[str, Any]:
    """What the row of `card` would send, as the card is now."""
    text = getattr(card, field)
    shown = {"version": card.version, "status": card.status, "seen": text, "text": text}
    return shown | changes


def post(
    client: Client, card: Card, data: dict[str, Any], field: str = "mobile", **options: Any
) -> Any:
    url = reverse("admin:review_snippet", args=(card.pk,))
    return client.post(f"{url}?field={field}", data, headers=options.get("headers", JSON))


def doubting(make_card: MakeCard, *fields: str, **columns: Any) -> Card:
    """A waiting card in which just these fields are doubtful."""
    card = make_card(**columns)
    Card.objects.filter(pk=card.pk).update(doubtful_fields=fields)
    card.refresh_from_db()
    return card


def inputs(page: str) -> list[str]:
    """The texts of the inputs of a page, from above."""
    return re.findall(r'name="text" value="([^"]*)"', page)


# The page


def test_only_cards_that_doubt_the_field_are_shown(make_card: MakeCard, reviewer: Person) -> None:
    doubting(make_card, "mobile", mobile="+49 1")
    doubting(make_card, "email", mobile="+49 2")
    assert inputs(page_of(reviewer.client)) == ["+49 1"]


def test_decided_cards_are_not_shown(make_card: MakeCard, reviewer: Person) -> None:
    make_card(status=Card.Status.APPROVED)
    assert inputs(page_of(reviewer.client)) == []


def test_cards_that_a_colleague_has_open_are_not_shown(
    make_card: MakeCard, reviewer: Person, manager: Person
) -> None:
    theirs, mine = make_card(mobile="theirs"), make_card(mobile="mine")
    queue.claim(theirs, manager.user)
    queue.claim(mine, reviewer.user)
    assert inputs(page_of(reviewer.client)) == ["mine"]


def test_a_row_says_what_the_machine_read_and_why_it_doubts(
    make_card: MakeCard, reviewer: Person
) -> None:
    make_card(mobile="+49 2")
    page = page_of(reviewer.client)
    assert "two digits shorter than German mobiles" in page
    assert "58 %" in page
    assert f"the machine read “{READ_AS}”" in page


def test_the_last_reading_is_the_one_that_is_shown(card: Card, reviewer: Person) -> None:
    later = Result({"mobile": Value("+49 99", 0.4, reason="hard to read")}).to_json()
    done = Extraction.Status.SUCCEEDED
    Extraction.objects.create(card=card, extractor="offline", status=done, result=later)
    page = page_of(reviewer.client)
    assert "hard to read" in page
    assert "two digits shorter" not in page


def test_the_queue_is_narrowed_by_batch_and_language(make_card: MakeCard, reviewer: Person) -> None:
    fair = Batch.objects.create(name="Fair")
    make_card(mobile="wanted", batch=fair, languages="de")
    make_card(mobile="other language", batch=fair, languages="fr")
    make_card(mobile="other batch", languages="de")
    page = page_of(reviewer.client, batch=fair.pk, language="de")
    assert inputs(page) == ["wanted"]
    assert "Only the batch <strong>Fair</strong>" in page


def test_urgent_batches_come_first(make_card: MakeCard, reviewer: Person) -> None:
    urgent = Batch.objects.create(name="Urgent", priority=Batch.Priority.URGENT)
    make_card(mobile="usual")
    make_card(mobile="urgent", batch=urgent)
    assert inputs(page_of(reviewer.client)) == ["urgent", "usual"]


def test_the_next_fifty_begin_where_the_first_ended(
    make_card: MakeCard, reviewer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snippets, "ROWS", 2)
    urgent = Batch.objects.create(name="Urgent", priority=Batch.Priority.URGENT)
    for number in range(3):
        make_card(mobile=f"usual {number}", doubt=number / 10)
    make_card(mobile="urgent", batch=urgent)
    first = page_of(reviewer.client)
    assert inputs(first) == ["urgent", "usual 0"]
    found = re.search(r"after=([\w-]+)\">Next fifty", first)
    assert found
    second = page_of(reviewer.client, after=found[1])
    assert inputs(second) == ["usual 1", "usual 2"]
    assert "Next fifty" not in second


def test_an_address_that_makes_no_sense_gives_the_first_page(card: Card, reviewer: Person) -> None:
    assert inputs(page_of(reviewer.client, after="x", batch="y")) == [card.mobile]


def test_each_doubtful_field_is_a_link_with_its_count(
    make_card: MakeCard, reviewer: Person
) -> None:
    doubting(make_card, "email", "mobile")
    doubting(make_card, "mobile")
    page = page_of(reviewer.client)
    tabs = re.findall(r">([^<>]+) <span class=\"snippet-count\">(\d+)</span></a>", page)
    assert tabs[:2] == [("Mobile", "2"), ("E-mail", "1")]
    assert "Go on with E-mail" in page


def test_counts_that_leave_cards_out_say_so(
    make_card: MakeCard, reviewer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snippets, "COUNTED", 2)
    make_card()
    make_card()
    assert "they are of the first" not in page_of(reviewer.client)
    make_card()
    assert "they are of the first 2." in page_of(reviewer.client)


def test_without_a_field_the_most_doubtful_one_is_shown(
    make_card: MakeCard, reviewer: Person
) -> None:
    for field in ("email", "company", "company"):
        doubting(make_card, field)
    page = page_of(reviewer.client, field="")
    assert '<p class="kicker">One field at a time</p><h1>Company</h1>' in page


def test_a_long_field_has_room_for_lines(make_card: MakeCard, reviewer: Person) -> None:
    doubting(make_card, "notes", notes="one\ntwo")
    response = reviewer.client.get(reverse("admin:review_snippets"), {"field": "notes"})
    assert "<textarea" in response.content.decode()
    assert "one\ntwo</textarea>" in response.content.decode()


def test_an_empty_page_says_what_to_do_next(make_card: MakeCard, reviewer: Person) -> None:
    assert "Review next" in page_of(reviewer.client)
    doubting(make_card, "email")
    page = page_of(reviewer.client)
    assert "Nothing is in doubt in this field. Other fields still are." in page
    assert "Go on with E-mail" in page


def test_waiting_cards_without_doubt_are_offered_for_approval(
    make_card: MakeCard, reviewer: Person
) -> None:
    card = doubting(make_card, notice="")
    doubting(make_card, notice="The reading failed.")
    page = page_of(reviewer.client, batch=card.batch_id)
    assert '<strong id="clear-count">1</strong>' in page
    assert f"?doubt=none&batch__id__exact={card.batch_id}" in page


def test_markup_on_a_card_stays_text(make_card: MakeCard, reviewer: Person) -> None:
    hostile = "<script>alert(1)</script>\"'"
    read = {"mobile": Value(hostile, 0.1, reason=hostile)}
    make_card(values=read, company=hostile, full_name=hostile)
    response = reviewer.client.get(reverse("admin:review_snippets"), {"field": "mobile"})
    assert b"<script>alert" not in response.content


def test_the_page_takes_the_same_queries_for_3_rows_and_for_30(
    make_card: MakeCard, reviewer: Person
) -> None:
    counts = []
    for more in (3, 27):
        for _ in range(more):
            make_card()
        with CaptureQueriesContext(connection) as queries:
            page_of(reviewer.client)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 12


def test_the_list_leads_here_with_its_batch(card: Card, reviewer: Person) -> None:
    changelist = reverse("admin:review_waitingcard_changelist")
    page = reviewer.client.get(f"{changelist}?batch__id__exact={card.batch_id}").content.decode()
    assert f'{reverse("admin:review_snippets")}?batch={card.batch_id}"' in page


# Settling


def test_a_row_sent_as_it_is_confirms_the_field(card: Card, reviewer: Person) -> None:
    answer = post(reviewer.client, card, sent(card)).json()
    card.refresh_from_db()
    assert (answer["message"], answer["version"], card.version) == ("Confirmed", 1, 1)
    assert (card.mobile, card.doubtful_fields, card.status) == (READ_AS, [], "needs_review")
    assert card.reviews.get().decision == "confirmed"


def test_what_was_typed_is_saved(card: Card, reviewer: Person) -> None:
    answer = post(reviewer.client, card, sent(card, text="+49 151 55509871")).json()
    card.refresh_from_db()
    assert (answer["message"], answer["text"]) == ("Saved", "+49 151 55509871")
    assert (card.mobile, card.doubtful_fields, card.is_edited) == ("+49 151 55509871", [], True)
    assert card.reviews.get().by == reviewer.user


def test_the_last_doubt_cleared_is_told(make_card: MakeCard, reviewer: Person) -> None:
    one, two = make_card(), doubting(make_card, "mobile", "email")
    assert post(reviewer.client, one, sent(one)).json()["is_clear"]
    assert not post(reviewer.client, two, sent(two)).json()["is_clear"]


def test_a_full_name_takes_its_parts_along(make_card: MakeCard, reviewer: Person) -> None:
    card = doubting(make_card, "full_name")
    data = sent(card, "full_name", text="Rosa Halloway")
    post(reviewer.client, card, data, "full_name")
    card.refresh_from_db()
    assert (card.full_name, card.first_name, card.last_name) == (
        "Rosa Halloway", "Rosa", "Halloway",
    )  # fmt: skip


def test_control_and_direction_characters_are_taken_out(card: Card, reviewer: Person) -> None:
    answer = post(reviewer.client, card, sent(card, text="+49\u202e 151\x07")).json()
    assert answer["text"] == "+49 151"


def test_lines_of_a_long_field_stay_lines(make_card: MakeCard, reviewer: Person) -> None:
    card = doubting(make_card, "notes", notes="one\ntwo")
    as_browsers_send = sent(card, "notes", seen="one\r\ntwo", text="one\r\ntwo")
    assert post(reviewer.client, card, as_browsers_send, "notes").json()["message"] == "Confirmed"
    card.refresh_from_db()
    assert card.notes == "one\ntwo"


@pytest.mark.parametrize("wrong", [{"text": "x" * 10_000}, {"version": "x"}, {"status": "sold"}])
def test_what_cannot_be_kept_is_refused_with_a_sentence(
    card: Card, reviewer: Person, wrong: dict[str, Any]
) -> None:
    response = post(reviewer.client, card, sent(card, **wrong))
    assert response.status_code == 400
    assert response.json()["message"]
    card.refresh_from_db()
    assert card.version == 0


def test_a_card_that_is_gone_is_named_so(card: Card, reviewer: Person) -> None:
    data = sent(card)
    card.pk = uuid4()
    response = post(reviewer.client, card, data)
    assert response.status_code == 404
    assert "not here any more" in response.json()["message"]


# With colleagues


def test_a_colleagues_value_in_the_same_field_is_a_conflict_that_loses_neither(
    card: Card, reviewer: Person, manager: Person
) -> None:
    data = sent(card, text="mine")
    decisions.correct(card, {"mobile": "theirs"}, version=0, by=manager.user)
    response = post(reviewer.client, card, data)
    answer = response.json()
    assert response.status_code == 409
    assert (answer["theirs"], answer["version"]) == ("theirs", 1)
    assert "“theirs”" in answer["message"]
    assert "“mine”" in answer["message"]
    card.refresh_from_db()
    assert card.mobile == "theirs"


def test_a_refused_row_can_be_sent_again(card: Card, reviewer: Person, manager: Person) -> None:
    data = sent(card, text="mine")
    decisions.correct(card, {"mobile": "theirs"}, version=0, by=manager.user)
    answer = post(reviewer.client, card, data).json()
    again = data | {"version": answer["version"], "seen": answer["theirs"]}
    assert post(reviewer.client, card, again).status_code == 200
    card.refresh_from_db()
    assert card.mobile == "mine"


def test_a_confirmation_does_not_bury_a_colleagues_correction(
    card: Card, reviewer: Person, manager: Person
) -> None:
    data = sent(card)
    decisions.correct(card, {"mobile": "theirs"}, version=0, by=manager.user)
    assert post(reviewer.client, card, data).status_code == 409


def test_a_colleagues_change_of_another_field_is_no_conflict(
    card: Card, reviewer: Person, manager: Person
) -> None:
    data = sent(card, text="mine")
    decisions.correct(card, {"company": "Northwind"}, version=0, by=manager.user)
    assert post(reviewer.client, card, data).json()["version"] == 2
    card.refresh_from_db()
    assert (card.company, card.mobile) == ("Northwind", "mine")


def test_a_card_approved_meanwhile_is_a_conflict(
    card: Card, reviewer: Person, manager: Person
) -> None:
    data = sent(card, text="mine")
    decisions.approve(card, card.contact(), version=0, by=manager.user)
    answer = post(reviewer.client, card, data).json()
    assert "Mona has moved this card to “Approved”" in answer["message"]
    assert answer["status"] == "approved"


def test_confirming_what_was_approved_meanwhile_decides_nothing(
    card: Card, reviewer: Person, manager: Person
) -> None:
    data = sent(card)
    decisions.approve(card, card.contact(), version=0, by=manager.user)
    response = post(reviewer.client, card, data)
    assert response.status_code == 200
    assert response.json()["number"] is None
    assert card.reviews.count() == 1


def test_a_card_that_a_colleague_has_opened_since_is_left_to_them(
    card: Card, reviewer: Person, manager: Person
) -> None:
    queue.claim(card, manager.user)
    response = post(reviewer.client, card, sent(card, text="mine"))
    assert response.status_code == 409
    assert "Mona has this card open" in response.json()["message"]
    claim = queue.holder(card)
    assert claim
    assert claim.by == manager.user
    card.refresh_from_db()
    assert card.version == 0


# Undo


def undo(client: Client, card: Card, answer: dict[str, Any], field: str = "mobile") -> Any:
    data = sent(card, field, version=answer["version"]) | {"undo": answer["number"]}
    return post(client, card, data, field)


@pytest.mark.parametrize("text", [READ_AS, "typed"])
def test_undo_puts_text_and_doubt_back(card: Card, reviewer: Person, text: str) -> None:
    Card.objects.filter(pk=card.pk).update(doubt=0.42)
    answer = post(reviewer.client, card, sent(card, text=text)).json()
    back = undo(reviewer.client, card, answer).json()
    card.refresh_from_db()
    assert (card.mobile, card.doubtful_fields, card.doubt) == (READ_AS, ["mobile"], 0.42)
    assert (back["text"], back["version"], card.is_edited) == (READ_AS, 2, False)
    assert card.reviews.order_by("-number")[0].decision == "reverted"


def test_undo_of_a_name_puts_its_parts_back(make_card: MakeCard, reviewer: Person) -> None:
    card = doubting(make_card, "full_name")
    data = sent(card, "full_name", text="Rosa Halloway")
    undo(reviewer.client, card, post(reviewer.client, card, data, "full_name").json(), "full_name")
    card.refresh_from_db()
    assert (card.full_name, card.first_name) == ("Mira Ahlstrom", "Mira")


def test_undo_leaves_what_a_colleague_did_elsewhere(
    make_card: MakeCard, reviewer: Person, manager: Person
) -> None:
    card = doubting(make_card, "mobile", "email")
    answer = post(reviewer.client, card, sent(card, text="typed")).json()
    decisions.correct(card, {"email": "rosa@northwind.example"}, version=1, by=manager.user)
    assert undo(reviewer.client, card, answer).status_code == 200
    card.refresh_from_db()
    assert (card.mobile, card.email) == (READ_AS, "rosa@northwind.example")
    assert (card.doubtful_fields, card.is_edited) == (["mobile"], True)


def test_undo_does_not_bury_what_a_colleague_put_there_since(
    card: Card, reviewer: Person, manager: Person
) -> None:
    answer = post(reviewer.client, card, sent(card, text="typed")).json()
    decisions.correct(card, {"mobile": "theirs"}, version=1, by=manager.user)
    response = undo(reviewer.client, card, answer)
    assert response.status_code == 409
    assert "Mona has changed this card since then" in response.json()["message"]
    card.refresh_from_db()
    assert card.mobile == "theirs"


def test_undo_does_not_open_a_card_that_was_approved_since(
    card: Card, reviewer: Person, manager: Person
) -> None:
    answer = post(reviewer.client, card, sent(card)).json()
    card.refresh_from_db()
    decisions.approve(card, card.contact(), version=1, by=manager.user)
    assert undo(reviewer.client, card, answer).status_code == 409
    card.refresh_from_db()
    assert card.status == "approved"


@pytest.mark.parametrize("number", ["1", "7", "x"])
def test_only_ones_own_settling_can_be_undone(
    card: Card, reviewer: Person, manager: Person, number: str
) -> None:
    decisions.correct(card, {"mobile": "theirs"}, version=0, by=manager.user)
    response = post(reviewer.client, card, sent(card) | {"undo": number})
    assert response.status_code == 404
    card.refresh_from_db()
    assert card.version == 1


# Without script


def test_without_script_a_row_saves_and_the_page_comes_again(card: Card, reviewer: Person) -> None:
    response = post(reviewer.client, card, sent(card, text="typed"), headers={})
    assert response.url == f"{reverse('admin:review_snippets')}?field=mobile"
    card.refresh_from_db()
    assert card.mobile == "typed"
    assert "Saved" in page_of(reviewer.client)


def test_without_script_a_conflict_shows_both_values(
    card: Card, reviewer: Person, manager: Person
) -> None:
    data = sent(card, text="mine")
    decisions.correct(card, {"mobile": "theirs"}, version=0, by=manager.user)
    response = post(reviewer.client, card, data, headers={})
    page = html.unescape(response.content.decode())
    assert inputs(page) == ["mine"]
    assert "“theirs”" in page
    assert 'name="seen" value="theirs"' in page
    assert 'name="version" value="1"' in page


def test_without_script_a_text_that_is_too_long_stays(card: Card, reviewer: Person) -> None:
    response = post(reviewer.client, card, sent(card, text="x" * 99), headers={})
    assert inputs(response.content.decode()) == ["x" * 99]
    assert "at most 60 characters" in response.content.decode()


def test_without_script_what_was_typed_for_a_card_that_is_gone_is_said(
    card: Card, reviewer: Person
) -> None:
    data = sent(card, text="typed")
    card.pk = uuid4()
    post(reviewer.client, card, data, headers={})
    assert "You had typed “typed”" in page_of(reviewer.client)


# Who may


@pytest.mark.parametrize("who", ["uploader", "analyst", "outsider"])
def test_only_reviewers_get_in(who: str, card: Card, request: pytest.FixtureRequest) -> None:
    person: Person = request.getfixturevalue(who)
    strip = reverse("admin:review_strip", args=(card.pk, "mobile"))
    assert person.client.get(reverse("admin:review_snippets")).status_code == 403
    assert person.client.get(strip).status_code == 403
    assert post(person.client, card, sent(card)).status_code == 403


def test_a_visitor_is_sent_to_sign_in(card: Card, visitor: Client) -> None:
    strip = reverse("admin:review_strip", args=(card.pk, "mobile"))
    assert visitor.get(strip).status_code == 302
    assert visitor.get(reverse("admin:review_snippets")).status_code == 302


def test_saving_answers_to_post_only(card: Card, reviewer: Person) -> None:
    url = reverse("admin:review_snippet", args=(card.pk,))
    assert reviewer.client.get(f"{url}?field=mobile").status_code == 405


# Strips

SIZE = (3000, 1800)
RED, BLUE, WHITE = (200, 30, 30), (30, 30, 200), (255, 255, 255)


def drawn(*boxes: Box) -> Card:
    """A card with a red bar at (1500, 900) to (2100, 1000) and a blue one at the upper left,
    whose mobile the machine found at `boxes`."""
    picture = Image.new("RGB", SIZE, WHITE)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((1500, 900, 2100, 1000), fill=RED)
    draw.rectangle((0, 0, 600, 300), fill=BLUE)
    batch = Batch.objects.create(name="Drawn")
    data = io.BytesIO(pictures.saved(picture, "PNG"))
    (arrival,) = intake.take_in(data, batch, name="card.png")
    assert arrival.card
    card = arrival.card
    result = Result({"mobile": Value("+49 1", 0.5, boxes)}).to_json()
    Extraction.objects.filter(card=card).delete()
    Extraction.objects.create(
        card=card, extractor="offline", status=Extraction.Status.SUCCEEDED, result=result
    )
    return card


def strip_of(client: Client, card: Card, field: str = "mobile", **headers: str) -> Any:
    return client.get(reverse("admin:review_strip", args=(card.pk, field)), headers=headers)


def opened(response: Any) -> Image.Image:
    picture = Image.open(io.BytesIO(response.content))
    picture.load()
    return picture


def is_near(picture: Image.Image, at: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    found = picture.getpixel(at)
    assert isinstance(found, tuple)
    return all(abs(a - b) < 30 for a, b in zip(found, colour, strict=True))


BAR = Box(0, ((1500, 900), (2100, 900), (2100, 1000), (1500, 1000)))


def test_a_strip_holds_the_box_and_a_margin(reviewer: Person) -> None:
    """The picture that pages show is 2000 pixels wide: two thirds of the card's."""
    picture = opened(strip_of(reviewer.client, drawn(BAR)))
    # 200 pixels of the card on either side, 50 above and below.
    width, height = picture.size
    assert abs(width - 1000 * 2 / 3) < 2
    assert abs(height - 200 * 2 / 3) < 2
    assert is_near(picture, (width // 2, height // 2), RED)
    assert is_near(picture, (width * 22 // 100, height * 30 // 100), RED)
    assert is_near(picture, (width * 17 // 100, height // 2), WHITE)
    assert is_near(picture, (width // 2, height * 18 // 100), WHITE)


def test_a_strip_is_never_larger_than_promised(reviewer: Person) -> None:
    large = Box(0, ((0, 0), (3000, 0), (3000, 1000), (0, 1000)))
    width, height = opened(strip_of(reviewer.client, drawn(large))).size
    assert width <= 900
    assert height <= 160


def test_a_strip_holds_all_the_boxes_of_a_value(reviewer: Person) -> None:
    upper = Box(0, ((0, 0), (600, 0), (600, 300), (0, 300)))
    picture = opened(strip_of(reviewer.client, drawn(upper, BAR)))
    assert is_near(picture, (10, 10), BLUE)
    assert is_near(picture, (picture.width * 1800 // 2300, picture.height * 950 // 1050), RED)


@pytest.mark.parametrize("boxes", [(), (Box(0, ((9000, 10), (9100, 10), (9100, 40), (9000, 40))),)])
def test_without_a_place_the_whole_card_is_shown(reviewer: Person, boxes: tuple[Box, ...]) -> None:
    picture = opened(strip_of(reviewer.client, drawn(*boxes)))
    assert picture.width / picture.height == pytest.approx(3000 / 1800, rel=0.02)
    assert is_near(picture, (picture.width // 10, picture.height // 10), BLUE)


def test_a_strip_comes_from_the_side_that_the_value_stands_on(reviewer: Person) -> None:
    card = drawn(Box(1, BAR.corners))
    front = card.sides.get()
    green = pictures.saved(Image.new("RGB", SIZE, (20, 160, 20)), "PNG")
    (arrival,) = intake.take_in(io.BytesIO(green), card.batch, name="back.png")
    assert arrival.card
    back = Side.objects.get(card=arrival.card)
    Side.objects.filter(pk=back.pk).update(card=card, position=front.position + 1)
    picture = opened(strip_of(reviewer.client, card))
    assert is_near(picture, (picture.width // 2, picture.height // 2), (20, 160, 20))


def test_a_strip_is_private_and_known_again(reviewer: Person) -> None:
    card = drawn(BAR)
    response = strip_of(reviewer.client, card)
    assert response["Content-Type"] == "image/jpeg"
    assert response["Cache-Control"] == "private, no-cache"
    again = strip_of(reviewer.client, card, **{"If-None-Match": response["ETag"]})
    assert again.status_code == 304


def test_a_new_reading_gives_another_strip(reviewer: Person) -> None:
    card = drawn(BAR)
    before = strip_of(reviewer.client, card)["ETag"]
    moved = Value("+49 1", 0.5, (Box(0, ((0, 0), (600, 0), (600, 300), (0, 300))),))
    Extraction.objects.create(
        card=card, extractor="offline", status=Extraction.Status.SUCCEEDED,
        result=Result({"mobile": moved}).to_json(),
    )  # fmt: skip
    assert strip_of(reviewer.client, card)["ETag"] != before


def test_a_card_without_a_picture_has_no_strip(make_card: MakeCard, reviewer: Person) -> None:
    card = make_card()
    card.sides.all().delete()
    assert strip_of(reviewer.client, card).status_code == 404
    assert "No picture to show" in page_of(reviewer.client)


def test_a_field_that_does_not_exist_has_no_strip(card: Card, reviewer: Person) -> None:
    assert strip_of(reviewer.client, card, "password").status_code == 404


def test_a_vault_that_is_down_is_said(card: Card, reviewer: Person) -> None:
    """The card's picture was never put there."""
    response = strip_of(reviewer.client, card)
    assert response.status_code == 503
    assert response["Content-Type"].startswith("text/plain")
