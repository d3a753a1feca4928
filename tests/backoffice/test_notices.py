"""Notices of what stands in the way of reading: what happened, what waits, what to do."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from backoffice import notices
from cards.models import Card
from extraction.models import Call, Extraction, Gate
from tests.cast import Person
from tests.extraction.readings import HOSTILE, put_call, put_card
from tests.fakes import FakeExtractor

pytestmark = pytest.mark.django_db

NO_CREDIT = "The account has no credit left."


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeExtractor:
    return FakeExtractor().put_in_place(monkeypatch)


@pytest.fixture
def stopped(fake: FakeExtractor) -> Gate:
    """The fake is stopped, and two cards wait for it."""
    for _ in range(2):
        queue(put_card(status=Card.Status.UPLOADED))
    now = timezone.now()
    return Gate.objects.create(
        extractor="fake", stopped_because=NO_CREDIT, stopped_at=now,
        opens_at=now + timedelta(minutes=15),
    )  # fmt: skip


def queue(card: Card) -> Extraction:
    return Extraction.objects.create(card=card, extractor="fake")


def today(client: Client) -> str:
    return unescape(client.get("/admin/").content.decode())


def test_a_stopped_model_says_why_and_how_many_wait(stopped: Gate, reviewer: Person) -> None:
    text = today(reviewer.client)
    assert "The fake reader is stopped." in text
    assert f"{NO_CREDIT} 2 cards wait." in text


@pytest.mark.parametrize("page", ["cards_upload", "extraction_call_changelist"])
def test_the_notice_stands_where_work_begins(page: str, stopped: Gate, manager: Person) -> None:
    assert NO_CREDIT in manager.client.get(reverse(f"admin:{page}")).content.decode()


def test_only_those_who_may_act_get_buttons(
    stopped: Gate, manager: Person, reviewer: Person
) -> None:
    assert "Try again now" in today(manager.client)
    assert "Read them offline meanwhile" in today(manager.client)
    assert "Try again now" not in today(reviewer.client)


def test_somebody_without_a_part_in_the_work_sees_no_notice(
    stopped: Gate, outsider: Person
) -> None:
    assert NO_CREDIT not in today(outsider.client)


def test_trying_again_opens_the_gate(stopped: Gate, manager: Person) -> None:
    page = manager.client.post(reverse("admin:extraction_resume", args=("fake",)), follow=True)
    assert "One card is tried now" in page.content.decode()
    stopped.refresh_from_db()
    assert stopped.stopped_because == ""
    assert stopped.opens_at is None or stopped.opens_at <= timezone.now()


def test_cards_that_wait_are_read_offline_meanwhile(stopped: Gate, manager: Person) -> None:
    page = manager.client.post(reverse("admin:extraction_offline", args=("fake",)), follow=True)
    assert "2 cards are read offline meanwhile" in page.content.decode()
    assert Extraction.objects.filter(extractor="offline").count() == 2
    assert Extraction.objects.filter(extractor="fake", status="queued").count() == 2


def test_offline_is_not_offered_for_cards_that_are_read(fake: FakeExtractor) -> None:
    queue(put_card())
    Gate.objects.create(extractor="fake", stopped_because=NO_CREDIT, stopped_at=timezone.now())
    (notice,) = notices._gates(may_act=True)
    assert [label for label, _ in notice.buttons] == ["Try again now"]


@pytest.mark.parametrize("page", ["extraction_resume", "extraction_offline"])
@pytest.mark.parametrize("who", ["uploader", "reviewer", "analyst", "outsider"])
def test_others_may_not_act(
    who: str, page: str, stopped: Gate, request: pytest.FixtureRequest
) -> None:
    person: Person = request.getfixturevalue(who)
    assert person.client.post(reverse(f"admin:{page}", args=("fake",))).status_code == 403
    stopped.refresh_from_db()
    assert stopped.stopped_because == NO_CREDIT


@pytest.mark.parametrize("page", ["extraction_resume", "extraction_offline"])
def test_looking_changes_nothing(page: str, stopped: Gate, manager: Person) -> None:
    assert manager.client.get(reverse(f"admin:{page}", args=("fake",))).status_code == 405
    assert manager.client.post(reverse(f"admin:{page}", args=("nobody",))).status_code == 404
    stopped.refresh_from_db()
    assert stopped.stopped_because == NO_CREDIT


def test_a_model_that_fails_says_when_it_is_tried_again(
    fake: FakeExtractor, reviewer: Person
) -> None:
    at = timezone.now() + timedelta(minutes=5)
    Gate.objects.create(extractor="fake", failures=5, opens_at=at)
    text = today(reviewer.client)
    assert "The fake reader does not answer." in text
    assert f"It is tried again at {timezone.localtime(at):%H:%M}." in text


def test_a_short_pause_is_no_news(fake: FakeExtractor, reviewer: Person) -> None:
    Gate.objects.create(
        extractor="fake", failures=1, opens_at=timezone.now() + timedelta(seconds=9)
    )
    assert "does not answer" not in today(reviewer.client)


def test_a_spent_budget_says_until_when_cards_are_read_offline(
    settings: Settings, reviewer: Person
) -> None:
    settings.OPENAI_DAILY_BUDGET = Decimal(5)
    put_call("4.00", model="another")
    assert "is spent" not in today(reviewer.client)
    put_call("1.00", model="another")
    text = today(reviewer.client)
    assert "The budget of $5.00 for today is spent." in text
    assert "Cards are read offline until tomorrow." in text


def test_a_budget_is_spent_when_the_next_card_does_not_fit(
    settings: Settings, reviewer: Person
) -> None:
    settings.OPENAI_DAILY_BUDGET = Decimal("0.0050")
    put_call("0.0040", model=settings.OPENAI_MODEL)
    assert "is spent" in today(reviewer.client)


def test_a_reason_is_not_markup(fake: FakeExtractor, manager: Person) -> None:
    Gate.objects.create(extractor="fake", stopped_because=HOSTILE, stopped_at=timezone.now())
    assert "<script>alert" not in manager.client.get("/admin/").content.decode()


def test_the_page_costs_the_same_for_3_cards_that_wait_and_for_30(
    stopped: Gate, manager: Person, settings: Settings
) -> None:
    settings.OPENAI_DAILY_BUDGET = settings.OPENAI_MONTHLY_BUDGET = Decimal(5)
    counts = []
    for more in (1, 27):
        for _ in range(more):
            queue(put_card(status=Card.Status.UPLOADED))
            put_call(None, outcome=Call.Outcome.TIMED_OUT)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            manager.client.get("/admin/")
        counts.append(len(captured))
    assert counts[0] == counts[1]
