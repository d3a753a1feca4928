"""What goes into a batch: the same questions as ever, each of them once."""

from __future__ import annotations

import pytest

from extraction import answers, backlog, backlog_lines, extractors, questions, tasks
from extraction.extractors.base import BatchExtractor
from extraction.models import Backlog
from tests.extraction.backlogs.stage import (
    SLUG,
    Status,
    answer_all,
    only,
    run_due,
    status,
    take_in,
    tend,
)
from tests.fake_batches import FakeBatchServer

pytestmark = pytest.mark.django_db


def test_request_is_the_one_that_would_be_made_directly(server: FakeBatchServer) -> None:
    (card,) = take_in()
    tend()
    (line,) = server.requests("batch_1")
    extractor = extractors.configured(SLUG)
    assert isinstance(extractor, BatchExtractor)
    sight = answers.look(card)
    identity = questions.identity(extractor, SLUG, questions.sides_of(card))
    assert line == {
        "custom_id": questions.digest(identity),
        "method": "POST",
        "url": "/v1/responses",
        "body": extractor.request(sight.pictures, sight.seen),
    }
    assert server.batches["batch_1"]["endpoint"] == "/v1/responses"
    assert server.batches["batch_1"]["metadata"] == {"card_desk": str(only().key)}


def test_same_picture_twice_is_asked_about_once(server: FakeBatchServer) -> None:
    first, second = *take_in(), *take_in()
    tend()
    assert len(server.requests("batch_1")) == 1
    answer_all(server)
    tend()
    run_due()
    assert (status(first), status(second)) == (Status.SUCCEEDED, Status.SUCCEEDED)


def test_card_whose_answer_is_kept_is_not_asked_about(server: FakeBatchServer) -> None:
    (first,) = take_in()
    tend()
    answer_all(server)
    tend()
    (again,) = take_in()
    tend()
    run_due()
    assert len(server.batches) == 1
    assert (status(first), status(again)) == (Status.SUCCEEDED, Status.SUCCEEDED)
    assert not Backlog.objects.filter(status__in=backlog.OPEN).exists()


def test_full_file_leaves_the_others_to_the_next(
    server: FakeBatchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog_lines, "REQUESTS_AT_MOST", 2)
    take_in(3)
    tend()
    tend()
    assert [len(server.requests(batch_id)) for batch_id in server.batches] == [2, 1]


def test_file_is_full_by_its_size_too(
    server: FakeBatchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in(2)
    tend()
    one_and_a_half = len(server.files["file-1"]) * 3 // 4
    monkeypatch.setattr(backlog_lines, "FILE_BYTES_AT_MOST", one_and_a_half)
    take_in(2, start=2)
    tend()
    assert len(server.requests("batch_2")) == 1


def test_ocr_looks_for_a_while_and_then_goes_on(
    server: FakeBatchServer, monkeypatch: pytest.MonkeyPatch, looks: list[int]
) -> None:
    monkeypatch.setattr(backlog, "SLICE_SECONDS", 0)
    take_in(2)
    assert backlog.tend(at_once=True)
    assert looks == [1]
    while backlog.tend(at_once=True):
        pass
    assert len(server.requests("batch_1")) == 2


def test_clock_goes_on_right_away_when_there_is_more_to_look_at(
    server: FakeBatchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = iter([True, False])
    rung: list[bool] = []
    monkeypatch.setattr(backlog, "tend", lambda: next(more))
    monkeypatch.setattr(tasks.tend_backlogs, "delay", lambda: rung.append(True))
    tasks.tend_backlogs()
    tasks.tend_backlogs()
    assert rung == [True]


def test_card_that_cannot_be_looked_at_fails_by_itself(server: FakeBatchServer) -> None:
    bad, good = take_in(2)
    bad.sides.all().delete()
    tend()
    assert len(server.requests("batch_1")) == 1
    run_due()
    assert status(bad) == Status.FAILED
    assert status(good) == Status.QUEUED
