"""One process at a time."""

from __future__ import annotations

from pathlib import Path

from backoffice import locks


def test_only_the_first_is_alone_until_it_leaves(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with locks.alone(lock) as first, locks.alone(lock) as second:
        assert (first, second) == (True, False)
    with locks.alone(lock) as third:
        assert third
