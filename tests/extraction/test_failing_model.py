"""A model that is busy, fails or needs a person: how often it is asked, and who waits for it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from cards.models import Card
from extraction import extractors, jobs
from extraction.models import Call, Extraction, Gate
from extraction.paying import gate
from tests import fakes
from tests.extraction.make_jobs import (
    GOOD,
    MODEL,
    Bundled,
    make_due,
    model_job,
    outcomes,
    run_in_turn,
    while_asking,
)
from tests.fakes import FakeModelServer, Script

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bundled", "model")]


# Busy


@pytest.mark.parametrize("retry_after", ["120", ""])
def test_busy_server_uses_up_no_attempts(server: FakeModelServer, retry_after: str) -> None:
    job = model_job()
    for _ in range(8):
        server.queue.append(fakes.error(429, retry_after=retry_after))
        Gate.objects.update(opens_at=timezone.now())
        run_in_turn(job)
    assert (job.status, job.attempts) == (Extraction.Status.QUEUED, 0)
    assert len(server.requests) == 8
    assert set(outcomes()) == {"busy"}


def test_busy_server_is_asked_by_nobody_as_long_as_it_said(server: FakeModelServer) -> None:
    server.queue.append(fakes.error(429, retry_after="120"))
    job, other = model_job(), model_job(tone=5)
    run_in_turn(job)
    assert not jobs.run(other.pk)
    assert not jobs.due().exists()
    in_two_minutes = timezone.now() + timedelta(seconds=120)
    opening = gate.closed().filter(opens_at__lte=in_two_minutes)
    assert opening.filter(opens_at__gt=in_two_minutes - timedelta(seconds=10)).exists()
    assert job.run_after - timezone.now() > timedelta(seconds=110)
    other.refresh_from_db()
    assert (other.status, other.attempts) == (Extraction.Status.QUEUED, 0)
    assert len(server.requests) == 1


# Failures


def test_server_that_fails_is_tried_again_with_growing_pauses(server: FakeModelServer) -> None:
    server.queue.extend([fakes.error(500), fakes.error(503), GOOD])
    job = model_job()
    pauses = []
    for _ in range(2):
        run_in_turn(job)
        pauses.append(job.run_after - timezone.now())
    run_in_turn(job)
    assert pauses[0] < pauses[1]
    assert (job.status, job.attempts) == (Extraction.Status.SUCCEEDED, 3)
    assert outcomes() == ["failed", "failed", "answered"]


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        pytest.param(fakes.hang(), "timed_out", id="hang"),
        pytest.param(fakes.trickle(), "timed_out", id="trickle"),
        pytest.param(fakes.cut_connection(), "disconnected", id="cut connection"),
    ],
)
def test_connection_without_an_answer_is_one_request_an_attempt(
    server: FakeModelServer, settings: Settings, script: Script, outcome: str
) -> None:
    server.queue.extend([script, GOOD])
    job = model_job()
    options = settings.EXTRACTOR_OPTIONS[MODEL]
    settings.EXTRACTOR_OPTIONS = {MODEL: {**options, "timeout_seconds": 0.3}}
    run_in_turn(job)
    assert (job.status, job.attempts) == (Extraction.Status.QUEUED, 1)
    assert len(server.requests) == 1
    settings.EXTRACTOR_OPTIONS = {MODEL: options}
    run_in_turn(job)
    assert (job.status, job.attempts) == (Extraction.Status.SUCCEEDED, 2)
    assert len(server.requests) == 2
    assert outcomes() == [outcome, "answered"]


def test_server_that_always_fails_is_asked_no_more_than_the_attempts_allow(
    server: FakeModelServer, settings: Settings
) -> None:
    server.otherwise = fakes.error(500)
    job = model_job()
    for _ in range(settings.JOB_MAX_ATTEMPTS):
        Gate.objects.update(opens_at=timezone.now())
        run_in_turn(job)
    assert job.status == Extraction.Status.FAILED
    assert len(server.requests) == settings.JOB_MAX_ATTEMPTS
    run_in_turn(Extraction.objects.get(extractor=extractors.BUNDLED))
    assert Card.objects.get().full_name == Bundled.says


# The gate


def test_five_failures_in_a_row_close_the_gate_for_all(server: FakeModelServer) -> None:
    server.queue.extend([fakes.error(500)] * 5)
    waiting = [model_job(tone) for tone in range(6)]
    run_in_turn(*waiting[:5])
    assert gate.is_closed(MODEL)
    make_due(waiting[5])
    assert not jobs.run(waiting[5].pk)
    assert not jobs.due().exists()
    assert len(server.requests) == 5
    waiting[5].refresh_from_db()
    assert waiting[5].attempts == 0


def test_when_the_gate_opens_one_card_goes_first(
    server: FakeModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = model_job(1), model_job(2)
    Gate.objects.create(extractor=MODEL, failures=5, opens_at=timezone.now())
    ran: list[bool] = []
    while_asking(monkeypatch, lambda: ran.append(jobs.run(second.pk)))
    server.queue.extend([GOOD, GOOD])
    run_in_turn(first)
    assert ran == [False]
    assert len(server.requests) == 1
    run_in_turn(second)
    assert len(server.requests) == 2


def test_card_that_was_claimed_when_the_gate_closed_goes_back_untouched(
    server: FakeModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = model_job()
    admit = gate.admit

    def closing(slug: str) -> bool:
        Gate.objects.update(opens_at=timezone.now() + timedelta(minutes=1))
        return admit(slug)

    monkeypatch.setattr(gate, "admit", closing)
    run_in_turn(job)
    assert (job.status, job.attempts) == (Extraction.Status.QUEUED, 0)
    assert server.requests == []
    assert not Call.objects.exists()


# Stopped until a person acts


@pytest.mark.parametrize(
    ("status", "code"), [(429, "insufficient_quota"), (401, "invalid_api_key")]
)
def test_what_only_a_person_can_mend_pauses_all_with_one_notice(
    server: FakeModelServer, caplog: pytest.LogCaptureFixture, status: int, code: str
) -> None:
    server.queue.extend([fakes.error(status, code)] * 2)
    waiting = [model_job(tone) for tone in range(3)]
    run_in_turn(waiting[0])
    assert [jobs.run(job.pk) for job in waiting] == [False, False, False]
    Gate.objects.update(opens_at=timezone.now())  # a quarter of an hour passes
    run_in_turn(waiting[1])
    assert len(server.requests) == 2
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == [
        f"calls of “{MODEL}” are stopped: {gate.stopped().get().stopped_because}"
    ]
    for job in waiting:
        job.refresh_from_db()
        assert (job.status, job.attempts) == (Extraction.Status.QUEUED, 0)
    assert {card.status for card in Card.objects.all()} == {Card.Status.UPLOADED}


def test_after_a_person_has_acted_all_go_on(server: FakeModelServer) -> None:
    server.queue.extend([fakes.error(401), GOOD, GOOD])
    waiting = [model_job(1), model_job(2)]
    run_in_turn(waiting[0])
    gate.resume(MODEL)
    assert not gate.stopped().exists()
    run_in_turn(*waiting)
    assert [job.status for job in waiting] == [Extraction.Status.SUCCEEDED] * 2


def test_stopped_model_can_be_read_offline_meanwhile_and_wins_later(
    server: FakeModelServer,
) -> None:
    server.queue.extend([fakes.error(401), fakes.read({"full_name": "Rosa M. Halloway"})])
    job = model_job()
    run_in_turn(job)
    run_in_turn(jobs.request(job.card, extractor=extractors.BUNDLED))
    assert Card.objects.get().full_name == Bundled.says
    gate.resume(MODEL)
    run_in_turn(job)
    assert Card.objects.get().full_name == "Rosa M. Halloway"
