"""What reviewers are told about their pace, and managers about the sum of all."""

from __future__ import annotations

import html
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from cards.models import Batch, Card
from review import decisions
from review.models import Review, SecondLook
from review.quality import pace, pace_views, second_look
from tests.cast import Person
from tests.review.conftest import READ, MakeCard

pytestmark = pytest.mark.django_db

PAGE = "/admin/review/waitingcard/pace/"
TODAY, WEEK, MONTH = range(3)
READ_TEXTS = {name: value.text for name, value in READ.items()}


@pytest.fixture
def rosa(db: None) -> User:
    return User.objects.create_user("rosa", first_name="Rosa")


@pytest.fixture
def ilse(db: None) -> User:
    return User.objects.create_user("ilse", first_name="Ilse")


def noon(days_ago: int = 0) -> datetime:
    today = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
    return today - timedelta(days=days_ago)


def approve(
    card: Card, by: User, seconds: int | None = None, *, days_ago: int = 0, **values: str
) -> Review:
    card.refresh_from_db()
    review = decisions.approve(
        card, READ_TEXTS | values, version=card.version, by=by, seconds=seconds
    )
    Review.objects.filter(pk=review.pk).update(at=noon(days_ago))
    return review


def reopen(card: Card, by: User) -> Review:
    card.refresh_from_db()
    return decisions.reopen(card, version=card.version, by=by)


def of(user: User | None, period: int = TODAY) -> pace.Pace:
    return pace.measure(user)[0][period]


def text_of(response: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", response.content.decode()))


def test_nothing_is_measured_of_who_did_nothing(rosa: User) -> None:
    assert of(rosa, MONTH) == pace.Pace()


def test_decisions_of_every_kind_are_cards_decided(make_card: MakeCard, rosa: User) -> None:
    approve(make_card(), rosa)
    decisions.reject(make_card(), "Cut off", version=0, by=rosa)
    decisions.send_back(make_card(), "Too blurred", version=0, by=rosa)
    decisions.correct(make_card(), {"company": "Northwind"}, version=0, by=rosa)
    assert of(rosa).cards == 3


def test_a_card_decided_twice_is_one_card(card: Card, rosa: User) -> None:
    decisions.undo(approve(card, rosa), by=rosa)
    approve(card, rosa)
    assert of(rosa).cards == 1


@pytest.mark.parametrize(
    ("days_ago", "counted"),
    [(0, [1, 1, 1]), (6, [0, 1, 1]), (7, [0, 0, 1]), (29, [0, 0, 1]), (30, [0, 0, 0])],
)
def test_periods_are_days_by_the_calendar(
    days_ago: int, counted: list[int], card: Card, rosa: User
) -> None:
    approve(card, rosa, days_ago=days_ago)
    assert [found.cards for found in pace.measure(rosa)[0]] == counted


def test_the_time_is_the_median_of_what_was_timed(make_card: MakeCard, rosa: User) -> None:
    for seconds in (4, 6, 300, None):
        approve(make_card(), rosa, seconds)
    assert of(rosa).seconds == 6


def test_the_time_is_that_of_the_latest_decisions(
    make_card: MakeCard, rosa: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "TIMES_COUNTED", 2)
    for days_ago, seconds in ((0, 5), (1, 7), (2, 99)):
        approve(make_card(), rosa, seconds, days_ago=days_ago)
    assert of(rosa, WEEK).seconds == 6


def test_fields_changed_are_those_not_as_the_machine_read_them(
    make_card: MakeCard, rosa: User
) -> None:
    approve(make_card(), rosa, company="Northwind", mobile="+49 151 5550 9876")
    approve(make_card(), rosa)
    assert of(rosa).corrected_a_card == 1.0


def test_a_card_that_somebody_reopened_counts_against_its_approval(
    make_card: MakeCard, rosa: User, ilse: User
) -> None:
    for _ in range(4):
        approve(card := make_card(), rosa)
    reopen(card, ilse)
    assert (of(rosa).approved, of(rosa).reopened, of(rosa).reopened_share) == (4, 1, 0.25)


def test_reopening_counts_against_the_last_approval_only(
    card: Card, rosa: User, ilse: User
) -> None:
    decisions.undo(approve(card, rosa), by=rosa)
    approve(card, ilse)
    reopen(card, rosa)
    assert (of(rosa).reopened, of(ilse).reopened) == (0, 1)


def test_an_approval_after_the_reopening_is_not_held_against_anybody(
    card: Card, rosa: User, ilse: User
) -> None:
    approve(card, rosa)
    reopen(card, ilse)
    approve(card, ilse)
    assert of(ilse).reopened == 0


def look_again(card: Card, first: User, second: User, **values: str) -> SecondLook:
    review = approve(card, first)
    look = SecondLook.objects.select_related("card", "first").get(first=review)
    return second_look.answer(look, READ_TEXTS | values, by=second, version=look.card.version)


def test_agreement_counts_for_the_first_and_for_the_second(
    card: Card, rosa: User, ilse: User, settings: Settings
) -> None:
    settings.SECOND_LOOK_PERCENT = 100
    look_again(card, rosa, ilse, company="Northwind")
    stranger = User.objects.create_user("otto")
    for user in (rosa, ilse, None):
        assert of(user).agreement == second_look.Agreement(4, 5), user
    assert of(stranger).agreed_share is None


def test_the_sum_is_over_everybody(make_card: MakeCard, rosa: User, ilse: User) -> None:
    approve(make_card(), rosa, 4)
    approve(make_card(), ilse, 8, company="Northwind")
    assert (of(None).cards, of(None).seconds, of(None).corrected_a_card) == (2, 6, 0.5)
    assert (of(rosa).cards, of(rosa).seconds, of(rosa).corrected_a_card) == (1, 4, 0)


def test_days_are_those_on_which_something_was_decided(make_card: MakeCard, rosa: User) -> None:
    for days_ago, seconds in ((0, 5), (3, 8), (3, 10)):
        approve(make_card(), rosa, seconds, days_ago=days_ago)
    days = pace.measure(rosa)[1]
    assert [(day.name, day.pace.cards, day.pace.seconds) for day in days] == [
        (noon().date(), 1, 5),
        (noon(3).date(), 2, 9),
    ]


def test_batches_are_summed_over_everybody(make_card: MakeCard, rosa: User, ilse: User) -> None:
    other = Batch.objects.create(name="Fair in Oslo")
    approve(make_card(), rosa, 4)
    approve(make_card(batch=other), rosa, 10, company="Northwind")
    approve(make_card(batch=other), ilse, 20)
    found = [(p.name, p.pace.cards, p.pace.seconds, p.pace.corrected) for p in pace.batches()]
    assert found == [("Fair in Oslo", 2, 15, 1), ("Expo Berlin", 1, 4, 0)]


# --- the page ------------------------------------------------------------------------------------


def test_a_reviewer_sees_only_their_own_figures(
    make_card: MakeCard, reviewer: Person, rosa: User
) -> None:
    approve(make_card(), reviewer.user, 7)
    approve(make_card(batch=Batch.objects.create(name="Fair in Oslo")), rosa, 23)
    page = text_of(reviewer.client.get(PAGE))
    assert re.search(r"Seconds a card.{0,300}>7<", page)
    for others in ("All reviewers in sum", "Fair in Oslo", "rosa", "Rosa", ">23<", ">15<"):
        assert others not in page, others


def test_a_manager_sees_sums_and_no_persons(
    make_card: MakeCard, manager: Person, rosa: User, ilse: User
) -> None:
    approve(make_card(), rosa, 7)
    approve(make_card(), ilse, 23)
    page = text_of(manager.client.get(PAGE))
    assert "All reviewers in sum" in page
    assert re.search(r"Seconds a card.{0,300}>15<", page)
    for person in ("rosa", "Rosa", "ilse", "Ilse"):
        assert person not in page, person


def test_agreement_is_shown_by_field(
    card: Card, reviewer: Person, rosa: User, settings: Settings
) -> None:
    settings.SECOND_LOOK_PERCENT = 100
    look_again(card, rosa, reviewer.user, company="Northwind")
    page = text_of(reviewer.client.get(PAGE))
    assert re.search(r"Company</th><td[^>]*>0 %</td><td[^>]*>1</td><td[^>]*>1</td>", page)
    assert "Always agreed: Full name (1), First name (1)" in page


@pytest.mark.parametrize(
    ("percent", "words"),
    [(0, "can set SECOND_LOOK_PERCENT above 0"), (5, "No second look has been finished yet")],
)
def test_empty_places_say_what_to_do(
    percent: int, words: str, reviewer: Person, settings: Settings
) -> None:
    settings.SECOND_LOOK_PERCENT = percent
    page = text_of(reviewer.client.get(PAGE))
    assert "your figures begin with the first one" in page
    assert words in page


@pytest.mark.parametrize(
    ("share", "shown"),
    [(None, "–"), (0, "0 %"), (0.001, "1 %"), (0.5, "50 %"), (0.999, "99 %"), (1, "100 %")],
)
def test_all_and_nothing_are_only_said_when_it_is_so(share: float | None, shown: str) -> None:
    assert pace_views.percent(share) == shown


@pytest.mark.parametrize("who", ["uploader", "analyst", "outsider"])
def test_only_reviewers_have_a_pace(who: str, request: pytest.FixtureRequest) -> None:
    person: Person = request.getfixturevalue(who)
    assert person.client.get(PAGE).status_code == 403


def test_more_cards_and_people_cost_no_more_queries(
    make_card: MakeCard, manager: Person, settings: Settings
) -> None:
    settings.SECOND_LOOK_PERCENT = 100
    counts = []
    for round_number in (1, 2):
        for number in range(3):
            first = User.objects.create_user(f"first-{round_number}-{number}")
            batch = Batch.objects.create(name=f"Batch {round_number}-{number}")
            look_again(make_card(batch=batch), first, manager.user)
            approve(make_card(batch=batch), manager.user, 5, days_ago=round_number)
        with CaptureQueriesContext(connection) as captured:
            manager.client.get(PAGE)
        counts.append(len(captured))
    assert counts[0] == counts[1]
