"""The extractors: every module here with a class `Extractor` is one, named for the module."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import Any

from extraction.extractors.base import BaseExtractor, ExtractorError


@cache
def slugs() -> tuple[str, ...]:
    found = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name for name in found if name != "base"))


def load(slug: str, options: dict[str, Any] | None = None) -> BaseExtractor:
    """The extractor called `slug`, made with its `options`. Raises ExtractorError."""
    if slug not in slugs():
        known = ", ".join(slugs())
        raise ExtractorError(f"There is no extractor “{slug}”; choose one of {known}.")
    module = import_module(f"{__name__}.{slug}")
    extractor: BaseExtractor = module.Extractor(**(options or {}))
    return extractor
