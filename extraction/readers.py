"""The reader in use: the one that came with the program, or one fitted on this site's cards.

Workers ask before every card, so that all of them follow a change at the next one.
"""

from __future__ import annotations

import hashlib
import json
import logging
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.utils import timezone

from extraction.models import FittedReader

log = logging.getLogger(__name__)


def in_use() -> dict[str, Any] | None:
    """The weights of the fitted reader in use; None for the reader that came with the program.

    One small query; the weights are fetched once in a process. They are shared: do not change
    them. Weights of another version of the program, which it cannot read with, are passed over.
    """
    digest = FittedReader.objects.filter(is_in_use=True).values_list("digest", flat=True).first()
    return _weights(digest) if digest else None


def keep(weights: dict[str, Any], **about: Any) -> FittedReader:
    """The row of a fitted reader, kept once: `about` are the columns that tell how it came."""
    digest = hashlib.sha256(json.dumps(weights, sort_keys=True).encode()).hexdigest()
    row, _ = FittedReader.objects.update_or_create(
        digest=digest, create_defaults={"weights": weights, **about}, defaults=about
    )
    return row


@transaction.atomic
def use(row: FittedReader) -> None:
    """Read with `row` from the next card on; the reader before it can be brought back."""
    _put_in_use(row)
    FittedReader.objects.filter(pk=row.pk).update(used_since=timezone.now())


@transaction.atomic
def use_shipped() -> None:
    """Read with the reader that came with the program from the next card on."""
    _put_in_use(None)


@transaction.atomic
def bring_back() -> FittedReader | None:
    """Read with the reader that was in use before the one of now, and return it.

    None is the reader that came with the program; it is before all others.
    """
    current = FittedReader.objects.filter(is_in_use=True).first()
    before = None
    if current is not None:
        earlier = FittedReader.objects.filter(used_since__lt=current.used_since)
        before = earlier.order_by("-used_since").first()
    _put_in_use(before)
    return before


def _put_in_use(row: FittedReader | None) -> None:
    FittedReader.objects.filter(is_in_use=True).update(is_in_use=False)
    if row is not None:
        FittedReader.objects.filter(pk=row.pk).update(is_in_use=True)


@lru_cache(maxsize=2)
def _weights(digest: str) -> dict[str, Any] | None:
    from extraction.reading.reader import VERSION

    weights: dict[str, Any] = FittedReader.objects.values_list("weights", flat=True).get(
        digest=digest
    )
    if weights.get("version") == VERSION:
        return weights
    log.warning(
        "The fitted reader in use was made by another version of the program, and is kept; the one"
        " that came with the program reads instead. Fit a new one with “train”."
    )
    return None
