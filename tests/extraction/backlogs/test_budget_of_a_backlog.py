"""A backlog and the budget: added up once, never overspent, whoever else asks meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import IO, TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from extraction import backlog_lines, extractors
from extraction.extractors.base import BaseExtractor, BatchExtractor
from extraction.models import Backlog, Call, Extraction
from extraction.paying import ledger
from tests.extraction.backlogs.stage import SLUG, only, take_in, tend
from tests.extraction.make_jobs import all_at_once
from tests.fake_batches import FakeBatchServer

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db


@pytest.fixture
def extractor(server: FakeBatchServer) -> BaseExtractor:
    """The model behind `server`."""
    return extractors.configured(SLUG)


@pytest.fixture
def one(extractor: BaseExtractor) -> Decimal:
    """What a request of a batch is expected to cost."""
    found = ledger.estimate(1, extractor.model, can_wait=True)
    assert found
    return found


def _sums(count: int, start: int) -> int:
    """How often calls were added up while a backlog of so many cards was sent."""
    take_in(count, start=start)
    with CaptureQueriesContext(connection) as captured:
        tend()
    sums = [query["sql"] for query in captured if "SUM(" in query["sql"]]
    assert Call.objects.filter(backlog=Backlog.objects.latest("pk")).count() == count
    return len(sums)


def test_calls_are_added_up_as_often_for_many_lines_as_for_few(
    server: FakeBatchServer, settings: Settings
) -> None:
    settings.OPENAI_DAILY_BUDGET = settings.OPENAI_MONTHLY_BUDGET = Decimal(5)
    assert _sums(2, start=0) == _sums(9, start=2) > 0


@pytest.mark.django_db(transaction=True)
def test_backlogs_opened_at_the_same_moment_do_not_overspend_the_budget(
    extractor: BaseExtractor, one: Decimal, settings: Settings
) -> None:
    settings.OPENAI_DAILY_BUDGET = one * Decimal("7.5")
    take_in(1)
    job = Extraction.objects.get()
    numbers = iter(range(4))

    def work() -> int:
        number = next(numbers)
        backlog = Backlog.objects.create(extractor=SLUG)
        jobs = [Extraction(pk=job.pk, digest=f"{number}-{line}") for line in range(3)]
        try:
            return len(ledger.open_calls(extractor, backlog, jobs, timedelta(days=1)))
        except ledger.OverBudget:
            return 0

    assert sorted(all_at_once(work, 4)) == [0, 1, 3, 3]
    assert Call.objects.count() == 7


def test_file_that_did_not_arrive_is_sent_again_within_the_same_budget(
    server: FakeBatchServer, one: Decimal, settings: Settings
) -> None:
    settings.OPENAI_DAILY_BUDGET = one * 2
    take_in(2)
    server.fail("POST /v1/files", 500)
    tend()
    assert server.batches == {}
    tend()
    assert len(server.requests("batch_1")) == Call.objects.count() == 2


def test_question_that_another_worker_puts_meanwhile_is_cut_off_the_file(
    server: FakeBatchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in(3)
    open_calls = backlog_lines.open_calls

    def late(
        backlog: Backlog,
        extractor: BatchExtractor,
        lines: Sequence[backlog_lines.Line],
        file: IO[bytes],
    ) -> set[int]:
        monkeypatch.setattr(backlog_lines, "open_calls", open_calls)
        ledger.open_call(extractor, SLUG, lines[1].job.digest, lease=timedelta(minutes=1))
        return open_calls(backlog, extractor, lines, file)

    monkeypatch.setattr(backlog_lines, "open_calls", late)
    tend()
    first, _ = Backlog.objects.order_by("pk")
    (sent,) = server.requests("batch_1")
    assert Call.objects.get(backlog=first).digest == sent["custom_id"]
    Call.objects.filter(backlog=None).update(lease_until=timezone.now())
    ledger.lose_stale()
    tend()
    assert len(server.requests("batch_2")) == 2


def test_question_that_another_worker_puts_already_waits_for_its_answer(
    server: FakeBatchServer, extractor: BaseExtractor
) -> None:
    take_in(1)
    backlog_lines.look(Extraction.objects.get(), extractor)  # type: ignore[arg-type]
    ledger.open_call(extractor, SLUG, Extraction.objects.get().digest)
    first = only()
    tend()
    assert server.files == {}
    assert Extraction.objects.get().backlog not in (None, first)
