"""The command `drain`: every due job is run, and what still waits or failed is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError

from cards.models import Card
from extraction import jobs
from extraction.extractors.base import ExtractorError
from extraction.models import Extraction
from tests.backoffice.commands import run
from tests.fakes import FakeExtractor

pytestmark = pytest.mark.django_db

ANSWER = {"fields": {"full_name": "Rosa Halloway"}}


def test_drain_runs_every_due_job(folder: Path, fake: FakeExtractor) -> None:
    run("ingest", folder, extractor="fake")
    fake.queue.extend([ANSWER] * 3)
    assert "3 jobs run; none is due." in run("drain")
    assert set(Card.objects.values_list("full_name", "status")) == {
        ("Rosa Halloway", Card.Status.NEEDS_REVIEW)
    }


def test_drain_of_nothing_says_so() -> None:
    assert "0 jobs run; none is due." in run("drain")


def test_drain_runs_the_reading_that_stands_in_for_a_failed_one(
    folder: Path, fake: FakeExtractor
) -> None:
    run("ingest", folder / "anna.png", extractor="fake")
    fake.queue.append(ExtractorError("The fake is broken."))
    with pytest.raises(CommandError, match="1 of them failed; their cards wait for review"):
        run("drain")
    card = Card.objects.get()
    assert card.full_name == "Rosa Halloway"
    assert "The fake is broken." in card.notice


def test_drain_leaves_what_is_to_be_tried_later(folder: Path, fake: FakeExtractor) -> None:
    run("ingest", folder / "anna.png", extractor="fake")
    fake.queue.append(ExtractorError("The fake is busy.", retry=True, retry_after_seconds=60))
    assert "1 job run; none is due." in run("drain")
    assert Extraction.objects.get().status == Extraction.Status.QUEUED
    assert not jobs.due().exists()


def test_drain_ends_at_a_closed_gate_and_says_what_waits(
    folder: Path, fake: FakeExtractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeExtractor, "is_paid", True)
    run("ingest", folder / "anna.png", extractor="fake")
    run("ingest", folder / "bruno.jpg", extractor="fake")
    fake.queue.append(ExtractorError("The account has no credit left.", stops=True))
    output = run("drain")
    assert len(fake.asked) == 1
    assert "2 jobs wait for “fake”: The account has no credit left." in output
