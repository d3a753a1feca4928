"""Cards that can wait come together, and are sent when no more come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from extraction import backlog, jobs
from extraction.models import Backlog, Extraction
from tests.extraction.backlogs.stage import (
    SLUG,
    only,
    take_in,
    tend,
)
from tests.fake_batches import FakeBatchServer

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db


def test_card_that_can_wait_is_not_read_by_itself(server: FakeBatchServer) -> None:
    (card,) = take_in()
    assert not jobs.due().exists()
    assert not jobs.run(card.extractions.get().pk)
    assert server.asked == []


def test_cards_that_can_wait_join_one_backlog(server: FakeBatchServer) -> None:
    take_in(3)
    assert only().extractions.count() == 3


@pytest.mark.usefixtures("server")
def test_card_that_cannot_wait_is_due(settings: Settings) -> None:
    take_in(can_wait=False)
    assert jobs.due().count() == 1


def test_reader_without_batches_reads_at_once(settings: Settings) -> None:
    settings.EXTRACTOR = "offline"
    take_in()
    assert jobs.due().count() == 1


def test_server_of_ones_own_sells_nothing_at_half_the_price(
    server: FakeBatchServer, settings: Settings
) -> None:
    assert backlog.half_price() == {SLUG}
    settings.EXTRACTOR_OPTIONS[SLUG]["api"] = "chat"
    assert backlog.half_price() == set()


def test_backlog_is_sent_when_no_more_cards_come(server: FakeBatchServer) -> None:
    take_in()
    backlog.tend()
    assert server.batches == {}
    Extraction.objects.update(requested_at=timezone.now() - backlog.QUIET)
    backlog.tend()
    assert len(server.batches) == 1


def test_backlog_is_sent_after_a_while_though_cards_keep_coming(server: FakeBatchServer) -> None:
    take_in()
    Backlog.objects.update(created_at=timezone.now() - backlog.COLLECTS_AT_MOST)
    backlog.tend()
    assert len(server.batches) == 1


def test_card_that_comes_later_joins_another_backlog(server: FakeBatchServer) -> None:
    take_in()
    tend()
    take_in(start=1)
    assert Backlog.objects.count() == 2
