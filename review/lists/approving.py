"""Approving many cards that are beyond doubt, one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cards.models import Card
from cards.wording import within
from review import decisions

if TYPE_CHECKING:
    from django.contrib.auth.models import User


AT_MOST = 1_000
"""Cards in one request: about ten seconds of it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the cards: how many are approved, which are left and why, how many more
    were chosen than are approved at once."""

    approved: int
    left: list[tuple[str, str]]
    beyond: int


def approve_all(cards: QuerySet[Card], *, by: User, seen: Mapping[UUID, int]) -> Outcome:
    """Approve those of `cards` that have values and no doubt, and that no colleague has open.

    `seen` has the versions that the person saw, by card; those not on the page are approved as
    they are now. Each approval is its own transaction: what was approved before a failure stays.
    """
    beyond = max(0, cards.count() - AT_MOST)
    left, approved = [], 0
    for card in cards[:AT_MOST]:
        if reason := _objection(card):
            left.append((str(card), reason))
            continue
        try:
            decisions.approve(card, card.contact(), version=seen.get(card.pk, card.version), by=by)
            approved += 1
        except decisions.StaleCard as stale:
            left.append((str(card), _("changed by %(name)s") % {"name": stale.colleague}))
        except decisions.HeldCard as held:
            left.append((str(card), _("open by %(name)s") % {"name": held.claim.holder}))
        except Card.DoesNotExist:
            left.append((str(card), _("erased meanwhile")))
    return Outcome(approved, left, beyond)


def _objection(card: Card) -> str:
    """Why a person has to look at this card; empty when there is no need."""
    if card.status != Card.Status.NEEDS_REVIEW:
        return within(card.get_status_display())
    if card.doubtful_fields:
        return _("doubtful")
    if card.notice:
        return _("see its notice")
    if not any(card.contact().values()):
        return _("nothing on it")
    return ""
