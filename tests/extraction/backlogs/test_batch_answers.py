"""What comes back from a batch: kept, paid for at half the price, adopted for nothing."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from cards import vault
from cards.models import Card
from extraction import backlog, extractors, jobs
from extraction.models import Backlog, Call, Extraction
from extraction.paying import prices
from tests import openai_shapes
from tests.extraction.backlogs.stage import (
    SLUG,
    answer,
    answer_all,
    kept,
    only,
    run_due,
    take_in,
    tend,
)
from tests.fake_batches import FakeBatchServer

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db


def test_answers_are_adopted_without_another_request(
    server: FakeBatchServer, looks: list[int]
) -> None:
    cards = take_in(2)
    tend()
    assert not jobs.due().exists()
    answer_all(server)
    tend()
    run_due()
    for card in cards:
        card.refresh_from_db()
        assert (card.full_name, card.status) == ("Rosa Halloway", Card.Status.NEEDS_REVIEW)
        assert len(kept(card)) == 1
    assert only().status == Backlog.Status.FINISHED
    assert server.times("POST responses") == 0
    assert looks == [1, 1]


def test_batch_that_is_under_way_is_asked_after_again_later(server: FakeBatchServer) -> None:
    take_in()
    tend()
    tend()
    assert (only().status, server.times("GET batches/…")) == (Backlog.Status.SENT, 1)
    backlog.tend()
    assert server.times("GET batches/…") == 1


def test_ledger_has_each_answer_at_half_the_price(server: FakeBatchServer) -> None:
    take_in(2)
    tend()
    answer_all(server)
    tend()
    extractor = extractors.configured(SLUG)
    price = prices.price(extractor.model, {})
    usage = extractor.usage(openai_shapes.response(server.requests("batch_1")[0]["body"], "{}"))
    assert price
    full = prices.cost(price, usage)
    for call in Call.objects.all():
        assert (call.outcome, call.backlog) == (Call.Outcome.ANSWERED, only())
        assert call.cost == full / 2 > 0


def test_bad_answer_is_kept_and_the_card_asked_about_by_itself(server: FakeBatchServer) -> None:
    (card,) = take_in()
    tend()
    server.complete("batch_1", lambda body: openai_shapes.response(body, None, refusal="No."))
    tend()
    assert len(kept(card)) == 1
    assert Call.objects.get().outcome == Call.Outcome.REFUSED
    assert jobs.due().count() == 1
    run_due()
    assert server.times("POST responses") == 1


def test_request_that_failed_is_made_by_itself(server: FakeBatchServer) -> None:
    cards = take_in(2)
    tend()
    server.complete("batch_1", answer, but=1)
    tend()
    assert sorted(len(kept(card)) for card in cards) == [0, 1]
    failed = Call.objects.get(outcome=Call.Outcome.FAILED)
    assert (failed.cost, failed.backlog) == (Decimal(0), only())
    assert jobs.due().count() == 2


def test_cards_that_were_not_tried_wait_for_one_more_batch(server: FakeBatchServer) -> None:
    take_in(3)
    tend()
    server.expire("batch_1", answer, answered=1)
    tend()
    assert jobs.due().count() == 1
    run_due()
    tend()
    assert len(server.requests("batch_2")) == 2
    server.expire("batch_2", answer)
    tend()
    assert jobs.due().count() == 2
    assert not Backlog.objects.filter(status__in=backlog.OPEN).exists()


def test_answer_without_an_end_of_line_inside_is_read_whole(server: FakeBatchServer) -> None:
    """Some characters end a line in Unicode, but not in a file of JSON."""
    (card,) = take_in()
    tend()
    server.complete("batch_1", answer)
    file_id = server.batches["batch_1"]["output_file_id"]
    raw = json.loads(server.files[file_id])
    raw["response"]["body"]["note"] = "two\u2028lines"
    server.files[file_id] = json.dumps(raw, ensure_ascii=False).encode()
    tend()
    assert kept(card)[0]["answer"]["note"] == "two\u2028lines"


def test_garbage_instead_of_answers_is_fetched_again(server: FakeBatchServer) -> None:
    (card,) = take_in()
    tend()
    server.complete("batch_1", answer)
    file_id = server.batches["batch_1"]["output_file_id"]
    good, server.files[file_id] = server.files[file_id], b"<html>Welcome!</html>"
    tend()
    assert (only().status, kept(card)) == (Backlog.Status.SENT, [])
    server.files[file_id] = good
    tend()
    assert (only().status, len(kept(card))) == (Backlog.Status.FINISHED, 1)


def test_answer_for_an_erased_card_is_paid_for_but_not_kept(server: FakeBatchServer) -> None:
    (card,) = take_in()
    tend()
    side = card.sides.get()
    Extraction.objects.filter(card=card).delete()
    card.arrivals.all().delete()
    card.delete()
    answer_all(server)
    tend()
    call = Call.objects.get()
    assert call.cost
    assert not vault.has(vault.reading_name(side.picture, call.digest))


def test_answer_to_a_question_of_other_settings_is_kept(
    server: FakeBatchServer, settings: Settings
) -> None:
    (card,) = take_in()
    tend()
    settings.EXTRACTOR_OPTIONS[SLUG]["effort"] = "high"
    answer_all(server)
    tend()
    assert len(kept(card)) == 1
    assert Call.objects.get().outcome == Call.Outcome.ANSWERED
