"""How reviewers get on: time, corrections, reopened cards, and agreement at second looks.

Everything is measured for one person, or summed over all; nothing here compares people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy

from review.models import Correction, Review, SecondLook
from review.quality import second_look
from review.quality.second_look import Agreement

if TYPE_CHECKING:
    from django.contrib.auth.models import User

TIMES_COUNTED = 1_000
"""The median time is the one of so many of the latest decisions at most."""

BATCHES_SHOWN = 20
DAYS_SHOWN = 14

PERIODS = (
    (gettext_lazy("Today"), 1),
    (gettext_lazy("Last 7 days"), 7),
    (gettext_lazy("Last 30 days"), 30),
)
"""Names, and how many days by the calendar, today among them."""

_LONGEST = max(days for _, days in PERIODS)
_APPROVED = Q(decision=Review.Decision.APPROVED)


@dataclass(frozen=True, slots=True)
class Pace:
    """What was measured: of the `cards` decided, `approved` were approved; of those, `reopened`
    were opened again later. `corrected` fields of `approvals` were not as the machine read them.

    `seconds` is the median time of a decision; None when none was measured.
    """

    cards: int = 0
    approvals: int = 0
    approved: int = 0
    reopened: int = 0
    corrected: int = 0
    seconds: float | None = None
    agreement: Agreement = field(default_factory=Agreement)

    @property
    def corrected_a_card(self) -> float | None:
        return self.corrected / self.approvals if self.approvals else None

    @property
    def reopened_share(self) -> float | None:
        """0 to 1."""
        return self.reopened / self.approved if self.approved else None

    @property
    def agreed_share(self) -> float | None:
        """0 to 1."""
        return self.agreement.share if self.agreement.compared else None


@dataclass(frozen=True, slots=True)
class Part:
    """The pace of one day or of one batch; `name` is the day, or the batch."""

    name: date | str
    pace: Pace


def measure(user: User | None = None) -> tuple[list[Pace], list[Part]]:
    """The pace in each of `PERIODS`, and the days on which something was decided, the last first.

    Without `user` of all reviewers in sum. Five queries.
    """
    starts = [_midnight(days) for _, days in PERIODS]
    decided = _decided(user)
    times = _times(decided)
    counted = decided.aggregate(
        **{f"{name}_{n}": count for n, start in enumerate(starts)
           for name, count in _counts(Q(at__gte=start)).items()}
    )  # fmt: skip
    corrected = _corrections(user).aggregate(
        **{f"corrected_{n}": Count("id", filter=Q(review__at__gte=start))
           for n, start in enumerate(starts)}
    )  # fmt: skip
    looks = _looks(user)
    paces = [
        Pace(
            **{name: counted[f"{name}_{n}"] for name in _counts(Q())},
            corrected=corrected[f"corrected_{n}"],
            seconds=_median([seconds for at, _, seconds in times if at >= start]),
            agreement=sum((found for at, found in looks if at >= start), Agreement()),
        )
        for n, start in enumerate(starts)
    ]
    return paces, _days(decided, times)


def batches() -> list[Part]:
    """The pace of the batches decided on in the longest period, those with most cards first.

    All reviewers in sum. Three queries.
    """
    decided = _decided(None)
    rows: Any = decided.values("card__batch", "card__batch__name").annotate(**_counts(Q()))
    corrected = _corrections(None).values("review__card__batch").annotate(fields=Count("id"))
    fields = {row["review__card__batch"]: row["fields"] for row in corrected.order_by()}
    times: dict[int, list[int]] = defaultdict(list)
    for _, batch, seconds in _times(decided):
        times[batch].append(seconds)
    return [
        Part(
            row["card__batch__name"],
            Pace(
                **{name: row[name] for name in _counts(Q())},
                corrected=fields.get(row["card__batch"], 0),
                seconds=_median(times[row["card__batch"]]),
            ),
        )
        for row in rows.order_by("-cards", "card__batch")[:BATCHES_SHOWN]
    ]


def _decided(user: User | None) -> QuerySet[Review]:
    """The decisions of the longest period, each with whether it `was_reopened`.

    An approval is held against its reviewer when the card is reopened before it is approved again.
    """
    same_card = Review.objects.filter(card=OuterRef("card"))
    approved_between = same_card.filter(
        _APPROVED, number__lt=OuterRef("number"), number__gt=OuterRef(OuterRef("number"))
    )
    reopened = same_card.filter(
        ~Exists(approved_between), decision=Review.Decision.REOPENED, number__gt=OuterRef("number")
    )
    decided = Review.objects.filter(decision__in=Review.OF_THE_CARD, at__gte=_midnight(_LONGEST))
    decided = decided.filter(by=user) if user else decided
    return decided.alias(was_reopened=Exists(reopened)).order_by()


def _counts(when: Q) -> dict[str, Any]:
    """What is counted of the decisions of a period, by the names in `Pace`."""
    approved = _APPROVED & when
    return {
        "cards": Count("card", distinct=True, filter=when),
        "approvals": Count("id", filter=approved),
        "approved": Count("card", distinct=True, filter=approved),
        "reopened": Count("card", distinct=True, filter=approved & Q(was_reopened=True)),
    }


def _corrections(user: User | None) -> QuerySet[Correction]:
    corrections = Correction.objects.filter(
        review__decision=Review.Decision.APPROVED, review__at__gte=_midnight(_LONGEST)
    )
    return corrections.filter(review__by=user) if user else corrections


def _times(decided: QuerySet[Review]) -> list[tuple[datetime, int, int]]:
    """When, in which batch, and in how many seconds: the latest decisions that were timed."""
    timed = decided.filter(seconds__isnull=False).order_by("-at")
    columns = timed.values_list("at", "card__batch", "seconds")[:TIMES_COUNTED]
    return [(at, batch, seconds) for at, batch, seconds in columns if seconds is not None]


def _looks(user: User | None) -> list[tuple[datetime, Agreement]]:
    """When, and how far two people agreed, as the first or as the second of them."""
    looks = SecondLook.objects.filter(
        status__in=second_look.COMPARED, at__gte=_midnight(_LONGEST)
    ).order_by("-at")
    if user:
        looks = looks.filter(Q(by=user) | Q(first__by=user))
    columns = looks.values_list("at", "first__values", "values", "differences")
    return [
        (at, sum(second_look.agreement_in(first, second, different).values(), Agreement()))
        for at, first, second, different in columns[: second_look.LOOKS_COUNTED]
        if at
    ]


def _days(decided: QuerySet[Review], times: Sequence[tuple[datetime, int, int]]) -> list[Part]:
    seconds: dict[date, list[int]] = defaultdict(list)
    for at, _, took in times:
        seconds[timezone.localdate(at)].append(took)
    rows: Any = decided.annotate(day=TruncDate("at")).values("day").annotate(**_counts(Q()))
    return [
        Part(
            row["day"],
            Pace(
                **{name: row[name] for name in _counts(Q())}, seconds=_median(seconds[row["day"]])
            ),
        )
        for row in rows.order_by("-day")[:DAYS_SHOWN]
    ]


def _median(seconds: Sequence[int]) -> float | None:
    return median(seconds) if seconds else None


def _midnight(days: int) -> datetime:
    """The start of the first of the last `days` days by the calendar, today among them."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=days - 1)
