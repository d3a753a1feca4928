"""Every committed review reaches the vault, and a vault that is down stops nobody."""

from __future__ import annotations

import pytest

from cards import vault
from cards.models import Card
from review import decisions, journal
from tests.cast import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def name(card: Card, reviewer: Person) -> str:
    """The place in the vault of the decision that this makes."""
    decisions.approve(card, card.contact() | {"city": "Berlin"}, version=0, by=reviewer.user)
    return vault.review_name(card.pk, 1)


def test_a_review_is_copied_into_the_vault_with_its_corrections(name: str) -> None:
    assert journal.catch_up() >= 1
    kept = vault.get_json(name)
    assert kept["decision"] == "approved"
    assert kept["values"]["city"] == "Berlin"
    assert kept["corrections"] == [{"field": "city", "machine": "", "human": "Berlin"}]


def test_a_review_is_copied_once(name: str) -> None:
    journal.catch_up()
    assert journal.catch_up() == 0


def test_a_copy_that_was_made_but_not_noted_is_no_trouble(name: str, card: Card) -> None:
    journal.catch_up()
    card.reviews.update(journaled_at=None)
    assert journal.catch_up() >= 1


def test_a_vault_that_is_down_leaves_the_review_for_later(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> None:
        raise vault.VaultError("no answer")

    with monkeypatch.context() as patch:
        patch.setattr(vault, "put_json", refuse)
        assert journal.catch_up() == 0
    assert journal.catch_up() >= 1
