"""The life of a job: each card is read once, whatever happens to workers and messages."""

from __future__ import annotations

import io
import json
import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.storage import storages
from django.db import connection
from django.utils import timezone
from kombu.exceptions import OperationalError

from backoffice import celery_app
from cards import intake, vault
from cards.models import Batch, Card
from extraction import jobs, ocr, tasks
from extraction.extractors.base import ExtractorError
from extraction.models import Extraction
from extraction.result import Box, Line, Result
from tests import pictures
from tests.fakes import FakeExtractor

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

pytestmark = pytest.mark.django_db

LINES = [
    Line("Rosa Halloway", 0.98, Box(0, ((10, 10), (90, 10), (90, 20), (10, 20)))),
    Line("Northwind Boats", 0.98, Box(0, ((10, 30), (90, 30), (90, 40), (10, 40)))),
]
ANSWER = {"fields": {"full_name": "Rosa Halloway", "company": "Northwind Boats"}}
GARBAGE = {"poem": "Shall I compare thee to a business card?"}
BUSY = ExtractorError("The fake is busy.", retry=True)
BROKEN = ExtractorError("The fake is broken.")
WAIT_SECONDS = 20

ring_workers = jobs.ring
"""The real one; the fixture `bell` puts another in its place."""


@pytest.fixture(autouse=True)
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeExtractor:
    return FakeExtractor().put_in_place(monkeypatch)


@pytest.fixture(autouse=True)
def ocr_lines(monkeypatch: pytest.MonkeyPatch) -> list[Line]:
    """What the OCR reads on every picture; the real one takes a second for each."""
    lines = list(LINES)
    monkeypatch.setattr(ocr, "read", lambda pictures: list(lines))
    return lines


def _take_in(*, extractor: str = "fake", tone: int = 0) -> Extraction:
    """The waiting job of a card that has just come in."""
    batch = Batch.objects.create(
        name="Boat fair", extractor=extractor, duplicate_policy=Batch.DuplicatePolicy.KEEP
    )
    (arrival,) = intake.take_in(io.BytesIO(pictures.png(tone)), batch, name="rosa.png")
    return Extraction.objects.select_related("card").get(card=arrival.card)


@pytest.fixture
def job() -> Extraction:
    return _take_in()


def _make_due(job: Extraction) -> None:
    Extraction.objects.filter(pk=job.pk).update(run_after=timezone.now())


def _claimed_but_stopped(job: Extraction) -> None:
    """As a killed worker leaves it: running, with a lease that has run out."""
    past = timezone.now() - timedelta(seconds=1)
    Extraction.objects.filter(pk=job.pk).update(
        status=Extraction.Status.RUNNING, fence=1, attempts=1, lease_until=past
    )


def _kept(job: Extraction) -> list[dict[str, Any]]:
    """Every answer in the vault about the picture of a job."""
    side = job.card.sides.get(position=0)
    folder = vault.reading_name(side.picture, "").rpartition("/")[0]
    try:
        _, files = storages["vault"].listdir(folder)
    except FileNotFoundError:
        return []
    return [vault.get_json(f"{folder}/{file}") for file in files]


# Requesting


def test_card_that_comes_in_is_requested(job: Extraction) -> None:
    assert (job.status, job.extractor) == (Extraction.Status.QUEUED, "fake")


def test_workers_are_told_after_the_commit(
    bell: list[int], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        job = _take_in()
        assert bell == []
    for callback in callbacks:
        callback()
    assert bell == [job.pk]


def test_second_request_finds_the_open_job(job: Extraction) -> None:
    assert jobs.request(job.card, extractor="fake") == job
    assert Extraction.objects.count() == 1


def test_second_request_does_not_ring_again(
    job: Extraction,
    bell: list[int],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        jobs.request(job.card, extractor="fake")
    assert bell == []


def test_finished_job_may_be_requested_anew(job: Extraction, fake: FakeExtractor) -> None:
    fake.queue.append(ANSWER)
    jobs.run(job.pk)
    assert jobs.request(job.card, extractor="fake") != job


def test_request_without_an_extractor_takes_the_usual_one(
    job: Extraction, settings: Settings
) -> None:
    settings.EXTRACTOR = "offline"
    assert jobs.request(job.card).extractor == "offline"


def test_request_goes_through_while_the_broker_is_down(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(jobs, "ring", ring_workers)
    monkeypatch.setattr(jobs, "_silent_until", 0.0)
    monkeypatch.setattr(celery_app, "send_task", broken)
    with django_capture_on_commit_callbacks(execute=True):
        job = _take_in()
    assert job.status == Extraction.Status.QUEUED
    assert "the sweep will" in caplog.text


def test_broker_that_is_down_is_not_asked_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def broken(*message: Any) -> None:
        asked.append(message)
        raise OperationalError("connection refused")

    monkeypatch.setattr(jobs, "_silent_until", 0.0)
    monkeypatch.setattr(celery_app, "send_task", broken)
    for number in range(5):
        ring_workers(number)
    assert len(asked) == 1


# Claiming


def test_second_claim_finds_nothing(job: Extraction) -> None:
    assert jobs._claim(job.pk) is not None
    assert jobs._claim(job.pk) is None


def test_claim_sets_lease_fence_and_attempts(job: Extraction) -> None:
    claimed = jobs._claim(job.pk)
    assert claimed is not None
    assert (claimed.status, claimed.fence, claimed.attempts) == (Extraction.Status.RUNNING, 1, 1)
    assert claimed.lease_until is not None
    assert claimed.lease_until > timezone.now()


def test_job_of_the_future_is_not_run(job: Extraction, fake: FakeExtractor) -> None:
    later = timezone.now() + timedelta(minutes=1)
    Extraction.objects.filter(pk=job.pk).update(run_after=later)
    assert not jobs.run(job.pk)
    assert not jobs.due().exists()
    assert fake.asked == []


def test_job_that_is_gone_is_left_quietly(job: Extraction) -> None:
    job.card.delete()
    assert not jobs.run(job.pk)


def test_message_that_comes_twice_runs_the_job_once(job: Extraction, fake: FakeExtractor) -> None:
    fake.queue.append(ANSWER)
    assert [jobs.run(job.pk), jobs.run(job.pk)] == [True, False]
    assert len(fake.asked) == 1


def _all_at_once(call: Callable[[], Any], times: int) -> list[Any]:
    """What `call` returned in each of several threads that began together."""
    together = threading.Barrier(times)
    returned: list[Any] = []

    def work() -> None:
        try:
            together.wait(WAIT_SECONDS)
            returned.append(call())
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return returned


@pytest.mark.django_db(transaction=True)
def test_of_workers_at_the_same_moment_one_claims(job: Extraction) -> None:
    claims = _all_at_once(lambda: jobs._claim(job.pk), 6)
    assert len(claims) == 6
    assert sum(claim is not None for claim in claims) == 1
    job.refresh_from_db()
    assert (job.fence, job.attempts) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_of_workers_at_the_same_moment_one_asks(job: Extraction, fake: FakeExtractor) -> None:
    fake.queue.append(ANSWER)
    assert sorted(_all_at_once(lambda: jobs.run(job.pk), 4)) == [False, False, False, True]
    assert len(fake.asked) == 1


@pytest.mark.django_db(transaction=True)
def test_requests_at_the_same_moment_make_one_job(job: Extraction) -> None:
    requested = _all_at_once(lambda: jobs.request(job.card, extractor="offline").pk, 4)
    assert len(requested) == 4
    assert len(set(requested)) == 1


# Reading


def test_card_that_was_read_waits_for_review(job: Extraction, fake: FakeExtractor) -> None:
    fake.queue.append(ANSWER)
    assert jobs.run(job.pk)
    card = Card.objects.get()
    assert (card.full_name, card.company) == ("Rosa Halloway", "Northwind Boats")
    assert (card.status, card.notice) == (Card.Status.NEEDS_REVIEW, "")


def test_finished_job_keeps_the_result(job: Extraction, fake: FakeExtractor) -> None:
    fake.queue.append(ANSWER)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.status == Extraction.Status.SUCCEEDED
    assert (job.model, job.error, job.lease_until) == ("fake-1", "", None)
    assert job.result is not None
    result = Result.from_json(job.result)
    assert result.values["full_name"].boxes == (LINES[0].box,)
    assert job.seconds is not None


def test_extractor_gets_the_sides_and_their_lines(job: Extraction, fake: FakeExtractor) -> None:
    fake.queue.append(ANSWER)
    jobs.run(job.pk)
    assert [asked.sizes for asked in fake.asked] == [(pictures.SIZE_PX,)]
    assert fake.asked[0].lines == tuple(LINES)


def test_doubt_is_that_of_the_least_sure_field(job: Extraction, fake: FakeExtractor) -> None:
    fake.queue.append({**ANSWER, "confidence": {"company": 0.4}})
    jobs.run(job.pk)
    card = Card.objects.get()
    assert (card.doubt, card.doubtful_fields) == (0.6, ["company"])


def test_picture_without_text_says_so(
    job: Extraction, fake: FakeExtractor, ocr_lines: list[Line]
) -> None:
    ocr_lines.clear()
    fake.queue.append({"fields": {}})
    jobs.run(job.pk)
    card = Card.objects.get()
    assert card.notice == "No text was found on the picture; type what you can see."
    assert (card.status, card.doubt) == (Card.Status.NEEDS_REVIEW, 1.0)


def test_machine_does_not_overwrite_what_a_person_typed(
    job: Extraction, fake: FakeExtractor
) -> None:
    Card.objects.update(full_name="Rosa M. Halloway", is_edited=True)
    fake.queue.append(ANSWER)
    jobs.run(job.pk)
    card = Card.objects.get()
    assert (card.full_name, card.company) == ("Rosa M. Halloway", "")
    assert card.status == Card.Status.NEEDS_REVIEW


def test_machine_does_not_touch_an_approved_card(job: Extraction, fake: FakeExtractor) -> None:
    Card.objects.update(status=Card.Status.APPROVED, approved_at=timezone.now())
    fake.queue.append(ANSWER)
    jobs.run(job.pk)
    card = Card.objects.get()
    assert (card.full_name, card.status) == ("", Card.Status.APPROVED)


# Keeping the answer


def test_raw_answer_is_kept_with_what_explains_it(job: Extraction, fake: FakeExtractor) -> None:
    fake.queue.append(ANSWER)
    jobs.run(job.pk)
    (reading,) = _kept(job)
    assert reading["answer"] == ANSWER
    assert reading["lines"] == [line.to_json() for line in LINES]
    assert (reading["extractor"], reading["model"]) == ("fake", "fake-1")
    assert reading["card"] == str(job.card_id)


def test_answer_that_cannot_be_parsed_is_kept(job: Extraction, fake: FakeExtractor) -> None:
    fake.queue.append(GARBAGE)
    jobs.run(job.pk)
    assert [reading["answer"] for reading in _kept(job)] == [GARBAGE]


def test_answer_is_kept_before_it_is_parsed(
    job: Extraction, fake: FakeExtractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept_at_parse: list[int] = []
    parse = fake.parse

    def watched(answer: Any, lines: Any) -> Result:
        kept_at_parse.append(len(_kept(job)))
        return parse(answer, lines)

    monkeypatch.setattr(fake, "parse", watched)
    fake.queue.append(ANSWER)
    jobs.run(job.pk)
    assert kept_at_parse == [1]


def test_answer_in_the_vault_is_not_paid_for_again(job: Extraction, fake: FakeExtractor) -> None:
    fake.queue.append(ANSWER)
    jobs.run(job.pk)
    again = jobs.request(job.card, extractor="fake")
    assert jobs.run(again.pk)
    assert len(fake.asked) == 1
    again.refresh_from_db()
    assert (again.status, again.seconds) == (Extraction.Status.SUCCEEDED, None)


def test_same_picture_on_another_card_is_not_paid_for_again(fake: FakeExtractor) -> None:
    fake.queue.append(ANSWER)
    for job in (_take_in(), _take_in()):
        jobs.run(job.pk)
    assert len(fake.asked) == 1
    assert [card.full_name for card in Card.objects.all()] == ["Rosa Halloway"] * 2


def test_other_picture_is_asked_about(fake: FakeExtractor) -> None:
    fake.queue.extend([ANSWER, ANSWER])
    for job in (_take_in(), _take_in(tone=99)):
        jobs.run(job.pk)
    assert len(fake.asked) == 2


def test_answer_that_another_worker_kept_meanwhile_is_adopted(
    job: Extraction, fake: FakeExtractor
) -> None:
    other = _take_in()
    theirs = {"fields": {"full_name": "Rosa Halloway", "company": "Northwind"}}

    def slow() -> dict[str, Any]:
        fake.queue.append(theirs)
        jobs.run(other.pk)
        return ANSWER

    fake.queue.append(slow)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.attempts) == (Extraction.Status.SUCCEEDED, 1)
    assert {card.company for card in Card.objects.all()} == {"Northwind"}


def test_vault_that_cannot_be_written_is_tried_again(
    job: Extraction, fake: FakeExtractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(name: str, document: object) -> None:
        raise vault.VaultError("The vault could not keep it: no space left.")

    fake.queue.append(ANSWER)
    monkeypatch.setattr(vault, "put_json", full)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.result) == (Extraction.Status.QUEUED, None)
    assert "no space left" in job.error


# Failing


def test_failure_that_may_pass_is_tried_again_later(job: Extraction, fake: FakeExtractor) -> None:
    fake.queue.append(BUSY)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.error) == (Extraction.Status.QUEUED, "The fake is busy.")
    assert timedelta(0) < job.run_after - timezone.now() < timedelta(seconds=3)
    assert job.lease_until is None


def test_each_failure_waits_longer(job: Extraction, fake: FakeExtractor) -> None:
    waits = []
    for _ in range(3):
        fake.queue.append(BUSY)
        _make_due(job)
        jobs.run(job.pk)
        job.refresh_from_db()
        waits.append(job.run_after - timezone.now())
    assert waits == sorted(waits)
    assert waits[-1] > timedelta(seconds=5)


def test_busy_server_is_left_alone_as_long_as_it_asked(
    job: Extraction, fake: FakeExtractor
) -> None:
    fake.queue.append(ExtractorError("Busy.", retry=True, retry_after_seconds=120))
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.run_after - timezone.now() > timedelta(seconds=110)


def test_card_keeps_waiting_while_a_job_may_be_repeated(
    job: Extraction, fake: FakeExtractor
) -> None:
    fake.queue.append(BUSY)
    jobs.run(job.pk)
    assert Card.objects.get().status == Card.Status.UPLOADED


def test_second_attempt_may_succeed(job: Extraction, fake: FakeExtractor) -> None:
    fake.queue.extend([BUSY, ANSWER])
    jobs.run(job.pk)
    _make_due(job)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.attempts, job.error) == (Extraction.Status.SUCCEEDED, 2, "")


def test_attempts_have_an_end(job: Extraction, fake: FakeExtractor, settings: Settings) -> None:
    settings.JOB_MAX_ATTEMPTS = 2
    for _ in range(2):
        fake.queue.append(BUSY)
        _make_due(job)
        jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.attempts) == (Extraction.Status.FAILED, 2)
    assert job.finished_at is not None


def test_card_of_a_failed_job_waits_for_a_person(job: Extraction, fake: FakeExtractor) -> None:
    fake.queue.append(BROKEN)
    jobs.run(job.pk)
    card = Card.objects.get()
    assert (card.status, card.doubt) == (Card.Status.NEEDS_REVIEW, 1.0)
    assert card.notice == "Reading with “fake” failed: The fake is broken."


def test_garbage_answer_is_explained_on_the_card(job: Extraction, fake: FakeExtractor) -> None:
    fake.queue.append(GARBAGE)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.status == Extraction.Status.FAILED
    assert Card.objects.get().notice == (
        "Reading with “fake” failed: The fake's answer is not what was agreed."
    )


def test_extractor_that_is_gone_is_explained_on_the_card() -> None:
    job = _take_in(extractor="crystal_ball")
    jobs.run(job.pk)
    assert "There is no extractor “crystal_ball”" in Card.objects.get().notice


def test_failed_reading_keeps_the_notice_off_an_approved_card(
    job: Extraction, fake: FakeExtractor
) -> None:
    Card.objects.update(status=Card.Status.APPROVED, approved_at=timezone.now())
    fake.queue.append(BROKEN)
    jobs.run(job.pk)
    assert Card.objects.get().notice == ""


def test_bundled_reader_takes_over_after_another_failed_for_good(
    job: Extraction, fake: FakeExtractor
) -> None:
    fake.queue.append(BROKEN)
    jobs.run(job.pk)
    helper = Extraction.objects.exclude(pk=job.pk).get()
    assert (helper.extractor, helper.status) == (jobs.FALLBACK, Extraction.Status.QUEUED)
    jobs.run(helper.pk)
    assert Card.objects.get().full_name == "Rosa Halloway"


def test_bundled_reader_does_not_help_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> list[Line]:
        raise ExtractorError("The OCR is broken.")

    job = _take_in(extractor=jobs.FALLBACK)
    monkeypatch.setattr(ocr, "read", broken)
    jobs.run(job.pk)
    assert Extraction.objects.get().status == Extraction.Status.FAILED


def test_unexpected_exception_keeps_the_job_alive(
    job: Extraction, fake: FakeExtractor, caplog: pytest.LogCaptureFixture
) -> None:
    fake.queue.append(ZeroDivisionError("in the middle of it"))
    assert jobs.run(job.pk)
    job.refresh_from_db()
    assert job.status == Extraction.Status.QUEUED
    assert "the log has the details" in job.error
    assert "ZeroDivisionError" in caplog.text


def test_picture_that_is_gone_from_the_vault_is_explained(
    job: Extraction, settings: Settings
) -> None:
    settings.JOB_MAX_ATTEMPTS = 1
    job.card.sides.update(picture="0" * 64)
    jobs.run(job.pk)
    assert "The vault could not give" in Card.objects.get().notice


def test_card_deleted_meanwhile_leaves_nothing_behind(
    job: Extraction, fake: FakeExtractor, caplog: pytest.LogCaptureFixture
) -> None:
    def delete() -> dict[str, Any]:
        Card.objects.all().delete()
        return ANSWER

    fake.queue.append(delete)
    with caplog.at_level(logging.ERROR):
        assert jobs.run(job.pk)
    assert not Extraction.objects.exists()
    assert not Card.objects.exists()
    assert caplog.records == []


# Leases


def _taken_over(job: Extraction) -> dict[str, Any]:
    """What another worker does when the lease of the first has run out: it reads the card."""
    Extraction.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    jobs.requeue_stale()
    _make_due(job)
    assert jobs._claim(job.pk) is not None
    return ANSWER


def test_worker_that_was_overtaken_writes_no_result(job: Extraction, fake: FakeExtractor) -> None:
    fake.queue.append(lambda: _taken_over(job))
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.attempts, job.result) == (Extraction.Status.RUNNING, 2, None)
    assert Card.objects.get().full_name == ""


def test_worker_that_was_overtaken_writes_no_failure(job: Extraction, fake: FakeExtractor) -> None:
    def fail() -> dict[str, Any]:
        _taken_over(job)
        raise BROKEN

    fake.queue.append(fail)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.attempts) == (Extraction.Status.RUNNING, 2)
    assert Card.objects.get().notice == ""
    assert Extraction.objects.count() == 1


def test_failed_reading_does_not_replace_a_good_one(
    job: Extraction, fake: FakeExtractor, bell: list[int]
) -> None:
    fake.queue.append(ANSWER)
    jobs.run(job.pk)
    read = Card.objects.get().contact()
    again = jobs.request(job.card, extractor="fake")
    fake.queue.append(BROKEN)
    Extraction.objects.filter(pk=job.pk).update(digest="")
    fake.model = "another"
    jobs.run(again.pk)
    card = Card.objects.get()
    assert card.contact() == read
    assert "failed" in card.notice
    assert not Extraction.objects.filter(extractor="offline").exists()


def test_job_of_a_stopped_worker_goes_back_to_the_queue(job: Extraction) -> None:
    _claimed_but_stopped(job)
    jobs.requeue_stale()
    job.refresh_from_db()
    assert (job.status, job.lease_until) == (Extraction.Status.QUEUED, None)
    assert job.error == "The worker that read the card was stopped."


def test_job_of_a_stopped_worker_is_announced_by_the_same_sweep(
    job: Extraction, bell: list[int]
) -> None:
    _claimed_but_stopped(job)
    jobs.requeue_stale()
    assert bell == [job.pk]


def test_job_whose_worker_is_alive_stays_with_it(job: Extraction) -> None:
    assert jobs._claim(job.pk) is not None
    jobs.requeue_stale()
    job.refresh_from_db()
    assert job.status == Extraction.Status.RUNNING


def test_job_that_stops_its_workers_fails_in_the_end(job: Extraction, settings: Settings) -> None:
    settings.JOB_MAX_ATTEMPTS = 1
    _claimed_but_stopped(job)
    jobs.requeue_stale()
    job.refresh_from_db()
    assert job.status == Extraction.Status.FAILED
    assert "worker that read the card was stopped" in Card.objects.get().notice


def test_lease_renewed_at_the_last_moment_keeps_the_job(
    job: Extraction, monkeypatch: pytest.MonkeyPatch
) -> None:
    _claimed_but_stopped(job)
    take_over = jobs._take_over

    def beaten(late: Extraction) -> bool:
        Extraction.objects.update(lease_until=timezone.now() + timedelta(seconds=30))
        return take_over(late)

    monkeypatch.setattr(jobs, "_take_over", beaten)
    jobs.requeue_stale()
    job.refresh_from_db()
    assert job.status == Extraction.Status.RUNNING


@pytest.fixture
def beats(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when the heart of a job has beaten, after its lease was written."""
    beaten = threading.Event()
    mine = jobs._mine

    def watched(job: Extraction) -> Any:
        rows = mine(job)
        update = rows.update

        def beat(**changes: Any) -> int:
            changed = update(**changes)
            if set(changes) == {"lease_until"}:
                beaten.set()
            return changed

        rows.update = beat  # type: ignore[method-assign]
        return rows

    monkeypatch.setattr(jobs, "_mine", watched)
    return beaten


@pytest.mark.django_db(transaction=True)
def test_lease_is_renewed_while_the_reading_takes_long(
    job: Extraction, fake: FakeExtractor, settings: Settings, beats: threading.Event
) -> None:
    settings.JOB_LEASE_SECONDS = 0.3
    leases: list[Any] = []

    def slow() -> dict[str, Any]:
        for _ in range(2):
            leases.append(Extraction.objects.get(pk=job.pk).lease_until)
            beats.clear()
            assert beats.wait(WAIT_SECONDS)
        leases.append(Extraction.objects.get(pk=job.pk).lease_until)
        return ANSWER

    fake.queue.append(slow)
    jobs.run(job.pk)
    assert leases[0] < leases[1] < leases[2]
    assert Card.objects.get().full_name == "Rosa Halloway"


@pytest.mark.django_db(transaction=True)
def test_heart_stops_with_the_job(
    job: Extraction, fake: FakeExtractor, settings: Settings, beats: threading.Event
) -> None:
    settings.JOB_LEASE_SECONDS = 0.1
    fake.queue.append(lambda: ANSWER if beats.wait(WAIT_SECONDS) else GARBAGE)
    jobs.run(job.pk)
    assert not [t for t in threading.enumerate() if t.name == f"heartbeat-{job.pk}"]
    job.refresh_from_db()
    assert job.lease_until is None


@pytest.mark.django_db(transaction=True)
def test_database_that_fails_a_beat_does_not_stop_the_reading(
    job: Extraction,
    fake: FakeExtractor,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings.JOB_LEASE_SECONDS = 0.1
    failed = threading.Event()
    mine = jobs._mine

    def broken_beside(job: Extraction) -> Any:
        if threading.current_thread().name.startswith("heartbeat"):
            failed.set()
            raise OSError("the database is away")
        return mine(job)

    monkeypatch.setattr(jobs, "_mine", broken_beside)
    fake.queue.append(lambda: ANSWER if failed.wait(WAIT_SECONDS) else GARBAGE)
    jobs.run(job.pk)
    assert Card.objects.get().full_name == "Rosa Halloway"
    assert "could not be renewed" in caplog.text


# Sweeping


def test_sweep_rings_for_a_job_that_no_message_reached(job: Extraction, bell: list[int]) -> None:
    Extraction.objects.update(rung_at=timezone.now() - jobs.RING_AGAIN_AFTER)
    assert jobs.requeue_stale() == 1
    assert bell == [job.pk]


def test_sweep_gives_a_message_time_to_arrive(job: Extraction, bell: list[int]) -> None:
    assert jobs.requeue_stale() == 0
    assert bell == []


def test_sweep_does_not_ring_twice_in_a_row(job: Extraction, bell: list[int]) -> None:
    Extraction.objects.update(rung_at=timezone.now() - jobs.RING_AGAIN_AFTER)
    jobs.requeue_stale()
    jobs.requeue_stale()
    assert bell == [job.pk]


def test_sweep_can_ring_for_all_that_is_due(job: Extraction, bell: list[int]) -> None:
    assert jobs.requeue_stale(ring_all=True) == 1
    assert bell == [job.pk]


def test_sweep_leaves_jobs_of_the_future_alone(job: Extraction, bell: list[int]) -> None:
    Extraction.objects.update(run_after=timezone.now() + timedelta(minutes=1))
    jobs.requeue_stale(ring_all=True)
    assert bell == []


def test_sweep_rings_as_soon_as_a_repetition_is_due(
    job: Extraction, fake: FakeExtractor, bell: list[int]
) -> None:
    fake.queue.append(BUSY)
    jobs.run(job.pk)
    _make_due(job)
    jobs.requeue_stale()
    assert bell == [job.pk]


def test_sweep_rings_for_a_bounded_number(monkeypatch: pytest.MonkeyPatch, bell: list[int]) -> None:
    monkeypatch.setattr(jobs, "SWEEP_AT_MOST", 2)
    waiting = [_take_in(tone=tone).pk for tone in (10, 20, 30)]
    assert jobs.requeue_stale(ring_all=True) == 2
    assert bell == waiting[:2]


def test_task_runs_the_job(job: Extraction, fake: FakeExtractor) -> None:
    fake.queue.append(ANSWER)
    tasks.run(job.pk)
    assert Card.objects.get().full_name == "Rosa Halloway"


def test_task_sweeps(job: Extraction, bell: list[int]) -> None:
    tasks.sweep(ring_all=True)
    assert bell == [job.pk]


def test_message_carries_nothing_but_the_id(
    job: Extraction, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(celery_app, "send_task", lambda *message: sent.append(message))
    ring_workers(job.pk)
    assert json.loads(json.dumps(sent)) == [["extraction.tasks.run", [job.pk]]]
