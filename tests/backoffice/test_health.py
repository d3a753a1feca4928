"""What probes are told: whether the site lives, whether it can serve, and its numbers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest
from django.core.files.storage import storages
from django.test import Client
from django.utils import timezone

from backoffice import health, journal_lag
from cards.models import Card
from extraction.models import Extraction
from review import decisions, journal
from review.models import Review
from tests.cast import Person
from tests.extraction.readings import put_call, put_card, put_reading

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db
WAIT_SECONDS = 20


@pytest.fixture(autouse=True)
def nobody_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health._vault, "_asked", None)


@pytest.fixture
def hanging_vault(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A vault that does not answer before the test is over; the names it was asked for."""
    asked: list[str] = []
    let_go = threading.Event()

    def hang(name: str) -> bool:
        asked.append(name)
        return let_go.wait(WAIT_SECONDS)

    monkeypatch.setattr(storages["vault"], "exists", hang)
    monkeypatch.setattr(health, "VAULT_SECONDS", 0.05)
    yield asked
    let_go.set()


def test_a_site_whose_parts_answer_is_ready(client: Client) -> None:
    assert client.get("/readyz").json() == {"ready": True, "trouble": []}


def test_a_vault_that_fails_is_named(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storages["vault"], "exists", Mock(side_effect=OSError("no route to host")))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["trouble"]) == (503, ["vault"])


def test_a_vault_that_hangs_is_not_waited_for(client: Client, hanging_vault: list[str]) -> None:
    assert client.get("/readyz").json()["trouble"] == ["vault"]


def test_a_vault_that_hangs_takes_one_thread_however_often_it_is_asked(
    client: Client, hanging_vault: list[str]
) -> None:
    for _ in range(5):
        assert client.get("/readyz").status_code == 503
    assert hanging_vault == ["README.txt"]


def test_a_vault_that_answers_again_is_ready_again(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(storages["vault"], "exists", Mock(side_effect=OSError))
        assert client.get("/readyz").status_code == 503
    assert client.get("/readyz").status_code == 200


# Numbers ------------------------------------------------------------------------------------

Ask = Callable[[], dict[str, float]]


@pytest.fixture
def ask(client: Client, settings: Settings) -> Ask:
    """Asks for the numbers as one who may: each by its name and label."""
    settings.METRICS_TOKEN = "open sesame"

    def numbers() -> dict[str, float]:
        answer = client.get("/metrics", headers={"authorization": "Bearer open sesame"})
        assert answer.status_code == 200
        assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
        lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
        return {
            name.removeprefix("card_desk_"): float(number)
            for name, number in (line.rsplit(" ", 1) for line in lines)
        }

    return numbers


def test_without_a_token_there_are_no_numbers(client: Client) -> None:
    assert client.get("/metrics").status_code == 404


@pytest.mark.parametrize("sent", ["", "Bearer ", "Bearer open", "open sesame"])
def test_numbers_are_for_those_who_know_the_token(
    client: Client, settings: Settings, sent: str
) -> None:
    settings.METRICS_TOKEN = "open sesame"
    answer = client.get("/metrics", headers={"authorization": sent})
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")


def test_being_signed_in_is_not_enough(manager: Person, settings: Settings) -> None:
    settings.METRICS_TOKEN = "open sesame"
    assert manager.client.get("/metrics").status_code == 401


def test_cards_jobs_and_money_are_counted(ask: Ask) -> None:
    put_card()
    uploaded = put_card(status=Card.Status.UPLOADED)
    since = timezone.now() - timedelta(minutes=5)
    Extraction.objects.create(card=uploaded, extractor="offline", run_after=since)
    put_call(cost="0.25")
    found = ask()
    assert found['cards{status="needs_review"}'] == 1
    assert found['cards{status="uploaded"}'] == 1
    assert found['jobs{status="queued"}'] == 1
    assert 300 <= found["jobs_due_seconds"] < 400
    assert found['spent_dollars{period="day"}'] == 0.25
    assert found["disk_used_ratio"] == 0.5


def test_the_numbers_cost_the_same_however_many_cards_there_are(
    ask: Ask, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    for _ in range(5):
        put_reading(put_card())
    with django_assert_max_num_queries(8):  # type: ignore[attr-defined]
        ask()


# The journal --------------------------------------------------------------------------------


def decide(person: Person, ago: timedelta) -> None:
    card = put_card()
    decisions.approve(card, card.contact(), version=0, by=person.user)
    Review.objects.update(at=timezone.now() - ago)


def test_a_decision_that_waits_for_its_copy_is_a_lag(ask: Ask, reviewer: Person) -> None:
    decide(reviewer, timedelta(minutes=10))
    assert 600 <= ask()["journal_lag_seconds"] < 700
    journal.catch_up()
    assert ask()["journal_lag_seconds"] == 0


def test_a_reading_that_waits_for_its_copy_is_a_lag_too() -> None:
    put_reading(put_card(), finished_at=timezone.now() - timedelta(minutes=2))
    assert 120 <= journal_lag.seconds() < 200


def test_the_first_page_says_that_the_vault_keeps_up(manager: Person) -> None:
    assert "The vault has every decision." in manager.client.get("/admin/").text


def test_the_first_page_says_how_far_the_vault_is_behind(manager: Person, reviewer: Person) -> None:
    decide(reviewer, timedelta(minutes=10, seconds=5))
    assert "The vault is 10 minutes behind; nothing is lost" in manager.client.get("/admin/").text


def test_how_far_it_is_behind_is_for_managers(reviewer: Person) -> None:
    assert "The vault has every decision." not in reviewer.client.get("/admin/").text
