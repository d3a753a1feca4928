"""Redis loses all it had, is down, swallows everything: it is the doorbell, and no more."""

from __future__ import annotations

from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
from redis import Redis

from tests.faults import record
from tests.faults.conftest import MakeSite
from tests.faults.day import Day
from tests.faults.proxy import Proxy

pytestmark = [pytest.mark.faults, pytest.mark.redis]

ON = "SQLite, Redis and a folder"
FLUSHED, DOWN = "Redis flushed while jobs wait", "Redis down"
BLACK_HOLED = "Redis black-holed, its connections forgotten"
REVIVED_SECONDS = 240
"""A worker that waits at a dead connection ends itself after two minutes, to be started again."""

BOUND_SECONDS = 12
"""The longest that staff may wait for the answer to a file or a decision while Redis hangs."""


def test_redis_flushed_down_and_black_holed_loses_no_job_and_stops_nobody(
    redis_url: str, make_site: MakeSite
) -> None:
    """One site, one fault after the other; what the black hole swallows never comes, and the
    connections of before stay dead. Then the sweep finds what no message reached."""
    there = urlsplit(redis_url)
    with ExitStack() as stack:
        proxy = stack.enter_context(Proxy(str(there.hostname), there.port or 0))
        faults = {
            name: stack.enter_context(record.fault(name, ON))
            for name in (FLUSHED, DOWN, BLACK_HOLED)
        }
        site = make_site(REDIS_URL=f"redis://{proxy.address}/14", JOB_LEASE_SECONDS=10)
        stack.callback(site.end)
        site.start("web")
        site.start("worker")
        day = Day(site)
        _flush(day, Redis.from_url(f"{redis_url.rpartition('/')[0]}/14"))
        faults[FLUSHED].tried(trials=3)
        day.until_read(4)
        for name, begin in ((DOWN, proxy.refuse), (BLACK_HOLED, proxy.black_hole)):
            day.slowest_seconds = 0
            begin()
            proxy.forget()
            day.take_in(2)
            day.decide(2)
            proxy.let_through()
            faults[name].tried(trials=4)
            faults[name].found = f"staff waited {day.slowest_seconds:.1f} s at most"
            if day.slowest_seconds > BOUND_SECONDS:
                faults[name].losses.append(faults[name].found)
        took = day.until_read(10, seconds=REVIVED_SECONDS, reviving=True)
        faults[BLACK_HOLED].found += f"; all were read {took:.0f} s after Redis was back"
        lost = day.lost()
        for fault in faults.values():
            fault.losses += lost


def _flush(day: Day, redis: Redis) -> None:
    day.take_in(1)
    for _ in range(3):
        redis.flushdb()
        day.take_in(1)
    redis.flushdb()
    day.take_in(2)
