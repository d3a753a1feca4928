"""Sites to be killed, on both kinds of parts, and staff who work on them."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests import services
from tests.faults import record
from tests.faults.model import Model
from tests.faults.site import Site, own_database, running

SMALL, BIG = "SQLite and a folder", "PostgreSQL, Redis and S3"

MakeSite = Callable[..., Site]
_redis_numbers = itertools.cycle(range(1, 16))

both_sites = pytest.mark.parametrize(
    "kind",
    [
        pytest.param(SMALL, id="small"),
        pytest.param(
            BIG, id="big", marks=[pytest.mark.postgres, pytest.mark.redis, pytest.mark.s3]
        ),
    ],
)
"""For tests that take the `kind` of site."""


def pytest_report_header() -> str:
    return f"FAULTS_SEED={record.SEED}"


@pytest.fixture
def parts_of(request: pytest.FixtureRequest) -> Callable[[str], dict[str, str]]:
    """The variables of a kind of site: a database, queue and bucket folder of its own each time."""

    def found(kind: str) -> dict[str, str]:
        if kind == SMALL:
            return {}
        redis: str = request.getfixturevalue("redis_url")
        return {
            **request.getfixturevalue("s3_environment"),
            "DATABASE_URL": own_database(request.getfixturevalue("postgres_url")),
            "REDIS_URL": f"{redis.rpartition('/')[0]}/{next(_redis_numbers)}",
            "VAULT_URL": f"s3://{services.BUCKET}/{uuid.uuid4().hex}",
        }

    return found


@pytest.fixture
def make_site(parts_of: Callable[[str], dict[str, str]], tmp_path: Path) -> Iterator[MakeSite]:
    """Makes a prepared site of a kind of which nothing runs yet; all are ended after the test.

    `ai` is its model, `direct` what the process beside it uses in the place of parts; all else are
    variables of its processes.
    """
    with ExitStack() as stack:
        numbers = itertools.count()

        def make(
            kind: str = SMALL, *, ai: Model | None = None, direct: dict[str, str] | None = None,
            **variables: Any,
        ) -> Site:  # fmt: skip
            parts = {**parts_of(kind), **{name: str(text) for name, text in variables.items()}}
            folder = tmp_path / f"site{next(numbers)}"
            return stack.enter_context(running(folder, parts, ai=ai, direct=direct))

        yield make
