"""The head of the first page: a greeting, and in a sentence or two what waits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.navigation import shown

if TYPE_CHECKING:
    from backoffice.dashboard import Backlog, Reading


def greeting(now: datetime, name: str) -> str:
    """A greeting of `name` that fits the time of day."""
    if 5 <= now.hour < 12:
        words = _("Good morning, %(name)s")
    elif 12 <= now.hour < 18:
        words = _("Good afternoon, %(name)s")
    else:
        words = _("Good evening, %(name)s")
    return words % {"name": name}


def sentence(
    backlog: Backlog | None, reading: Reading | None, *, limit: int, can_review: bool
) -> str:
    """What waits, in words, for a reviewer and for those who only want to know.

    Counts stopped at `limit`.
    """
    if backlog is None:
        return _("Your account has no part in the work yet. Ask a manager to add you to a group.")
    waiting = _waiting(backlog.waiting, limit, can_review=can_review)
    if can_review and backlog.waiting:
        return f"{waiting} {_oldest(backlog)}"
    return f"{waiting} {_being_read(reading.cards if reading else 0, limit)}"


def _waiting(number: int, limit: int, *, can_review: bool) -> str:
    if not number:
        return _("Nothing waits for you.") if can_review else _("Nothing waits for a reviewer.")
    if can_review:
        words = ngettext("%(number)s card waits for you.", "%(number)s cards wait for you.", number)
    else:
        words = ngettext(
            "%(number)s card waits for a reviewer.",
            "%(number)s cards wait for a reviewer.",
            number,
        )
    return words % {"number": shown(number, limit)}


def _being_read(number: int, limit: int) -> str:
    if not number:
        return _("Nothing is being read.")
    words = ngettext("%(number)s card is being read.", "%(number)s cards are being read.", number)
    return words % {"number": shown(number, limit)}


def _oldest(backlog: Backlog) -> str:
    """When the card that waits longest came in."""
    now = timezone.now()
    since = backlog.oldest or now
    is_one = backlog.waiting == 1
    if now - since < timedelta(minutes=1):
        return _("It came in just now.") if is_one else _("The oldest came in just now.")
    words = _("It came in %(time)s ago.") if is_one else _("The oldest came in %(time)s ago.")
    return words % {"time": timesince(since, depth=1)}
