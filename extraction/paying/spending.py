"""The head of the ledger: what was spent today and this month, on what, against which budget."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, F, Q, Sum
from django.utils.translation import ngettext

from cards.wording import figure
from extraction.models import Call
from extraction.paying import ledger
from extraction.paying.prices import dollars


@dataclass(frozen=True, slots=True)
class Period:
    """What was spent since the beginning of a day or month, in words.

    `name` is "today" or "this month"; `cap` is "" without a budget; `percent` is how much of it
    is used, 0 to 100.
    """

    name: str
    spent: str
    calls: str
    tokens: str
    a_card: str
    cap: str
    percent: int
    is_spent: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """Calls of this month with one outcome."""

    value: str
    label: str
    calls: int
    cost: str


@dataclass(frozen=True, slots=True)
class Spending:
    periods: tuple[Period, ...]
    outcomes: tuple[Outcome, ...]
    unpriced: int
    """Answered calls of this month whose cost is not known."""


def summary() -> Spending:
    """The head of the ledger: three queries over this month's calls, and those of the budgets."""
    budgets = {budget.period: budget for budget in ledger.budgets()}
    since = {"today": ledger.today(), "this month": ledger.this_month()}
    month = Call.objects.filter(started_at__gte=since["this month"]).order_by()
    rows = month.values("outcome").annotate(
        calls=Count("pk"),
        paid=Sum("cost"),
        unpriced=Count("pk", filter=Q(cost=None) & ~Q(outcome=Call.Outcome.UNDER_WAY)),
    )
    outcomes = sorted(rows, key=lambda row: -row["calls"])
    return Spending(
        tuple(_period(name, start, budgets.get(name)) for name, start in since.items()),
        tuple(
            Outcome(
                row["outcome"],
                str(Call.Outcome(row["outcome"]).label),
                row["calls"],
                dollars(row["paid"] or Decimal(0)),
            )
            for row in outcomes
        ),
        sum(row["unpriced"] for row in outcomes),
    )


def _period(name: str, since: datetime, budget: ledger.Budget | None) -> Period:
    found = Call.objects.filter(started_at__gte=since).aggregate(
        calls=Count("pk"),
        paid=Sum("cost"),
        tokens=Sum(F("input_tokens") + F("output_tokens")),
        cards=Count("card", distinct=True, filter=Q(cost__gt=0)),
    )
    paid = found["paid"] or Decimal(0)
    spent = budget.committed if budget else paid
    return Period(
        name=name,
        spent=dollars(spent),
        calls=_calls(found["calls"]),
        tokens=_tokens(found["tokens"] or 0),
        a_card=dollars(paid / found["cards"]) if found["cards"] else "",
        cap=dollars(budget.cap) if budget else "",
        percent=min(100, round(100 * spent / budget.cap)) if budget else 0,
        is_spent=budget.is_spent if budget else False,
    )


def _calls(number: int) -> str:
    words = ngettext("%(number)s call", "%(number)s calls", number)
    return words % {"number": figure(number)}


def _tokens(number: int) -> str:
    words = ngettext("%(number)s tokens", "%(number)s tokens", number)
    return words % {"number": figure(number)}
