"""Invented contacts for the tests of exports and imports."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, User
from django.utils import timezone

from cards.models import Batch, Card

HOSTILE = (
    "=1+1",
    "+1+1",
    "-1",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    '=HYPERLINK("http://evil.example","x")',
    "＝1+1",
    ' "=1+1',
    "'=1+1",
    "''=1",
    "x;=1+1",
    "a\n@b",
    "#REF!",
)
PLAIN = (
    "+44 20 7946 0958",
    "Zoë Ångström",
    "山田 太郎",
    "a\nb",
    'say "hi"',
    "a, b; c",
    "O'Neil",
    "\\n",
)


def make_card(batch: Batch | None = None, **values: Any) -> Card:
    batch = batch or Batch.objects.create(name="Fair", source="Spring fair")
    values = {"status": Card.Status.APPROVED, "approved_at": timezone.now(), **values}
    return Card.objects.create(batch=batch, **values)


def make_person(group: str = "") -> User:
    """Somebody who may sign in: a member of `group`, or an outsider."""
    name = group.lower() or "outsider"
    user = User.objects.create_user(name, f"{name}@desk.example", "a-long-password", is_staff=True)
    if group:
        user.groups.add(Group.objects.get(name=group))
    return user
