"""The extractors: every module here but `base` and those with an underscore is one by its name."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import Any

from django.conf import settings
from django.utils.translation import gettext

from extraction.extractors.base import BaseExtractor, ExtractorError

BUNDLED = "offline"
"""The extractor that comes with the program and costs nothing."""


@cache
def slugs() -> tuple[str, ...]:
    found = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name for name in found if name != "base" and not name.startswith("_")))


def choices() -> list[tuple[str, str]]:
    """(slug, label) of each extractor that is set up here, the usual one first; the labels in the
    language of the page."""
    found = []
    for slug in sorted(slugs(), key=lambda name: name != settings.EXTRACTOR):
        try:
            found.append((slug, gettext(from_settings(slug).label)))
        except ExtractorError:
            continue  # it says what it lacks when somebody asks for it
    return found


def configured(slug: str) -> BaseExtractor:
    """The extractor called `slug` as this site reads with it now. Raises ExtractorError.

    The bundled one comes with the reader that is in use, which takes a small query.
    """
    from extraction import readers

    if slug == BUNDLED:
        return from_settings(slug, reader=readers.in_use())
    return from_settings(slug)


def from_settings(slug: str, **further: Any) -> BaseExtractor:
    """The extractor called `slug` as the settings want it, with `further` options; the database
    is not asked. Raises ExtractorError."""
    if slug not in slugs():
        known = ", ".join(slugs())
        raise ExtractorError(f"There is no extractor “{slug}”; choose one of {known}.")
    module = import_module(f"{__name__}.{slug}")
    options = {**settings.EXTRACTOR_OPTIONS.get(slug, {}), **further}
    extractor: BaseExtractor = module.Extractor(**options)
    return extractor
