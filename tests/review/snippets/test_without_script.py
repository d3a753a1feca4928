"""Snippet review in a browser that runs no script."""

from __future__ import annotations

import html
from uuid import uuid4

import pytest
from django.urls import reverse

from cards.models import Card
from review import decisions
from tests.cast import Person
from tests.review.snippets.conftest import inputs, page_of, post, sent

pytestmark = pytest.mark.django_db


def test_without_script_a_row_saves_and_the_page_comes_again(card: Card, reviewer: Person) -> None:
    response = post(reviewer.client, card, sent(card, text="typed"), headers={})
    assert response.url == f"{reverse('admin:review_snippets')}?field=mobile"
    card.refresh_from_db()
    assert card.mobile == "typed"
    assert "Saved" in page_of(reviewer.client)


def test_without_script_a_conflict_shows_both_values(
    card: Card, reviewer: Person, manager: Person
) -> None:
    data = sent(card, text="mine")
    decisions.correct(card, {"mobile": "theirs"}, version=0, by=manager.user)
    response = post(reviewer.client, card, data, headers={})
    page = html.unescape(response.content.decode())
    assert inputs(page) == ["mine"]
    assert "“theirs”" in page
    assert 'name="seen" value="theirs"' in page
    assert 'name="version" value="1"' in page


def test_without_script_a_text_that_is_too_long_stays(card: Card, reviewer: Person) -> None:
    response = post(reviewer.client, card, sent(card, text="x" * 99), headers={})
    assert inputs(response.content.decode()) == ["x" * 99]
    assert "at most 60 characters" in response.content.decode()


def test_without_script_what_was_typed_for_a_card_that_is_gone_is_said(
    card: Card, reviewer: Person
) -> None:
    data = sent(card, text="typed")
    card.pk = uuid4()
    post(reviewer.client, card, data, headers={})
    assert "You had typed “typed”" in page_of(reviewer.client)
