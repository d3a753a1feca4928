"""Half the price from the shell, where no site may be running; and what staff see of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cards.models import Batch
from extraction import jobs
from extraction.models import Backlog
from tests import pictures
from tests.cast import Person
from tests.extraction.backlogs.stage import Status, answer_all, let_time_pass, status, take_in, tend
from tests.fake_batches import FakeBatchServer

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db

LIST = "admin:extraction_backlog_changelist"


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "rosa.png"
    path.write_bytes(pictures.png())
    return path


@pytest.mark.usefixtures("server")
def test_ingest_lets_its_cards_wait(picture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("ingest", str(picture), "--batch-api")
    assert Batch.objects.get().can_wait
    assert not jobs.due().exists()
    assert "`drain --batch-api` does both" in capsys.readouterr().out


@pytest.mark.usefixtures("server")
def test_ingest_refuses_to_wait_for_a_reader_that_gets_no_cheaper(picture: Path) -> None:
    with pytest.raises(CommandError, match="“offline” does not read at half the price"):
        call_command("ingest", str(picture), "--batch-api", "--extractor", "offline")
    assert not Batch.objects.exists()


def test_drain_sends_what_is_due_and_run_again_fetches_the_answers(
    server: FakeBatchServer, capsys: pytest.CaptureFixture[str]
) -> None:
    cards = [*take_in(), *take_in(can_wait=False, start=1)]
    call_command("drain", "--batch-api")
    assert len(server.requests("batch_1")) == 2
    assert "sent, waiting for answers" in capsys.readouterr().out
    answer_all(server)
    let_time_pass()
    call_command("drain", "--batch-api")
    assert [status(card) for card in cards] == [Status.SUCCEEDED] * 2
    assert server.times("POST responses") == 0


def test_drain_alone_leaves_backlogs_alone(server: FakeBatchServer) -> None:
    take_in()
    call_command("drain")
    assert server.asked == []


def test_drain_says_when_there_is_no_half_price_here(settings: Settings) -> None:
    settings.EXTRACTOR_OPTIONS = {}
    with pytest.raises(CommandError, match="nothing was changed"):
        call_command("drain", "--batch-api")


def test_manager_sees_how_backlogs_stand_and_what_they_cost(
    server: FakeBatchServer, manager: Person
) -> None:
    take_in(2)
    tend()
    answer_all(server)
    tend()
    page = manager.client.get(reverse(LIST)).content.decode()
    assert "Answers came" in page
    assert "$" in page
    url = reverse("admin:extraction_backlog_change", args=(Backlog.objects.get().pk,))
    page = manager.client.get(url).content.decode()
    assert "batch_1" in page
    assert 'type="submit" name="_save"' not in page


def test_list_of_backlogs_takes_the_same_queries_however_long(manager: Person) -> None:
    counts = []
    for number in (3, 27):
        Backlog.objects.bulk_create(Backlog(extractor="openai_vision") for _ in range(number))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            manager.client.get(reverse(LIST))
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("name", ["uploader", "reviewer", "analyst", "outsider"])
def test_only_managers_see_backlogs(request: pytest.FixtureRequest, name: str) -> None:
    person: Person = request.getfixturevalue(name)
    assert person.client.get(reverse(LIST)).status_code == 403
