"""Every committed review reaches the vault, and a vault that is down stops nobody."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import tablib
from django.utils import timezone

from cards import vault
from cards.models import Card
from cards.resources import CardResource
from review import decisions, journal
from review.models import Review, SecondLook
from review.quality import second_look
from tests.cast import Person

if TYPE_CHECKING:
    from pytest_django import Settings

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


def test_it_says_how_the_card_stood_before_and_stands_since(name: str, card: Card) -> None:
    journal.catch_up()
    kept = vault.get_json(name)
    assert (kept["version"], kept["id"]) == (2, Review.objects.get().pk)
    assert (kept["before"]["status"], kept["after"]["status"]) == ("needs_review", "approved")
    assert kept["after"]["version"] == Card.objects.get(pk=card.pk).version


def test_a_decision_from_before_outcomes_were_kept_is_copied_as_it_was_then(
    card: Card, reviewer: Person
) -> None:
    Review.objects.create(
        card=card, number=1, decision="approved", values=card.contact(), by=reviewer.user
    )
    journal.catch_up()
    kept = vault.get_json(vault.review_name(card.pk, 1))
    assert kept["version"] == 1
    assert not {"id", "before", "after"} & kept.keys()


def bring_in(sheet: str, by: Person) -> None:
    data = tablib.Dataset().load(sheet, format="csv")
    CardResource().import_data(data, user=by.user, file_name="people.csv")


def test_an_imported_card_gets_a_document_of_its_own(db: None, reviewer: Person) -> None:
    bring_in("full_name\nRosa Halloway\n", reviewer)
    journal.catch_up()
    card = Card.objects.get()
    kept = vault.get_json(vault.card_name(card.pk))
    assert kept["sides"] == []
    assert kept["batch"]["name"] == "Import of people.csv"
    assert vault.get_json(vault.review_name(card.pk, 1))["values"]["full_name"] == "Rosa Halloway"


def test_an_import_into_a_card_says_how_it_stands_since(card: Card, reviewer: Person) -> None:
    bring_in(f"id,city\n{card.pk},Kiel\n", reviewer)
    journal.catch_up()
    now = Card.objects.get(pk=card.pk)
    after = vault.get_json(vault.review_name(card.pk, 1))["after"]
    assert (after["version"], after["updated_at"]) == (now.version, now.updated_at.isoformat())
    assert after["is_edited"]


@pytest.fixture
def look(card: Card, reviewer: Person, settings: Settings) -> SecondLook:
    settings.SECOND_LOOK_PERCENT = 100
    decisions.approve(card, card.contact(), version=0, by=reviewer.user)
    journal.catch_up()
    return SecondLook.objects.select_related("card", "first").get()


def test_a_second_look_that_waits_is_not_copied(look: SecondLook) -> None:
    assert not vault.has(vault.look_name(look.card_id, 1, "waiting"))
    assert journal.catch_up() == 0


def test_an_answered_second_look_is_copied(look: SecondLook, manager: Person) -> None:
    values = look.card.contact() | {"city": "Kiel"}
    second_look.answer(look, values, by=manager.user, version=look.card.version)
    assert journal.catch_up() == 1
    kept = vault.get_json(vault.look_name(look.card_id, 1, "differs"))
    assert (kept["by"], kept["differences"]) == (manager.user.username, ["city"])


def test_a_second_look_is_copied_again_when_it_is_dropped(
    look: SecondLook, manager: Person, reviewer: Person
) -> None:
    values = look.card.contact() | {"city": "Kiel"}
    second_look.answer(look, values, by=manager.user, version=look.card.version)
    journal.catch_up()
    decisions.reopen(look.card, version=look.card.version, by=reviewer.user)
    assert journal.catch_up() == 2  # the decision, and what it did
    assert vault.has(vault.look_name(look.card_id, 1, "dropped"))
    assert journal.catch_up() == 0


def test_a_card_imported_by_an_earlier_version_gets_its_document_too(
    db: None, reviewer: Person
) -> None:
    """That version, which may still run beside this one, kept the decision alone."""
    bring_in("full_name\nRosa Halloway\n", reviewer)
    Review.objects.update(after={}, journaled_at=timezone.now())
    review = Review.objects.get()
    old = vault.review_name(review.card_id, 1)
    vault.put(old, json.dumps(journal.document(review), ensure_ascii=False, indent=1).encode())
    assert journal.catch_up() == 2  # the batch, too
    assert vault.get_json(vault.card_name(review.card_id))["taken_in_by"] == "rui"
    assert journal.catch_up() == 0
