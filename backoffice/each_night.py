"""What is done once each night, at an hour of its own, and made up for when the machine was off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

TRY_AGAIN_AFTER = timedelta(hours=1)
"""After a failure."""


def is_due(hour: int, facts: Mapping[str, Any], newest: datetime | None) -> bool:
    """Whether the last `hour` of local time has brought none, and the last failure, by `failed_at`
    in the noted `facts`, is an hour ago."""
    now = timezone.localtime()
    tonight = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    since = tonight if tonight <= now else tonight - timedelta(days=1)
    failed = time(facts.get("failed_at"))
    if failed and now - failed < TRY_AGAIN_AFTER:
        return False
    return newest is None or newest < since


def time(text: Any) -> datetime | None:
    """The aware time that was noted as `text`; None when it is none."""
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else None


def on_screen(at: datetime) -> str:
    return date_format(timezone.localtime(at), "DATETIME_FORMAT")
