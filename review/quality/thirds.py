"""Who could settle what two reviewers differ on.

A third look counts because it is a third person's: nobody settles a difference of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Count, Q, QuerySet

from review.models import SecondLook


@dataclass(frozen=True, slots=True)
class Unsettled:
    """Differences that a person was part of and that wait for a third: how many, and whether for
    some of them nobody else may review."""

    looks: int
    has_nobody: bool


def unsettled(user: User) -> Unsettled:
    """The differences between `user` and a colleague. Two queries at most."""
    differing = SecondLook.objects.filter(status=SecondLook.Status.DIFFERS)
    own = differing.filter(Q(by=user) | Q(first__by=user)).order_by()
    pairs = list(own.values_list("first__by", "by").annotate(looks=Count("pk")))
    if not pairs:
        return Unsettled(0, has_nobody=False)
    # Of any three people one is neither of the two.
    three = set(reviewers().values_list("pk", flat=True)[:3])
    return Unsettled(
        sum(looks for *_, looks in pairs), any(three <= {one, two} for one, two, _ in pairs)
    )


def reviewers() -> QuerySet[User]:
    """Who may review cards: by themselves, by a group, or because they may do everything."""
    return User.objects.with_perm("cards.review_card").filter(is_staff=True)
