"""Nothing is paid for twice: a model's server counts the requests that really went out."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from cards import vault
from cards.models import Card
from extraction import answers, extractors, gate, jobs, ledger, questions
from extraction.extractors.openai_vision import Extractor
from extraction.models import Call, Extraction, Gate
from tests import fakes
from tests.extraction.make_jobs import WAIT_SECONDS, Bundled, all_at_once, kept, make_due, take_in
from tests.fakes import FakeModelServer, Reply, Request, Script

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bundled", "model")]

MODEL = "openai_vision"
GOOD = fakes.read({"full_name": "Rosa Halloway", "company": "Northwind Boats"})


@pytest.fixture
def model(server: FakeModelServer, settings: Settings) -> None:
    """The vision model is the test's own server."""
    settings.EXTRACTOR_OPTIONS = {
        MODEL: {"api_key": "k", "base_url": server.base_url, "model": "gpt-5-mini"}
    }


def _job(tone: int = 0) -> Extraction:
    return take_in(extractor=MODEL, tone=tone)


def _run(*waiting: Extraction) -> None:
    """Run the jobs in turn, each as if its time had come."""
    for job in waiting:
        make_due(job)
        assert jobs.run(job.pk)
        job.refresh_from_db()


def _outcomes() -> list[str]:
    return list(Call.objects.order_by("pk").values_list("outcome", flat=True))


def _stopped_worker(job: Extraction) -> None:
    """Time passes after a worker was killed: the leases of its job and its call have run out."""
    past = timezone.now() - timedelta(seconds=1)
    Extraction.objects.filter(pk=job.pk, status="running").update(lease_until=past)
    Call.objects.filter(outcome=Call.Outcome.UNDER_WAY).update(lease_until=past)
    jobs.requeue_stale()


class Killed(BaseException):
    """The worker's process ends: nothing of it runs on, no error is handled."""


def _while_asking(monkeypatch: pytest.MonkeyPatch, action: Callable[[], None]) -> None:
    """Let `action` happen in the worker that asks next, before it gets to see the answer."""
    ask = Extractor.ask

    def watched(self: Extractor, *args: Any) -> dict[str, Any]:
        monkeypatch.setattr(Extractor, "ask", ask)
        answer = ask(self, *args)
        action()
        return answer

    monkeypatch.setattr(Extractor, "ask", watched)


def _die() -> None:
    raise Killed


def _kill(job: Extraction) -> None:
    make_due(job)
    with pytest.raises(Killed):
        jobs.run(job.pk)


# Once


def test_same_card_twice_is_one_request(server: FakeModelServer) -> None:
    server.queue.append(GOOD)
    job = _job()
    _run(job)
    _run(jobs.request(job.card, extractor=MODEL))
    assert len(server.requests) == 1
    assert _outcomes() == ["answered"]


def test_same_picture_on_two_cards_is_one_request(server: FakeModelServer) -> None:
    server.queue.append(GOOD)
    _run(_job(), _job())
    assert len(server.requests) == 1
    assert [card.full_name for card in Card.objects.all()] == ["Rosa Halloway"] * 2


def test_another_model_is_asked_anew(server: FakeModelServer, settings: Settings) -> None:
    server.queue.extend([GOOD, GOOD])
    job = _job()
    _run(job)
    settings.EXTRACTOR_OPTIONS = {MODEL: {**settings.EXTRACTOR_OPTIONS[MODEL], "model": "gpt-5"}}
    _run(jobs.request(job.card, extractor=MODEL))
    assert len(server.requests) == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_one_request(server: FakeModelServer) -> None:
    """Two cards with the same picture: two jobs, each claimed by a worker of its own."""
    may_answer = threading.Event()

    def slowly(request: Request) -> Reply:
        may_answer.wait(WAIT_SECONDS)
        return GOOD(request)

    server.queue.append(slowly)
    waiting = [_job(), _job()]
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
    _run(late)
    assert late.status == Extraction.Status.SUCCEEDED
    assert len(server.requests) == 1
    assert _outcomes() == ["answered"]


def test_answer_that_came_just_before_the_call_was_opened_is_adopted(
    server: FakeModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.queue.append(GOOD)
    first, second = _job(), _job()
    open_call = ledger.open_call

    def late(*args: Any, **named: Any) -> Call:
        monkeypatch.setattr(ledger, "open_call", open_call)
        _run(first)
        return open_call(*args, **named)

    monkeypatch.setattr(ledger, "open_call", late)
    _run(second)
    assert len(server.requests) == 1
    assert _outcomes() == ["answered"]
    assert second.status == Extraction.Status.SUCCEEDED


# Crashes


def test_crash_after_the_answer_is_kept_costs_nothing(
    server: FakeModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.queue.append(GOOD)
    job = _job()
    put_json = vault.put_json

    def put_and_die(name: str, document: dict[str, Any]) -> None:
        put_json(name, document)
        if document.get("extractor") == MODEL:
            raise Killed

    monkeypatch.setattr(vault, "put_json", put_and_die)
    _kill(job)
    monkeypatch.setattr(vault, "put_json", put_json)
    assert _outcomes() == ["under_way"]
    _stopped_worker(job)
    _run(job)
    assert len(server.requests) == 1
    assert job.status == Extraction.Status.SUCCEEDED
    assert Card.objects.get().full_name == "Rosa Halloway"
    call = Call.objects.get()
    assert (call.outcome, call.input_tokens > 0) == ("answered", True)
    assert call.cost


def test_crash_during_the_call_is_one_more_call_and_shown_as_lost(
    server: FakeModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.queue.extend([GOOD, GOOD])
    job = _job()
    _while_asking(monkeypatch, _die)
    _kill(job)
    _stopped_worker(job)
    _run(job)
    assert len(server.requests) == 2
    assert _outcomes() == ["lost", "answered"]
    assert job.status == Extraction.Status.SUCCEEDED


def test_call_of_a_stopped_worker_is_waited_for_until_its_lease_runs_out(
    server: FakeModelServer,
) -> None:
    job = _job()
    server.queue.append(GOOD)
    digest = _digest(job)
    future = timezone.now() + timedelta(seconds=30)
    Call.objects.create(extractor=MODEL, digest=digest, lease_until=future)
    _run(job)
    assert (job.status, job.attempts) == (Extraction.Status.QUEUED, 0)
    Call.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    _run(job)
    assert len(server.requests) == 1
    assert _outcomes() == ["lost", "answered"]


def test_answer_of_a_call_that_was_given_up_is_kept_and_counted(
    server: FakeModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker slept through its lease; another asked again; then the first one's answer came."""
    job, other = _job(), _job()

    def sleep() -> None:
        Call.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        _run(other)

    _while_asking(monkeypatch, sleep)
    theirs = fakes.read({"full_name": "Rosa Halloway", "company": "Northwind"})
    server.queue.extend([GOOD, theirs])
    _run(job)
    assert _outcomes() == ["answered", "answered"]
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
    job = _job()
    _run(job)
    call = Call.objects.get()
    assert (call.outcome, call.detail) == ("lost", "The vault could not keep it: no space left.")
    assert call.cost
    assert job.status == Extraction.Status.QUEUED


# Busy


@pytest.mark.parametrize("retry_after", ["120", ""])
def test_busy_server_uses_up_no_attempts(server: FakeModelServer, retry_after: str) -> None:
    job = _job()
    for _ in range(8):
        server.queue.append(fakes.error(429, retry_after=retry_after))
        Gate.objects.update(opens_at=timezone.now())
        _run(job)
    assert (job.status, job.attempts) == (Extraction.Status.QUEUED, 0)
    assert len(server.requests) == 8
    assert set(_outcomes()) == {"busy"}


def test_busy_server_is_asked_by_nobody_as_long_as_it_said(server: FakeModelServer) -> None:
    server.queue.append(fakes.error(429, retry_after="120"))
    job, other = _job(), _job(tone=5)
    _run(job)
    assert not jobs.run(other.pk)
    assert not jobs.due().exists()
    in_two_minutes = timezone.now() + timedelta(seconds=120)
    opening = gate.closed().filter(opens_at__lte=in_two_minutes)
    assert opening.filter(opens_at__gt=in_two_minutes - timedelta(seconds=10)).exists()
    assert job.run_after - timezone.now() > timedelta(seconds=110)
    other.refresh_from_db()
    assert (other.status, other.attempts) == (Extraction.Status.QUEUED, 0)
    assert len(server.requests) == 1


# Bad answers


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
    job = _job()
    _run(job)
    assert job.status == Extraction.Status.SUCCEEDED
    assert Card.objects.get().full_name == "Rosa Halloway"
    assert _outcomes() == [outcome, "answered"]
    assert len(kept(job, MODEL)) == 2


@pytest.mark.parametrize(("script", "outcome"), BAD)
def test_second_bad_answer_hands_the_card_to_a_person_with_the_offline_reading(
    server: FakeModelServer, script: Script, outcome: str
) -> None:
    server.queue.extend([script, script])
    job = _job()
    _run(job)
    assert (job.status, _outcomes()) == (Extraction.Status.FAILED, [outcome, outcome])
    assert answers.documents(job) == kept(job, MODEL)
    assert len(kept(job, MODEL)) == 2
    _run(Extraction.objects.get(extractor=extractors.BUNDLED))
    card = Card.objects.get()
    assert card.full_name == Bundled.says
    assert "both answers are kept" in card.notice


def test_two_bad_answers_are_never_asked_for_again(server: FakeModelServer) -> None:
    server.queue.extend([fakes.cut_off(), fakes.cut_off(), GOOD])
    job = _job()
    _run(job)
    for _ in range(3):
        _run(jobs.request(job.card, extractor=MODEL))
    assert len(server.requests) == 2


def test_bad_answer_that_was_kept_before_a_crash_is_asked_once_more(
    server: FakeModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def put_and_die(name: str, document: dict[str, Any]) -> None:
        put_json(name, document)
        if document.get("extractor") == MODEL:
            raise Killed

    server.queue.extend([fakes.cut_off(), GOOD])
    job = _job()
    put_json = vault.put_json
    monkeypatch.setattr(vault, "put_json", put_and_die)
    _kill(job)
    monkeypatch.setattr(vault, "put_json", put_json)
    _stopped_worker(job)
    _run(job)
    assert len(server.requests) == 2
    assert _outcomes() == ["cut_off", "answered"]


def test_half_a_surrogate_pair_in_an_answer_is_kept(server: FakeModelServer) -> None:
    def script(request: Request) -> Reply:
        reply = GOOD(request)
        return Reply(reply.body.replace(b"Rosa", b"Rosa \\\\ud83d"))

    server.queue.append(script)
    job = _job()
    _run(job)
    assert job.status == Extraction.Status.SUCCEEDED
    assert "\\ud83d" in json.dumps(kept(job, MODEL)[0]["answer"])


# Failures


def test_server_that_fails_is_tried_again_with_growing_pauses(server: FakeModelServer) -> None:
    server.queue.extend([fakes.error(500), fakes.error(503), GOOD])
    job = _job()
    pauses = []
    for _ in range(2):
        _run(job)
        pauses.append(job.run_after - timezone.now())
    _run(job)
    assert pauses[0] < pauses[1]
    assert (job.status, job.attempts) == (Extraction.Status.SUCCEEDED, 3)
    assert _outcomes() == ["failed", "failed", "answered"]


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        pytest.param(fakes.hang(), "timed_out", id="hang"),
        pytest.param(fakes.trickle(), "timed_out", id="trickle"),
        pytest.param(fakes.cut_connection(), "failed", id="cut connection"),
    ],
)
def test_connection_without_an_answer_is_one_request_an_attempt(
    server: FakeModelServer, settings: Settings, script: Script, outcome: str
) -> None:
    server.queue.extend([script, GOOD])
    job = _job()
    options = settings.EXTRACTOR_OPTIONS[MODEL]
    settings.EXTRACTOR_OPTIONS = {MODEL: {**options, "timeout_seconds": 0.3}}
    _run(job)
    assert (job.status, job.attempts) == (Extraction.Status.QUEUED, 1)
    assert len(server.requests) == 1
    settings.EXTRACTOR_OPTIONS = {MODEL: options}
    _run(job)
    assert (job.status, job.attempts) == (Extraction.Status.SUCCEEDED, 2)
    assert len(server.requests) == 2
    assert _outcomes() == [outcome, "answered"]


def test_server_that_always_fails_is_asked_no_more_than_the_attempts_allow(
    server: FakeModelServer, settings: Settings
) -> None:
    server.otherwise = fakes.error(500)
    job = _job()
    for _ in range(settings.JOB_MAX_ATTEMPTS):
        Gate.objects.update(opens_at=timezone.now())
        _run(job)
    assert job.status == Extraction.Status.FAILED
    assert len(server.requests) == settings.JOB_MAX_ATTEMPTS
    _run(Extraction.objects.get(extractor=extractors.BUNDLED))
    assert Card.objects.get().full_name == Bundled.says


def test_five_failures_in_a_row_close_the_gate_for_all(server: FakeModelServer) -> None:
    server.queue.extend([fakes.error(500)] * 5)
    waiting = [_job(tone) for tone in range(6)]
    _run(*waiting[:5])
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
    first, second = _job(1), _job(2)
    Gate.objects.create(extractor=MODEL, failures=5, opens_at=timezone.now())
    ran: list[bool] = []
    _while_asking(monkeypatch, lambda: ran.append(jobs.run(second.pk)))
    server.queue.extend([GOOD, GOOD])
    _run(first)
    assert ran == [False]
    assert len(server.requests) == 1
    _run(second)
    assert len(server.requests) == 2


def test_card_that_was_claimed_when_the_gate_closed_goes_back_untouched(
    server: FakeModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = _job()
    admit = gate.admit

    def closing(slug: str) -> bool:
        Gate.objects.update(opens_at=timezone.now() + timedelta(minutes=1))
        return admit(slug)

    monkeypatch.setattr(gate, "admit", closing)
    _run(job)
    assert (job.status, job.attempts) == (Extraction.Status.QUEUED, 0)
    assert server.requests == []
    assert not Call.objects.exists()


@pytest.mark.parametrize(
    ("status", "code"), [(429, "insufficient_quota"), (401, "invalid_api_key")]
)
def test_what_only_a_person_can_mend_pauses_all_with_one_notice(
    server: FakeModelServer, caplog: pytest.LogCaptureFixture, status: int, code: str
) -> None:
    server.queue.extend([fakes.error(status, code)] * 2)
    waiting = [_job(tone) for tone in range(3)]
    _run(waiting[0])
    assert [jobs.run(job.pk) for job in waiting] == [False, False, False]
    Gate.objects.update(opens_at=timezone.now())  # a quarter of an hour passes
    _run(waiting[1])
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
    waiting = [_job(1), _job(2)]
    _run(waiting[0])
    gate.resume(MODEL)
    assert not gate.stopped().exists()
    _run(*waiting)
    assert [job.status for job in waiting] == [Extraction.Status.SUCCEEDED] * 2


def test_stopped_model_can_be_read_offline_meanwhile_and_wins_later(
    server: FakeModelServer,
) -> None:
    server.queue.extend([fakes.error(401), fakes.read({"full_name": "Rosa M. Halloway"})])
    job = _job()
    _run(job)
    _run(jobs.request(job.card, extractor=extractors.BUNDLED))
    assert Card.objects.get().full_name == Bundled.says
    gate.resume(MODEL)
    _run(job)
    assert Card.objects.get().full_name == "Rosa M. Halloway"


def _digest(job: Extraction) -> str:
    extractor = extractors.configured(MODEL)
    return questions.digest(questions.identity(extractor, MODEL, questions.sides_of(job.card)))
