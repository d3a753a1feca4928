"""What counts against a budget, and when it is spent."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from backoffice import notices
from extraction.models import Call
from extraction.paying import ledger
from tests import fakes
from tests.cast import Person
from tests.extraction.make_jobs import MODEL, PaidExtractor, model_job, outcomes, run_in_turn
from tests.extraction.readings import put_call
from tests.fakes import FakeModelServer, Reply, Script

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bundled")]

ENOUGH = Decimal(100)


def _committed() -> Decimal:
    (budget,) = ledger.budgets()
    return budget.committed


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize(
    "script",
    [
        pytest.param(fakes.cut_connection(), id="in the middle of the answer"),
        pytest.param(lambda _: Reply(hangs=True), id="before the answer"),
    ],
)
def test_call_whose_connection_was_lost_may_have_been_billed(
    server: FakeModelServer, settings: Settings, script: Script
) -> None:
    settings.OPENAI_MONTHLY_BUDGET = ENOUGH
    server.let_go()  # a server that would hang closes the connection without a word
    server.queue.append(script)
    run_in_turn(model_job())
    assert (len(server.requests), outcomes()) == (1, ["disconnected"])
    assert Call.objects.get().cost is None
    assert _committed() == ledger.estimate(1, "gpt-5-mini")


@pytest.mark.usefixtures("model")
def test_call_that_never_reached_a_server_is_free(settings: Settings) -> None:
    settings.OPENAI_MONTHLY_BUDGET = ENOUGH
    with FakeModelServer() as gone:
        options = {**settings.EXTRACTOR_OPTIONS[MODEL], "base_url": gone.base_url}
    settings.EXTRACTOR_OPTIONS = {MODEL: options}
    run_in_turn(model_job())
    assert outcomes() == ["failed"]
    assert _committed() == 0


@pytest.mark.parametrize("spent", ["4.9999", "5"])
def test_ledger_and_notice_agree_when_the_budget_is_spent(
    paid: PaidExtractor, settings: Settings, reviewer: Person, spent: str
) -> None:
    """The next call does not fit, or nobody knows what it costs and nothing is left."""
    settings.OPENAI_DAILY_BUDGET = Decimal(5)
    paid.model = settings.OPENAI_MODEL = "gpt-5-mini" if spent != "5" else "my-own"
    put_call(spent, model="another")
    with pytest.raises(ledger.OverBudget, match=r"^The budget of \$5\.00 for today is spent\."):
        ledger.open_call(paid, "fake", "a")
    (notice,) = notices.for_user(reviewer.user)
    assert notice.title == "The budget of $5.00 for today is spent."
