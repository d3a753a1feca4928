"""Decisions to take back, and who made them."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from cards.models import Card
from review import decisions
from review.models import Review
from review.provenance.reverts import Day
from tests.cast import Person


@pytest.fixture
def me(reviewer: Person) -> User:
    return reviewer.user


@pytest.fixture
def boss(manager: Person) -> User:
    return manager.user


@pytest.fixture
def today(me: User) -> Day:
    return Day(me, timezone.localdate())


def correct(card: Card, by: User, **values: Any) -> Review:
    card.refresh_from_db()
    review = decisions.correct(card, values, version=card.version, by=by)
    card.refresh_from_db()
    return review


def approve(card: Card, by: User, **values: str) -> Review:
    card.refresh_from_db()
    review = decisions.approve(card, card.contact() | values, version=card.version, by=by)
    card.refresh_from_db()
    return review


def text_of(response: Any) -> str:
    without_tags = re.sub(r"<[^>]+>", " ", response.content.decode())
    return html.unescape(re.sub(r"\s+", " ", without_tags))
