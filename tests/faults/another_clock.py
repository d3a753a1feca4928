"""Runs a process of the site by another clock: `python -m tests.faults.another_clock celery …`, in
an environment made by `faketime`.

libfaketime moves the clock on the wall. Of the steady one Python must keep the true one, or waiting
with a time-out never ends; then libfaketime calls each plain sleep an error, so that another way of
sleeping takes its place.
"""

from __future__ import annotations

import os
import select
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.faults import program


def faketime(**variables: str) -> dict[str, Any]:
    """The environment of a process with another clock, as these variables of libfaketime say."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found:
        missing = "there is no libfaketime; on Debian: apt install faketime"
        if os.environ.get("CARD_DESK_NO_SKIP"):
            pytest.fail(missing, pytrace=False)
        pytest.skip(missing)
    return {"LD_PRELOAD": str(found[-1]), "DONT_FAKE_MONOTONIC": "1", **variables}


def main(*words: str) -> None:
    time.sleep = _sleep  # type: ignore[assignment]
    program.run(words)


def _sleep(seconds: float) -> None:
    select.select([], [], [], seconds)


if __name__ == "__main__":
    main(*sys.argv[1:])
