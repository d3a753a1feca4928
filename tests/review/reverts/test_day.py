"""Taking back everything that one reviewer did on a day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from cards.models import Card
from review import decisions
from review.models import Review
from review.provenance import reverts
from review.provenance.history import history
from review.provenance.reverts import Day
from tests.cast import Person
from tests.review.conftest import MakeCard
from tests.review.reverts.conftest import approve, correct, text_of

pytestmark = pytest.mark.django_db

DAY_URL = "admin:review_revert_day"


class TestDay:
    def test_every_card_goes_back_to_before_the_first_decision(
        self, make_card: MakeCard, me: User, boss: User, today: Day
    ) -> None:
        first, second = make_card(), make_card()
        correct(first, me, company="Nordlicht GmbH")
        approve(first, me)
        decisions.reject(second, "Cut off", version=0, by=me)
        outcome = reverts.revert_day(today, by=boss)
        first.refresh_from_db()
        second.refresh_from_db()
        assert len(outcome.put_back) == 2
        assert (first.status, first.company) == ("needs_review", "Nordlicht Optik")
        assert second.status == "needs_review"

    def test_what_somebody_else_changed_since_stays(
        self, card: Card, me: User, boss: User, today: Day
    ) -> None:
        approve(card, me)
        correct(card, boss, company="Nordlicht AG")
        outcome = reverts.revert_day(today, by=boss)
        card.refresh_from_db()
        assert (card.status, card.company) == ("approved", "Nordlicht AG")
        assert outcome.left[0].why_not.startswith("Not touched: changed by Mona since")

    def test_what_somebody_else_did_before_stays_too(
        self, card: Card, me: User, boss: User, today: Day
    ) -> None:
        correct(card, boss, company="Nordlicht AG")
        approve(card, me, company="Nordlicht GmbH")
        reverts.revert_day(today, by=boss)
        card.refresh_from_db()
        assert (card.status, card.company) == ("needs_review", "Nordlicht AG")

    def test_fields_that_were_only_confirmed_are_doubtful_again(
        self, card: Card, me: User, boss: User, today: Day
    ) -> None:
        decisions.correct(card, {}, version=0, by=me, confirmed=["mobile"])
        reverts.revert_day(today, by=boss)
        card.refresh_from_db()
        assert (card.doubtful_fields, card.is_edited) == (["mobile"], False)

    def test_an_earlier_approval_has_its_time_again(
        self, card: Card, me: User, boss: User, today: Day
    ) -> None:
        approve(card, boss)
        approved_at = card.approved_at
        decisions.reopen(card, version=card.version, by=me)
        approve(card, me)
        reverts.revert_day(today, by=boss)
        card.refresh_from_db()
        assert (card.status, card.approved_at) == ("approved", approved_at)

    def test_twice_changes_nothing_more(self, card: Card, me: User, boss: User, today: Day) -> None:
        approve(card, me)
        reverts.revert_day(today, by=boss)
        again = reverts.revert_day(today, by=boss)
        assert (again.put_back, len(again.left), Review.objects.count()) == ([], 1, 2)

    def test_it_is_a_decision_that_names_the_day(
        self, card: Card, me: User, boss: User, today: Day
    ) -> None:
        approve(card, me)
        reverts.revert_day(today, by=boss)
        last = history(Card.objects.get(pk=card.pk)).events[-1].review
        assert last
        assert (last.decision, last.by) == ("reverted", boss)
        assert last.reason.startswith("Everything that Rui decided on ")

    def test_the_reverting_day_can_be_reverted(
        self, card: Card, me: User, boss: User, today: Day
    ) -> None:
        approve(card, me, company="Nordlicht GmbH")
        reverts.revert_day(today, by=boss)
        reverts.revert_day(Day(boss, timezone.localdate()), by=boss)
        card.refresh_from_db()
        assert (card.status, card.company) == ("approved", "Nordlicht GmbH")

    def test_ones_own_day_is_reverted_once(self, card: Card, me: User, today: Day) -> None:
        approve(card, me)
        reverts.revert_day(today, by=me)
        assert reverts.revert_day(today, by=me).put_back == []

    def test_other_days_and_other_people_are_left_alone(
        self, make_card: MakeCard, me: User, boss: User, today: Day
    ) -> None:
        yesterdays, theirs = make_card(), make_card()
        approve(yesterdays, me)
        Review.objects.update(at=today.start - timedelta(seconds=1))
        approve(theirs, boss)
        assert today.cards() == []

    def test_a_card_that_changed_in_this_very_moment_is_left(
        self, make_card: MakeCard, me: User, boss: User, today: Day,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        first, second = make_card(), make_card()
        approve(first, me)
        approve(second, me)
        planned = Day.cards

        def and_then_somebody_is_quicker(day: Day) -> list[reverts.Decided]:
            found = planned(day)
            correct(first, boss, company="Nordlicht AG")
            return found

        monkeypatch.setattr(Day, "cards", and_then_somebody_is_quicker)
        outcome = reverts.revert_day(today, by=boss)
        first.refresh_from_db()
        assert (first.status, first.company) == ("approved", "Nordlicht AG")
        assert [decided.card.pk for decided in outcome.put_back] == [second.pk]
        assert "Mona in this very moment" in outcome.left[0].why_not

    def test_a_card_that_goes_in_this_very_moment_stops_nothing(
        self, make_card: MakeCard, me: User, boss: User, today: Day,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        first, second = make_card(), make_card()
        approve(first, me)
        approve(second, me)
        found = today.cards()
        monkeypatch.setattr(Day, "cards", lambda _: found)
        Card.objects.get(pk=first.pk).delete()
        outcome = reverts.revert_day(today, by=boss)
        assert [decided.card.pk for decided in outcome.put_back] == [second.pk]
        assert "deleted" in outcome.left[0].why_not

    def test_a_card_that_was_read_anew_since_is_left(
        self, card: Card, me: User, boss: User, today: Day
    ) -> None:
        decisions.reject(card, "Cut off", version=0, by=me)
        Card.objects.filter(pk=card.pk).move(card.status, "rejected", to="rejected", city="Kiel")
        outcome = reverts.revert_day(today, by=boss)
        assert outcome.left[0].why_not == "Not touched: the machine has changed it since."

    def test_more_cards_than_fit_wait_for_the_next_go(
        self, make_card: MakeCard, me: User, boss: User, today: Day,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        monkeypatch.setattr(reverts, "AT_MOST", 2)
        for _ in range(3):
            approve(make_card(), me)
        first, second = reverts.revert_day(today, by=boss), reverts.revert_day(today, by=boss)
        assert (len(first.put_back), first.waiting) == (2, 1)
        assert (len(second.put_back), second.waiting) == (1, 0)

    @pytest.mark.parametrize("number", [3, 30])
    def test_a_long_day_asks_no_more(
        self, make_card: MakeCard, me: User, today: Day, number: int,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:  # fmt: skip
        for _ in range(number):
            approve(make_card(), me)
        with django_assert_num_queries(2):
            assert len(today.cards()) == number


class TestDayPage:
    def asked(self, today: Day) -> dict[str, Any]:
        return {"by": today.reviewer.pk, "day": f"{today.day:%Y-%m-%d}"}

    def test_looking_changes_nothing(
        self, card: Card, me: User, manager: Person, today: Day
    ) -> None:
        approve(card, me)
        page = text_of(manager.client.get(reverse(DAY_URL), self.asked(today)))
        card.refresh_from_db()
        assert card.status == "approved"
        assert "1 card of Rui can be put back" in page
        assert str(card) in page

    def test_it_says_what_was_put_back_and_what_was_left(
        self, make_card: MakeCard, me: User, manager: Person, today: Day
    ) -> None:
        first, second = make_card(), make_card()
        approve(first, me)
        approve(second, me)
        correct(second, manager.user, company="Nordlicht AG")
        page = text_of(manager.client.post(reverse(DAY_URL), self.asked(today)))
        first.refresh_from_db()
        assert first.status == "needs_review"
        assert "1 card put back" in page
        assert "changed by Mona since" in page

    def test_it_asks_first_whose_day_it_is(self, me: User, manager: Person, card: Card) -> None:
        approve(card, me)
        page = manager.client.get(reverse(DAY_URL)).content.decode()
        assert f'value="{timezone.localdate():%Y-%m-%d}"' in page
        assert ">Rui</option>" in page

    def test_a_day_without_decisions_says_so(
        self, card: Card, me: User, manager: Person, today: Day
    ) -> None:
        approve(card, me)
        asked = {**self.asked(today), "day": "2020-02-02"}
        assert "decided no card on" in text_of(manager.client.get(reverse(DAY_URL), asked))

    @pytest.mark.parametrize("day", ["", "0001-01-01", "9999-12-31", "today"])
    def test_a_day_that_cannot_be_is_explained(
        self, card: Card, me: User, manager: Person, today: Day, day: str
    ) -> None:
        approve(card, me)
        response = manager.client.post(reverse(DAY_URL), {**self.asked(today), "day": day})
        assert 'role="alert"' in response.content.decode()
        card.refresh_from_db()
        assert card.status == "approved"

    def test_reviewers_are_refused(self, card: Card, reviewer: Person, today: Day) -> None:
        approve(card, reviewer.user)
        assert reviewer.client.post(reverse(DAY_URL), self.asked(today)).status_code == 403

    def test_the_list_of_decisions_offers_it_to_managers_alone(
        self, reviewer: Person, manager: Person
    ) -> None:
        decided = reverse("admin:review_review_changelist")
        offers = [reverse(DAY_URL) in person.client.get(decided).content.decode()
                  for person in (manager, reviewer)]  # fmt: skip
        assert offers == [True, False]
