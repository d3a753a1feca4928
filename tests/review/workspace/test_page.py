"""The review page: what it shows, what it decides, and that nothing typed is lost."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from cards.models import Card
from review import decisions, queue
from tests.cast import Person
from tests.review.conftest import MakeCard

pytestmark = pytest.mark.django_db


def url(card: Card) -> str:
    return reverse("admin:review_waitingcard_change", args=(card.pk,))


def send(client: Client, card: Card, action: str, **changes: Any) -> Any:
    data = card.contact() | {"version": card.version, "action": action} | changes
    return client.post(url(card), data)


def text_of(response: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", response.content.decode()))


def test_the_page_shows_what_the_machine_read_and_how_sure_it_was(
    card: Card, reviewer: Person
) -> None:
    page = text_of(reviewer.client.get(url(card)))
    assert 'value="Mira Ahlstrom"' in page
    assert "98 %" in page
    assert "two digits shorter than German mobiles" in page


def test_the_page_carries_the_place_of_each_value(card: Card, reviewer: Person) -> None:
    assert "[[10.0, 10.0], [90.0, 10.0]" in text_of(reviewer.client.get(url(card)))


def test_approving_goes_on_to_the_next_card(make_card: MakeCard, reviewer: Person) -> None:
    first, second = make_card(doubt=0.9), make_card(doubt=0.1)
    response = send(reviewer.client, first, "approve", full_name="Mira Ahlström")
    assert response.url == url(second)
    first.refresh_from_db()
    assert (first.status, first.full_name) == ("approved", "Mira Ahlström")


def test_the_last_card_leads_to_a_page_that_says_so(card: Card, reviewer: Person) -> None:
    response = send(reviewer.client, card, "approve")
    page = reviewer.client.get(response.url)
    assert "Nothing waits for review" in text_of(page)


def test_a_corrected_full_name_corrects_first_and_last_name(card: Card, reviewer: Person) -> None:
    send(reviewer.client, card, "approve", full_name="Minna Ahlström")
    card.refresh_from_db()
    assert (card.first_name, card.last_name) == ("Minna", "Ahlström")


def test_first_and_last_name_that_were_typed_stay(card: Card, reviewer: Person) -> None:
    send(
        reviewer.client, card, "approve", full_name="Minna af Ahl", first_name="Minna",
        last_name="af Ahl",
    )  # fmt: skip
    card.refresh_from_db()
    assert card.last_name == "af Ahl"


def test_a_stale_form_shows_both_values_and_keeps_what_was_typed(
    card: Card, reviewer: Person, manager: Person
) -> None:
    decisions.correct(card, {"company": "Theirs GmbH"}, version=0, by=manager.user)
    page = text_of(send(reviewer.client, card, "approve", company="Mine AG", version=0))
    assert 'value="Mine AG"' in page
    assert "It was “Nordlicht Optik” and is now on the card: “Theirs GmbH”." in page
    card.refresh_from_db()
    assert (card.company, card.status) == ("Theirs GmbH", "needs_review")


def test_a_stale_form_can_be_sent_again(card: Card, reviewer: Person, manager: Person) -> None:
    decisions.correct(card, {"company": "Theirs GmbH"}, version=0, by=manager.user)
    page = text_of(send(reviewer.client, card, "approve", company="Mine AG", version=0))
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found
    send(reviewer.client, card, "approve", company="Mine AG", version=found[1])
    card.refresh_from_db()
    assert (card.company, card.status) == ("Mine AG", "approved")


def test_reopening_after_a_conflict_keeps_what_was_typed(
    card: Card, reviewer: Person, manager: Person
) -> None:
    decisions.approve(card, card.contact(), version=0, by=manager.user)
    page = text_of(send(reviewer.client, card, "approve", company="Mine AG", version=0))
    assert 'value="Mine AG"' in page
    assert "<fieldset disabled>" not in page
    typed = {"company": "Mine AG", "version": 1, "stale": 1}
    page = text_of(send(reviewer.client, card, "reopen", **typed))
    assert 'value="Mine AG"' in page
    card.refresh_from_db()
    assert (card.status, card.company) == ("needs_review", "Nordlicht Optik")


def test_a_card_that_a_colleague_holds_cannot_be_approved_by_accident(
    card: Card, reviewer: Person, manager: Person
) -> None:
    queue.claim(card, manager.user)
    page = text_of(reviewer.client.get(url(card)))
    assert '<fieldset class="ws-decisions" id="decisions" hidden disabled>' in page
    page = text_of(send(reviewer.client, card, "approve", full_name="Minna Ahlström"))
    assert "Nothing was written" in page
    assert 'value="Minna Ahlström"' in page


def test_a_rejection_without_a_reason_keeps_the_page_and_what_was_typed(
    card: Card, reviewer: Person
) -> None:
    page = text_of(send(reviewer.client, card, "reject", company="Typed AG"))
    assert "Say why the card is rejected" in page
    assert 'value="Typed AG"' in page


def test_a_rejection_with_a_reason_is_kept(card: Card, reviewer: Person) -> None:
    send(reviewer.client, card, "reject", reason="Cut off")
    card.refresh_from_db()
    assert card.status == "rejected"
    assert card.reviews.get().reason == "Cut off"


@pytest.mark.parametrize("action", ["approve", "reject", "send_back"])
def test_a_decision_sent_again_because_its_answer_was_lost_goes_on(
    make_card: MakeCard, reviewer: Person, action: str
) -> None:
    card, following = make_card(doubt=0.9), make_card(doubt=0.1)
    for _ in range(2):
        response = send(reviewer.client, card, action, company="Typed AG", reason="Cut off")
        assert response.url == url(following)
    assert card.reviews.count() == 1


def test_a_new_full_name_sent_again_because_its_answer_was_lost_goes_on(
    make_card: MakeCard, reviewer: Person
) -> None:
    """It has brought first and last name with it, which the form sends as they were."""
    card, following = make_card(doubt=0.9), make_card(doubt=0.1)
    for _ in range(2):
        response = send(reviewer.client, card, "approve", full_name="Mira Ahlström")
        assert response.url == url(following)
    card.refresh_from_db()
    assert (card.first_name, card.last_name) == ("Mira", "Ahlström")
    assert card.reviews.count() == 1


def test_another_decision_than_the_one_before_is_a_conflict(card: Card, reviewer: Person) -> None:
    send(reviewer.client, card, "approve", company="Nordlicht")
    page = text_of(send(reviewer.client, card, "approve", company="Typed AG"))
    assert "Nothing of yours was lost" in page
    assert 'value="Typed AG"' in page


def test_a_decided_card_is_not_taken_over(card: Card, reviewer: Person, manager: Person) -> None:
    decisions.approve(card, card.contact(), version=0, by=manager.user)
    send(reviewer.client, card, "take_over")
    assert queue.holder(card) is None


def test_no_browser_cuts_what_is_pasted(card: Card, reviewer: Person) -> None:
    fields = text_of(reviewer.client.get(url(card))).partition('class="ws-fields"')[2]
    assert "maxlength" not in fields.partition('class="ws-bar"')[0]
    assert "maxlength" not in text_of(reviewer.client.get("/admin/review/waitingcard/?q="))


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("12", 12),
        ("0", None),
        ("-3", None),
        ("1e3", None),
        ("99999", None),
        ("0000012345678", None),
    ],
)
def test_a_time_that_makes_no_sense_is_not_kept(
    card: Card, reviewer: Person, sent: str, kept: int | None
) -> None:
    send(reviewer.client, card, "approve", seconds=sent)
    assert card.reviews.get().seconds == kept


def test_text_that_is_too_long_is_refused_beside_its_field(card: Card, reviewer: Person) -> None:
    page = text_of(send(reviewer.client, card, "approve", company="x" * 10_000))
    assert "at most 200 characters (it has 10000)" in page
    assert "x" * 10_000 in page
    card.refresh_from_db()
    assert card.status == "needs_review"


def test_control_and_direction_characters_are_taken_out(card: Card, reviewer: Person) -> None:
    send(reviewer.client, card, "approve", company="Nord\u202elicht\x07 AG")
    card.refresh_from_db()
    assert card.company == "Nordlicht AG"


def test_markup_on_a_card_is_shown_as_text(make_card: MakeCard, reviewer: Person) -> None:
    card = make_card(company="<script>alert(1)</script>")
    assert b"<script>alert" not in reviewer.client.get(url(card)).content


def test_a_card_that_a_colleague_has_open_says_so(
    card: Card, reviewer: Person, manager: Person
) -> None:
    queue.claim(card, manager.user)
    page = text_of(reviewer.client.get(url(card)))
    assert "has this card open until" in page
    assert "Take it over" in page


def test_skipping_frees_the_card_for_others(
    make_card: MakeCard, reviewer: Person, manager: Person
) -> None:
    first, second = make_card(doubt=0.9), make_card(doubt=0.1)
    reviewer.client.get(url(first))
    assert send(reviewer.client, first, "skip").url == url(second)
    assert queue.next_for(manager.user) == first


def test_an_approved_card_is_shown_with_a_way_to_reopen_it(
    make_card: MakeCard, reviewer: Person
) -> None:
    card = make_card(status=Card.Status.APPROVED)
    assert "Reopen" in text_of(reviewer.client.get(url(card)))
    send(reviewer.client, card, "reopen")
    card.refresh_from_db()
    assert card.status == "needs_review"


def test_a_card_decided_by_somebody_who_has_left_is_shown(
    card: Card, reviewer: Person, manager: Person
) -> None:
    decisions.approve(card, card.contact(), version=0, by=manager.user)
    manager.user.delete()
    page = text_of(reviewer.client.get(url(card)))
    assert "Approved on" in page


def test_a_card_without_a_picture_can_be_reviewed(card: Card, reviewer: Person) -> None:
    card.sides.all().delete()
    assert "there is no picture" in text_of(reviewer.client.get(url(card)))


def test_a_card_that_could_not_be_read_says_why(make_card: MakeCard, reviewer: Person) -> None:
    card = make_card(values={}, notice="Reading with “openai_vision” failed: no credit left.")
    assert "no credit left" in text_of(reviewer.client.get(url(card)))


@pytest.mark.parametrize("wrong", ["nonsense", "00000000-0000-0000-0000-000000000000"])
def test_a_card_that_is_not_there_is_no_error_page(wrong: str, reviewer: Person) -> None:
    response = reviewer.client.get(f"/admin/review/waitingcard/{wrong}/change/")
    assert response.status_code in (302, 404)


def test_looking_at_a_card_changes_nothing_of_it(card: Card, reviewer: Person) -> None:
    reviewer.client.get(url(card))
    assert Card.objects.get(pk=card.pk).version == 0


@pytest.mark.parametrize("who", ["uploader", "analyst", "outsider"])
def test_only_reviewers_get_in(who: str, card: Card, request: pytest.FixtureRequest) -> None:
    person: Person = request.getfixturevalue(who)
    assert person.client.get(url(card)).status_code == 403
    assert send(person.client, card, "approve").status_code == 403
    assert person.client.get(reverse("admin:review_next")).status_code == 403


def test_visitors_are_sent_to_sign_in(card: Card, visitor: Client) -> None:
    assert "/login/" in visitor.get(url(card)).url  # type: ignore[attr-defined]


def test_the_page_takes_the_same_queries_however_many_cards_wait(
    make_card: MakeCard, reviewer: Person, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    cards = [make_card() for _ in range(30)]
    with django_assert_max_num_queries(17):
        reviewer.client.get(url(cards[0]))
