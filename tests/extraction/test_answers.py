"""Raw answers are asked for once, kept for good, and adopted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cards import vault
from cards.models import Card
from extraction import answers, jobs, questions
from extraction.models import Backlog, Call, Extraction
from extraction.paying import ledger
from extraction.result import Result
from tests.extraction.make_jobs import ANSWER, GARBAGE, LINES, PaidExtractor, kept, take_in
from tests.fakes import FakeExtractor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake", "bundled")]


def test_raw_answer_is_kept_with_what_explains_it(job: Extraction, fake: FakeExtractor) -> None:
    fake.queue.append(ANSWER)
    jobs.run(job.pk)
    (reading,) = kept(job)
    assert reading["answer"] == ANSWER
    assert reading["lines"] == [line.to_json() for line in LINES]
    assert (reading["extractor"], reading["model"]) == ("fake", "fake-1")
    assert reading["card"] == str(job.card_id)


def test_answer_that_cannot_be_parsed_is_kept(job: Extraction, fake: FakeExtractor) -> None:
    fake.queue.append(GARBAGE)
    jobs.run(job.pk)
    assert [reading["answer"] for reading in kept(job)] == [GARBAGE]


def test_answer_is_kept_before_it_is_parsed(
    job: Extraction, fake: FakeExtractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept_at_parse: list[int] = []
    parse = fake.parse

    def watched(answer: Any, lines: Any) -> Result:
        kept_at_parse.append(len(kept(job)))
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
    for job in (take_in(), take_in()):
        jobs.run(job.pk)
    assert len(fake.asked) == 1
    assert [card.full_name for card in Card.objects.all()] == ["Rosa Halloway"] * 2


def test_other_picture_is_asked_about(fake: FakeExtractor) -> None:
    fake.queue.extend([ANSWER, ANSWER])
    for job in (take_in(), take_in(tone=99)):
        jobs.run(job.pk)
    assert len(fake.asked) == 2


def test_answer_that_another_worker_kept_meanwhile_is_adopted(
    job: Extraction, fake: FakeExtractor
) -> None:
    other = take_in()
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


# Answers that came another way


def _call(paid: PaidExtractor, job: Extraction) -> Call:
    """The call of a backlog that asked for what `job` asks for."""
    backlog = Backlog.objects.create(extractor="fake")
    question = questions.identity(paid, "fake", questions.sides_of(job.card))
    job.digest = questions.digest(question)
    ledger.open_calls(paid, backlog, [job], timedelta(days=1))
    return Call.objects.get(backlog=backlog)


def test_answer_that_came_another_way_is_adopted(paid: PaidExtractor) -> None:
    job = take_in()
    answers.keep(paid, job.card, ANSWER, call=_call(paid, job))
    jobs.run(job.pk)
    assert paid.asked == []
    assert Card.objects.get().full_name == "Rosa Halloway"
    assert Call.objects.get().outcome == Call.Outcome.ANSWERED


def test_answer_that_comes_twice_is_kept_once(paid: PaidExtractor) -> None:
    job = take_in()
    call = _call(paid, job)
    for _ in range(2):
        answers.keep(paid, job.card, ANSWER, call=call)
    assert [document["answer"] for document in kept(job)] == [ANSWER]


def test_second_answer_is_kept_beside_the_first(paid: PaidExtractor) -> None:
    job = take_in()
    for content in (GARBAGE, ANSWER):
        answers.keep(paid, job.card, content, call=_call(paid, job))
    assert [document["answer"] for document in kept(job)] == [GARBAGE, ANSWER]
    outcomes = Call.objects.order_by("pk").values_list("outcome", flat=True)
    assert list(outcomes) == ["ill_formed", "answered"]
    jobs.run(job.pk)
    assert paid.asked == []
    assert Card.objects.get().full_name == "Rosa Halloway"


def test_answer_is_kept_under_the_name_it_was_asked_by(paid: PaidExtractor) -> None:
    """The settings changed while it was on its way; it is no answer to the new question."""
    job = take_in()
    call = _call(paid, job)
    paid.model = "gpt-5"
    answers.keep(paid, job.card, ANSWER, call=call)
    (document,) = kept(job)
    assert document["model"] == call.model == "gpt-5-mini"
    assert "parameters" not in document
    paid.queue.append(ANSWER)
    jobs.run(job.pk)
    assert len(paid.asked) == 1
    paid.model = "gpt-5-mini"
    jobs.run(jobs.request(job.card, extractor="fake").pk)
    assert len(paid.asked) == 1


def test_job_waits_for_its_backlog(paid: PaidExtractor) -> None:
    job = take_in()
    backlog = Backlog.objects.create(extractor="fake")
    Extraction.objects.update(backlog=backlog)
    assert not jobs.run(job.pk)
    assert not jobs.due().exists()
    assert jobs.waiting() == ["1 job waits for the answers of a Batch API."]
    Backlog.objects.update(status=Backlog.Status.FINISHED)
    assert list(jobs.due()) == [job]


def test_job_that_meets_a_backlogs_question_comes_back_in_a_minute(paid: PaidExtractor) -> None:
    job = take_in()
    _call(paid, job)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.attempts) == (Extraction.Status.QUEUED, 0)
    assert job.run_after > timezone.now() + timedelta(seconds=50)
    assert paid.asked == []
