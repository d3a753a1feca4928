"""Which card a reviewer sees next, and who has which card open.

A claim is a lease on one card: it is renewed while its page is open, expires by itself, and can
be taken over deliberately.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Cast
from django.utils import timezone

from cards.fields import CONTACT_FIELDS
from cards.models import Batch, Card, CardQuerySet
from review.models import Claim, Draft

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the queue: the cards of one batch, in one language, with doubt in one field.

    What is empty does not narrow it.
    """

    batch: int | None = None
    language: str = ""
    field: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Self:
        """The part that the parameters of an address ask for; what makes no sense is left out."""
        batch, field = query.get("batch", ""), query.get("field", "")
        return cls(
            int(batch) if batch.isascii() and batch.isdigit() and len(batch) < 10 else None,
            query.get("language", "")[:35],
            field if field in CONTACT_FIELDS else "",
        )

    def query(self) -> dict[str, str]:
        """The parameters that ask for this part."""
        found = {"batch": str(self.batch or ""), "language": self.language, "field": self.field}
        return {name: text for name, text in found.items() if text}

    def of(self, cards: CardQuerySet) -> CardQuerySet:
        """Those of the cards that belong to it."""
        if self.batch:
            cards = cards.filter(batch=self.batch)
        if self.language:
            cards = cards.filter(languages__contains=self.language)
        return in_doubt(cards, self.field) if self.field else cards


def in_doubt(cards: CardQuerySet, field: str) -> CardQuerySet:
    """Those of the cards whose `field` is doubtful."""
    names = Cast("doubtful_fields", models.TextField())
    return cards.alias(doubtful_names=names).filter(doubtful_names__contains=f'"{field}"')


def waiting() -> CardQuerySet:
    """The cards that need a person: the oldest batch first, the most doubtful first within it."""
    return Card.objects.filter(status=Card.Status.NEEDS_REVIEW).order_by("batch_id", "-doubt", "id")


def next_for(user: User, *, after: Card | None = None, part: Part | None = None) -> Card | None:
    """The card this reviewer should see next: the most urgent one that no colleague holds.

    The urgent batches come first, then the oldest; the most doubtful card first within one.
    `after` is the card just left; it and those before it in its batch come again only when
    nothing else waits.
    """
    free = (part or Part()).of(waiting()).exclude(held_by_others(user))
    if after is None:
        return _first(free)
    is_behind = Q(batch=after.batch_id) & (
        Q(doubt__lt=after.doubt) | Q(doubt=after.doubt, id__gt=after.pk)
    )
    others = free.exclude(pk=after.pk)
    urgent = others.filter(batch__priority__gt=after.batch.priority)
    return (
        _first(urgent)
        or others.filter(is_behind).first()
        or _first(others.exclude(batch=after.batch_id))
        or others.first()
    )


def take_next(user: User, *, after: Card | None = None, part: Part | None = None) -> Card | None:
    """The card that `user` should see next, claimed: two reviewers never get the same one."""
    while (card := next_for(user, after=after, part=part)) and claim(card, user).by_id != user.pk:
        pass  # a colleague was quicker by a moment
    return card


def _first(cards: CardQuerySet) -> Card | None:
    """The first card of the most urgent batch. The queue's index serves both queries."""
    has_some = Exists(cards.order_by().filter(batch=OuterRef("pk")))
    batch = Batch.objects.filter(has_some).order_by("-priority", "id").first()
    return cards.filter(batch=batch).first() if batch else None


def held_by_others(user: User) -> Q:
    """Cards that a colleague of `user` has open."""
    return Q(claim__until__gt=timezone.now()) & ~Q(claim__by=user)


def mine(user: User) -> CardQuerySet:
    """The waiting cards that `user` has begun: those open just now, and those with a draft."""
    has_draft = Exists(Draft.objects.filter(card=OuterRef("pk"), by=user))
    is_open = Q(claim__by=user, claim__until__gt=timezone.now())
    return waiting().filter(is_open | has_draft)


def claim(card: Card, user: User, *, from_colleague: bool = False) -> Claim:
    """The claim on `card`, taken or renewed for `user` if no colleague holds it.

    The row that comes back may be a colleague's: compare its `by`. With `from_colleague` it is
    taken over; what the colleague then sends in is refused as stale only if the card has changed.
    """
    now = timezone.now()
    until = now + timedelta(seconds=settings.REVIEW_LEASE_SECONDS)
    held = Claim.objects.filter(card=card)
    if held.filter(by=user).update(until=until):
        return held.select_related("by").get()
    free = held if from_colleague else held.filter(until__lte=now)
    if not free.update(by=user, since=now, until=until):
        try:
            with transaction.atomic():
                return Claim.objects.create(card=card, by=user, since=now, until=until)
        except IntegrityError:
            pass  # a colleague holds it, or was quicker by a moment
    found = held.select_related("by").first()
    # Gone again: the colleague has decided in this very moment, and the card is free.
    return found or Claim.objects.get_or_create(card=card, defaults={"by": user, "until": until})[0]


def holder(card: Card) -> Claim | None:
    """The claim on `card` that has not expired."""
    return Claim.objects.filter(card=card, until__gt=timezone.now()).select_related("by").first()


def release(card: Card, user: User) -> None:
    Claim.objects.filter(card=card, by=user).delete()
