"""While the vault cannot be reached no job is given up, and no answer that was paid for is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.storage import Storage

from cards import vault
from extraction import answers, closing, jobs
from extraction.models import Extraction
from tests.extraction.make_jobs import GOOD, make_due, model_job, outcomes
from tests.fakes import FakeModelServer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bundled", "model")]

AWAY = vault.VaultAway("The vault could not keep it: no space left.")


@pytest.fixture
def take_away(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """From the next answer of the model on, the vault keeps nothing for so many times."""

    def take(times: int) -> None:
        put_json, left = vault.put_json, [times]

        def put(name: str, document: dict[str, Any]) -> None:
            if document.get("call") and left[0]:
                left[0] -= 1
                raise AWAY
            put_json(name, document)

        monkeypatch.setattr(vault, "put_json", put)

    return take


@pytest.fixture(autouse=True)
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that workers have waited, which nobody really does."""
    found: list[float] = []
    monkeypatch.setattr("extraction.answers.time.sleep", found.append)
    return found


def test_an_answer_that_was_paid_for_is_held_until_the_vault_is_back(
    server: FakeModelServer, take_away: Callable[[int], None], naps: list[float]
) -> None:
    server.queue.append(GOOD)
    job = model_job()
    take_away(3)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, outcomes(), naps) == (Extraction.Status.SUCCEEDED, ["answered"], [1, 2, 4])


def test_an_answer_that_a_store_took_and_lost_is_held_and_not_asked_for_again(
    server: FakeModelServer, fresh_vault: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = type(fresh_vault).create  # type: ignore[attr-defined]
    lost: list[str] = []

    def lose_one(storage: Storage, name: str, data: bytes) -> bool:
        if server.requests and not lost:
            lost.append(name)
            raise FileNotFoundError(name)
        return bool(create(storage, name, data))

    monkeypatch.setattr(type(fresh_vault), "create", lose_one)
    server.queue.append(GOOD)
    job = model_job()
    jobs.run(job.pk)
    assert len(lost) == 1
    assert (outcomes(), len(server.requests)) == (["answered"], 1)


def test_an_answer_is_not_held_for_ever(
    server: FakeModelServer, take_away: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    server.queue.append(GOOD)
    monkeypatch.setattr(answers, "HELD_SECONDS", 0)
    job = model_job()
    take_away(1)
    jobs.run(job.pk)
    assert outcomes() == ["lost"]


def test_an_answer_is_not_held_by_a_worker_that_has_to_end(
    server: FakeModelServer, take_away: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    server.queue.append(GOOD)
    job = model_job()
    take_away(1)
    monkeypatch.setattr(closing, "is_late", lambda: True)
    jobs.run(job.pk)
    assert outcomes() == ["lost"]


def test_a_job_whose_picture_cannot_be_reached_has_used_no_attempt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job = model_job()

    def away(*_: object) -> bytes:
        raise AWAY

    for _ in range(10):
        with monkeypatch.context() as patch:
            patch.setattr(vault, "get_picture", away)
            make_due(job)
            jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.attempts) == (Extraction.Status.QUEUED, 0)
    assert "no space left" in job.error
