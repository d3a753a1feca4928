"""What was sent to a Batch API before the database was lost is fetched, and not asked again."""

from __future__ import annotations

import pytest

from backoffice.archive.papers import take_inventory
from backoffice.archive.rebuild import Report, rebuild
from cards.models import Card
from extraction.models import Backlog, Call
from review import journal
from tests.backoffice.archive.desk import wipe
from tests.extraction.backlogs import stage
from tests.extraction.backlogs.conftest import looks, server  # noqa: F401
from tests.fake_batches import FakeBatchServer

pytestmark = pytest.mark.django_db


def lose_database() -> Report:
    while journal.catch_up():
        pass
    wipe()
    Backlog.objects.all().delete()
    return rebuild(take_inventory())


def test_answers_of_a_sent_backlog_are_fetched(server: FakeBatchServer) -> None:  # noqa: F811
    stage.take_in(3)
    stage.tend()
    assert lose_database().backlogs == 1
    stage.answer_all(server)
    stage.tend()
    stage.tend()
    stage.run_due()
    assert {card.full_name for card in Card.objects.all()} == {"Rosa Halloway"}
    assert len(server.batches) == 1
    assert list(Call.objects.values_list("outcome", flat=True)) == ["answered"] * 3


def test_a_backlog_that_was_about_to_be_sent_is_sent_once(
    server: FakeBatchServer,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage.take_in(2)
    with monkeypatch.context() as patch:

        def stop(*_: object) -> str:
            raise KeyboardInterrupt

        patch.setattr("extraction.batch_api.BatchApi.create", stop)
        with pytest.raises(KeyboardInterrupt):
            stage.tend()
    lose_database()
    stage.tend()
    assert len(server.batches) == 1
    stage.answer_all(server)
    stage.tend()
    stage.run_due()
    assert {card.full_name for card in Card.objects.all()} == {"Rosa Halloway"}


def test_one_whose_answers_came_is_left_alone(server: FakeBatchServer) -> None:  # noqa: F811
    stage.take_in(2)
    stage.tend()
    stage.answer_all(server)
    stage.tend()
    stage.run_due()
    assert lose_database().backlogs == 0
    stage.tend()
    assert len(server.batches) == 1
    assert not Backlog.objects.exists()
