"""What can be wrong with the settings of the readers, said at the start."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from extraction import extractors
from extraction.extractors.base import ExtractorError


@register()
def check_extractor(**_: Any) -> list[CheckMessage]:
    """EXTRACTOR must name an extractor that can be used with the other settings."""
    slug = settings.EXTRACTOR
    try:
        extractors.configured(slug)
    except ExtractorError as error:
        return [Error(f"EXTRACTOR is {slug!r}. {error}", id="extraction.E001")]
    return []
