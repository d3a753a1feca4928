"""What the database has already of the cards that the vault keeps."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from backoffice.archive.papers import Folder, Papers
from cards.models import Batch, Card, Side
from extraction.models import Extraction
from review.models import Review, SecondLook

CardNumber = tuple[UUID, int]
"""A decision: its card, and the how-manieth of it."""


class Reading(NamedTuple):
    """What the database has of a reading."""

    card_id: UUID
    has_ended: bool


@dataclass(slots=True)
class Known:
    """What the database has of a chunk of cards: versions of cards, ids of decisions, how second
    looks stand."""

    cards: Mapping[UUID, int] = field(default_factory=dict)
    readings: Mapping[int, Reading] = field(default_factory=dict)
    reviews: Mapping[CardNumber, int] = field(default_factory=dict)
    looks: Mapping[CardNumber, str] = field(default_factory=dict)
    taken_reviews: Collection[int] = ()
    taken_looks: Collection[int] = ()
    """Ids in the documents which the database has given to others."""

    def has_all_of(self, folder: Folder) -> bool:
        """Whether the database has all that the vault has of a card, by the names there."""
        card = folder.card_id
        return (
            card in self.cards
            and all(
                (found := self.readings.get(number)) and found.card_id == card and found.has_ended
                for number in folder.readings()
            )
            and all((card, number) in self.reviews for number in folder.reviews())
            and all(
                self.looks.get((card, number)) == status
                for number, status in folder.looks().items()
            )
        )


def known(folders: Sequence[Folder]) -> Known:
    """What the database has of these cards. Four queries."""
    ids = [folder.card_id for folder in folders]
    numbers = {number for folder in folders for number in folder.readings()}
    readings = Extraction.objects.filter(pk__in=numbers).values_list("pk", "card_id", "status")
    reviews = Review.objects.filter(card__in=ids).values_list("card_id", "number", "pk")
    looks = SecondLook.objects.filter(card__in=ids)
    return Known(
        cards=dict(Card.objects.filter(pk__in=ids).values_list("pk", "version")),
        readings={pk: Reading(card, status in Extraction.ENDED) for pk, card, status in readings},
        reviews={(card, number): pk for card, number, pk in reviews},
        looks={
            (card, number): status
            for card, number, status in looks.values_list("card_id", "first__number", "status")
        },
    )


def find_taken(found: Known, papers: Iterable[Papers]) -> None:
    """Note in `found` which ids in the documents are those of others in the database. Two
    queries."""
    papers = list(papers)
    reviews = {
        (one.card_id, document["number"]): document["id"]
        for one in papers
        for document in one.reviews
        if "id" in document
    }
    looks = {
        (one.card_id, document["first"]): document["id"] for one in papers for document in one.looks
    }
    others = Review.objects.filter(pk__in=reviews.values())
    found.taken_reviews = {
        pk for pk, card, number in others.values_list("pk", "card_id", "number")
        if reviews.get((card, number)) != pk
    }  # fmt: skip
    others_looks = SecondLook.objects.filter(pk__in=looks.values())
    found.taken_looks = {
        pk for pk, card, number in others_looks.values_list("pk", "card_id", "first__number")
        if looks.get((card, number)) != pk
    }  # fmt: skip


def doubles(papers: Iterable[Papers], have: Known) -> set[UUID]:
    """The cards, of `papers` in order of id, that an upload left behind: about to commit, it found
    that another had been quicker with the same picture. One query."""
    papers = list(papers)
    new = {one.card_id for one in papers if not one.has_story} - have.cards.keys()
    pictures = {picture for one in papers if one.card_id in new for picture in _pictures(one)}
    sides = Side.objects.filter(picture__in=pictures).values_list(
        "picture", "card_id", "card__batch_id", "card__created_at"
    )
    # Cards on one picture that came together are no doubles of each other.
    shown: dict[str, list[tuple[UUID, tuple[int, datetime]]]] = {}
    for picture, card_id, batch_id, at in sides:
        shown.setdefault(picture, []).append((card_id, (batch_id, at)))
    found = set()
    for one in papers:
        came = one.card["batch"]["id"], datetime.fromisoformat(one.card["taken_in_at"])
        is_shown = any(
            card_id < one.card_id and other != came
            for picture in _pictures(one)
            for card_id, other in shown.get(picture, ())
        )
        skips = one.card["batch"]["duplicate_policy"] == Batch.DuplicatePolicy.SKIP
        if is_shown and skips and one.card_id in new:
            found.add(one.card_id)
            continue
        for picture in _pictures(one):
            shown.setdefault(picture, []).append((one.card_id, came))
    return found


def _pictures(papers: Papers) -> set[str]:
    return {side["picture"] for side in papers.card["sides"]}
