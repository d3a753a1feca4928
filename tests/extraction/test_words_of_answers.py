"""What a model says of a person stays with the card: it is in no log, and in no ledger."""

from __future__ import annotations

import json
import logging

import pytest

from extraction.models import Call, Extraction
from tests import fakes
from tests.extraction.make_jobs import MODEL, kept, model_job, run_in_turn
from tests.fakes import FakeModelServer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bundled", "model")]


def test_words_of_a_refusal_are_kept_for_staff_and_logged_nowhere(
    server: FakeModelServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    server.queue.extend([fakes.refusal("I will not say who Odo Pike is.")] * 2)
    job = model_job()
    run_in_turn(job)
    assert (job.status, len(server.requests)) == (Extraction.Status.FAILED, 2)
    assert "Odo Pike" in job.error
    assert all("Odo Pike" in json.dumps(document["answer"]) for document in kept(job, MODEL))
    assert f"job {job.pk}, attempt 1: The answer cannot be used (refused)." in caplog.text
    assert "Odo Pike" not in caplog.text
    assert list(Call.objects.values_list("outcome", "detail")) == [("refused", "")] * 2
