"""The ledger: what each call cost, what may still be spent, and what happens when it is spent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.core.checks import run_checks
from django.utils import timezone

from cards.models import Card
from extraction import extractors, jobs
from extraction.extractors.base import ExtractorError, Usage
from extraction.models import Backlog, Call, Extraction
from extraction.paying import ledger, prices
from tests.extraction.make_jobs import (
    ANSWER,
    GARBAGE,
    PaidExtractor,
    all_at_once,
    make_due,
    take_in,
)

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("paid", "bundled")]

A_CALL = Decimal("0.001960")
"""What PaidExtractor's 1,000 tokens (400 of them cached) and 900 of answer cost."""


def _run(job: Extraction) -> Extraction:
    make_due(job)
    jobs.run(job.pk)
    job.refresh_from_db()
    return job


def _call(**values: Any) -> Call:
    return Call.objects.create(
        **{
            "extractor": "fake", "model": "gpt-5-mini", "outcome": "answered",
            "cost": Decimal("0.01"), **values,
        }
    )  # fmt: skip


def _open(paid: PaidExtractor, digest: str = "a", **values: Any) -> Call:
    return ledger.open_call(paid, "fake", digest, **values)


# Prices


def test_cached_tokens_cost_less_and_answers_more() -> None:
    price = prices.price("gpt-5-mini", {})
    assert price is not None
    million = 1_000_000
    assert prices.cost(price, Usage(input=million)) == Decimal("0.25")
    assert prices.cost(price, Usage(input=million, cached_input=million)) == Decimal("0.025")
    assert prices.cost(price, Usage(output=million)) == Decimal("2")


def test_batch_api_costs_half() -> None:
    price = prices.price("gpt-5-mini", {})
    assert price is not None
    assert prices.cost(price, Usage(output=1_000_000), is_batch=True) == Decimal("1")


def test_dated_version_costs_what_its_model_costs() -> None:
    assert prices.price("gpt-5-mini-2025-08-07", {}) == prices.PRICES["gpt-5-mini"]


def test_price_of_a_larger_model_is_not_taken_for_a_smaller_one() -> None:
    assert prices.price("gpt-5-mini", {}) != prices.price("gpt-5", {})
    assert prices.price("gpt-5-mystery", {}) is None


def test_own_price_goes_before_the_list() -> None:
    own = {"gpt-5-mini": (Decimal(1), Decimal(2), Decimal(3)), "mine": (Decimal(4),) * 3}
    assert prices.price("gpt-5-mini", own) == own["gpt-5-mini"]
    assert prices.price("mine", own) == own["mine"]


# Calls


def test_answered_call_stands_in_the_ledger(paid: PaidExtractor) -> None:
    paid.queue.append(ANSWER)
    job = _run(take_in())
    call = Call.objects.get()
    assert (call.outcome, call.extraction, call.card) == ("answered", job, job.card)
    assert (call.input_tokens, call.cached_input_tokens, call.output_tokens) == (1000, 400, 900)
    assert (call.model, call.digest, call.cost) == ("gpt-5-mini", job.digest, A_CALL)
    assert call.seconds is not None
    assert call.lease_until is None


def test_call_stands_in_the_ledger_while_it_is_made(paid: PaidExtractor) -> None:
    seen: list[Any] = []

    def answer() -> dict[str, Any]:
        seen.append(Call.objects.get())
        return ANSWER

    paid.queue.append(answer)
    _run(take_in())
    assert seen[0].outcome == "under_way"
    assert seen[0].lease_until > timezone.now()


def test_bad_answer_was_paid_for_too(paid: PaidExtractor) -> None:
    paid.queue.extend([GARBAGE, GARBAGE])
    _run(take_in())
    assert list(Call.objects.values_list("outcome", "cost")) == [("ill_formed", A_CALL)] * 2


@pytest.mark.parametrize(
    ("outcome", "cost"),
    [("busy", 0), ("not_allowed", 0), ("failed", 0), ("timed_out", None)],
)
def test_call_without_an_answer_costs_nothing_unless_it_was_waited_for(
    paid: PaidExtractor, outcome: str, cost: int | None
) -> None:
    paid.queue.append(ExtractorError("No answer came.", outcome=outcome))
    _run(take_in())
    call = Call.objects.get()
    assert (call.outcome, call.detail, call.cost) == (outcome, "No answer came.", cost)
    assert call.seconds is not None


def test_unexpected_end_of_a_call_is_shown_as_lost(paid: PaidExtractor) -> None:
    paid.queue.append(ZeroDivisionError("in the middle of it"))
    _run(take_in())
    call = Call.objects.get()
    assert (call.outcome, call.cost) == ("lost", None)
    assert "in the middle of it" in call.detail


def test_model_without_a_price_has_its_tokens_counted(paid: PaidExtractor) -> None:
    paid.model = "my-own"
    paid.queue.append(ANSWER)
    _run(take_in())
    call = Call.objects.get()
    assert (call.cost, call.output_tokens) == (None, 900)


def test_extractor_that_costs_nothing_is_not_in_the_ledger(paid: PaidExtractor) -> None:
    _run(take_in(extractor="offline"))
    assert not Call.objects.exists()


def test_same_question_cannot_be_opened_twice(paid: PaidExtractor) -> None:
    _open(paid)
    with pytest.raises(ledger.AskedElsewhere) as caught:
        _open(paid)
    assert caught.value.is_busy
    _open(paid, "b")


@pytest.mark.django_db(transaction=True)
def test_of_workers_at_the_same_moment_one_opens_the_call(paid: PaidExtractor) -> None:
    def work() -> bool:
        try:
            return bool(_open(paid))
        except ledger.AskedElsewhere:
            return False

    assert sorted(all_at_once(work, 6)) == [False] * 5 + [True]
    assert Call.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_moment_do_not_overspend_the_budget(
    paid: PaidExtractor, settings: Settings
) -> None:
    settings.OPENAI_DAILY_BUDGET = Decimal("0.025")
    _call(cost=Decimal("0.01"))
    digests = iter("abcdef")

    def work() -> bool:
        try:
            return bool(_open(paid, next(digests)))
        except ledger.OverBudget:
            return False

    assert sorted(all_at_once(work, 6)) == [False] * 5 + [True]


def test_call_through_a_batch_costs_half(paid: PaidExtractor) -> None:
    future = timezone.now() + timedelta(days=1)
    backlog = Backlog.objects.create(extractor="fake")
    call = _call(cost=None, outcome="under_way", lease_until=future, backlog=backlog)
    ledger.close(call.pk, "answered", usage=paid.usage({}))
    call.refresh_from_db()
    assert call.cost == A_CALL / 2


def test_closed_call_is_not_written_again(paid: PaidExtractor) -> None:
    call = _open(paid)
    ledger.close(call.pk, "answered", usage=paid.usage({}))
    ledger.close(call.pk, "refused", usage=Usage())
    call.refresh_from_db()
    assert (call.outcome, call.cost) == ("answered", A_CALL)


def test_sweep_gives_up_calls_whose_worker_was_stopped(paid: PaidExtractor) -> None:
    stale, fresh = _open(paid), _open(paid, "b")
    Call.objects.filter(pk=stale.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    jobs.requeue_stale()
    stale.refresh_from_db()
    fresh.refresh_from_db()
    assert (stale.outcome, fresh.outcome) == ("lost", "under_way")


def test_call_is_renewed_with_its_job(paid: PaidExtractor) -> None:
    job = take_in()
    call = _open(paid, job=job)
    Call.objects.update(lease_until=timezone.now())
    ledger.renew(job)
    assert Call.objects.filter(pk=call.pk, lease_until__gt=timezone.now()).exists()


# Sums


def test_today_begins_at_midnight_by_the_sites_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 3, 1, 20, tzinfo=UTC))
    with timezone.override("Asia/Tokyo"):
        assert ledger.today() == datetime(2026, 3, 1, 15, tzinfo=UTC)
        assert ledger.this_month() == datetime(2026, 2, 28, 15, tzinfo=UTC)


def test_spent_is_what_calls_cost_since() -> None:
    _call(started_at=timezone.now() - timedelta(days=2))
    _call()
    _call(cost=None)
    assert ledger.spent(timezone.now() - timedelta(days=1)) == Decimal("0.01")


# Estimates


def test_estimate_of_an_unused_model_is_a_typical_card() -> None:
    price = prices.PRICES["gpt-5-mini"]
    assert ledger.estimate(10, "gpt-5-mini") == 10 * prices.cost(price, ledger.TYPICAL)


def test_estimate_learns_from_the_last_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "LEARNT_FROM", 2)
    for cost in ("5", "0.01", "0.03"):
        _call(cost=Decimal(cost))
    assert ledger.estimate(100, "gpt-5-mini") == Decimal("2")


def test_estimate_is_half_for_what_can_wait() -> None:
    _call()
    assert ledger.estimate(10, "gpt-5-mini", can_wait=True) == Decimal("0.05")


def test_estimate_of_a_model_without_a_price_is_unknown() -> None:
    assert ledger.estimate(10, "my-own") is None


# Budgets


def test_no_budget_is_no_limit(paid: PaidExtractor) -> None:
    _call(cost=Decimal(900_000))
    assert ledger.budgets() == []
    assert _open(paid)


@pytest.mark.parametrize("name", ["OPENAI_DAILY_BUDGET", "OPENAI_MONTHLY_BUDGET"])
def test_nothing_is_asked_beyond_a_budget(
    paid: PaidExtractor, settings: Settings, name: str
) -> None:
    setattr(settings, name, Decimal("0.015"))
    _call()
    _run(take_in())
    assert paid.asked == []
    assert Call.objects.count() == 1


def test_call_that_fits_is_made(paid: PaidExtractor, settings: Settings) -> None:
    settings.OPENAI_DAILY_BUDGET = Decimal("0.02")
    _call()
    paid.queue.append(ANSWER)
    _run(take_in())
    assert len(paid.asked) == 1


def test_calls_of_unknown_cost_count_at_their_estimate(settings: Settings) -> None:
    settings.OPENAI_DAILY_BUDGET = Decimal(1)
    _call()
    future = timezone.now() + timedelta(minutes=1)
    _call(cost=None, outcome="under_way", lease_until=future, digest="a")
    _call(cost=None, outcome="lost")
    backlog = Backlog.objects.create(extractor="fake")
    _call(cost=None, outcome="under_way", lease_until=future, digest="b", backlog=backlog)
    (budget,) = ledger.budgets()
    assert (budget.period, budget.committed) == ("today", Decimal("0.035"))
    assert not budget.is_spent


def test_card_beyond_the_budget_goes_on_with_the_bundled_reader(
    paid: PaidExtractor, settings: Settings
) -> None:
    settings.OPENAI_DAILY_BUDGET = Decimal("0.01")
    _call()
    job = _run(take_in())
    assert job.status == Extraction.Status.FAILED
    _run(Extraction.objects.get(extractor=extractors.BUNDLED))
    card = Card.objects.get()
    assert card.status == Card.Status.NEEDS_REVIEW
    assert card.notice == (
        "Read offline: the budget of $0.01 for today is spent."
        " Read it again with the model tomorrow."
    )


def test_card_that_was_read_before_the_budget_was_spent_keeps_its_values(
    paid: PaidExtractor, settings: Settings
) -> None:
    paid.queue.append(ANSWER)
    job = _run(take_in())
    settings.OPENAI_MONTHLY_BUDGET = Decimal("0.01")
    paid.model = "gpt-5"
    _run(jobs.request(job.card, extractor="fake"))
    card = Card.objects.get()
    assert card.full_name == "Rosa Halloway"
    assert card.notice == (
        "Not read again: the budget of $0.01 for this month is spent."
        " Read it again with the model next month."
    )


def test_kept_answer_is_adopted_beyond_the_budget(paid: PaidExtractor, settings: Settings) -> None:
    paid.queue.append(ANSWER)
    job = _run(take_in())
    settings.OPENAI_DAILY_BUDGET = Decimal("0.001")
    assert _run(jobs.request(job.card, extractor="fake")).status == Extraction.Status.SUCCEEDED


def test_budget_for_a_model_without_a_price_is_warned_of(settings: Settings) -> None:
    settings.HAS_OPENAI, settings.OPENAI_DAILY_BUDGET = True, Decimal(5)
    settings.OPENAI_MODEL = "my-own"
    assert "extraction.W001" in [message.id for message in run_checks()]
    settings.OPENAI_PRICES = {"my-own": (Decimal(1),) * 3}
    assert "extraction.W001" not in [message.id for message in run_checks()]
