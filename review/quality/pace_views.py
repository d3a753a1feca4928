"""The page of one's own pace; those who look after the staff also see the sum over all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from cards.fields import CONTACT_COLUMNS
from cards.views import needs, staff_member
from cards.wording import figure
from review.quality import pace, second_look
from review.quality.pace import Pace

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SEES_SUMS = "auth.view_user"
"""Managers: those who see the accounts of the staff. Reviewers see nothing but their own."""

NONE = "–"


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing measured: what it means, and for each period the number and what it counts."""

    label: str
    meaning: StrOrPromise
    numbers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Meanings:
    """What each figure says, in a sentence."""

    cards: StrOrPromise
    seconds: StrOrPromise
    corrected: StrOrPromise
    reopened: StrOrPromise
    agreement: StrOrPromise


OWN = Meanings(
    _("Cards that you approved, rejected or sent back to be photographed again."),
    _("Half of your cards took less, half took more; pauses are left out."),
    _("Fields of an approved card that you set otherwise than the machine had read them."),
    _("Of the cards that you approved, those that somebody opened again."),
    _(
        "At second looks, the fields in which you and a colleague came to the same, neither of you"
        " seeing the other's values."
    ),
)
ALL = Meanings(
    _("Cards that were approved, rejected or sent back to be photographed again."),
    _("Half of the cards took less, half took more; pauses are left out."),
    _("Fields of an approved card that were set otherwise than the machine had read them."),
    _("Of the cards that were approved, those that somebody opened again."),
    _(
        "At second looks, the fields in which two reviewers came to the same, neither of them"
        " seeing the other's values."
    ),
)


@needs("cards.review_card")
@require_GET
def pace_page(request: HttpRequest) -> HttpResponseBase:
    """The reviewer's own figures and days; for managers also sums, by day and by batch."""
    own, days = pace.measure(staff_member(request))
    agreement = agreement_rows()
    context = {
        **admin.site.each_context(request),
        "title": gettext("Pace"),
        "periods": [name for name, _ in pace.PERIODS],
        "has_own": bool(own[-1].cards or own[-1].agreement.compared),
        "own": figures(own, OWN),
        "days": parts(days),
        "differing": [row for row in agreement if row["found"].differing],
        "alike": [row for row in agreement if not row["found"].differing],
        "percent": settings.SECOND_LOOK_PERCENT,
    }
    if request.user.has_perm(SEES_SUMS):
        everybody, all_days = pace.measure()
        context |= {
            "sees_sums": True,
            "has_all": bool(everybody[-1].cards),
            "all": figures(everybody, ALL),
            "all_days": parts(all_days),
            "batches": parts(pace.batches()),
        }
    return TemplateResponse(request, "review/pace.html", context)


def figures(paces: Sequence[Pace], meanings: Meanings) -> list[Figure]:
    """The figures of several periods side by side."""
    return [
        Figure(gettext("Cards decided"), meanings.cards,
               tuple((figure(p.cards), "") for p in paces)),
        Figure(gettext("Seconds a card"), meanings.seconds,
               tuple((_whole(p.seconds), "") for p in paces)),
        Figure(gettext("Fields changed a card"), meanings.corrected,
               tuple((_tenths(p.corrected_a_card), "") for p in paces)),
        Figure(gettext("Opened again"), meanings.reopened,
               tuple((percent(p.reopened_share), _of(p.reopened, p.approved)) for p in paces)),
        Figure(gettext("Agreement"), meanings.agreement,
               tuple((percent(p.agreed_share), _of(p.agreement.agreed, p.agreement.compared))
                     for p in paces)),
    ]  # fmt: skip


def parts(found: Sequence[pace.Part]) -> list[dict[str, Any]]:
    """Days or batches as rows; `of` is the most cards of one, for the bars."""
    most = max((part.pace.cards for part in found), default=0)
    return [
        {
            "name": part.name,
            "cards": part.pace.cards,
            "of": most,
            "seconds": _whole(part.pace.seconds),
            "corrected": _tenths(part.pace.corrected_a_card),
            "reopened": percent(part.pace.reopened_share),
        }
        for part in found
    ]


def agreement_rows() -> list[dict[str, Any]]:
    """How far reviewers agree by field, the fields they differ on most first."""
    labels = {column.name: str(column.verbose_name) for column in CONTACT_COLUMNS}
    return [
        {"label": labels[name], "found": found, "percent": percent(found.share)}
        for name, found in second_look.agreement_by_field().items()
    ]


def _whole(number: float | None) -> str:
    return NONE if number is None else figure(number)


def _tenths(number: float | None) -> str:
    return NONE if number is None else figure(number, 1)


def percent(share: float | None) -> str:
    """Never 100 % or 0 % when that is not all or nothing."""
    if share is None:
        return NONE
    rounded = round(share * 100)
    return f"{min(max(rounded, 1), 99) if 0 < share < 1 else rounded} %"


def _of(some: int, all_of_them: int) -> str:
    words = gettext("%(some)s of %(all)s")
    return words % {"some": figure(some), "all": figure(all_of_them)} if all_of_them else ""


def urls(wrap: Callable[..., Any]) -> list[URLPattern]:
    """The address of the page, wrapped for signed-in staff."""
    return [path("pace/", wrap(pace_page), name="review_pace")]
