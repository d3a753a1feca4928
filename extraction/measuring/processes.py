"""Work spread over processes of one thread each, which is faster than one process of many."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

import django

Item = TypeVar("Item")
Made = TypeVar("Made")


def spread(
    function: Callable[[Item], Made], items: Sequence[Item], processes: int
) -> Iterator[Made]:
    """What `function` makes of each item, in their order; with one process, here and now."""
    if min(processes, len(items)) < 2:
        yield from map(function, items)
        return
    # Fresh processes: a fork would share the threads and the connections of this one.
    with ProcessPoolExecutor(
        min(processes, len(items)), mp_context=get_context("spawn"), initializer=_prepare
    ) as pool:
        yield from pool.map(function, items)


def _prepare() -> None:
    for library in ("OMP", "OPENBLAS", "MKL"):  # read when numpy is imported, which comes later
        os.environ[f"{library}_NUM_THREADS"] = "1"
    django.setup()
