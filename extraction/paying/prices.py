"""What models cost: US dollars for a million tokens, as OpenAI lists them.

Source: https://platform.openai.com/docs/pricing, standard tier, as of November 2026. Prices
change; OPENAI_PRICES replaces and adds to them without an upgrade.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from cards.wording import figure
from extraction.extractors.base import Usage

BATCH_API_SHARE = Decimal("0.5")
"""What a call through the Batch API costs of the usual price."""


class Price(NamedTuple):
    """US dollars for a million tokens; `cached` are input tokens that OpenAI had seen before."""

    input: Decimal
    cached: Decimal
    output: Decimal


def _price(input_: str, cached: str, output: str) -> Price:
    return Price(Decimal(input_), Decimal(cached), Decimal(output))


PRICES: Mapping[str, Price] = {
    "gpt-5.4": _price("2.50", "0.25", "15.00"),
    "gpt-5.4-mini": _price("0.75", "0.075", "4.50"),
    "gpt-5.4-nano": _price("0.20", "0.02", "1.25"),
    "gpt-5.2": _price("1.75", "0.175", "14.00"),
    "gpt-5.1": _price("1.25", "0.125", "10.00"),
    "gpt-5": _price("1.25", "0.125", "10.00"),
    "gpt-5-mini": _price("0.25", "0.025", "2.00"),
    "gpt-5-nano": _price("0.05", "0.005", "0.40"),
    "gpt-4.1": _price("2.00", "0.50", "8.00"),
    "gpt-4.1-mini": _price("0.40", "0.10", "1.60"),
    "gpt-4.1-nano": _price("0.10", "0.025", "0.40"),
    "gpt-4o": _price("2.50", "1.25", "10.00"),
    "gpt-4o-mini": _price("0.15", "0.075", "0.60"),
}

_DATE = re.compile(r"-\d{4}-\d{2}-\d{2}$")


def price(model: str, own: Mapping[str, tuple[Decimal, Decimal, Decimal]]) -> Price | None:
    """The price of `model`, from this site's `own` list first; None when nobody knows it.

    A dated version such as gpt-5-mini-2025-08-07 costs what its model costs, unless it is listed.
    """
    for name in (model, _DATE.sub("", model)):
        if found := own.get(name) or PRICES.get(name):
            return Price(*found)
    return None


def cost(price: Price, usage: Usage, *, is_batch: bool = False) -> Decimal:
    """What a call cost in US dollars, to a millionth."""
    dollars = (
        price.input * (usage.input - usage.cached_input)
        + price.cached * usage.cached_input
        + price.output * usage.output
    ) / 1_000_000
    return round(dollars * (BATCH_API_SHARE if is_batch else 1), 6)


def dollars(amount: Decimal | None) -> str:
    """An amount of US dollars for people: in cents, and finer where it is only a few."""
    if amount is None:
        return _("unknown")
    is_fine = amount < Decimal("0.1") and amount != round(amount, 2)
    return in_dollars(amount, 4 if is_fine else 2)


def in_dollars(amount: Decimal, decimals: int) -> str:
    """`amount` of US dollars with so many `decimals`, as the language of the page writes money."""
    return _("$%(amount)s") % {"amount": figure(amount, decimals)}


def in_words(estimate: Decimal | None) -> str:
    """What something will cost, for a sentence: "for about $0.14"."""
    return "at a price nobody knows" if estimate is None else f"for about {dollars(estimate)}"
