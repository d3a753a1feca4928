"""Folders named for their time: under another name while they are made and removed, so that one
with such a name is complete."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

NAME = re.compile(r"\d{8}T\d{6}Z(-\d+)?")

MAKING, REMOVING = ".making-", ".removing-"
"""What begins so is half; a process that was killed left it, or one is at work."""


def free_place(folder: Path, as_of: datetime) -> Path:
    """Where in `folder` the one of this moment goes; a second one in a second gets a number."""
    name = f"{as_of.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    place, number = folder / name, 1
    while place.exists():
        number += 1
        place = folder / f"{name}-{number}"
    return place
