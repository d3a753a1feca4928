"""The page of one field of many cards: which rows it shows, what they say, and to whom."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from cards.models import Batch, Card
from extraction.models import Extraction
from extraction.result import Result, Value
from review import queue
from review.lists import snippets
from tests.cast import Person
from tests.review.conftest import MakeCard, SameForMore
from tests.review.snippets.conftest import READ_AS, doubting, inputs, page_of, post, sent

pytestmark = pytest.mark.django_db


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
    make_card: MakeCard, reviewer: Person, same_for_3_and_30: SameForMore
) -> None:
    assert same_for_3_and_30(make_card, lambda: page_of(reviewer.client)) <= 12


def test_the_list_leads_here_with_its_batch(card: Card, reviewer: Person) -> None:
    changelist = reverse("admin:review_waitingcard_changelist")
    page = reviewer.client.get(f"{changelist}?batch__id__exact={card.batch_id}").content.decode()
    assert f'{reverse("admin:review_snippets")}?batch={card.batch_id}"' in page


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
