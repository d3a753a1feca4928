"""Settings that change while answers are on their way: what was paid for is used all the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cards.models import Card
from extraction import extractors, jobs
from extraction.models import Call, Extraction
from tests import openai_shapes
from tests.extraction.backlogs.stage import (
    SLUG,
    Status,
    answer,
    answer_all,
    kept,
    run_due,
    take_in,
    tend,
)
from tests.fake_batches import FakeBatchServer

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db

CHANGES = [{"model": "gpt-5"}, {"effort": "high"}]


def _change(settings: Settings, change: dict[str, Any]) -> None:
    settings.EXTRACTOR_OPTIONS = {SLUG: {**settings.EXTRACTOR_OPTIONS[SLUG], **change}}


@pytest.mark.parametrize("change", CHANGES, ids=json.dumps)
def test_answer_to_the_question_of_before_is_adopted(
    server: FakeBatchServer, settings: Settings, change: dict[str, Any]
) -> None:
    model = extractors.configured(SLUG).model
    (card,) = take_in()
    tend()
    (asked,) = server.requests("batch_1")
    _change(settings, change)
    answer_all(server)
    tend()
    run_due()
    card.refresh_from_db()
    job = card.extractions.get(extractor=SLUG)
    assert (card.full_name, card.status) == ("Rosa Halloway", Card.Status.NEEDS_REVIEW)
    assert (job.status, job.digest, job.model) == (Status.SUCCEEDED, asked["custom_id"], model)
    assert server.times("POST responses") == 0
    call = Call.objects.get()
    assert (call.outcome, call.model) == (Call.Outcome.ANSWERED, model)
    assert call.detail == "It was asked before the settings were changed."


def test_reading_again_asks_with_the_settings_of_now(
    server: FakeBatchServer, settings: Settings
) -> None:
    (card,) = take_in()
    tend()
    _change(settings, CHANGES[0])
    answer_all(server)
    tend()
    run_due()
    jobs.request(card, extractor=SLUG)
    run_due()
    assert server.times("POST responses") == 1


def test_bad_answer_to_the_question_of_before_is_not_adopted(
    server: FakeBatchServer, settings: Settings
) -> None:
    (card,) = take_in()
    tend()
    _change(settings, CHANGES[0])
    server.complete("batch_1", lambda body: openai_shapes.response(body, None, refusal="No."))
    tend()
    run_due()
    assert len(kept(card)) == 1
    assert server.times("POST responses") == 1


def test_answer_to_the_question_of_now_goes_before_it(
    server: FakeBatchServer, settings: Settings
) -> None:
    """Two cards with the same picture: the second was read with the settings of now."""
    (first,) = take_in()
    tend()
    _change(settings, CHANGES[0])
    (second,) = take_in()
    tend()
    server.complete("batch_1", lambda body: _named(body, "Odo Pike"))
    answer_all(server)
    tend()
    run_due()
    names = [Card.objects.get(pk=card.pk).full_name for card in (first, second)]
    assert names == ["Rosa Halloway"] * 2
    assert set(Extraction.objects.values_list("model", flat=True)) == {"gpt-5"}
    assert server.times("POST responses") == 0


def _named(body: dict[str, Any], name: str) -> dict[str, Any]:
    """The usual answer, but for the name."""
    text = json.dumps(answer(body), ensure_ascii=False)
    found: dict[str, Any] = json.loads(text.replace("Rosa Halloway", name))
    return found
