"""The navigation: the places of the back office, each offered to those who may go there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, PermissionsMixin, User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cards.wording import figure
from extraction.models import Extraction
from review.quality import second_look
from review.queue import waiting

# Counts stop here: beyond it only the order of magnitude matters, and the query stays cheap.
COUNT_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere to go: under which heading, what it needs, and what is counted there.

    `own_count` counts what waits for one person alone. With `is_used` the place is only offered
    while that is so, or something waits there.
    """

    section: str | Promise
    label: str | Promise
    url_name: str
    permission: str = ""
    count: Callable[[], int] | None = None
    own_count: Callable[[User], int] | None = None
    is_used: Callable[[], bool] | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A place as this user sees it on this page; `count` is "" when there is nothing to tell."""

    section: str
    label: str
    url: str
    count: str = ""
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    entries: tuple[Entry, ...]


def count_waiting() -> int:
    return _count_up_to_limit(waiting())


def count_open_jobs() -> int:
    return _count_up_to_limit(Extraction.objects.filter(status__in=Extraction.OPEN))


def count_second_looks(user: User) -> int:
    return _count_up_to_limit(second_look.waiting_for(user))


def asks_for_second_looks() -> bool:
    return bool(settings.SECOND_LOOK_PERCENT)


PLACES = (
    Place("", _("Today"), "admin:index"),
    Place("", _("Upload"), "admin:cards_upload", "cards.upload_card"),
    Place(
        "", _("Review"), "admin:review_waitingcard_changelist", "cards.review_card", count_waiting
    ),
    Place(
        "",
        _("Second looks"),
        "admin:review_second_look",
        "cards.review_card",
        own_count=count_second_looks,
        is_used=asks_for_second_looks,
    ),
    Place("", _("Cards"), "admin:cards_card_changelist", "cards.view_card"),
    Place("", _("Batches"), "admin:cards_batch_changelist", "cards.view_batch"),
    Place(_("Data"), _("Exports"), "admin:cards_card_export", "cards.export_card"),
    Place(_("Data"), _("Publications"), "admin:publications", "cards.export_card"),
    Place(_("Data"), _("Import"), "admin:cards_card_import", "cards.import_card"),
    Place(
        _("Operation"),
        _("Jobs"),
        "admin:extraction_extraction_changelist",
        "extraction.view_extraction",
        count_open_jobs,
    ),
    Place(_("Operation"), _("Costs"), "admin:extraction_call_changelist", "extraction.view_call"),
    Place(
        _("Operation"),
        _("Backlogs"),
        "admin:extraction_backlog_changelist",
        "extraction.view_backlog",
    ),
    Place(
        _("Operation"),
        _("Readers"),
        "admin:extraction_fittedreader_changelist",
        "extraction.view_fittedreader",
    ),
    Place(_("Operation"), _("Decisions"), "admin:review_review_changelist", "review.view_review"),
    Place(_("Operation"), _("Pace"), "admin:review_pace", "cards.review_card"),
    Place(_("Operation"), _("Staff"), "admin:auth_user_changelist", "auth.view_user"),
    Place(_("Operation"), _("Groups"), "admin:auth_group_changelist", "auth.view_group"),
)


def navigation(request: HttpRequest) -> tuple[Section, ...]:
    """The sections this user may enter, with counts. At most one query for each counted place."""
    entries = [entry for place in PLACES if (entry := _entry(place, request.user))]
    current = _current(entries, request.path)
    entries = [replace(entry, is_current=entry is current) for entry in entries]
    titles = dict.fromkeys(entry.section for entry in entries)
    return tuple(
        Section(title, tuple(entry for entry in entries if entry.section == title))
        for title in titles
    )


def link(url_name: str, *args: object) -> str:
    """The address of `url_name`, or "" when this installation has no such page."""
    try:
        return reverse(url_name, args=args)
    except NoReverseMatch:
        return ""


def shown(number: int, limit: int = COUNT_LIMIT) -> str:
    """`number` for people: 4,182; counts that stopped at `limit` as 999+."""
    return f"{figure(limit - 1)}+" if number >= limit else figure(number)


def _entry(place: Place, user: AbstractBaseUser | PermissionsMixin | AnonymousUser) -> Entry | None:
    if place.permission and not user.has_perm(place.permission):  # type: ignore[union-attr]
        return None
    url = link(place.url_name)
    if not url:
        return None
    number = place.count() if place.count else 0
    if place.own_count and isinstance(user, User):
        number = place.own_count(user)
    if place.is_used and not (number or place.is_used()):
        return None
    return Entry(str(place.section), str(place.label), url, shown(number) if number else "")


def _current(entries: Iterable[Entry], path: str) -> Entry | None:
    """The entry whose address covers most of `path`; the first page covers only itself."""
    home = link("admin:index")
    covering = [
        entry
        for entry in entries
        if path == entry.url or (entry.url != home and path.startswith(entry.url))
    ]
    return max(covering, key=lambda entry: len(entry.url), default=None)


def _count_up_to_limit(rows: QuerySet[Any]) -> int:
    return rows.order_by()[:COUNT_LIMIT].count()
