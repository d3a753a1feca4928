"""Readings that have ended and calls that are closed reach the vault."""

from __future__ import annotations

from typing import Any

import pytest

from cards import vault
from cards.models import Card
from extraction import jobs, journal
from extraction.extractors.base import Usage
from extraction.models import Call, Extraction
from extraction.paying import ledger
from review import decisions
from tests.cast import Person
from tests.extraction.make_jobs import ANSWER, BROKEN, PaidExtractor, run_in_turn, take_in
from tests.fakes import FakeExtractor

pytestmark = pytest.mark.django_db


def reading(job: Extraction) -> dict[str, Any]:
    return vault.get_json(vault.reading_row_name(job.card_id, job.pk))


def test_a_reading_that_waits_is_not_copied(job: Extraction) -> None:
    assert journal.catch_up() == 0


def test_a_reading_that_succeeded_is_copied_with_its_result(
    job: Extraction, fake: FakeExtractor
) -> None:
    fake.queue.append(ANSWER)
    run_in_turn(job)
    assert journal.catch_up() == 1
    kept = reading(job)
    assert kept["status"] == "succeeded"
    assert kept["result"] == job.result
    assert kept["digest"] == job.digest


def test_a_reading_that_failed_is_copied_with_the_reason(
    job: Extraction, fake: FakeExtractor
) -> None:
    fake.queue.append(BROKEN)
    run_in_turn(job)
    assert journal.catch_up() == 1
    assert reading(job)["error"] == "The fake is broken."


def test_it_says_how_the_card_and_its_sides_stand_since(
    job: Extraction, fake: FakeExtractor
) -> None:
    fake.queue.append(ANSWER)
    run_in_turn(job)
    journal.catch_up()
    card, kept = Card.objects.get(pk=job.card_id), reading(job)
    assert kept["after"]["version"] == card.version == 1
    assert kept["after"]["values"]["full_name"] == "Rosa Halloway"
    assert kept["sides"] == [{"quad": None, "width_px": 96, "height_px": 64}]


def test_a_reading_is_copied_once(job: Extraction, fake: FakeExtractor) -> None:
    fake.queue.append(ANSWER)
    run_in_turn(job)
    journal.catch_up()
    assert journal.catch_up() == 0


def test_a_copy_that_was_made_and_not_noted_stays_although_the_card_has_moved_on(
    job: Extraction, fake: FakeExtractor, reviewer: Person
) -> None:
    fake.queue.append(ANSWER)
    run_in_turn(job)
    journal.catch_up()
    Extraction.objects.update(journaled_at=None)
    card = Card.objects.get(pk=job.card_id)
    decisions.reject(card, "An advertisement.", version=card.version, by=reviewer.user)
    assert journal.catch_up() == 1
    assert journal.catch_up() == 0
    assert reading(job)["after"]["status"] == "needs_review"


@pytest.fixture
def call(paid: PaidExtractor, ocr_lines: object) -> Call:
    """A line of the ledger, under way."""
    job = take_in()
    return ledger.open_call(paid, "fake", "d" * 64, card=job.card, job=job)


def kept(call: Call, closing: int) -> dict[str, object]:
    return vault.get_json(vault.call_name(call.started_at, call.pk, closing))


def test_a_call_that_is_under_way_is_not_copied(call: Call) -> None:
    assert journal.catch_up() == 0


def test_a_closed_call_is_copied_with_what_it_cost(call: Call) -> None:
    ledger.close(call.pk, Call.Outcome.ANSWERED, usage=Usage(input=1000, output=900))
    assert journal.catch_up() == 1
    call.refresh_from_db()
    document = kept(call, 1)
    assert document["cost"] == str(call.cost)
    assert (document["outcome"], document["input_tokens"]) == ("answered", 1000)


def test_a_call_whose_answer_is_found_later_is_copied_again(call: Call) -> None:
    Call.objects.update(lease_until="2026-01-05T08:00Z")
    ledger.lose_stale()
    journal.catch_up()
    ledger.close(call.pk, Call.Outcome.ANSWERED, usage=Usage(input=1000))
    assert journal.catch_up() == 1
    assert kept(call, 1)["outcome"] == "lost"
    assert kept(call, 2)["outcome"] == "answered"


def test_a_call_that_is_closed_again_while_it_is_copied_is_copied_again(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    Call.objects.update(lease_until="2026-01-05T08:00Z")
    ledger.lose_stale()
    put = vault.put_json

    def put_late(name: str, document: dict[str, object]) -> None:
        put(name, document)
        ledger.close(call.pk, Call.Outcome.ANSWERED, usage=Usage(input=1000))

    with monkeypatch.context() as patch:
        patch.setattr(vault, "put_json", put_late)
        journal.catch_up()
    assert list(journal.late_calls()) == [call]


def test_a_reading_that_runs_is_not_copied_before_it_has_ended(
    job: Extraction, fake: FakeExtractor
) -> None:
    copied: list[int] = []

    def look() -> dict[str, Any]:
        copied.append(journal.catch_up())
        return ANSWER

    fake.queue.append(look)
    jobs.run(job.pk)
    assert copied == [0]
