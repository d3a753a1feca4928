"""Whether this worker has been told to end, and whether it is late in doing so.

One byte that all processes of a worker share, as they are forked from the one that is told.
"""

from __future__ import annotations

import mmap

_TOLD, _LATE = 1, 2
_said = mmap.mmap(-1, 1)


def tell() -> None:
    """From now on no reading is begun."""
    _said[0] = _TOLD


def hurry() -> None:
    """Readings that are still under way are given back to other workers."""
    _said[0] = _LATE


def is_told() -> bool:
    return _said[0] >= _TOLD


def is_late() -> bool:
    return _said[0] >= _LATE


def forget() -> None:
    """Nothing was said."""
    _said[0] = 0
