"""Many things, a piece at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def chunks(things: Iterable[T], size: int = 500) -> Iterator[list[T]]:
    """`things` in pieces, read as they are asked for; `itertools.batched` of Python 3.12."""
    rest = iter(things)
    while chunk := list(islice(rest, size)):
        yield chunk
