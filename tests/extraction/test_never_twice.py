"""Nothing is paid for twice: a model's server counts the requests that really went out."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from cards import vault
from cards.models import Card
from extraction import extractors, jobs, questions
from extraction.models import Call, Extraction
from extraction.paying import ledger
from tests import fakes
from tests.extraction.make_jobs import (
    GOOD,
    MODEL,
    WAIT_SECONDS,
    all_at_once,
    kept,
    make_due,
    model_job,
    outcomes,
    run_in_turn,
    while_asking,
)
from tests.fakes import FakeModelServer, Reply, Request

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bundled", "model")]


class Killed(BaseException):
    """The worker's process ends: nothing of it runs on, no error is handled."""


def _die() -> None:
    raise Killed


def _kill(job: Extraction) -> None:
    make_due(job)
    with pytest.raises(Killed):
        jobs.run(job.pk)


def _kill_once_it_is_kept(job: Extraction, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker ends between keeping the model's answer and all that comes after."""
    put_json = vault.put_json

    def put_and_die(name: str, document: dict[str, Any]) -> None:
        put_json(name, document)
        if document.get("extractor") == MODEL:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(vault, "put_json", put_and_die)
        _kill(job)


def _stopped_worker(job: Extraction) -> None:
    """Time passes after a worker was killed: the leases of its job and its call have run out."""
    past = timezone.now() - timedelta(seconds=1)
    Extraction.objects.filter(pk=job.pk, status="running").update(lease_until=past)
    Call.objects.filter(outcome=Call.Outcome.UNDER_WAY).update(lease_until=past)
    jobs.requeue_stale()


def _digest(job: Extraction) -> str:
    extractor = extractors.configured(MODEL)
    return questions.digest(questions.identity(extractor, MODEL, questions.sides_of(job.card)))


# Once


def test_same_card_twice_is_one_request(server: FakeModelServer) -> None:
    server.queue.append(GOOD)
    job = model_job()
    run_in_turn(job)
    run_in_turn(jobs.request(job.card, extractor=MODEL))
    assert len(server.requests) == 1
    assert outcomes() == ["answered"]


def test_same_picture_on_two_cards_is_one_request(server: FakeModelServer) -> None:
    server.queue.append(GOOD)
    run_in_turn(model_job(), model_job())
    assert len(server.requests) == 1
    assert [card.full_name for card in Card.objects.all()] == ["Rosa Halloway"] * 2


def test_another_model_is_asked_anew(server: FakeModelServer, settings: Settings) -> None:
    server.queue.extend([GOOD, GOOD])
    job = model_job()
    run_in_turn(job)
    settings.EXTRACTOR_OPTIONS = {MODEL: {**settings.EXTRACTOR_OPTIONS[MODEL], "model": "gpt-5"}}
    run_in_turn(jobs.request(job.card, extractor=MODEL))
    assert len(server.requests) == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_one_request(server: FakeModelServer) -> None:
    """Two cards with the same picture: two jobs, each claimed by a worker of its own."""
    may_answer = threading.Event()

    def slowly(request: Request) -> Reply:
        may_answer.wait(WAIT_SECONDS)
        return GOOD(request)

    server.queue.append(slowly)
    waiting = [model_job(), model_job()]
    numbers = iter(waiting)

    def work() -> None:
        job = next(numbers)
        jobs.run(job.pk)
        may_answer.set()  # the one that found the other asking comes back first

    all_at_once(work, 2)
    assert len(server.requests) == 1
    for job in waiting:
        job.refresh_from_db()
    late = next(job for job in waiting if job.status == Extraction.Status.QUEUED)
    assert (late.attempts, late.error) == (
        0,
        "The same is being asked already; the card waits for the answer.",
    )
    run_in_turn(late)
    assert late.status == Extraction.Status.SUCCEEDED
    assert len(server.requests) == 1
    assert outcomes() == ["answered"]


def test_answer_that_came_just_before_the_call_was_opened_is_adopted(
    server: FakeModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.queue.append(GOOD)
    first, second = model_job(), model_job()
    open_call = ledger.open_call

    def late(*args: Any, **named: Any) -> Call:
        monkeypatch.setattr(ledger, "open_call", open_call)
        run_in_turn(first)
        return open_call(*args, **named)

    monkeypatch.setattr(ledger, "open_call", late)
    run_in_turn(second)
    assert len(server.requests) == 1
    assert outcomes() == ["answered"]
    assert second.status == Extraction.Status.SUCCEEDED


# Crashes


def test_crash_after_the_answer_is_kept_costs_nothing(
    server: FakeModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.queue.append(GOOD)
    job = model_job()
    _kill_once_it_is_kept(job, monkeypatch)
    assert outcomes() == ["under_way"]
    _stopped_worker(job)
    run_in_turn(job)
    assert len(server.requests) == 1
    assert job.status == Extraction.Status.SUCCEEDED
    assert Card.objects.get().full_name == "Rosa Halloway"
    call = Call.objects.get()
    assert (call.outcome, call.input_tokens > 0) == ("answered", True)
    assert call.cost


def test_bad_answer_that_was_kept_before_a_crash_is_asked_once_more(
    server: FakeModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.queue.extend([fakes.cut_off(), GOOD])
    job = model_job()
    _kill_once_it_is_kept(job, monkeypatch)
    _stopped_worker(job)
    run_in_turn(job)
    assert len(server.requests) == 2
    assert outcomes() == ["cut_off", "answered"]


def test_crash_during_the_call_is_one_more_call_and_shown_as_lost(
    server: FakeModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.queue.extend([GOOD, GOOD])
    job = model_job()
    while_asking(monkeypatch, _die)
    _kill(job)
    _stopped_worker(job)
    run_in_turn(job)
    assert len(server.requests) == 2
    assert outcomes() == ["lost", "answered"]
    assert job.status == Extraction.Status.SUCCEEDED


def test_call_of_a_stopped_worker_is_waited_for_until_its_lease_runs_out(
    server: FakeModelServer,
) -> None:
    job = model_job()
    server.queue.append(GOOD)
    digest = _digest(job)
    future = timezone.now() + timedelta(seconds=30)
    Call.objects.create(extractor=MODEL, digest=digest, lease_until=future)
    run_in_turn(job)
    assert (job.status, job.attempts) == (Extraction.Status.QUEUED, 0)
    Call.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    run_in_turn(job)
    assert len(server.requests) == 1
    assert outcomes() == ["lost", "answered"]


def test_answer_of_a_call_that_was_given_up_is_kept_and_counted(
    server: FakeModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker slept through its lease; another asked again; then the first one's answer came."""
    job, other = model_job(), model_job()

    def sleep() -> None:
        Call.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        run_in_turn(other)

    while_asking(monkeypatch, sleep)
    theirs = fakes.read({"full_name": "Rosa Halloway", "company": "Northwind"})
    server.queue.extend([GOOD, theirs])
    run_in_turn(job)
    assert outcomes() == ["answered", "answered"]
    assert len(kept(job, MODEL)) == 2
    assert {card.company for card in Card.objects.all()} == {"Northwind"}


def test_vault_that_cannot_keep_the_answer_is_shown(
    server: FakeModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.queue.append(GOOD)
    put_json = vault.put_json

    def full(name: str, document: dict[str, Any]) -> None:
        if document.get("extractor") == MODEL:
            raise vault.VaultError("The vault could not keep it: no space left.")
        put_json(name, document)

    monkeypatch.setattr(vault, "put_json", full)
    job = model_job()
    run_in_turn(job)
    call = Call.objects.get()
    assert (call.outcome, call.detail) == ("lost", "The vault could not keep it: no space left.")
    assert call.cost
    assert job.status == Extraction.Status.QUEUED
