"""Which card a reviewer sees next, and who has which card open.

A claim is a lease on one card: it is renewed while its page is open, expires by itself, and can
be taken over deliberately.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, Q

from cards import one_clock
from cards.fields import CONTACT_FIELDS
from cards.models import Batch, Card, CardQuerySet, has_doubt_in
from review.models import Claim, Draft

if TYPE_CHECKING:
    from django.contrib.auth.models import User


CLAIMED_AT_MOST = 5
"""Attempts at a claim that is given up and taken under one's hands."""

TRIED_AT_MOST = 100
"""Cards that are taken, or erased, in the very moment in which one of them is given out."""


_LANGUAGES = """
    WITH RECURSIVE found (languages) AS (
        SELECT min(languages) FROM cards_card
        UNION ALL
        SELECT (SELECT min(languages) FROM cards_card WHERE languages > found.languages)
        FROM found WHERE found.languages IS NOT NULL
    )
    SELECT languages, EXISTS (
        SELECT 1 FROM cards_card
        WHERE cards_card.languages = found.languages AND status = 'needs_review'
    )
    FROM found WHERE languages > ''
"""
"""The index of the languages is asked for the value after each: DISTINCT would read all cards."""


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
            tag = self.language.casefold()
            texts = [text for text in languages() if tag in tags(text.casefold())]
            cards = cards.filter(languages__in=texts)
        return in_doubt(cards, self.field) if self.field else cards


def in_doubt(cards: CardQuerySet, field: str) -> CardQuerySet:
    """Those of the cards whose `field` is doubtful."""
    return cards.filter(has_doubt_in(field))


def fields_in_doubt() -> set[str]:
    """The fields that are doubtful on some waiting card. One query, which asks the index of each
    field whether it holds anything."""
    cards = waiting().order_by()
    is_somewhere = {name: Exists(in_doubt(cards, name)) for name in CONTACT_FIELDS}
    found = Card.objects.order_by().values_list(*is_somewhere.values()).first() or ()
    return {name for name, is_found in zip(is_somewhere, found, strict=False) if is_found}


def languages() -> dict[str, bool]:
    """What stands on cards as languages, each text once, and whether a waiting card has it.

    One query, whose time grows with the texts and not with the cards.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LANGUAGES)
        return {text: bool(is_waiting) for text, is_waiting in cursor}


def tags(text: str) -> set[str]:
    """The language tags (BCP 47) in a text with commas between them."""
    return {tag.strip() for tag in text.split(",")} - {""}


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
    # The second condition follows from the third, which alone would be no range of an index.
    is_behind = Q(batch=after.batch_id, doubt__lte=after.doubt) & (
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
    for _attempt in range(TRIED_AT_MOST):
        card = next_for(user, after=after, part=part)
        if card is None:
            break
        with suppress(Card.DoesNotExist):  # erased in this very moment
            if claim(card, user).by_id == user.pk:
                return card
    return None


def _first(cards: CardQuerySet) -> Card | None:
    """The first card of the most urgent batch. The queue's index serves both queries."""
    has_some = Exists(cards.order_by().filter(batch=OuterRef("pk")))
    batch = Batch.objects.filter(has_some).order_by("-priority", "id").first()
    return cards.filter(batch=batch).first() if batch else None


def held_by_others(user: User) -> Q:
    """Cards that a colleague of `user` has open."""
    held = Claim.objects.filter(until__gt=one_clock.now()).exclude(by=user)
    return Q(pk__in=held.values("card"))


def mine(user: User) -> CardQuerySet:
    """The waiting cards that `user` has begun: those open just now, and those with a draft."""
    drafts = Draft.objects.filter(by=user).values_list("card", flat=True)
    claims = Claim.objects.filter(by=user, until__gt=one_clock.now()).values_list("card", flat=True)
    return waiting().filter(pk__in=list(claims.union(drafts)))


def claim(card: Card, user: User, *, from_colleague: bool = False) -> Claim:
    """The claim on `card`, taken or renewed for `user` if no colleague holds it.

    The row that comes back may be a colleague's: compare its `by`. With `from_colleague` it is
    taken over; what the colleague then sends in is refused as stale only if the card has changed.
    Raises Card.DoesNotExist when the card is gone.
    """
    held = Claim.objects.filter(card=card)
    for _attempt in range(CLAIMED_AT_MOST):
        now = one_clock.now()
        until = now + timedelta(seconds=settings.REVIEW_LEASE_SECONDS)
        free = held if from_colleague else held.filter(until__lte=now)
        is_mine = held.filter(by=user).update(until=until)
        if not is_mine and not free.update(by=user, since=now, until=until):
            with suppress(IntegrityError), transaction.atomic():  # a colleague holds it
                return Claim.objects.create(card=card, by=user, since=now, until=until)
        if found := held.select_related("by").first():
            return found
        # Gone again: whoever held it has let it go in this very moment.
    raise Card.DoesNotExist


def holder(card: Card) -> Claim | None:
    """The claim on `card` that has not expired."""
    return Claim.objects.filter(card=card, until__gt=one_clock.now()).select_related("by").first()


def release(card: Card, user: User) -> None:
    Claim.objects.filter(card=card, by=user).delete()
