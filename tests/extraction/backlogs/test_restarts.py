"""Workers that overtake each other or are killed: one batch all the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx2
import pytest
from django.db import connection

from cards import vault
from extraction import backlog, batch_api, jobs
from extraction.models import Backlog, Call, Extraction
from tests.extraction.backlogs.stage import (
    Status,
    answer_all,
    kept,
    let_time_pass,
    only,
    run_due,
    status,
    take_in,
    tend,
)
from tests.fake_batches import FakeBatchServer

pytestmark = pytest.mark.django_db


def test_second_worker_leaves_a_backlog_alone(server: FakeBatchServer) -> None:
    take_in()
    second = Backlog.objects.get()
    tend()
    with pytest.raises(backlog._TakenOver):
        backlog._hold(second, backlog.HELD)


def test_worker_that_was_overtaken_makes_no_second_batch(
    server: FakeBatchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It slept during the upload; meanwhile another one made the batch."""
    take_in()
    upload = batch_api.BatchApi.upload
    is_first = True

    def sleep(api: batch_api.BatchApi, file: Any) -> str:
        nonlocal is_first
        if is_first:
            is_first = False
            tend()
        return upload(api, file)

    monkeypatch.setattr(batch_api.BatchApi, "upload", sleep)
    tend()
    assert (len(server.batches), server.times("POST files")) == (1, 2)
    assert only().status == Backlog.Status.SENT


def test_worker_that_was_overtaken_drops_no_call_of_the_batch_that_was_sent(
    server: FakeBatchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It slept before it began the file; meanwhile another one made the batch."""
    take_in()
    look_at_cards = backlog._look_at_cards

    def sleep(*args: Any) -> bool:
        monkeypatch.setattr(backlog, "_look_at_cards", look_at_cards)
        tend()
        return False

    monkeypatch.setattr(backlog, "_look_at_cards", sleep)
    tend()
    assert (only().status, len(server.batches)) == (Backlog.Status.SENT, 1)
    assert Call.objects.get().outcome == Call.Outcome.UNDER_WAY


class Killed(BaseException):
    """The worker is gone; nothing in it can do anything about it."""


class Killer:
    """Kills the worker at its step `at`: before or after a request, before a write."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.steps = 0

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Within, requests, writes to the database and objects for the vault are steps."""
        put, send = vault.put, httpx2.Client.send

        def put_step(name: str, data: bytes) -> None:
            self._step()
            put(name, data)

        def send_step(*args: Any, **options: Any) -> Any:
            self._step()
            response = send(*args, **options)
            self._step()
            return response

        def execute_step(execute: Any, sql: str, *rest: Any) -> Any:
            if sql.startswith(("INSERT", "UPDATE", "DELETE")):
                self._step()
            return execute(sql, *rest)

        with ExitStack() as stack:
            patch = stack.enter_context(pytest.MonkeyPatch.context())
            patch.setattr(vault, "put", put_step)
            patch.setattr(httpx2.Client, "send", send_step)
            stack.enter_context(connection.execute_wrapper(execute_step))
            yield

    def _step(self) -> None:
        self.steps += 1
        if self.steps == self.at:
            raise Killed


def _live_through(server: FakeBatchServer, killer: Killer) -> bool:
    """Whether the worker was killed on the way from taken in to read; it was restarted then."""
    was_killed = False
    for _ in range(6):
        if not Extraction.objects.filter(status__in=(Status.QUEUED, Status.RUNNING)).exists():
            break
        let_time_pass()
        try:
            with killer.at_work():
                backlog.tend(at_once=True)
                jobs.requeue_stale()
                run_due()
        except Killed:
            was_killed = True
        answer_all(server)
    return was_killed


@pytest.mark.anywhere
@pytest.mark.django_db(transaction=True)
def test_worker_killed_at_any_step_loses_nothing_and_pays_nothing_twice(
    server: FakeBatchServer,
) -> None:
    was_killed, step = True, 0
    while was_killed:
        step += 1
        before = len(server.batches)
        cards = take_in(2, start=2 * step)
        was_killed = _live_through(server, Killer(step))
        told = f"killed at step {step}"
        assert [status(card) for card in cards] == [Status.SUCCEEDED] * 2, told
        assert len(server.batches) == before + 1, told
        assert [len(kept(card)) for card in cards] == [1, 1], told
        calls = Call.objects.filter(card__in=cards).values_list("outcome", flat=True)
        assert sorted(calls) == [Call.Outcome.ANSWERED] * 2, told
    assert step > 40
    assert server.times("POST responses") == 0
