"""S3 is down, slow, fails, and says what is not so."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from tests import services
from tests.faults import record
from tests.faults.conftest import MakeSite
from tests.faults.day import Day
from tests.faults.lying_s3 import Lie, LyingStore
from tests.faults.processes import until
from tests.faults.proxy import Proxy
from tests.faults.record import Fault

pytestmark = [pytest.mark.faults, pytest.mark.s3]

ON = "SQLite, files and S3"
LIES = {
    Lie.FAILS: 0.5, Lie.LOSES: 0.5, Lie.OTHER_BYTES: 0.2, Lie.KEEPS_AND_FAILS: 0.5, Lie.CUTS: 0.5,
    Lie.CUTS_SHORT: 0.5,
}  # fmt: skip
"""How many of the requests that each is about are told it."""

BOUND_SECONDS = 60
"""The longest that staff may wait for the answer to a file while each request takes seconds."""


@dataclass
class Stand:
    """A site whose vault is in a store that may lie, behind a proxy that may be down."""

    day: Day
    store: LyingStore
    proxy: Proxy

    def lie(self, lie: Lie, fault: Fault) -> None:
        """Tell it while cards come in; whoever reads them may come to it later."""
        before = self.store.told
        self.store.tell(lie, share=LIES[lie])
        self.work(fault, 3)
        until(lambda: self.store.told > before, f"S3 {lie.value}")
        fault.tried(trials=self.store.told - before)

    def work(self, fault: Fault, count: int) -> None:
        """Cards come in and are decided upon."""
        self.day.slowest_seconds = 0
        self.day.take_in(count)
        self.day.decide(1)
        fault.found = f"staff waited {self.day.slowest_seconds:.1f} s at most"


@pytest.fixture
def stand(s3_environment: dict[str, str], make_site: MakeSite) -> Iterator[Stand]:
    endpoint = s3_environment["AWS_ENDPOINT_URL"]
    with ExitStack() as stack:
        store = stack.enter_context(LyingStore(endpoint, record.drawn("S3")))
        host, _, port = store.url.removeprefix("http://").partition(":")
        proxy = stack.enter_context(Proxy(host, int(port)))
        place = {**s3_environment, "VAULT_URL": f"s3://{services.BUCKET}/{uuid.uuid4().hex}"}
        through = {**place, "AWS_ENDPOINT_URL": f"http://{proxy.address}"}
        site = make_site(direct={"AWS_ENDPOINT_URL": endpoint}, JOB_LEASE_SECONDS=15, **through)
        stack.callback(site.end)
        site.start("web")
        site.start("worker", processes=2)
        day = Day(site)
        day.take_in(1)
        day.until_read(1)
        yield Stand(day, store, proxy)


def test_an_s3_that_fails_and_lies_loses_nothing(stand: Stand) -> None:
    """One lie after the other, with work going on; then the truth."""
    with ExitStack() as stack:
        faults = {lie: stack.enter_context(record.fault(f"S3 {lie.value}", ON)) for lie in LIES}
        for lie, fault in faults.items():
            stand.lie(lie, fault)
        stand.store.tell(Lie.NONE)
        lost = stand.day.lost()
        for fault in faults.values():
            fault.losses += lost


@pytest.mark.parametrize("how", [pytest.param("down", marks=pytest.mark.faults_in_ci), "losing"])
def test_an_s3_that_is_down_while_a_model_answers_costs_no_answer(stand: Stand, how: str) -> None:
    """It goes away between the question and the answer, or says that it keeps what it does not, and
    comes back when answers are held."""
    ai = stand.day.site.ai
    with record.fault(f"S3 {how} while answers come", ON) as fault:
        ai.seconds = 6
        stand.day.take_in(2)
        until(lambda: len(ai.requests) == 3, "both cards are asked about")
        if how == "down":
            stand.proxy.refuse()
        else:
            stand.store.tell(Lie.LOSES)
        worker = stand.day.site.processes["worker"]
        until(lambda: "waits for the vault" in worker.said(), "the answers are held")
        stand.proxy.let_through()
        stand.store.tell(Lie.NONE)
        fault.tried(trials=2)
        fault.losses += stand.day.lost()
        if (asked := len(ai.requests)) != 3:
            fault.losses.append(f"the model was asked {asked} times about 3 cards")


def test_a_slow_s3_is_waited_for_and_an_old_list_harms_nothing(stand: Stand) -> None:
    site = stand.day.site
    with record.fault("S3 takes seconds for each request", ON) as fault:
        stand.store.slow_seconds = 1.5
        stand.work(fault, 2)
        stand.store.slow_seconds = 0
        fault.tried(trials=3)
        if stand.day.slowest_seconds > BOUND_SECONDS:
            fault.losses.append(fault.found)
    with record.fault(f"S3 {Lie.OLD_LIST.value}, to a rebuild", ON) as fault:
        stand.store.tell(Lie.OLD_LIST)
        stand.day.take_in(2)
        site.settle()
        direct, site.direct = site.direct, {}
        site.manage("rebuild")
        site.direct = direct
        fault.tried(trials=stand.store.told)
        stand.store.tell(Lie.NONE)
        fault.losses += stand.day.lost()
