"""The model's server is busy, fails, hangs, hangs up: nothing is lost, and nothing paid unseen."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests import fakes
from tests.faults import record
from tests.faults.conftest import SMALL, MakeSite
from tests.faults.day import Day
from tests.faults.model import Model
from tests.faults.processes import until
from tests.model_server import Script

pytestmark = pytest.mark.faults

FAULTS: Mapping[str, Script] = {
    "the model answers 429": fakes.error(429, retry_after="1"),
    "the model answers 500": fakes.error(500),
    "the model hangs": fakes.hang(),
    "the model cuts the connection": fakes.cut_connection(),
    "the model’s answer drips": fakes.trickle(),
}
TIMEOUT_SECONDS = 8
"""Long enough for a request to go out on a machine that is busy with much else."""


@pytest.mark.parametrize(
    "times",
    [pytest.param(1, id="once"), pytest.param(4, id="small")],
)
def test_a_model_that_fails_in_every_way_loses_no_card_and_no_money_unseen(
    make_site: MakeSite, times: int
) -> None:
    """Each way so many times, in any order, with answers between; then all is well."""
    with Model() as ai:
        scripts = [*FAULTS.values()] * times
        cards = len(scripts)
        scripts += [ai.answer] * (cards - 1)
        record.drawn("model").shuffle(scripts)
        # The last card is read last of all, so that somebody asks until then.
        ai.queue.extend([*scripts, ai.answer])
        site = make_site(
            SMALL, ai=ai, OPENAI_TIMEOUT_SECONDS=TIMEOUT_SECONDS, JOB_MAX_ATTEMPTS=50,
            JOB_LEASE_SECONDS=15,
        )  # fmt: skip
        site.start("web")
        site.start("worker", processes=4)
        day = Day(site)
        day.take_in(cards)
        until(lambda: site.ask("open_gates") or not ai.queue, "every way was tried", seconds=240)
        took = until(lambda: site.ask("open_gates") or not site.ask("unsettled"), "settled")
        lost = day.lost()
        site.end()
    for name in FAULTS:
        with record.fault(name, SMALL) as fault:
            fault.tried(lost, trials=times)
            fault.found = f"all was read {took:.0f} s after the last failure"
