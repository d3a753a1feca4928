"""A worker's own clock: it goes round, outlives what fails, and finds jobs that nobody runs."""

from __future__ import annotations

from datetime import timedelta
from threading import Event

import pytest
from django.utils import timezone

from backoffice.celery import app
from backoffice.clock import ROUNDS, Clock
from cards import vault
from cards.models import Batch, Card
from extraction.models import Extraction
from review import decisions
from tests.cast import Person
from tests.extraction.readings import put_card

WAIT_SECONDS = 10


def test_a_round_that_fails_is_followed_by_the_next() -> None:
    came = Event()
    rounds: list[int] = []

    def do() -> None:
        rounds.append(len(rounds))
        if len(rounds) < 3:
            raise OSError("no answer")
        came.set()

    clock = Clock({"try": (0.01, do)})
    clock.start()
    assert came.wait(WAIT_SECONDS)
    clock.stop()


def test_a_round_that_hangs_keeps_no_other_from_its_turn() -> None:
    came, hangs = Event(), Event()
    clock = Clock({"hang": (0.01, lambda: hangs.wait(WAIT_SECONDS)), "go": (0.01, came.set)})
    clock.start()
    assert came.wait(WAIT_SECONDS)
    hangs.set()
    clock.stop()


@pytest.mark.django_db
def test_the_sweep_takes_a_job_from_a_worker_that_is_gone(bell: list[int]) -> None:
    card = Card.objects.create(batch=Batch.objects.create(name="Expo Berlin"))
    past = timezone.now() - timedelta(seconds=1)
    job = Extraction.objects.create(
        card=card, extractor="offline", status=Extraction.Status.RUNNING, attempts=1,
        lease_until=past,
    )  # fmt: skip
    _, sweep = ROUNDS["sweep"]
    sweep()
    job.refresh_from_db()
    assert (job.status, bell) == (Extraction.Status.QUEUED, [job.pk])


PROMISED_SECONDS = 5
"""So soon every committed decision is in the vault, in normal running."""


@pytest.mark.django_db
def test_one_round_of_the_journal_copies_what_was_decided(reviewer: Person) -> None:
    card = put_card()
    decisions.approve(card, card.contact(), version=0, by=reviewer.user)
    seconds, journal = ROUNDS["journal"]
    journal()
    assert vault.has(vault.review_name(card.pk, 1))
    assert seconds < PROMISED_SECONDS


@pytest.mark.parametrize(
    ("name", "task"),
    [("backlogs", "extraction.tasks.tend_backlogs"), ("keep safe", "backoffice.tasks.keep_safe")],
)
def test_what_beat_asks_for_a_worker_asks_for_too(
    name: str, task: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(app, "send_task", lambda task, **_: asked.append(task))
    _, ask = ROUNDS[name]
    ask()
    assert asked == [task]
