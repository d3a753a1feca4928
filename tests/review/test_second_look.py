"""Second looks: blind, given to one person each, settled by a third, and counted."""

from __future__ import annotations

import html
import re
from threading import Thread
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from cards.models import Card
from review import decisions, queue
from review.models import Review, SecondLook
from review.quality import second_look
from tests.cast import Person
from tests.review.conftest import MakeCard

pytestmark = pytest.mark.django_db

LIST = "/admin/review/waitingcard/second/"
FIRST = {
    "full_name": "Mira Ahlström", "first_name": "Mira", "last_name": "Ahlström",
    "company": "Nordlicht Optik", "mobile": "+49 151 5550 98765",
    "email": "m.ahlstrom@nordlicht.example",
}  # fmt: skip


@pytest.fixture(autouse=True)
def every_card_again(settings: Settings) -> None:
    settings.SECOND_LOOK_PERCENT = 100


def colleague(name: str) -> User:
    user = User.objects.create_user(name.lower(), first_name=name, is_staff=True)
    # Tests that write in threads of their own leave no groups behind.
    user.groups.add(Group.objects.get_or_create(name="Reviewer")[0])
    return user


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def rosa(db: None) -> User:
    """Who approves first."""
    return colleague("Rosa")


@pytest.fixture
def ilse(db: None) -> User:
    """Who looks second."""
    return colleague("Ilse")


@pytest.fixture
def nils(db: None) -> User:
    """Who looks third."""
    return colleague("Nils")


def approved(card: Card, by: User, **values: str) -> SecondLook:
    """The look at `card` that its approval asks for."""
    review = decisions.approve(card, FIRST | values, version=card.version, by=by)
    return SecondLook.objects.select_related("card", "first").get(first=review)


def fresh(look: SecondLook) -> SecondLook:
    return SecondLook.objects.select_related("card", "first").get(pk=look.pk)


def answer(look: SecondLook, by: User, **values: str) -> SecondLook:
    look = fresh(look)
    return second_look.answer(look, FIRST | values, by=by, version=look.card.version)


def settle(look: SecondLook, by: User, **values: str) -> Review:
    look = fresh(look)
    return second_look.settle(look, values, by=by, version=look.card.version)


def url(look: SecondLook) -> str:
    return reverse("admin:review_second_look_card", args=(look.pk,))


def text_of(response: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", response.content.decode()))


# --- who gets what -------------------------------------------------------------------------------


def test_who_approved_a_card_does_not_look_again(card: Card, rosa: User, ilse: User) -> None:
    look = approved(card, rosa)
    assert second_look.next_for(rosa) is None
    assert second_look.next_for(ilse) == look


def test_two_reviewers_get_different_cards_the_oldest_first(
    make_card: MakeCard, rosa: User, ilse: User, nils: User
) -> None:
    first, second = approved(make_card(), rosa), approved(make_card(), rosa)
    assert second_look.next_for(ilse) == first
    assert second_look.next_for(nils) == second


def test_a_difference_goes_to_neither_of_the_two(
    card: Card, rosa: User, ilse: User, nils: User
) -> None:
    look = answer(approved(card, rosa), ilse, company="Nordlicht")
    assert second_look.next_for(rosa) is None
    assert second_look.next_for(ilse) is None
    assert second_look.next_for(nils) == look


def test_a_skipped_card_comes_again_when_no_other_waits(
    make_card: MakeCard, rosa: User, ilse: User
) -> None:
    first, second = approved(make_card(), rosa), approved(make_card(), rosa)
    assert second_look.next_for(ilse, after=first) == second
    assert second_look.next_for(ilse, after=second) == first


# --- the second looks ----------------------------------------------------------------------------


def test_the_same_values_agree_and_leave_the_card_as_it_is(
    card: Card, rosa: User, ilse: User
) -> None:
    look = answer(approved(card, rosa), ilse)
    card.refresh_from_db()
    assert (look.status, look.by, look.differences) == ("agreed", ilse, [])
    assert (card.version, card.reviews.count()) == (1, 1)


@pytest.mark.parametrize(
    ("field", "first", "second"),
    [
        ("company", "Nordlicht Optik", "NORDLICHT-OPTIK"),
        ("mobile", "+49 151 5550 98765", "0151 555098765"),
        ("website", "https://www.nordlicht.example", "nordlicht.example"),
        ("email", "Mira@Nordlicht.example", "mira@nordlicht.example"),
        ("suffix", "", "  "),
    ],
)
def test_another_way_to_write_the_same_is_no_difference(
    field: str, first: str, second: str
) -> None:
    assert second_look.differences({field: first}, {field: second}) == []


@pytest.mark.parametrize(
    ("field", "first", "second"),
    [
        ("company", "Nordlicht Optik", "Nordlicht"),
        ("mobile", "+49 151 5550 98765", "+49 151 5550 98766"),
        ("email", "m.ahlstrom@nordlicht.example", "mahlstrom@nordlicht.example"),
        ("website", "nordlicht.example", "nordlicht.test"),
        ("job_title", "Optician", ""),
        ("notes", "★", "☆"),
    ],
)
def test_something_else_is_a_difference(field: str, first: str, second: str) -> None:
    assert second_look.differences({field: first}, {field: second}) == [field]


def test_different_values_wait_for_a_third_and_change_nothing(
    card: Card, rosa: User, ilse: User
) -> None:
    look = answer(approved(card, rosa), ilse, company="Nordlicht", mobile="+49 151 1")
    card.refresh_from_db()
    assert (look.status, look.differences) == ("differs", ["company", "mobile"])
    assert (look.values["company"], card.company) == ("Nordlicht", "Nordlicht Optik")


def test_of_two_second_reviewers_the_later_is_told(
    card: Card, rosa: User, ilse: User, nils: User
) -> None:
    look = approved(card, rosa)
    answer(look, ilse)
    with pytest.raises(second_look.LookEndedError, match="A colleague has looked at this card"):
        answer(look, nils, company="Nordlicht")
    assert (fresh(look).by, fresh(look).values["company"]) == (ilse, "Nordlicht Optik")


def test_the_first_reviewer_cannot_answer(card: Card, rosa: User) -> None:
    look = approved(card, rosa)
    with pytest.raises(second_look.LookEndedError, match="You have decided on this card before"):
        answer(look, rosa)
    assert fresh(look).status == "waiting"


def test_a_card_that_was_reopened_needs_no_look_any_more(
    card: Card, rosa: User, ilse: User
) -> None:
    look = approved(card, rosa)
    decisions.reopen(card, version=1, by=rosa)
    with pytest.raises(second_look.LookEndedError, match="was changed while you looked at it"):
        answer(look, ilse)
    assert fresh(look).status == "dropped"


def test_a_card_whose_version_moved_on_drops_its_look(card: Card, rosa: User, ilse: User) -> None:
    look = approved(card, rosa)
    Card.objects.filter(pk=card.pk).move("approved", to="approved", company="Southwind")
    with pytest.raises(second_look.LookEndedError, match="Nothing was written"):
        second_look.answer(look, FIRST, by=ilse, version=1)
    assert fresh(look).status == "dropped"


def test_an_import_over_a_card_drops_its_look(card: Card, rosa: User) -> None:
    look = approved(card, rosa)
    decisions.note_import(card, {"company": "Nordlicht Optik"}, rosa)
    assert fresh(look).status == "dropped"


@pytest.mark.django_db(transaction=True)
def test_of_many_answers_at_once_one_counts(card: Card, rosa: User) -> None:
    look = approved(card, rosa)
    people = [colleague(name) for name in ("Ada", "Bo", "Cleo", "Dag")]
    told: list[str] = []

    def try_it(user: User) -> None:
        try:
            answer(look, user, company=f"Northwind {user.first_name}")
        except second_look.LookEndedError as error:
            told.append(str(error))
        finally:
            connections.close_all()

    threads = [Thread(target=try_it, args=(user,)) for user in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winner = fresh(look).by
    assert winner in people
    assert fresh(look).values["company"] == f"Northwind {winner.first_name}"
    assert told == [second_look.WAS_QUICKER] * 3


# --- the third -----------------------------------------------------------------------------------


def test_the_third_can_find_the_second_right(
    card: Card, rosa: User, ilse: User, nils: User
) -> None:
    look = answer(approved(card, rosa), ilse, company="Nordlicht")
    review = settle(look, nils, company="Nordlicht")
    card.refresh_from_db()
    assert (card.company, card.status, fresh(look).status) == ("Nordlicht", "approved", "settled")
    correction = review.corrections.get()
    assert (review.decision, fresh(look).settled) == ("second_look", review)
    assert (correction.machine_value, correction.human_value) == ("Nordlicht Optik", "Nordlicht")


def test_the_third_can_find_the_first_right(card: Card, rosa: User, ilse: User, nils: User) -> None:
    look = answer(approved(card, rosa), ilse, company="Nordlicht")
    before = Card.objects.get(pk=card.pk).contact()
    review = settle(look, nils, company="Nordlicht Optik")
    assert Card.objects.get(pk=card.pk).contact() == before
    assert (review.decision, review.by, review.corrections.count()) == ("second_look", nils, 0)


def test_the_third_can_find_neither_right(card: Card, rosa: User, ilse: User, nils: User) -> None:
    look = answer(approved(card, rosa), ilse, company="Nordlicht")
    settle(look, nils, company="Nordlicht Optik GmbH")
    assert Card.objects.get(pk=card.pk).company == "Nordlicht Optik GmbH"


def test_every_difference_must_be_settled(card: Card, rosa: User, ilse: User, nils: User) -> None:
    look = answer(approved(card, rosa), ilse, company="Nordlicht", mobile="+49 151 1")
    with pytest.raises(decisions.DecisionError, match="Choose a value for each field"):
        settle(look, nils, company="Nordlicht")
    assert fresh(look).status == "differs"


def test_neither_of_the_two_can_settle(card: Card, rosa: User, ilse: User) -> None:
    look = answer(approved(card, rosa), ilse, company="Nordlicht")
    for user in (rosa, ilse):
        with pytest.raises(second_look.LookEndedError):
            settle(look, user, company="Nordlicht")
    assert Card.objects.get(pk=card.pk).company == "Nordlicht Optik"


def test_a_card_corrected_meanwhile_is_not_settled(
    card: Card, rosa: User, ilse: User, nils: User
) -> None:
    look = answer(approved(card, rosa), ilse, company="Nordlicht")
    decisions.correct(card, {"company": "Southwind"}, version=1, by=rosa)
    with pytest.raises(second_look.LookEndedError, match="was changed while you looked at it"):
        second_look.settle(fresh(look), {"company": "Nordlicht"}, by=nils, version=1)
    assert Card.objects.get(pk=card.pk).company == "Southwind"
    assert fresh(look).status == "dropped"


# --- agreement -----------------------------------------------------------------------------------


def test_agreement_counts_what_anybody_filled_in(card: Card, rosa: User, ilse: User) -> None:
    answer(approved(card, rosa), ilse, company="Nordlicht", fax="+49 30 1234567")
    found = second_look.agreement_by_field()
    assert (found["company"].agreed, found["company"].compared) == (0, 1)
    assert (found["fax"].agreed, found["mobile"].agreed) == (0, 1)
    assert "notes" not in found


def test_the_fields_that_differ_most_come_first(
    make_card: MakeCard, rosa: User, ilse: User
) -> None:
    answer(approved(make_card(), rosa), ilse, company="Nordlicht", mobile="+49 151 1")
    answer(approved(make_card(), rosa), ilse, mobile="+49 151 1")
    assert list(second_look.agreement_by_field())[:2] == ["mobile", "company"]


def test_a_look_that_was_dropped_is_not_counted(card: Card, rosa: User, ilse: User) -> None:
    answer(approved(card, rosa), ilse, company="Nordlicht")
    decisions.reopen(card, version=1, by=rosa)
    assert second_look.agreement_by_field() == {}


# --- the pages -----------------------------------------------------------------------------------


def test_the_second_reviewer_sees_only_what_the_machine_read(
    card: Card, rosa: User, ilse: User
) -> None:
    look = approved(card, rosa, full_name="Mirabella Typed-By-Rosa", notes="typed by the first")
    page = text_of(client_of(ilse).get(url(look)))
    assert 'value="Mira Ahlstrom"' in page
    assert "+49 151 5550 987" in page
    for secret in ("Typed-By-Rosa", "typed by the first", "m.ahlstrom@", "98765", "Rosa", "rosa"):
        assert secret not in page, secret


def test_the_list_of_looks_shows_no_value_and_no_name(card: Card, rosa: User, ilse: User) -> None:
    approved(card, rosa)
    page = text_of(client_of(ilse).get(LIST))
    assert "Look next" in page
    for secret in ("Ahlström", "Ahlstrom", "Nordlicht", "Rosa", "rosa"):
        assert secret not in page, secret


def test_a_card_nobody_read_begins_empty(make_card: MakeCard, rosa: User, ilse: User) -> None:
    look = approved(make_card(values={}), rosa)
    page = text_of(client_of(ilse).get(url(look)))
    assert "Ahlström" not in page
    assert 'name="full_name"' in page


def test_sending_the_blind_form_answers_and_goes_on(
    make_card: MakeCard, rosa: User, ilse: User
) -> None:
    look, following = approved(make_card(), rosa), approved(make_card(), rosa)
    client = client_of(ilse)
    client.get(url(look))
    response = client.post(url(look), FIRST | {"action": "answer", "version": 1})
    assert response["Location"] == url(following)
    assert fresh(look).status == "agreed"


def test_a_name_corrected_whole_takes_its_parts_along(card: Card, rosa: User, ilse: User) -> None:
    look = approved(card, rosa)
    typed = FIRST | {"first_name": "Mira", "last_name": "Ahlstrom"}  # as the machine read them
    client_of(ilse).post(url(look), typed | {"action": "answer", "version": 1})
    assert fresh(look).status == "agreed"


def test_the_third_sees_both_values_and_no_names(
    card: Card, rosa: User, ilse: User, nils: User
) -> None:
    look = answer(approved(card, rosa), ilse, company="Nordlicht Augenoptik")
    response = client_of(nils).get(url(look))
    page = text_of(response)
    choices = [choice.value + choice.text for choice in response.context["rows"][0].choices]
    assert choices == ["0Nordlicht Augenoptik", "1Nordlicht Optik"]
    assert "+49 151 5550 98765" in page  # both have it alike
    for name in ("Rosa", "rosa", "Ilse", "ilse"):
        assert name not in page, name


@pytest.mark.parametrize(
    ("sent", "company"),
    [
        ({"choice-company": "0"}, "Nordlicht"),
        ({"choice-company": "1"}, "Nordlicht Optik"),
        ({"choice-company": "other", "typed-company": " North\u202ewind "}, "Northwind"),
        ({"choice-company": "other", "typed-company": ""}, ""),
    ],
)
def test_the_third_chooses_or_types(
    sent: dict[str, str], company: str, card: Card, rosa: User, ilse: User, nils: User
) -> None:
    look = answer(approved(card, rosa), ilse, company="Nordlicht")
    client_of(nils).post(url(look), {"action": "settle", "version": 1, **sent})
    assert (Card.objects.get(pk=card.pk).company, fresh(look).status) == (company, "settled")


def test_the_third_is_asked_again_without_losing_what_was_typed(
    card: Card, rosa: User, ilse: User, nils: User
) -> None:
    look = answer(approved(card, rosa), ilse, company="Nordlicht", job_title="Optician")
    sent = {"choice-company": "other", "typed-company": "Northwind"}
    page = text_of(client_of(nils).post(url(look), {"action": "settle", "version": 1, **sent}))
    assert "Choose one of the values, or type another." in page
    assert 'value="Northwind"' in page
    assert fresh(look).status == "differs"


def test_markup_in_a_value_is_shown_as_text(card: Card, rosa: User, ilse: User, nils: User) -> None:
    look = answer(approved(card, rosa), ilse, job_title="<script>alert(1)</script>")
    page = client_of(nils).get(url(look)).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_an_answer_to_a_card_changed_meanwhile_is_explained(
    card: Card, rosa: User, ilse: User
) -> None:
    look = approved(card, rosa)
    decisions.reopen(card, version=1, by=rosa)
    sent = FIRST | {"action": "answer", "version": 1}
    page = text_of(client_of(ilse).post(url(look), sent, follow=True))
    assert "This card was changed while you looked at it" in page


def test_a_card_that_a_colleague_has_open_is_not_shown(
    card: Card, rosa: User, ilse: User, nils: User
) -> None:
    look = approved(card, rosa)
    queue.claim(card, ilse)
    page = text_of(client_of(nils).get(url(look), follow=True))
    assert "A colleague has this card open just now" in page


def test_the_page_keeps_its_card(card: Card, rosa: User, ilse: User, nils: User) -> None:
    look, sent = approved(card, rosa), {"action": "hold"}
    assert client_of(ilse).post(url(look), sent).json() == {"refused": ""}
    held = queue.holder(card)
    assert held
    assert held.by == ilse
    assert "A colleague" in client_of(nils).post(url(look), sent).json()["refused"]


def test_skipping_lets_the_card_go(card: Card, rosa: User, ilse: User, nils: User) -> None:
    look = approved(card, rosa)
    client = client_of(ilse)
    client.get(url(look))
    assert client.post(url(look), {"action": "skip"})["Location"] == LIST
    assert second_look.next_for(nils) == look


def test_opening_a_page_decides_nothing(card: Card, rosa: User, ilse: User) -> None:
    look = approved(card, rosa)
    client_of(ilse).get(url(look))
    assert fresh(look).status == "waiting"
    assert Card.objects.get(pk=card.pk).version == 1


@pytest.mark.parametrize("who", ["uploader", "analyst", "outsider"])
def test_only_reviewers_look(
    who: str, card: Card, rosa: User, request: pytest.FixtureRequest
) -> None:
    look = approved(card, rosa)
    person: Person = request.getfixturevalue(who)
    for path in (LIST, LIST + "next/", url(look)):
        assert person.client.get(path).status_code == 403


def test_a_longer_list_costs_no_more_queries(make_card: MakeCard, rosa: User, ilse: User) -> None:
    client, counts = client_of(ilse), []
    for _ in range(2):
        for _ in range(3):
            approved(make_card(), rosa)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get(LIST)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def labels(client: Client) -> dict[str, str]:
    sections = client.get("/admin/").context["navigation"]
    return {entry.label: entry.count for section in sections for entry in section.entries}


def test_without_second_looks_the_navigation_does_not_speak_of_them(
    reviewer: Person, settings: Settings
) -> None:
    settings.SECOND_LOOK_PERCENT = 0
    assert "Second looks" not in labels(reviewer.client)


def test_what_still_waits_is_offered_after_second_looks_were_switched_off(
    card: Card, rosa: User, ilse: User, settings: Settings
) -> None:
    approved(card, rosa)
    settings.SECOND_LOOK_PERCENT = 0
    assert labels(client_of(ilse))["Second looks"] == "1"
    assert "Second looks" not in labels(client_of(rosa))


def test_the_list_says_how_to_have_second_looks(reviewer: Person, settings: Settings) -> None:
    settings.SECOND_LOOK_PERCENT = 0
    assert "can set SECOND_LOOK_PERCENT above 0" in text_of(reviewer.client.get(LIST))
