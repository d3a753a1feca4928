"""The disk as the site sees it: the day it will be full, the notice of it, and the last stop.

How full it is and what follows from that is said in `cards.room` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from statistics import linear_regression
from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from backoffice.noted import note, noted
from cards import room

DAYS_KEPT = 30
"""The forecast follows the last so many days."""

DAYS_NEEDED = 3
DAYS_AHEAD = 365
"""What is further away than this is no forecast but a guess."""

SOON_DAYS = 14
SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")
ALWAYS_ALLOWED = ("/admin/login/", "/admin/logout/", "/language")
"""A few bytes, without which nobody could see what is the matter."""

Answer = Callable[[HttpRequest], HttpResponseBase]


def middleware(get_response: Answer) -> Answer:
    """Refuses what would write while the disk is full, before anything is half written."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        is_write = request.method not in SAFE_METHODS and request.path not in ALWAYS_ALLOWED
        return _refuse(request) if is_write and room.is_full() else get_response(request)

    return answer


def _refuse(request: HttpRequest) -> HttpResponseBase:
    """A page for those who sent a form, JSON for scripts, which show its sentence."""
    if "text/html" in request.headers.get("Accept", ""):
        return render(request, "507.html", status=507)
    words = _(
        "The disk of this site is full, so nothing can be saved. What was saved before is safe, and"
        " what you typed stays on this page. Tell your administrator to make room, then try again."
    )
    return JsonResponse({"error": words}, status=507)


def note_sizes() -> None:
    """Keep how full each disk is today, once a day or more often; old days are forgotten."""
    today = timezone.localdate()
    days = _days()
    days[today.isoformat()] = {
        str(disk.folder): [disk.size_bytes, disk.bytes_used, disk.inodes_used]
        for disk in room.disks()
    }
    oldest = (today - timedelta(days=DAYS_KEPT)).isoformat()
    note("disk", {"days": {day: sizes for day, sizes in days.items() if day > oldest}})


def full_on(disk: room.Disk) -> date | None:
    """The day on which `disk` is full when it fills on as it did lately; None when it does not,
    when that is a year away, or before enough days are known."""
    found = [_day_full(disk, which) for which in (1, 2)]
    return min((day for day in found if day), default=None)


def _day_full(disk: room.Disk, which: int) -> date | None:
    """By bytes (1) or by inodes (2): the straight line through the shares of the last days."""
    today = timezone.localdate()
    points = [
        ((date.fromisoformat(day) - today).days, sizes[str(disk.folder)][which])
        for day, sizes in _days().items()
        # A disk of another size is another disk.
        if sizes.get(str(disk.folder), [None])[0] == disk.size_bytes
    ]
    if len(points) < DAYS_NEEDED:
        return None
    slope, _at_zero = linear_regression(*zip(*points, strict=True))
    left = 1 - (disk.bytes_used, disk.inodes_used)[which - 1]
    if slope <= 0 or left / slope > DAYS_AHEAD:
        return None
    return today + timedelta(days=int(left / slope))


def _days() -> dict[str, dict[str, list[Any]]]:
    days = noted("disk").get("days", {})
    return days if isinstance(days, dict) else {}


def sentences() -> Iterator[tuple[str, str, str]]:
    """What staff should know of the disks that fill: (tone, title, text) of each."""
    for disk in room.disks():
        day = full_on(disk)
        is_soon = day is not None and day <= timezone.localdate() + timedelta(days=SOON_DAYS)
        if disk.used < room.WARNING and not is_soon:
            continue
        title = _("The disk is %(percent)s full.") % {"percent": f"{disk.used:.0%}"}
        words = [_consequence(disk.used)]
        if day:
            at = date_format(day, "DATE_FORMAT")
            words.append(_("As it fills now, it will be full on %(day)s.") % {"day": at})
        words.append(_("Make room, or have it moved to a larger one."))
        yield "bad" if disk.used >= room.NO_UPLOADS else "doubt", title, " ".join(words)


def _consequence(used: float) -> str:
    if used >= room.NO_WRITES:
        return _("Nothing can be saved any more; what was saved is safe.")
    if used >= room.NO_UPLOADS:
        words = _("No more pictures are taken in; reviewing goes on until it is %(percent)s full.")
        return words % {"percent": f"{room.NO_WRITES:.0%}"}
    words = _("From %(percent)s on no more pictures are taken in.")
    return words % {"percent": f"{room.NO_UPLOADS:.0%}"}
