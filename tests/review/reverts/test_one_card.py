"""Taking back a value, or a card to before a decision."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from cards.models import Card
from review import decisions
from review.models import Review
from review.provenance import reverts
from review.provenance.reverts import Day
from review.records import EXTRA_PREFIX
from tests.cast import Person
from tests.review.conftest import MakeCard
from tests.review.reverts.conftest import approve, correct, text_of

pytestmark = pytest.mark.django_db


def press(person: Person, card: Card, **button: Any) -> Any:
    data = {"version": card.version, **button}
    return person.client.post(reverse("admin:review_history", args=(card.pk,)), data, follow=True)


class TestOneValue:
    def test_an_earlier_value_is_put_back_and_the_rest_stays(self, card: Card, me: User) -> None:
        correct(card, me, company="Nordlicht GmbH", city="Kiel")
        reverts.put_back(card, "company", 0, version=card.version, by=me)
        card.refresh_from_db()
        assert (card.company, card.city) == ("Nordlicht Optik", "Kiel")

    def test_it_is_a_decision_that_says_what_was_put_back(self, card: Card, me: User) -> None:
        correct(card, me, company="Nordlicht GmbH")
        review = reverts.put_back(card, "company", 0, version=card.version, by=me)
        assert review.decision == "reverted"
        assert review.reason.startswith("Company: back to the value of ")

    def test_what_is_kept_is_in_english_whatever_language_the_page_has(
        self, card: Card, me: User, today: Day
    ) -> None:
        given = correct(card, me, company="Nordlicht GmbH")
        decisions.correct(card, {"company": "Nordlicht AG"}, version=card.version, by=me)
        card.refresh_from_db()
        when = date_format(timezone.localtime(given.at), "DATETIME_FORMAT")
        with override("de"):
            review = reverts.put_back(card, "company", 1, version=card.version, by=me)
            whole_day = today.reason
        assert review.reason == f"Company: back to the value of {when} by Rui."
        assert whole_day == f"Everything that Rui decided on {date_format(today.day)} was reverted."

    def test_it_can_be_put_back_in_turn(self, card: Card, me: User) -> None:
        correct(card, me, company="Nordlicht GmbH")
        reverts.put_back(card, "company", 0, version=card.version, by=me)
        card.refresh_from_db()
        reverts.put_back(card, "company", 1, version=card.version, by=me)
        card.refresh_from_db()
        assert card.company == "Nordlicht GmbH"

    def test_an_approved_card_stays_approved(self, card: Card, me: User) -> None:
        approve(card, me, company="Nordlicht GmbH")
        reverts.put_back(card, "company", 0, version=card.version, by=me)
        card.refresh_from_db()
        assert (card.status, card.company) == ("approved", "Nordlicht Optik")

    def test_a_field_that_was_empty_can_be_emptied_again(self, card: Card, me: User) -> None:
        correct(card, me, city="Kiel")
        reverts.put_back(card, "city", 0, version=card.version, by=me)
        card.refresh_from_db()
        assert card.city == ""

    def test_a_further_field_comes_back_and_the_others_stay(self, card: Card, me: User) -> None:
        correct(card, me, extra={"Room": "214", "Floor": "2"})
        correct(card, me, extra={"Floor": "2"})
        reverts.put_back(card, f"{EXTRA_PREFIX}Room", 1, version=card.version, by=me)
        card.refresh_from_db()
        assert card.extra == {"Room": "214", "Floor": "2"}

    def test_a_further_field_that_was_not_there_goes(self, card: Card, me: User) -> None:
        correct(card, me, extra={"Room": "214"})
        reverts.put_back(card, f"{EXTRA_PREFIX}Room", 0, version=card.version, by=me)
        card.refresh_from_db()
        assert card.extra == {}

    def test_a_value_that_stands_already_is_no_decision(self, card: Card, me: User) -> None:
        with pytest.raises(decisions.DecisionError, match="like that already"):
            reverts.put_back(card, "company", 0, version=0, by=me)
        assert not Review.objects.exists()

    @pytest.mark.parametrize(("name", "number"), [("company", 9), ("status", 0), ("nonsense", 0)])
    def test_what_is_not_in_the_history_is_refused(
        self, card: Card, me: User, name: str, number: int
    ) -> None:
        with pytest.raises(decisions.DecisionError, match="not in the history"):
            reverts.put_back(card, name, number, version=0, by=me)

    def test_a_stale_page_puts_nothing_back(self, card: Card, me: User, boss: User) -> None:
        correct(card, me, company="Nordlicht GmbH")
        seen = card.version
        correct(card, boss, company="Nordlicht AG")
        with pytest.raises(decisions.StaleCard):
            reverts.put_back(card, "company", 0, version=seen, by=me)
        card.refresh_from_db()
        assert card.company == "Nordlicht AG"


class TestOneCard:
    def test_the_card_stands_as_before_the_decision(self, card: Card, me: User) -> None:
        approved = approve(card, me, company="Nordlicht GmbH")
        correct(card, me, city="Kiel")
        reverts.back_to_before(approved, version=card.version, by=me)
        card.refresh_from_db()
        assert (card.status, card.company, card.city) == ("needs_review", "Nordlicht Optik", "")
        assert card.doubtful_fields == ["mobile"]

    def test_its_reason_names_the_decision(self, card: Card, me: User, boss: User) -> None:
        approved = approve(card, me)
        review = reverts.back_to_before(approved, version=card.version, by=boss)
        assert review.reason.startswith("Back to before decision 1: Approved by Rui, ")

    def test_reverting_can_be_reverted(self, card: Card, me: User) -> None:
        approved = approve(card, me, company="Nordlicht GmbH")
        reverted = reverts.back_to_before(approved, version=card.version, by=me)
        card.refresh_from_db()
        reverts.back_to_before(reverted, version=card.version, by=me)
        card.refresh_from_db()
        assert (card.status, card.company) == ("approved", "Nordlicht GmbH")

    def test_a_card_that_stands_like_that_gets_no_decision(self, card: Card, me: User) -> None:
        approved = approve(card, me)
        reverts.back_to_before(approved, version=card.version, by=me)
        card.refresh_from_db()
        with pytest.raises(decisions.DecisionError, match="like that already"):
            reverts.back_to_before(approved, version=card.version, by=me)
        assert Review.objects.count() == 2

    def test_an_old_decision_without_a_state_is_refused(self, card: Card, me: User) -> None:
        approved = approve(card, me)
        Review.objects.update(before={})
        approved.refresh_from_db()
        with pytest.raises(decisions.DecisionError, match="Nothing is kept"):
            reverts.back_to_before(approved, version=card.version, by=me)


class TestButtons:
    def test_a_value_is_put_back(self, card: Card, reviewer: Person) -> None:
        correct(card, reviewer.user, company="Nordlicht GmbH")
        page = text_of(press(reviewer, card, put_back="0:company"))
        card.refresh_from_db()
        assert card.company == "Nordlicht Optik"
        assert "The value was put back." in page

    def test_the_card_is_put_back(self, card: Card, reviewer: Person) -> None:
        approved = approve(card, reviewer.user)
        press(reviewer, card, before=approved.pk)
        card.refresh_from_db()
        assert card.status == "needs_review"

    def test_a_stale_page_says_who_was_first(
        self, card: Card, reviewer: Person, boss: User
    ) -> None:
        approved = approve(card, reviewer.user)
        seen = Card.objects.get(pk=card.pk)
        correct(card, boss, company="Nordlicht AG")
        page = text_of(press(reviewer, seen, before=approved.pk))
        card.refresh_from_db()
        assert (card.status, card.company) == ("approved", "Nordlicht AG")
        assert "Nothing was put back: Mona changed this card meanwhile." in page

    def test_a_decision_about_another_card_is_not_found(
        self, make_card: MakeCard, reviewer: Person
    ) -> None:
        card, other = make_card(), make_card()
        approved = approve(other, reviewer.user)
        assert press(reviewer, card, before=approved.pk).status_code == 404

    @pytest.mark.parametrize("button", [{"put_back": "x:company"}, {"before": "-1"}, {}])
    def test_nonsense_is_not_found(
        self, card: Card, reviewer: Person, button: dict[str, str]
    ) -> None:
        assert press(reviewer, card, **button).status_code == 404

    def test_who_may_not_review_puts_nothing_back(self, card: Card, analyst: Person) -> None:
        assert press(analyst, card, put_back="0:company").status_code == 403
