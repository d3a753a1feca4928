"""The ledger: what was spent, on what, against which budget; for managers alone."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from cards.models import Batch
from extraction.models import Call
from extraction.paying import ledger, spending
from tests.cast import Person
from tests.extraction.readings import HOSTILE, count_queries, put_call, put_card, put_reading

pytestmark = pytest.mark.django_db


def url() -> str:
    return reverse("admin:extraction_call_changelist")


def text_of(client: Client, address: str) -> str:
    page = client.get(address)
    assert page.status_code == 200
    return unescape(page.content.decode())


def test_what_was_spent_is_told_by_day_and_month(settings: Settings) -> None:
    settings.OPENAI_MONTHLY_BUDGET = Decimal("0.02")
    put_call("0.0040", card=put_card())
    put_call("0.0010", card=put_card())
    put_call("9.9", at=ledger.this_month() - timedelta(seconds=1))
    today, month = spending.summary().periods
    assert (today.name, today.spent, today.cap, today.a_card) == ("today", "$0.0050", "", "$0.0025")
    assert (month.spent, month.cap, month.percent) == ("$0.0050", "$0.02", 25)
    assert (today.calls, today.tokens) == ("2 calls", "10,000 tokens")


def test_calls_are_counted_by_outcome() -> None:
    put_call()
    put_call(outcome=Call.Outcome.LOST, cost=None)
    put_call()
    found = [(row.label, row.calls, row.cost) for row in spending.summary().outcomes]
    assert found == [
        ("Answered", 2, "$0.0080"),
        ("Lost: the worker stopped during the call", 1, "$0.00"),
    ]


def test_calls_without_a_known_cost_are_told_apart() -> None:
    put_call(cost=None, outcome=Call.Outcome.TIMED_OUT)
    put_call(
        cost=None, outcome=Call.Outcome.UNDER_WAY, lease_until=timezone.now() + timedelta(hours=1)
    )
    assert spending.summary().unpriced == 1


def test_a_lost_call_is_shown_as_such(manager: Person) -> None:
    put_call(outcome=Call.Outcome.LOST, cost=None)
    text = text_of(manager.client, url())
    assert ">Lost</span>" in text
    assert ">unknown<" in text


def test_the_ledger_is_filtered_by_outcome(manager: Person) -> None:
    put_call(detail="All went well.")
    put_call(outcome=Call.Outcome.TIMED_OUT, detail="No answer came.")
    text = text_of(manager.client, f"{url()}?outcome__exact=timed_out")
    assert "No answer came." in text
    assert "All went well." not in text


def test_an_empty_ledger_opens(manager: Person) -> None:
    assert "no calls yet" in text_of(manager.client, url())


@pytest.mark.parametrize("who", ["uploader", "reviewer", "analyst", "outsider"])
def test_only_managers_see_the_ledger(who: str, request: pytest.FixtureRequest) -> None:
    person: Person = request.getfixturevalue(who)
    call = put_call()
    assert person.client.get(url()).status_code == 403
    assert (
        person.client.get(reverse("admin:extraction_call_change", args=(call.pk,))).status_code
        == 403
    )


def test_nobody_changes_or_deletes_a_line(admin_client: Client) -> None:
    call = put_call("0.0040")
    for page in ("change", "delete"):
        address = reverse(f"admin:extraction_call_{page}", args=(call.pk,))
        assert admin_client.post(address, {"cost": "0", "post": "yes"}).status_code == 403
    call.refresh_from_db()
    assert call.cost == Decimal("0.0040")


def test_the_ledger_costs_the_same_for_3_calls_and_for_30(
    manager: Person, settings: Settings
) -> None:
    settings.OPENAI_DAILY_BUDGET = Decimal(5)
    counts = []
    for more in (3, 27):
        for _ in range(more):
            put_call(card=put_card())
        counts.append(count_queries(manager.client, url()))
    assert counts[0] == counts[1] <= 22


def test_text_in_the_ledger_is_not_markup(manager: Person) -> None:
    put_call(detail=HOSTILE, model=HOSTILE[:100], card=put_card(full_name=HOSTILE))
    assert "<script>alert" not in manager.client.get(url()).content.decode()


def test_a_batch_shows_what_its_reading_cost(manager: Person) -> None:
    batch = Batch.objects.create(name="Boat fair")
    put_call("0.0040", card=put_card(batch))
    put_call("0.0020", card=put_card(batch))
    put_call("7", card=put_card(Batch.objects.create(name="Another")))
    text = text_of(manager.client, reverse("admin:cards_batch_change", args=(batch.pk,)))
    assert "$0.0060 in 2 calls, $0.0030 a card" in text


def test_the_list_of_batches_shows_costs_to_managers(manager: Person, reviewer: Person) -> None:
    put_call("0.0040", card=put_card())
    address = reverse("admin:cards_batch_changelist")
    assert "$0.0040" in text_of(manager.client, address)
    assert "$0.0040" not in text_of(reviewer.client, address)


def test_a_card_shows_its_readings_and_their_cost(manager: Person, reviewer: Person) -> None:
    card = put_card()
    put_call("0.0040", card=card, extraction=put_reading(card, extractor="openai_vision"))
    address = reverse("admin:cards_card_change", args=(card.pk,))
    assert "$0.0040 in all" in text_of(manager.client, address)
    assert "$0.0040" not in text_of(reviewer.client, address)


def test_a_card_page_costs_the_same_for_1_reading_and_for_15(manager: Person) -> None:
    counts = []
    card = put_card()
    for more in (1, 14):
        for _ in range(more):
            put_call(card=card, extraction=put_reading(card))
        counts.append(
            count_queries(manager.client, reverse("admin:cards_card_change", args=(card.pk,)))
        )
    assert counts[0] == counts[1]
