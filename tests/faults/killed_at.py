"""Runs a process of the site that is killed with all its children when it first comes to a point.

python -m tests.faults.killed_at "answer kept" celery --app=backoffice worker …
"""

from __future__ import annotations

import functools
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

from tests.faults import program


@dataclass(frozen=True)
class Point:
    """Before or after a function of the product, named as "module:attribute"; `only` for calls of
    which an argument has this in it."""

    of: Literal["web", "worker"]
    when: Literal["before", "after"]
    function: str
    only: str = ""


_VISION = "extraction.extractors.openai_vision"

POINTS: Mapping[str, Point] = {
    "upload: picture hashed": Point("web", "before", "cards.vault:put_picture"),
    "upload: picture kept": Point("web", "after", "cards.vault:put_picture"),
    "upload: rows not committed": Point("web", "after", "cards.intake:_add"),
    "upload: doorbell not rung": Point("web", "before", "extraction.jobs:ring"),
    "reading: claimed": Point("worker", "before", "extraction.leases:heartbeat"),
    "reading: call not sent": Point("worker", "before", f"{_VISION}:Extractor.ask"),
    "reading: answer not kept": Point("worker", "after", f"{_VISION}:Extractor.ask"),
    "reading: answer kept": Point("worker", "before", "extraction.paying.calls:close"),
    "reading: result not committed": Point("worker", "after", "extraction.filling:turn"),
    "reading: result committed": Point("worker", "after", "extraction.jobs:_finish"),
    "journal: decision not copied": Point("worker", "before", "cards.vault:put_json", "/reviews/"),
    "journal: copy not noted": Point("worker", "after", "cards.vault:put_json", "/reviews/"),
    "review: decision not committed": Point("web", "after", "review.decisions:_look_again"),
    "review: decision not answered": Point("web", "after", "review.decisions:approve"),
}  # fmt: skip
"""The pipeline from a file to a decision in the vault, in its order."""


def arm(point: Point) -> None:
    """Lets this process be killed at the point."""
    module, _, path = point.function.partition(":")
    owner: Any = import_module(module)
    *outer, name = path.split(".")
    for part in outer:
        owner = getattr(owner, part)
    setattr(owner, name, _killing(getattr(owner, name), point))


def _killing(function: Callable[..., Any], point: Point) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        is_meant = not point.only or any(point.only in str(value) for value in args)
        if is_meant and point.when == "before":
            kill()
        returned = function(*args, **kwargs)
        if is_meant:
            kill()
        return returned

    return wrapped


def kill() -> None:
    """kill -9 of this process and all of its group."""
    os.killpg(os.getpgid(0), signal.SIGKILL)


def main(name: str, *words: str) -> None:
    program.set_up()
    arm(POINTS[name])
    program.run(words)


if __name__ == "__main__":
    main(*sys.argv[1:])
