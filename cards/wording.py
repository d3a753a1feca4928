"""Numbers and labels as people write them in the language of the page."""

from __future__ import annotations

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import get_language


def figure(value: float | Decimal, decimals: int = 0) -> str:
    """`value` with marks between the thousands and so many `decimals`: 4,182 or 4.182."""
    # Rounded first: Django would cut the decimals off.
    rounded = Decimal(f"{value:.{decimals}f}")
    return number_format(rounded, decimals, force_grouping=True)


def within(label: str) -> str:
    """`label` as it stands within a sentence: in small letters, but for German and its nouns."""
    language = get_language() or ""
    return label if language.startswith("de") else label.lower()
