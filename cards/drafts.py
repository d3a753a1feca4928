"""What a file becomes: cards with their sides, not yet saved, and what the vault keeps of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from cards import outlines
from cards.models import Batch, Card, Side, new_id

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Place = tuple[int, outlines.Quad | None]
"""Where a side is: the number of a page, from 0, and the part of it unless it is all of it."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a file: its upright size in pixels, and where it shows cards, if that is known."""

    picture: str
    media_type: str
    number: int
    size: tuple[int, int]
    quads: Sequence[outlines.Quad]


@dataclass(frozen=True, slots=True)
class Draft:
    """A card to be saved, with its sides, front first."""

    card: Card
    sides: Sequence[Side]

    def save(self) -> None:
        """Insert the rows, within a transaction of the caller's."""
        self.card.save(force_insert=True)
        Side.objects.bulk_create(self.sides)

    def document(self, by: User | None) -> dict[str, object]:
        """What `card.json` says: enough to make the rows again."""
        batch = self.card.batch
        return {
            "version": 1,
            "card": str(self.card.id),
            "file_name": self.card.file_name,
            "taken_in_at": self.card.created_at.isoformat(),
            "taken_in_by": by.get_username() if by else "",
            "batch": {
                "id": batch.pk,
                "name": batch.name,
                "source": batch.source,
                "duplicate_policy": batch.duplicate_policy,
                "can_wait": batch.can_wait,
                "extractor": batch.extractor,
                "created_at": batch.created_at.isoformat(),
            },
            "sides": [
                {
                    "picture": side.picture,
                    "media_type": side.media_type,
                    "page": side.page,
                    "quad": side.quad,
                    "width_px": side.width_px,
                    "height_px": side.height_px,
                }
                for side in self.sides
            ],
        }


def cards_on(pages: Sequence[Sequence[outlines.Quad]]) -> list[list[Place]]:
    """Where the sides of each card are in a file, given what was found on each of its pages.

    Pages are the sides of one card, unless some page shows several: then whatever is found is a
    card by itself.
    """
    if any(len(quads) > 1 for quads in pages):
        return [[(number, quad)] for number, quads in enumerate(pages) for quad in quads or (None,)]
    return [[(number, quads[0] if quads else None) for number, quads in enumerate(pages)]]


def drafts(pages: Sequence[Page], batch: Batch, name: str) -> list[Draft]:
    """The cards on the pages of the file called `name`, in reading order."""
    cards = cards_on([page.quads for page in pages])
    now = timezone.now()
    # Ids of one millisecond have no order by themselves.
    ids = sorted(new_id() for _ in cards)
    found = []
    for number, (card_id, places) in enumerate(zip(ids, cards, strict=True), start=1):
        which = f" (card {number} of {len(cards)})" if len(cards) > 1 else ""
        card = Card(
            id=card_id, batch=batch, file_name=short_name(name + which), created_at=now,
            updated_at=now,
        )  # fmt: skip
        found.append(Draft(card, list(_sides(card, pages, places))))
    return found


def _sides(card: Card, pages: Sequence[Page], places: Sequence[Place]) -> Iterator[Side]:
    for position, (number, quad) in enumerate(places):
        page = pages[number]
        width, height = outlines.straightened_size(quad) if quad else page.size
        yield Side(
            card=card, position=position, picture=page.picture, media_type=page.media_type,
            page=page.number, quad=quad, width_px=width, height_px=height,
        )  # fmt: skip


def short_name(name: str) -> str:
    """A file's name without what could harm a page, a log or a column: its last 255 characters."""
    return "".join(c if c.isprintable() else " " if c.isspace() else "�" for c in name)[-255:]
