"""Who or what gave each value of a card, and the page that shows it."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from cards.models import Card
from extraction.models import Extraction
from extraction.reading import codes
from extraction.result import Box, Code, Result, Seen, Value
from review import decisions
from review.models import Review
from review.provenance.history import Kind, history, provenance
from review.records import EXTRA_PREFIX
from tests.cast import Person
from tests.review.conftest import MakeCard

pytestmark = pytest.mark.django_db


@pytest.fixture
def me(reviewer: Person) -> User:
    return reviewer.user


@pytest.fixture
def colleague(manager: Person) -> User:
    return manager.user


def url(card: Card) -> str:
    return reverse("admin:review_history", args=(card.pk,))


def text_of(response: Any) -> str:
    without_tags = re.sub(r"<[^>]+>", " ", response.content.decode())
    return html.unescape(re.sub(r"\s+", " ", without_tags))


def correct(card: Card, by: User, **values: Any) -> Review:
    card.refresh_from_db()
    review = decisions.correct(card, values, version=card.version, by=by)
    card.refresh_from_db()
    return review


def read(card: Card, values: dict[str, Value], *, seen: Seen | None = None, **more: Any) -> None:
    Extraction.objects.create(
        card=card, status=Extraction.Status.SUCCEEDED,
        result=Result(values, seen or Seen()).to_json(), finished_at=timezone.now(),
        **{"extractor": "offline", **more},
    )  # fmt: skip


def texts(card: Card, name: str) -> list[str]:
    return [given.text for given in history(card).fields[name]]


class TestOrigins:
    def test_a_value_that_was_read_names_its_reader_and_how_sure_it_was(self, card: Card) -> None:
        origin = provenance(card)["company"]
        assert (origin.kind, origin.percent) == (Kind.MACHINE, 95)
        assert origin.who

    def test_a_doubtful_value_says_why(self, card: Card) -> None:
        assert provenance(card)["mobile"].why == "two digits shorter than German mobiles"

    def test_the_model_is_named_with_its_reader(self, card: Card) -> None:
        read(card, {"city": Value("Kiel", 0.9)}, extractor="openai_vision", model="seer-2")
        Card.objects.filter(pk=card.pk).update(city="Kiel", full_name="", company="")
        card.refresh_from_db()
        assert "seer-2" in provenance(card)["city"].who

    def test_a_value_from_a_code_is_told_from_a_printed_one(self, make_card: MakeCard) -> None:
        box = Box(0, ((700, 300), (900, 300), (900, 500), (700, 500)))
        code = Code("MECARD:N:Halloway,Rosa;TEL:+493055501234;;", "QRCode", box)
        values = codes.apply({"company": Value("Northwind", 0.9)}, [code])
        card = make_card(values=values)
        Extraction.objects.all().delete()
        read(card, dict(values), seen=Seen(codes=(code,)))
        found = provenance(card)
        assert found["full_name"].kind == Kind.CODE
        assert found["company"].kind == Kind.MACHINE

    def test_a_printed_value_that_a_code_confirms_says_so(self, make_card: MakeCard) -> None:
        box = Box(0, ((700, 300), (900, 300), (900, 500), (700, 500)))
        code = Code("MECARD:N:Halloway,Rosa;EMAIL:rosa@northwind.example;;", "QRCode", box)
        values = codes.apply({"email": Value("rosa@northwind.example", 0.9)}, [code])
        card = make_card(values=values)
        Extraction.objects.all().delete()
        read(card, dict(values), seen=Seen(codes=(code,)))
        origin = provenance(card)["email"]
        assert (origin.kind, origin.why) == (
            Kind.MACHINE, "The code on the card says the same.",
        )  # fmt: skip

    def test_a_corrected_value_is_the_reviewers(self, card: Card, me: User) -> None:
        correct(card, me, company="Nordlicht GmbH")
        origin = provenance(card)["company"]
        assert (origin.kind, origin.who, origin.why) == (
            Kind.REVIEWER, "Rui", "Corrected in a list",
        )  # fmt: skip

    def test_approving_takes_no_value_from_the_machine(self, card: Card, me: User) -> None:
        values = card.contact() | {"city": "Kiel"}
        decisions.approve(card, values, version=0, by=me)
        card.refresh_from_db()
        found = provenance(card)
        assert (found["company"].kind, found["city"].kind) == (Kind.MACHINE, Kind.REVIEWER)

    def test_an_emptied_field_is_the_reviewers_too(self, card: Card, me: User) -> None:
        correct(card, me, mobile="")
        assert texts(card, "mobile") == ["+49 151 5550 987", ""]
        assert provenance(card)["mobile"].who == "Rui"

    def test_an_import_is_named_as_one(self, card: Card, colleague: User) -> None:
        Card.objects.filter(pk=card.pk).update(company="Nordlicht AG")
        card.refresh_from_db()
        decisions.note_import(card, {"company": "Nordlicht Optik"}, colleague)
        origin = provenance(card)["company"]
        assert (origin.kind, origin.who) == (Kind.IMPORT, "Mona")

    def test_a_value_put_back_names_who_gave_it_first(self, card: Card, me: User) -> None:
        review = correct(card, me, company="Nordlicht GmbH")
        decisions.restore(card, review.before, version=card.version, by=me, reason="Slipped")
        card.refresh_from_db()
        origin = provenance(card)["company"]
        assert (origin.kind, origin.why) == (Kind.REVERT, "Slipped")
        assert origin.source
        assert origin.source.kind == Kind.MACHINE

    def test_a_further_field_has_an_origin(self, card: Card, me: User) -> None:
        correct(card, me, extra={"Room": "214"})
        assert provenance(card)[f"{EXTRA_PREFIX}Room"].who == "Rui"

    def test_a_further_field_that_was_taken_away_is_known(self, card: Card, me: User) -> None:
        correct(card, me, extra={"Room": "214"})
        correct(card, me, extra={})
        assert texts(card, f"{EXTRA_PREFIX}Room") == ["", "214", ""]

    def test_a_value_that_nothing_tells_of_is_not_recorded(self, card: Card, me: User) -> None:
        Card.objects.filter(pk=card.pk).update(city="Kiel")
        correct(card, me, company="Nordlicht GmbH")
        found = provenance(card)
        assert (found["city"].kind, found["company"].kind) == (Kind.UNKNOWN, Kind.REVIEWER)

    def test_an_old_decision_without_a_state_is_held_against_what_came_before(
        self, card: Card, me: User
    ) -> None:
        correct(card, me, company="Nordlicht GmbH")
        Review.objects.update(before={})
        found = provenance(card)
        assert (found["company"].who, found["full_name"].kind) == ("Rui", Kind.MACHINE)


class TestReadings:
    def taken(self, card: Card) -> list[bool]:
        return [event.was_taken for event in history(card).events if event.reading]

    def test_a_reading_after_a_correction_is_kept_beside(self, card: Card, me: User) -> None:
        correct(card, me, company="Nordlicht GmbH")
        read(card, {"company": Value("Nordlieht", 0.9)}, requested_by=me)
        assert self.taken(card) == [True, False]
        assert texts(card, "company") == ["Nordlicht Optik", "Nordlicht GmbH"]

    def test_a_reading_between_two_decisions_is_kept_beside(self, card: Card, me: User) -> None:
        correct(card, me, company="Nordlicht GmbH")
        read(card, {"company": Value("Nordlieht", 0.9)}, requested_by=me)
        correct(card, me, city="Kiel")
        assert self.taken(card) == [True, False]

    def test_a_value_read_twice_is_the_later_readings(self, card: Card, me: User) -> None:
        read(card, {"company": Value("Nordlicht Optik", 0.61)}, requested_by=me)
        Card.objects.filter(pk=card.pk).update(
            full_name="", first_name="", last_name="", mobile=""
        )  # fmt: skip
        card.refresh_from_db()
        assert provenance(card)["company"].percent == 61
        assert texts(card, "company") == ["Nordlicht Optik"]

    def test_a_reading_that_only_stands_in_gives_way_to_one_asked_for(
        self, make_card: MakeCard, me: User
    ) -> None:
        card = make_card()
        Extraction.objects.update(requested_by=me)
        read(card, {"company": Value("Nordlieht", 0.9)})
        assert self.taken(card) == [True, False]

    def test_a_later_reading_that_was_asked_for_is_taken(self, card: Card, me: User) -> None:
        read(card, {"company": Value("Nordlicht", 0.9)}, requested_by=me)
        Card.objects.filter(pk=card.pk).update(company="Nordlicht")
        card.refresh_from_db()
        assert self.taken(card) == [True, True]
        assert texts(card, "company")[:2] == ["Nordlicht Optik", "Nordlicht"]

    def test_a_reading_before_the_first_decision_was_taken(self, card: Card, me: User) -> None:
        Extraction.objects.update(finished_at=timezone.now() - timedelta(hours=1))
        decisions.approve(card, card.contact(), version=0, by=me)
        card.refresh_from_db()
        assert self.taken(card) == [True]

    def test_what_failed_gave_nothing(self, card: Card) -> None:
        Extraction.objects.create(
            card=card, extractor="openai_vision", status=Extraction.Status.FAILED
        )
        assert len(history(card).events) == 1


class TestEvents:
    def test_events_come_in_order_of_time(self, card: Card, me: User) -> None:
        correct(card, me, company="Nordlicht GmbH")
        decisions.approve(card, card.contact(), version=card.version, by=me)
        found = [event.review and event.review.decision for event in history(card).events]
        assert found == [None, "corrected", "approved"]

    def test_an_event_tells_which_fields_it_changed(self, card: Card, me: User) -> None:
        correct(card, me, company="Nordlicht GmbH", city="Kiel")
        changes = history(card).events[-1].changes
        assert [(c.label, c.before, c.after) for c in changes] == [
            ("Company", "Nordlicht Optik", "Nordlicht GmbH"), ("City", "", "Kiel"),
        ]  # fmt: skip

    @pytest.mark.parametrize("number", [1, 12])
    def test_a_long_history_asks_no_more(
        self, card: Card, me: User, number: int, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for turn in range(number):
            correct(card, me, company=f"Nordlicht {turn}")
            read(card, {"company": Value("Nordlieht", 0.9)})
        with django_assert_num_queries(2):
            history(card)


class TestPage:
    def test_it_shows_values_origins_and_decisions(
        self, card: Card, reviewer: Person, colleague: User
    ) -> None:
        correct(card, colleague, company="Nordlicht GmbH")
        page = text_of(reviewer.client.get(url(card)))
        assert "Given by Mona" in page
        assert "98 % sure" in page
        assert "Corrected in a list" in page
        assert "Its values were taken." in page

    def test_what_would_change_nothing_is_not_offered(self, card: Card, reviewer: Person) -> None:
        review = correct(card, reviewer.user, company="Nordlicht GmbH")
        page = reviewer.client.get(url(card)).content.decode()
        assert page.count('name="put_back"') == page.count('name="before"') == 1
        decisions.restore(card, review.before, version=card.version, by=reviewer.user)
        page = reviewer.client.get(url(card)).content.decode()
        assert 'value="1:company"' in page
        assert 'value="0:company"' not in page
        assert f'name="before" value="{review.pk}"' not in page

    def test_an_outsider_is_refused(self, card: Card, outsider: Person) -> None:
        assert outsider.client.get(url(card)).status_code == 403

    def test_an_uploader_is_refused(self, card: Card, uploader: Person) -> None:
        assert uploader.client.get(url(card)).status_code == 403

    def test_a_visitor_is_sent_to_sign_in(self, card: Card, visitor: Client) -> None:
        assert visitor.get(url(card)).status_code == 302

    def test_looking_changes_nothing(self, card: Card, reviewer: Person) -> None:
        reviewer.client.get(url(card) + "?put_back=0:company&before=1")
        assert not Review.objects.exists()

    def test_markup_in_a_value_is_text(self, card: Card, reviewer: Person) -> None:
        evil = "<img src=x onerror=alert(1)>"
        correct(card, reviewer.user, company=evil, extra={evil: evil})
        correct(card, reviewer.user, company="Nordlicht GmbH", extra={})
        assert evil not in reviewer.client.get(url(card)).content.decode()

    def test_a_card_that_nothing_happened_to_says_so(self, card: Card, reviewer: Person) -> None:
        Extraction.objects.all().delete()
        assert "Nothing has happened yet" in text_of(reviewer.client.get(url(card)))

    @pytest.mark.parametrize("number", [1, 12])
    def test_a_long_history_asks_no_more_queries(
        self, card: Card, reviewer: Person, number: int,
        django_assert_max_num_queries: DjangoAssertNumQueries,
    ) -> None:  # fmt: skip
        for turn in range(number):
            correct(card, reviewer.user, company=f"Nordlicht {turn}")
        reviewer.client.get(url(card))  # content types and permissions are known by now
        with django_assert_max_num_queries(12):
            reviewer.client.get(url(card))

    def test_the_card_page_leads_to_it(self, card: Card, reviewer: Person) -> None:
        page = reviewer.client.get(reverse("admin:cards_card_change", args=(card.pk,)))
        assert f'href="{url(card)}"' in page.content.decode()

    def test_the_list_of_decisions_leads_to_it(self, card: Card, reviewer: Person) -> None:
        correct(card, reviewer.user, company="Nordlicht GmbH")
        page = reviewer.client.get(reverse("admin:review_review_changelist"))
        assert f'href="{url(card)}"' in page.content.decode()
