"""Labelled pictures that a model is tried on for money: the gate and the budget hold here, too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from extraction.extractors.base import ExtractorError
from extraction.measuring import trials
from extraction.measuring.evaluation import Trial
from extraction.measuring.labels import Label
from extraction.measuring.scoring import Truth
from extraction.measuring.sightings import Shelf, Sighting
from extraction.models import Call, Gate
from extraction.paying import gate, ledger
from extraction.result import Seen
from tests import pictures
from tests.extraction.make_jobs import ANSWER, LINES, PaidExtractor
from tests.extraction.readings import put_call

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db

CARDS = 4
NO_KEY = ExtractorError("The key is not accepted.", stops=True, outcome="not_allowed")

Run = Callable[[], list[Trial]]


@pytest.fixture
def run(paid: PaidExtractor, tmp_path: Path) -> Run:
    """Try the fake on four cards; answers are kept from one time to the next."""
    cards = []
    for number in range(CARDS):
        image = tmp_path / f"{number}.png"
        image.write_bytes(pictures.png(number))
        label = Label(str(number), image, Truth.from_contact({"full_name": "Rosa Halloway"}))
        cards.append((label, Sighting(Seen(tuple(LINES), turns=(0,)), 0.0)))
    return lambda: list(trials.run(paid, "fake", cards, Shelf(tmp_path / "kept")))


def _outcomes() -> list[str]:
    return list(Call.objects.order_by("pk").values_list("outcome", flat=True))


def test_stopped_model_is_not_asked(paid: PaidExtractor, run: Run) -> None:
    gate.failed("fake", NO_KEY)
    with pytest.raises(
        ExtractorError, match=r"^“fake” is not asked at the moment: The key is not accepted\. It is"
    ):
        run()
    assert (paid.asked, _outcomes()) == ([], [])


def test_refused_key_stops_the_workers_as_well(paid: PaidExtractor, run: Run) -> None:
    paid.queue.append(NO_KEY)
    with pytest.raises(ExtractorError, match="The key is not accepted"):
        run()
    assert gate.is_closed("fake")
    with pytest.raises(gate.Closed):
        run()
    assert (len(paid.asked), _outcomes()) == (1, ["not_allowed"])


def test_what_came_before_the_gate_closed_is_kept(paid: PaidExtractor, run: Run) -> None:
    paid.queue.extend([ANSWER, NO_KEY])
    with pytest.raises(ExtractorError, match="The key is not accepted"):
        run()
    gate.resume("fake")
    paid.queue.extend([ANSWER] * (CARDS - 1))
    assert len(run()) == CARDS
    assert len(paid.asked) == CARDS + 1
    assert not gate.is_closed("fake")


def test_first_answer_opens_the_gate_for_the_workers(paid: PaidExtractor, run: Run) -> None:
    past = timezone.now() - timedelta(seconds=1)
    Gate.objects.create(extractor="fake", failures=gate.FAILURES_IN_A_ROW, opens_at=past)
    paid.queue.extend([ANSWER] * CARDS)
    run()
    assert Gate.objects.get().failures == 0


def test_nothing_is_asked_beyond_the_budget_and_what_came_is_kept(
    paid: PaidExtractor, run: Run, settings: Settings
) -> None:
    settings.OPENAI_DAILY_BUDGET = Decimal("0.02")
    put_call("0.0155", model="another")  # which leaves enough for two answers at 0.00196
    paid.queue.extend([ANSWER] * CARDS)
    with pytest.raises(ledger.OverBudget) as caught:
        run()
    assert str(caught.value) == "The budget of $0.02 for today is spent."
    assert len(paid.asked) == 2
    settings.OPENAI_DAILY_BUDGET = None
    assert len(run()) == CARDS
    assert len(paid.asked) == CARDS


def test_unexpected_end_of_a_call_is_shown_as_lost(paid: PaidExtractor, run: Run) -> None:
    paid.queue.append(ZeroDivisionError("in the middle of it"))
    with pytest.raises(ZeroDivisionError):
        run()
    assert _outcomes() == ["lost"]
