"""Small facts about the running of a site, kept as JSON beside its database, one file each.

They outlive the database and are of no worth without the site: losing one loses a figure.
"""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings


def note(name: str, facts: dict[str, Any]) -> None:
    """Keep `facts` under `name` in place of those before. Raises OSError."""
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, aside = tempfile.mkstemp(dir=folder, prefix=".")
    try:
        with open(descriptor, "w") as file:
            json.dump(facts, file)
        os.replace(aside, folder / f"{name}.json")
    finally:
        with suppress(FileNotFoundError):
            os.unlink(aside)


def noted(name: str) -> dict[str, Any]:
    """The facts under `name`; none when nothing was noted or it cannot be read."""
    try:
        found = json.loads((_folder() / f"{name}.json").read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "noted"
