"""What is paid: each call before it is made, what came of it, and what may still be spent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import takewhile

from django.conf import settings
from django.db import transaction
from django.db.models import Avg, Count, F, Q, QuerySet, Sum
from django.utils import timezone

from cards import one_clock
from cards.models import Card
from extraction.extractors.base import BaseExtractor, ExtractorError, Usage
from extraction.models import Backlog, Call, Extraction
from extraction.paying import gate, prices

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

_UNHEARD = (Call.Outcome.TIMED_OUT, Call.Outcome.DISCONNECTED, Call.Outcome.LOST)
"""Calls that may have been answered where nobody was listening, and billed."""


class AskedElsewhere(ExtractorError):
    """Another worker asks for the same right now; its answer will do for both."""

    def __init__(self, call: Call) -> None:
        super().__init__(
            "The same is being asked already; the card waits for the answer.",
            is_busy=True,
            retry_after_seconds=None if call.backlog_id is None else 60,
        )


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent in US dollars from `since` on, and what was.

    `period` is "today" or "this month", `next_one` when there is money again. `committed` is the
    cost of all calls since, those under way or without a known cost at their estimate; `a_call`
    is what the next one will cost, 0 when nobody knows.
    """

    period: str
    next_one: str
    since: datetime
    cap: Decimal
    committed: Decimal
    a_call: Decimal

    def __str__(self) -> str:
        return f"budget of ${self.cap:,.2f} for {self.period}"

    @property
    def is_spent(self) -> bool:
        """Whether the next call does not fit."""
        return self.committed >= self.cap or self.committed + self.a_call > self.cap

    def room(self, calls: int) -> int:
        """How many of so many `calls` fit."""
        if self.is_spent:
            return 0
        return min(calls, int((self.cap - self.committed) // self.a_call)) if self.a_call else calls


class OverBudget(ExtractorError):
    """Nothing more may be spent for now."""

    def __init__(self, budget: Budget) -> None:
        super().__init__(f"The {budget} is spent.")
        self.budget = budget


def open_call(
    extractor: BaseExtractor,
    slug: str,
    digest: str,
    *,
    card: Card | None = None,
    job: Extraction | None = None,
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
        affordable(1, extractor.model)
        return Call.objects.create(
            card=card,
            extraction=job,
            extractor=slug,
            model=extractor.model,
            digest=digest,
            lease_until=one_clock.now() + (lease or _lease()),
        )


def open_calls(
    extractor: BaseExtractor, backlog: Backlog, jobs: Sequence[Extraction], lease: timedelta
) -> set[str]:
    """The digests of what may be asked for `jobs`, each a new line in the ledger with this `lease`.

    They are those of the first jobs, up to one that another worker asks for or that no budget
    has room for. Raises OverBudget when there is room for none. However many they are, the calls
    of this month are added up once.
    """
    with transaction.atomic():
        gate.lock(backlog.extractor)
        lose_stale()
        elsewhere = being_asked()
        free = {job.digest: job for job in takewhile(lambda job: job.digest not in elsewhere, jobs)}
        room = affordable(len(free), extractor.model, can_wait=True) if free else 0
        opened = Call.objects.bulk_create(
            Call(
                card_id=job.card_id,
                extraction=job,
                backlog=backlog,
                extractor=backlog.extractor,
                model=extractor.model,
                digest=digest,
                lease_until=one_clock.now() + lease,
            )
            for digest, job in list(free.items())[:room]
        )
    return {call.digest for call in opened}


def being_asked() -> set[str]:
    """The digests of all that is being asked now."""
    return set(_under_way().values_list("digest", flat=True))


def drop(call: Call) -> None:
    """Take a line out again: the call was never made."""
    _under_way().filter(pk=call.pk).delete()


def drop_all(backlog: Backlog) -> None:
    """Take the lines of a `backlog` out again that was never sent: none of its calls was made."""
    _under_way().filter(backlog=backlog).delete()


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
    """Write that no answer came. One that came where nobody was listening may have been billed."""
    cost = None if error.outcome in _UNHEARD else Decimal(0)
    _write(call, error.outcome, detail=str(error), cost=cost)


def renew(job: Extraction) -> None:
    """Renew the lease of the call that `job` makes, if it makes one."""
    _under_way().filter(extraction=job.pk).update(lease_until=one_clock.now() + _lease())


def lose(job: Extraction) -> None:
    """Give the call up that `job` makes, if it makes one: its worker has to end."""
    _lose(_under_way().filter(extraction=job.pk))


def lose_stale() -> int:
    """The number of calls given up: their lease ran out, their worker was stopped."""
    return _lose(_under_way().filter(lease_until__lt=one_clock.now()))


def _lose(calls: QuerySet[Call]) -> int:
    return calls.update(
        outcome=Call.Outcome.LOST, lease_until=None, closings=F("closings") + 1, journaled_at=None
    )


def spent(since: datetime) -> Decimal:
    """The known cost in US dollars of all calls since."""
    found = Call.objects.filter(started_at__gte=since).aggregate(cost=Sum("cost"))
    return _dollars(found["cost"])


def today() -> datetime:
    """When today began, by this site's clock."""
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def this_month() -> datetime:
    return today().replace(day=1)


def budgets(model: str = "", *, can_wait: bool = False) -> list[Budget]:
    """The budgets of this site, the shorter first; none unless set.

    The next call is one of `model`, the usual one unless given. One query, two a budget, and one
    or two more for each model with calls of unknown cost.
    """
    caps = (
        ("today", "tomorrow", today(), settings.OPENAI_DAILY_BUDGET),
        ("this month", "next month", this_month(), settings.OPENAI_MONTHLY_BUDGET),
    )
    if not any(cap for *_, cap in caps):
        return []
    a_call = estimate(1, model or settings.OPENAI_MODEL, can_wait=can_wait) or Decimal(0)
    return [
        Budget(period, next_one, since, cap, _committed(since), a_call)
        for period, next_one, since, cap in caps
        if cap
    ]


def affordable(calls: int, model: str, *, can_wait: bool = False) -> int:
    """How many of so many `calls` of `model` the budgets have room for.

    Raises OverBudget when there is room for none.
    """
    for budget in budgets(model, can_wait=can_wait):
        calls = budget.room(calls)
        if not calls:
            raise OverBudget(budget)
    return calls


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
        outcome=outcome,
        lease_until=None,
        seconds=round(seconds, 3),
        closings=F("closings") + 1,
        journaled_at=None,
        **changes,
    )


def _under_way() -> QuerySet[Call]:
    return Call.objects.filter(outcome=Call.Outcome.UNDER_WAY)


def _lease() -> timedelta:
    return timedelta(seconds=settings.JOB_LEASE_SECONDS)


def _dollars(amount: Decimal | None) -> Decimal:
    return round(Decimal(amount or 0), 6)
