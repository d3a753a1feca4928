"""What is asked about a card, and under which names its answers are kept in the vault."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from django.utils import timezone

from cards import vault
from cards.models import Card, Side
from extraction import positions
from extraction.extractors.base import BaseExtractor, ExtractorError
from extraction.models import Call
from extraction.reading import ocr

ASKED_AT_MOST = 2
"""How often the same is asked in all, when the answers cannot be used."""

SEEN = ("corners", "turns", "lines", "codes", "notice")
"""What a document says of the pictures, whoever was asked about them."""

Document = dict[str, Any]


def identity(extractor: BaseExtractor, slug: str, sides: Sequence[Side]) -> dict[str, Any]:
    """Everything an answer depends on: asking for the same again would be paying twice."""
    return {
        "extractor": slug,
        "model": extractor.model,
        "parameters": extractor.parameters(),
        "ocr": ocr.identity(),
        "sides": [positions.identity(side) for side in sides],
    }


def digest(identity: Mapping[str, Any]) -> str:
    """The name of the answer with this `identity`: 64 hexadecimal digits."""
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()


def sides_of(card: Card) -> list[Side]:
    """The sides of `card`, front first. Raises ExtractorError when it has none."""
    sides = list(card.sides.order_by("position"))
    if not sides:
        raise ExtractorError("The card has no picture to read.")
    return sides


def documents(picture: str, digest: str) -> Iterator[Document]:
    """The answers called `digest` about a picture, given by its SHA-256, in their order."""
    for number in range(ASKED_AT_MOST):
        name = _name(picture, digest, number)
        if vault.has(name):
            yield vault.get_json(name)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about one card, and of whom.

    One that `is_outdated` was asked with settings that have changed since.
    """

    card: Card
    sides: Sequence[Side]
    identity: Mapping[str, Any]
    digest: str
    is_outdated: bool = False

    @classmethod
    def to(cls, extractor: BaseExtractor, slug: str, card: Card) -> Self:
        """What `extractor`, known as `slug`, is asked as it is set up now."""
        sides = sides_of(card)
        found = identity(extractor, slug, sides)
        return cls(card, sides, found, digest(found))

    def as_asked(self, call: Call) -> Self:
        """The question that `call` put: this one, unless the settings have changed since."""
        if call.digest == self.digest:
            return self
        known = {
            "extractor": call.extractor,
            "model": call.model,
            "sides": self.identity["sides"],
        }
        return replace(self, identity=known, digest=call.digest, is_outdated=True)

    @classmethod
    def to_ocr(cls, card: Card, sides: Sequence[Side]) -> Self:
        """What is to be seen on the card? The answer does for every extractor."""
        found = {
            "extractor": "ocr",
            "ocr": ocr.identity(),
            "sides": [positions.identity(side) for side in sides],
        }
        return cls(card, sides, found, digest(found))

    def kept(self, number: int) -> Document | None:
        """The first (0) or the second answer (1) in the vault, if it is there."""
        name = _name(self.sides[0].picture, self.digest, number)
        return vault.get_json(name) if vault.has(name) else None

    def keep(
        self,
        number: int,
        content: Mapping[str, Any],
        seen: Mapping[str, Any],
        *,
        seconds: float | None = None,
        call: Call | None = None,
    ) -> Document:
        """The document with an answer, kept for good; or what another has kept there meanwhile.

        `seen` says of the pictures what is listed in SEEN. Raises VaultError.
        """
        document = {
            "version": 1,
            **self.identity,
            "card": str(self.card.pk),
            "call": call.pk if call else None,
            "asked_at": (call.started_at if call else timezone.now()).isoformat(),
            "seconds": seconds if seconds is None else round(seconds, 3),
            **{name: seen[name] for name in SEEN if name in seen},
            "answer": content,
        }
        name = _name(self.sides[0].picture, self.digest, number)
        try:
            vault.put_json(name, document)
        except vault.VaultConflict:
            return vault.get_json(name)
        return document


def _name(picture: str, digest: str, number: int) -> str:
    return vault.reading_name(picture, f"{digest}-{number + 1}" if number else digest)
