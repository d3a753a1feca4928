"""What can be wrong with the settings of the readers, said at the start."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from extraction import extractors
from extraction.extractors.base import ExtractorError
from extraction.paying import prices


@register()
def check_extractor(**_: Any) -> list[CheckMessage]:
    """EXTRACTOR must name an extractor that can be used with the other settings."""
    slug = settings.EXTRACTOR
    try:
        extractors.from_settings(slug)
    except ExtractorError as error:
        return [Error(f"EXTRACTOR is {slug!r}. {error}", id="extraction.E001")]
    return []


@register()
def check_budgets(**_: Any) -> list[CheckMessage]:
    """A budget holds only when it is known what the model costs."""
    budget = settings.OPENAI_DAILY_BUDGET or settings.OPENAI_MONTHLY_BUDGET
    if not (budget and settings.HAS_OPENAI):
        return []
    if prices.price(settings.OPENAI_MODEL, settings.OPENAI_PRICES):
        return []
    return [
        Warning(
            f"Nothing is known of the price of {settings.OPENAI_MODEL!r}: the budget cannot hold.",
            hint="Say in OPENAI_PRICES what it costs.",
            id="extraction.W001",
        )
    ]
