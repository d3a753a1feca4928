"""What is paid: each call before it is made, what came of it, and what may still be spent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Avg, Count, Q, QuerySet, Sum
from django.utils import timezone

from cards.models import Card
from extraction import gate, prices
from extraction.extractors.base import BaseExtractor, ExtractorError, Usage
from extraction.models import Backlog, Call, Extraction

TYPICAL = Usage(input=4_500, output=900)
"""The tokens of a card, until the calls of this site say better."""

LEARNT_FROM = 100
"""So many answered calls of a model say what its next one will cost."""

_ANSWERED = (
    Call.Outcome.ANSWERED,
    Call.Outcome.REFUSED,
    Call.Outcome.CUT_OFF,
    Call.Outcome.ILL_FORMED,
)
_OPEN = (Call.Outcome.UNDER_WAY, Call.Outcome.LOST)
"""Calls of which an answer may still be found."""


class AskedElsewhere(ExtractorError):
    """Another worker asks for the same right now; its answer will do for both."""

    def __init__(self, call: Call) -> None:
        super().__init__(
            "The same is being asked already; the card waits for the answer.",
            is_busy=True,
            retry_after_seconds=None if call.backlog_id is None else 60,
        )


class OverBudget(ExtractorError):
    """Nothing more may be spent for now."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent in US dollars from `since` on, and what was.

    `period` is "today" or "this month", `next_one` when there is money again. `committed` is the
    cost of all calls since, those under way or without a known cost at their estimate.
    """

    period: str
    next_one: str
    since: datetime
    cap: Decimal
    committed: Decimal

    @property
    def is_spent(self) -> bool:
        return self.committed >= self.cap


def open_call(
    extractor: BaseExtractor,
    slug: str,
    digest: str,
    *,
    card: Card | None = None,
    job: Extraction | None = None,
    backlog: Backlog | None = None,
    lease: timedelta | None = None,
) -> Call:
    """A new line in the ledger, before the call is made. Raises AskedElsewhere, OverBudget.

    While it is under way nobody else asks for `digest`. Its lease is that of a job, whose heart
    renews it, unless another is given; when it runs out, the call is lost and may be repeated.
    """
    with transaction.atomic():
        gate.lock(slug)  # one after the other, or two would spend the last of a budget
        lose_stale()
        if other := _under_way().filter(digest=digest).first():
            raise AskedElsewhere(other)
        _check_budgets(extractor.model, can_wait=backlog is not None)
        return Call.objects.create(
            card=card,
            extraction=job,
            backlog=backlog,
            extractor=slug,
            model=extractor.model,
            digest=digest,
            lease_until=timezone.now() + (lease or _lease()),
        )


def drop(call: Call) -> None:
    """Take a line out again: the call was never made."""
    Call.objects.filter(pk=call.pk, outcome=Call.Outcome.UNDER_WAY).delete()


def close(call_id: int, outcome: str, *, usage: Usage, detail: str = "") -> None:
    """Write what came of a call and what it cost, unless that stands there already."""
    call = Call.objects.filter(pk=call_id, outcome__in=_OPEN).first()
    if call is None:
        return
    price = prices.price(call.model, settings.OPENAI_PRICES)
    is_known = price is not None and usage != Usage()
    _write(
        call,
        outcome,
        detail=detail,
        input_tokens=usage.input,
        cached_input_tokens=usage.cached_input,
        output_tokens=usage.output,
        cost=prices.cost(price, usage, is_batch=call.backlog_id is not None)
        if price is not None and is_known
        else None,
    )


def fail(call: Call, error: ExtractorError) -> None:
    """Write that no answer came. One that nobody waited for to the end may have been billed."""
    is_free = error.outcome not in (Call.Outcome.TIMED_OUT, Call.Outcome.LOST)
    _write(call, error.outcome, detail=str(error), cost=Decimal(0) if is_free else None)


def renew(job: Extraction) -> None:
    """Renew the lease of the call that `job` makes, if it makes one."""
    _under_way().filter(extraction=job.pk).update(lease_until=timezone.now() + _lease())


def lose_stale() -> int:
    """The number of calls given up: their lease ran out, their worker was stopped."""
    stale = _under_way().filter(lease_until__lt=timezone.now())
    return stale.update(outcome=Call.Outcome.LOST, lease_until=None)


def spent(since: datetime) -> Decimal:
    """The known cost in US dollars of all calls since."""
    found = Call.objects.filter(started_at__gte=since).aggregate(cost=Sum("cost"))
    return _dollars(found["cost"])


def today() -> datetime:
    """When today began, by this site's clock."""
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def this_month() -> datetime:
    return today().replace(day=1)


def budgets() -> list[Budget]:
    """The budgets of this site, the shorter first; none unless set.

    Two queries a budget, and one or two more for each model with calls of unknown cost.
    """
    found = []
    for period, next_one, since, cap in (
        ("today", "tomorrow", today(), settings.OPENAI_DAILY_BUDGET),
        ("this month", "next month", this_month(), settings.OPENAI_MONTHLY_BUDGET),
    ):
        if cap:
            found.append(Budget(period, next_one, since, cap, _committed(since)))
    return found


def estimate(cards: int, model: str, *, can_wait: bool = False) -> Decimal | None:
    """What reading so many cards with `model` will cost in US dollars; None when nobody knows.

    The mean of its last calls here, or a typical card's tokens. Half of it when the cards
    `can_wait` for the Batch API. One query.
    """
    price = prices.price(model, settings.OPENAI_PRICES)
    share = prices.BATCH_API_SHARE if can_wait else Decimal(1)
    known = Call.objects.filter(
        model=model, outcome__in=_ANSWERED, cost__isnull=False, backlog=None
    )
    mean = known.order_by("-id")[:LEARNT_FROM].aggregate(cost=Avg("cost"))["cost"]
    if mean is None and price is None:
        return None
    one = Decimal(mean) if mean is not None or price is None else prices.cost(price, TYPICAL)
    return _dollars(one * share * cards)


def _check_budgets(model: str, *, can_wait: bool) -> None:
    """Raises OverBudget when one more call of `model` does not fit."""
    for budget in budgets():
        one = estimate(1, model, can_wait=can_wait) or Decimal(0)
        if budget.committed + one > budget.cap:
            raise OverBudget(
                f"The budget of ${budget.cap:.2f} for {budget.period} is spent. Read it again"
                f" with the model {budget.next_one}."
            )


def _committed(since: datetime) -> Decimal:
    """Known costs, and estimates for calls whose cost is not known yet or never will be."""
    calls = Call.objects.filter(started_at__gte=since)
    unknown = calls.filter(cost__isnull=True).order_by()
    models = unknown.values_list("model").annotate(
        sent=Count("pk", filter=Q(backlog=None)), waiting=Count("pk", filter=~Q(backlog=None))
    )
    total = spent(since)
    for model, sent, waiting in models:
        total += (sent and estimate(sent, model)) or 0
        total += (waiting and estimate(waiting, model, can_wait=True)) or 0
    return total


def _write(call: Call, outcome: str, **changes: object) -> None:
    seconds = (timezone.now() - call.started_at).total_seconds()
    Call.objects.filter(pk=call.pk, outcome__in=_OPEN).update(
        outcome=outcome, lease_until=None, seconds=round(seconds, 3), **changes
    )


def _under_way() -> QuerySet[Call]:
    return Call.objects.filter(outcome=Call.Outcome.UNDER_WAY)


def _lease() -> timedelta:
    return timedelta(seconds=settings.JOB_LEASE_SECONDS)


def _dollars(amount: Decimal | None) -> Decimal:
    return round(Decimal(amount or 0), 6)
