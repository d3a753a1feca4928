"""Batches reach the vault, each time that they change."""

from __future__ import annotations

import logging

import pytest
from django.db.models import F

from cards import journal, vault
from cards.models import Batch, Card, Side

pytestmark = pytest.mark.django_db


def change(batch: Batch) -> None:
    """As staff do when they give it another priority."""
    Batch.objects.filter(pk=batch.pk).update(priority=1, version=F("version") + 1)


def test_a_new_batch_is_copied_into_the_vault(batch: Batch) -> None:
    assert journal.catch_up() == 1
    kept = vault.get_json(vault.batch_name(batch.pk, 1))
    assert (kept["name"], kept["source"], kept["priority"]) == ("Spring fair", "Hall 4", 0)


def test_a_batch_is_copied_once(batch: Batch) -> None:
    journal.catch_up()
    assert journal.catch_up() == 0


def test_a_changed_batch_is_copied_again_beside_the_first(batch: Batch) -> None:
    journal.catch_up()
    change(batch)
    assert journal.catch_up() == 1
    assert vault.get_json(vault.batch_name(batch.pk, 1))["priority"] == 0
    assert vault.get_json(vault.batch_name(batch.pk, 2))["priority"] == 1


def test_a_batch_that_changes_while_it_is_copied_is_copied_again(
    batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = vault.put_json

    def put_late(name: str, document: journal.Document) -> None:
        put(name, document)
        change(batch)

    with monkeypatch.context() as patch:
        patch.setattr(vault, "put_json", put_late)
        journal.catch_up()
    assert list(journal.late_batches()) == [batch]


def test_a_vault_that_takes_nothing_stops_nobody_and_gets_it_later(
    batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> None:
        raise vault.VaultError("no answer")

    with monkeypatch.context() as patch:
        patch.setattr(vault, "put_json", refuse)
        assert journal.catch_up() == 0
    assert journal.catch_up() == 1


def test_another_document_in_its_place_is_told_and_keeps_no_other_batch_out(
    batch: Batch, caplog: pytest.LogCaptureFixture
) -> None:
    vault.put_json(vault.batch_name(batch.pk, 1), {"name": "of another database"})
    second = Batch.objects.create(name="Autumn fair")
    with caplog.at_level(logging.ERROR):
        assert journal.catch_up() == 1
    assert vault.batch_name(batch.pk, 1) in caplog.text
    assert vault.has(vault.batch_name(second.pk, 1))


def test_a_damaged_document_in_its_place_is_told_and_keeps_no_other_batch_out(
    batch: Batch, caplog: pytest.LogCaptureFixture
) -> None:
    """It was put, the process was killed before it was marked, and then the disk spoilt it."""
    vault.put(vault.batch_name(batch.pk, 1), b"rust")
    second = Batch.objects.create(name="Autumn fair")
    with caplog.at_level(logging.ERROR):
        assert journal.catch_up() == 1
    assert vault.batch_name(batch.pk, 1) in caplog.text
    assert vault.has(vault.batch_name(second.pk, 1))
    assert list(journal.late_batches()) == [batch]


def test_how_a_card_stands_has_every_value_and_further_fields_in_their_order(card: Card) -> None:
    card.full_name, card.extra = "Rosa Halloway", {"Z": "1", "A": "2"}
    name = "probe.json"
    vault.put_json(name, journal.state(card))
    values = vault.get_json(name)["values"]
    assert values["full_name"] == "Rosa Halloway"
    assert list(values["extra"]) == ["Z", "A"]


def test_how_its_sides_lie_is_told_from_the_front_on(card: Card) -> None:
    Side.objects.create(
        card=card, position=1, picture="ab" * 32, media_type="image/jpeg", width_px=60, height_px=90
    )
    assert [side["width_px"] for side in journal.sides(card)] == [96, 60]
