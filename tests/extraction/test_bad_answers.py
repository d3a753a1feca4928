"""A bad answer is kept and asked for once more; a second one hands the card to a person."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cards.models import Card
from extraction import answers, extractors, jobs
from extraction.models import Extraction
from tests import fakes
from tests.extraction.make_jobs import (
    GOOD,
    MODEL,
    Bundled,
    kept,
    model_job,
    outcomes,
    run_in_turn,
)
from tests.fakes import FakeModelServer, Reply, Request, Script

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bundled", "model")]


BAD: list[Any] = [
    pytest.param(fakes.cut_off(), "cut_off", id="cut off"),
    pytest.param(fakes.refusal("I cannot help with that."), "refused", id="refused"),
    pytest.param(fakes.filtered(), "refused", id="filtered"),
    pytest.param(fakes.text("Shall I compare thee?"), "ill_formed", id="ill-formed"),
    pytest.param(fakes.not_json(), "ill_formed", id="garbage"),
    pytest.param(fakes.not_even_claiming_to_be_json(), "ill_formed", id="page of a proxy"),
]


@pytest.mark.parametrize(("script", "outcome"), BAD)
def test_bad_answer_is_kept_and_asked_once_more(
    server: FakeModelServer, script: Script, outcome: str
) -> None:
    server.queue.extend([script, GOOD])
    job = model_job()
    run_in_turn(job)
    assert job.status == Extraction.Status.SUCCEEDED
    assert Card.objects.get().full_name == "Rosa Halloway"
    assert outcomes() == [outcome, "answered"]
    assert len(kept(job, MODEL)) == 2


@pytest.mark.parametrize(("script", "outcome"), BAD)
def test_second_bad_answer_hands_the_card_to_a_person_with_the_offline_reading(
    server: FakeModelServer, script: Script, outcome: str
) -> None:
    server.queue.extend([script, script])
    job = model_job()
    run_in_turn(job)
    assert (job.status, outcomes()) == (Extraction.Status.FAILED, [outcome, outcome])
    assert answers.documents(job) == kept(job, MODEL)
    assert len(kept(job, MODEL)) == 2
    run_in_turn(Extraction.objects.get(extractor=extractors.BUNDLED))
    card = Card.objects.get()
    assert card.full_name == Bundled.says
    assert "both answers are kept" in card.notice


def test_two_bad_answers_are_never_asked_for_again(server: FakeModelServer) -> None:
    server.queue.extend([fakes.cut_off(), fakes.cut_off(), GOOD])
    job = model_job()
    run_in_turn(job)
    for _ in range(3):
        run_in_turn(jobs.request(job.card, extractor=MODEL))
    assert len(server.requests) == 2


def test_half_a_surrogate_pair_in_an_answer_is_kept(server: FakeModelServer) -> None:
    def script(request: Request) -> Reply:
        reply = GOOD(request)
        return Reply(reply.body.replace(b"Rosa", b"Rosa \\\\ud83d"))

    server.queue.append(script)
    job = model_job()
    run_in_turn(job)
    assert job.status == Extraction.Status.SUCCEEDED
    assert "\\ud83d" in json.dumps(kept(job, MODEL)[0]["answer"])
