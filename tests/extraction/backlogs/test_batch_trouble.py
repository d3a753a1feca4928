"""What can go wrong with a batch: nothing is lost, nothing stays stuck."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from cards.models import Card
from extraction import backlog, batch_api, extractors, jobs
from extraction.models import Backlog, Call
from extraction.paying import gate, ledger
from tests.extraction.backlogs.stage import (
    SLUG,
    Status,
    answer_all,
    kept,
    only,
    run_due,
    status,
    take_in,
    tend,
)
from tests.fake_batches import FakeBatchServer

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db


def test_full_queue_of_the_account_is_waited_for_in_halves(server: FakeBatchServer) -> None:
    take_in(4)
    tend()
    server.refuse("batch_1", batch_api.TOO_MANY_TOKENS)
    tend()
    waiting = Backlog.objects.filter(status=Backlog.Status.PREPARED)
    assert [found.extractions.count() for found in waiting] == [2, 2]
    assert not jobs.due().exists()
    assert not Call.objects.filter(outcome=Call.Outcome.UNDER_WAY).exists()


def test_queue_that_another_batch_fills_is_waited_for_whole(server: FakeBatchServer) -> None:
    take_in(4)
    tend()
    take_in(4, start=4)
    tend()
    server.refuse("batch_2", batch_api.TOO_MANY_TOKENS)
    tend()
    (waiting,) = Backlog.objects.filter(status=Backlog.Status.PREPARED)
    assert waiting.extractions.count() == 4


def test_batch_that_is_refused_is_read_one_by_one(server: FakeBatchServer) -> None:
    take_in(2)
    tend()
    server.refuse("batch_1", "invalid_json_line")
    tend()
    assert only().status == Backlog.Status.FAILED
    assert "It cannot be. The cards are read one by one." in only().error
    assert jobs.due().count() == 2


def test_what_a_server_says_of_a_batch_is_cleaned(server: FakeBatchServer) -> None:
    """PostgreSQL keeps no text with a NUL in it: the backlog would be stuck for ever."""
    take_in(2)
    tend()
    server.refuse("batch_1", "invalid_json_line", said="Not\0 this\u202e one.")
    tend()
    assert only().error == "Not this one. The cards are read one by one."


def test_server_without_a_batch_api_reads_one_by_one(server: FakeBatchServer) -> None:
    take_in(2)
    server.fail("POST /v1/files", 404)
    tend()
    assert only().status == Backlog.Status.FAILED
    assert jobs.due().count() == 2
    assert not gate.stopped().exists()


STEPS = ["POST /v1/files", "GET /v1/batches", "POST /v1/batches", "GET /v1/batches/", "GET /v1/fil"]


@pytest.mark.parametrize("step", STEPS)
def test_lack_of_credit_stops_the_gate_and_leaves_the_backlog(
    server: FakeBatchServer, step: str
) -> None:
    (card,) = take_in()
    server.fail(step, 429, "insufficient_quota")
    tend()
    answer_all(server)
    tend()
    assert [stopped.extractor for stopped in gate.stopped()] == [SLUG]
    assert only().status in backlog.OPEN
    assert not jobs.due().exists()
    asked = len(server.asked)
    tend()
    assert len(server.asked) == asked, "it was asked through a closed gate"
    gate.resume(SLUG)
    for _ in range(2):
        tend()
        answer_all(server)
    tend()
    assert (len(server.batches), len(kept(card))) == (1, 1)
    assert not gate.stopped().exists()


def test_busy_server_is_left_alone_as_long_as_it_asks(server: FakeBatchServer) -> None:
    take_in()
    server.fail("POST /v1/files", 429, headers={"Retry-After": "600"})
    tend()
    assert only().status == Backlog.Status.PREPARED
    assert only().resume_at > timezone.now() + timedelta(seconds=590)


def test_batch_of_which_nothing_can_be_learned_is_given_up_after_days(
    server: FakeBatchServer,
) -> None:
    take_in()
    tend()
    server.fail("GET /v1/batches/", 404, times=2)
    tend()
    assert (only().status, jobs.due().exists()) == (Backlog.Status.SENT, False)
    Backlog.objects.update(sent_at=timezone.now() - backlog.PATIENCE)
    tend()
    assert (only().status, jobs.due().count()) == (Backlog.Status.FAILED, 1)
    call = Call.objects.get()
    assert (call.outcome, call.cost) == (Call.Outcome.TIMED_OUT, None)


def test_spent_budget_lets_cards_be_read_offline_meanwhile(
    server: FakeBatchServer, settings: Settings
) -> None:
    (card,) = take_in()
    settings.OPENAI_DAILY_BUDGET = Decimal("0.000001")
    tend()
    run_due()
    card.refresh_from_db()
    assert (server.batches, card.status) == ({}, Card.Status.NEEDS_REVIEW)
    assert card.extractions.get(extractor="offline").status == Status.SUCCEEDED
    assert "budget" in only().error
    settings.OPENAI_DAILY_BUDGET = None
    tend()
    answer_all(server)
    tend()
    run_due()
    assert status(card) == Status.SUCCEEDED


def test_budget_that_is_enough_for_some_sends_those(
    server: FakeBatchServer, settings: Settings
) -> None:
    take_in(3)
    model = extractors.configured(SLUG).model
    one = ledger.estimate(1, model, can_wait=True)
    assert one
    settings.OPENAI_DAILY_BUDGET = one * Decimal("2.5")
    tend()
    assert len(server.requests("batch_1")) == 2
