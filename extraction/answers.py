"""Raw answers: asked for once, kept in the vault before anything else happens, then adopted."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from PIL import Image

from cards import images, intake, vault
from cards.models import Card, Side
from extraction import ocr
from extraction.extractors.base import BaseExtractor, ExtractorError
from extraction.result import Seen


@dataclass(frozen=True, slots=True)
class Answer:
    """What an extractor said about a card, and what the OCR had seen on it.

    `digest` is its name in the vault; `seconds` is None when it was there already.
    """

    content: Mapping[str, Any]
    seen: Seen
    digest: str
    seconds: float | None


def obtain(extractor: BaseExtractor, slug: str, card: Card) -> Answer:
    """The answer of `extractor`, known as `slug`, for `card`: the vault's, or else a new one.

    A new one is in the vault when this returns. Raises ExtractorError, VaultError, PictureError.
    """
    sides = list(card.sides.order_by("position"))
    if not sides:
        raise ExtractorError("The card has no picture to read.")
    identity = _identity(extractor, slug, sides)
    digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
    name = vault.reading_name(sides[0].picture, digest)
    kept = vault.get_json(name) if vault.has(name) else None
    document = kept or _keep(name, _ask(extractor, identity, card, sides))
    return Answer(
        document["answer"], Seen.from_json(document), digest, None if kept else document["seconds"]
    )


def _identity(extractor: BaseExtractor, slug: str, sides: Sequence[Side]) -> dict[str, Any]:
    """Everything an answer depends on: asking for the same again would be paying twice."""
    return {
        "extractor": slug,
        "model": extractor.model,
        "parameters": extractor.parameters(),
        "ocr": ocr.identity(),
        "sides": [{"picture": side.picture, "page": side.page} for side in sides],
    }


def _ask(
    extractor: BaseExtractor, identity: Mapping[str, Any], card: Card, sides: Sequence[Side]
) -> dict[str, Any]:
    """The document for the vault: a new answer with all that is needed to understand it."""
    pictures = [_picture(side) for side in sides]
    started = time.monotonic()
    seen = Seen(tuple(ocr.read(pictures)))
    content = extractor.ask(pictures, seen)
    return {
        "version": 1,
        **identity,
        "card": str(card.pk),
        "asked_at": timezone.now().isoformat(),
        "seconds": round(time.monotonic() - started, 3),
        **seen.to_json(),
        "answer": content,
    }


def _keep(name: str, document: dict[str, Any]) -> dict[str, Any]:
    """`document`, kept for good; or what another worker has kept under its name meanwhile."""
    try:
        vault.put_json(name, document)
    except vault.VaultConflict:
        return vault.get_json(name)
    return document


def _picture(side: Side) -> Image.Image:
    data = vault.get(vault.picture_name(side.picture, side.media_type))
    return images.page(data, side.media_type, side.page, intake.limits())
