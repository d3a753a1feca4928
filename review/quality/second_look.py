"""Second looks: another reviewer decides an approved card again, blind; a third settles.

What the first reviewer approved stands on the card all the while. `decisions` asks for looks and
drops those whose card is changed; here they are given out, answered, settled and counted.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cards import one_clock
from cards.fields import CONTACT_COLUMNS, CONTACT_FIELDS
from cards.models import Card
from extraction.reading import same
from review import decisions, queue
from review.models import Claim, Review, SecondLook

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Texts = Mapping[str, str]
"""Texts by contact field; a field that is not there is empty."""

OPEN = (SecondLook.Status.WAITING, SecondLook.Status.DIFFERS)
COMPARED = (
    SecondLook.Status.AGREED, SecondLook.Status.DIFFERS, SecondLook.Status.SETTLED,
)  # fmt: skip
"""Looks in which two people's values stand side by side."""

LOOKS_COUNTED = 1_000
"""Agreement is counted over so many of the latest looks at most."""

WAS_CHANGED = _(
    "This card was changed while you looked at it, so it needs no second look any more. Nothing was"
    " written; go on with the next card."
)
WAS_QUICKER = _(
    "A colleague has looked at this card in the meantime. Nothing of yours was written, and nothing"
    " on the card is lost; go on with the next card."
)
HAS_DECIDED = _(
    "You have decided on this card before, so a colleague looks at it now. Nothing was written; go"
    " on with the next card."
)
HAS_ANSWERED = _(
    "You have given your answer to this second look before, and it stands. Nothing more was"
    " written; go on with the next card."
)
HELD = _(
    "A colleague has this card open just now, so nothing of yours was written. Nothing typed is"
    " lost: go on with another card, or send this one later."
)


class LookEndedError(decisions.DecisionError):
    """A second look that was not carried out and cannot be any more; nothing was written."""


class LookHeldError(decisions.DecisionError):
    """A second look that was not carried out while a colleague has its card open."""


def waiting_for(user: User) -> QuerySet[SecondLook]:
    """The looks that `user` may take now, the oldest first: blind ones at cards that a colleague
    approved, and differences between two colleagues; none that another has open."""
    is_blind = Q(status=SecondLook.Status.WAITING)
    is_third = Q(status=SecondLook.Status.DIFFERS) & ~Q(by=user)
    held = Claim.objects.filter(card=OuterRef("card"), until__gt=one_clock.now()).exclude(by=user)
    looks = SecondLook.objects.filter(is_blind | is_third, ~Exists(held))
    return looks.exclude(first__by=user).order_by("id")


def next_for(user: User, *, after: SecondLook | None = None) -> SecondLook | None:
    """The look that `user` should take next; nothing is claimed.

    `after` is the one just left; it and those before it come again only when no other waits.
    """
    looks = waiting_for(user).select_related("card", "first")
    if after is None:
        return looks.first()
    return looks.filter(pk__gt=after.pk).first() or looks.exclude(pk=after.pk).first()


def take_next(user: User, *, after: SecondLook | None = None) -> SecondLook | None:
    """The same, its card claimed: two reviewers never get the same."""
    for _attempt in range(queue.TRIED_AT_MOST):
        look = next_for(user, after=after)
        # A card that a colleague took by a moment is held now, and left out the next time.
        if look is None or claim(look, user):
            return look
    return None


def claim(look: SecondLook, user: User) -> Claim | None:
    """The claim of `user` on the card of `look`, taken or renewed; None when a colleague has it,
    and when it was erased in this very moment."""
    try:
        held = queue.claim(look.card, user)
    except Card.DoesNotExist:
        return None
    return held if held.by_id == user.pk else None


def held_by_colleague(look: SecondLook, user: User) -> bool:
    """Whether somebody else has the card open just now."""
    held = queue.holder(look.card)
    return held is not None and held.by_id != user.pk


def refusal(look: SecondLook, user: User) -> str:
    """Why `user` cannot take this look, as a sentence; "" when nothing is in the way."""
    if look.status == SecondLook.Status.DROPPED:
        return str(WAS_CHANGED)
    if look.status in OPEN:
        return str(HAS_DECIDED) if user.pk in (look.first.by_id, look.by_id) else ""
    third = look.settled.by_id if look.settled else None
    return str(HAS_ANSWERED if user.pk in (look.by_id, third) else WAS_QUICKER)


def answer(look: SecondLook, values: Texts, *, by: User, version: int) -> SecondLook:
    """The look with the second reviewer's `values`: agreed, or different.

    Nothing is written to the card. Raises LookEndedError when the card is no longer at `version`
    (the look is dropped then), when a colleague was quicker, and for the first reviewer;
    LookHeldError while a colleague has it open. The same answer sent twice is given once.
    """
    sent = {name: values.get(name, "") for name in CONTACT_FIELDS}
    found = differences(look.first.values, sent)
    with transaction.atomic():
        refused = _refused(look, SecondLook.Status.WAITING, by=by, version=version)
        if not refused:
            SecondLook.objects.filter(pk=look.pk).update(
                status=SecondLook.Status.DIFFERS if found else SecondLook.Status.AGREED,
                by=by, at=timezone.now(), differences=found, values=sent,
            )  # fmt: skip
        queue.release(look.card, by)
    now = SecondLook.objects.select_related("first").filter(pk=look.pk).first()
    is_given = now is not None and now.status in COMPARED and now.by_id == by.pk
    if now is None or (refused and not (is_given and now.values == sent)):
        raise LookEndedError(refused)
    return now


def settle(look: SecondLook, values: Texts, *, by: User, version: int) -> Review:
    """The third reviewer's Review, with a value for each field on which the two others differ.

    What is not as the first had it is written to the card, and nothing when the first was right.
    Raises DecisionError when a field is left out, LookEndedError and LookHeldError as `answer`
    does. The same values sent twice are written once.
    """
    if set(values) != set(look.differences):
        raise decisions.DecisionError(
            gettext("Choose a value for each field on which the two differ.")
        )
    changes = {n: text for n, text in values.items() if text != look.first.values.get(n, "")}
    with transaction.atomic():
        refused = _refused(look, SecondLook.Status.DIFFERS, by=by, version=version)
        if not refused:
            # Before the decision, which drops the open looks of its card.
            settled = SecondLook.objects.filter(pk=look.pk)
            settled.update(status=SecondLook.Status.SETTLED)
            review = decisions.correct(
                look.card, changes, version=version, by=by, decision=Review.Decision.SECOND_LOOK
            )
            settled.update(settled=review)
            return review
        queue.release(look.card, by)
    settling = SecondLook.objects.filter(pk=look.pk).values("settled")
    given = Review.objects.filter(pk__in=settling, by=by).first()
    if given and all(given.values.get(name) == text for name, text in values.items()):
        return given
    raise LookEndedError(refused)


def differences(first: Texts, second: Texts) -> list[str]:
    """The fields in which two people's values do not say the same."""
    return [
        column.name
        for column in CONTACT_COLUMNS
        if not _says_the_same(
            column.info.kind, first.get(column.name, ""), second.get(column.name, "")
        )
    ]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often two people came to the same: of the values `compared`, those `agreed`."""

    agreed: int = 0
    compared: int = 0

    def __add__(self, other: Agreement) -> Agreement:
        return Agreement(self.agreed + other.agreed, self.compared + other.compared)

    @property
    def differing(self) -> int:
        return self.compared - self.agreed

    @property
    def share(self) -> float:
        """0 to 1; 1 when nothing was compared."""
        return self.agreed / self.compared if self.compared else 1.0


def agreement_in(first: Texts, second: Texts, different: Iterable[str]) -> dict[str, Agreement]:
    """The agreement of one look by field; a field that is empty to both is not compared."""
    apart = set(different)
    return {
        name: Agreement(int(name not in apart), 1)
        for name in CONTACT_FIELDS
        if first.get(name) or second.get(name)
    }


def agreement_by_field() -> dict[str, Agreement]:
    """The agreement of the latest looks by field, the fields that differ most often first.

    One query, of at most `LOOKS_COUNTED` looks.
    """
    looks = SecondLook.objects.filter(status__in=COMPARED).order_by("-at")
    columns = looks.values_list("first__values", "values", "differences")[:LOOKS_COUNTED]
    agreed: Counter[str] = Counter()
    compared: Counter[str] = Counter()
    for first, second, different in columns:
        for name, found in agreement_in(first, second, different).items():
            agreed[name] += found.agreed
            compared[name] += found.compared
    sums = {name: Agreement(agreed[name], count) for name, count in compared.items()}
    return dict(sorted(sums.items(), key=lambda item: (item[1].share, -item[1].compared)))


def _refused(look: SecondLook, status: str, *, by: User, version: int) -> str:
    """Why `by` cannot take `look` further from `status` any more; "" when nothing is in the way.

    Holds the card until the transaction ends: whoever else answers the look, or changes the card,
    waits. A look whose card is no longer as it was is dropped. Raises LookHeldError.
    """
    cards = Card.objects.select_for_update()
    stands = cards.filter(pk=look.card_id, status=Card.Status.APPROVED, version=version).first()
    found = SecondLook.objects.filter(pk=look.pk)
    now = found.select_related("first", "settled").first()
    if now is None:
        return str(WAS_CHANGED)
    if stands is None and now.status in OPEN:
        found.update(status=SecondLook.Status.DROPPED)
        return str(WAS_CHANGED)
    if refused := refusal(now, by) or ("" if now.status == status else str(WAS_QUICKER)):
        return refused
    if held_by_colleague(look, by):
        raise LookHeldError(str(HELD))
    return ""


def _says_the_same(kind: str, one: str, other: str) -> bool:
    """Whether two values of a field say the same; what has no letters or digits only as it is."""
    if one.strip() == other.strip():
        return True
    is_same = _RULES.get(kind, same.text)
    return bool(one and other) and is_same(one, other)


def _same_mailbox(one: str, other: str) -> bool:
    """Unlike in other texts, a dot matters: it decides who gets the mail."""
    return _folded(one) == _folded(other)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()


_RULES: Mapping[str, Callable[[str, str], bool]] = {
    "phone": same.phone, "email": _same_mailbox, "url": same.website,
}  # fmt: skip
