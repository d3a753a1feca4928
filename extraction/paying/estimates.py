"""The extractors to choose from, each with what it would cost."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from extraction import extractors
from extraction.paying import ledger
from extraction.paying.prices import in_dollars

_LEAST = Decimal("0.001")
_FINE_BELOW = Decimal("0.1")
"""Less than so much is shown in tenths of a cent."""


def a_card() -> list[tuple[str, str]]:
    """(slug, label) of each extractor, those that cost money with their price for one card."""
    return [
        (slug, _a_card(label, price) if price.startswith("≈") else label)
        for slug, label, price in _priced(1)
    ]


def prices() -> dict[str, Decimal | None]:
    """US dollars a card by the slug of each extractor that costs money; None where nobody knows.

    One query for each of them.
    """
    slugs = [slug for slug, _label in extractors.choices()]
    paid = {slug: found for slug in slugs if (found := extractors.from_settings(slug)).is_paid}
    return {slug: ledger.estimate(1, extractor.model) for slug, extractor in paid.items()}


def for_cards(cards: int) -> list[tuple[str, str]]:
    """(slug, label) of each extractor, with the price for so many cards."""
    free = _("free")
    return [(slug, f"{label}, {price or free}") for slug, label, price in _priced(cards)]


def _a_card(label: str, price: str) -> str:
    return _("%(reader)s, %(price)s a card") % {"reader": label, "price": price}


def _priced(cards: int) -> list[tuple[str, str, str]]:
    """(slug, label, price), the usual extractor first. One query for each that costs money."""
    return [(slug, label, _price(slug, cards)) for slug, label in extractors.choices()]


def _price(slug: str, cards: int) -> str:
    extractor = extractors.from_settings(slug)
    if not extractor.is_paid:
        return ""
    amount = ledger.estimate(cards, extractor.model)
    if amount is None:
        return _("price not known")
    return f"≈ {in_dollars(max(amount, _LEAST), 3 if amount < _FINE_BELOW else 2)}"
