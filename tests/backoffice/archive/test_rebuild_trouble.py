"""What is damaged, missing or cut is named, and all else of a lost database comes back."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.storage import Storage
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from backoffice.archive import rebuild as rebuilding
from backoffice.archive import restored, writing
from backoffice.archive.rebuild import RebuildError
from backoffice.archive.verify import verify
from cards import intake, vault
from cards.models import Batch, Card, Side
from extraction.models import Call, Extraction
from review import journal
from review.models import Review, SecondLook
from tests import pictures
from tests.backoffice.archive.desk import Desk, kept, rebuilt, wipe
from tests.backoffice.commands import run, run_badly
from tests.disks import Spoil

pytestmark = pytest.mark.django_db


@pytest.mark.anywhere
def test_what_was_stopped_between_two_transactions_goes_on(
    full_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = kept()
    wipe()
    monkeypatch.setattr(rebuilding, "CHUNK", 3)
    written: list[object] = []

    def stop(rows: Any) -> None:
        if len(written) == 3:
            raise RuntimeError("the power is gone")
        written.append(rows)
        write(rows)

    write = writing.write
    with monkeypatch.context() as patch:
        patch.setattr(writing, "write", stop)
        with pytest.raises(RuntimeError):
            rebuilt()
    assert 0 < Card.objects.count() < len(before["cards"])
    rebuilt()
    assert kept() == before


def test_a_transaction_that_is_cut_leaves_no_half_of_a_card(
    full_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    wipe()

    def stop(*_: object) -> None:
        raise RuntimeError("the power is gone")

    with monkeypatch.context() as patch:
        patch.setattr(Review.objects, "bulk_create", stop)
        with pytest.raises(RuntimeError):
            rebuilt()
    assert not Card.objects.exists()
    assert not Side.objects.exists()


@pytest.mark.anywhere
@pytest.mark.parametrize("kind", ["card", "review", "reading", "look"])
def test_a_damaged_document_is_named_and_all_other_cards_come_back(
    full_desk: Desk, spoil: Spoil, kind: str
) -> None:
    before = kept()
    look = SecondLook.objects.filter(status="settled")[0]
    name = {
        "card": vault.card_name(look.card_id),
        "review": vault.review_name(look.card_id, 1),
        "reading": vault.reading_row_name(look.card_id, look.card.extractions.get().pk),
        "look": vault.look_name(look.card_id, 1, "settled"),
    }[kind]
    whole = vault.get(name)
    spoil(name, whole.replace(b"1", b"7", 1))
    wipe()
    words, error = run_badly("rebuild")
    assert f"skipped: {look.card_id}: {name} is damaged" in words
    assert "1 could not be brought back" in error
    assert Card.objects.count() == len(before["cards"]) - 1
    spoil(name, whole)
    rebuilt()
    assert kept() == before


@pytest.mark.anywhere
def test_a_site_from_a_backup_does_not_start_while_the_vault_holds_a_document_back(
    full_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, get = kept(), vault.get
    card = SecondLook.objects.filter(status="settled")[0].card_id
    wipe()
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {restored.TABLE} (reason text)")

    def time_out(name: str) -> bytes:
        if name == vault.review_name(card, 1):
            raise vault.VaultAway(f"The vault could not give {name}: timed out")
        return get(name)

    with monkeypatch.context() as patch:
        patch.setattr(vault, "get", time_out)
        words, error = run_badly("prepare")
    assert f"skipped: {card}: The vault could not give" in words
    assert "Cards of which the vault did not give every document: 1." in error
    assert "The site was not started" in error
    assert restored.is_marked()
    run("rebuild")
    assert not restored.is_marked()
    assert kept() == before


def test_a_document_that_the_database_refuses_keeps_no_other_card_out(
    full_desk: Desk, spoil: Spoil
) -> None:
    before = kept()
    review = Review.objects.filter(decision="rejected")[0]
    name = vault.review_name(review.card_id, review.number)
    without_reason = vault.get_json(name) | {"reason": ""}
    spoil(name, vault.sealed(name, without_reason))
    wipe()
    report = rebuilt()
    assert [skipped.what for skipped in report.skipped] == [str(review.card_id)]
    assert Card.objects.count() == len(before["cards"]) - 1


@pytest.mark.anywhere
def test_a_damaged_batch_is_known_from_its_cards(full_desk: Desk, spoil: Spoil) -> None:
    name = vault.batch_name(full_desk.batch.pk, 2)
    spoil(name, b"rust")
    wipe()
    report = rebuilt()
    assert [skipped.what for skipped in report.skipped] == [name]
    assert Batch.objects.get(pk=full_desk.batch.pk).name == "Expo Berlin"


def test_a_reading_whose_number_is_anothers_is_named(desk: Desk) -> None:
    card = desk.ready(1)
    number = card.extractions.get().pk
    while journal.catch_up():
        pass
    wipe()
    batch = Batch.objects.create(name="After the restore", extractor="fake")
    other = intake.take_in(io.BytesIO(pictures.jpeg(2)), batch, name="new.jpg")[0].card
    Extraction.objects.update(id=number)
    report = rebuilt()
    assert [skipped.what for skipped in report.skipped] == [str(card.pk)]
    assert list(Card.objects.all()) == [other]


@pytest.mark.anywhere
def test_a_copy_that_is_missing_is_found(full_desk: Desk, fresh_vault: Storage) -> None:
    look = SecondLook.objects.filter(status="settled")[0]
    call = Call.objects.filter(card=look.card)[0]
    imported = Card.objects.filter(sides=None)[0]
    names = {
        vault.batch_name(full_desk.batch.pk, 2),
        vault.card_name(imported.pk),
        vault.call_name(call.started_at, call.pk, call.closings),
        vault.look_name(look.card_id, 1, "settled"),
        vault.reading_row_name(look.card_id, look.card.extractions.get().pk),
        vault.review_name(look.card_id, 1),
    }
    for name in names:
        fresh_vault.delete(name)
    assert {finding.name for finding in verify().of("missing")} == names


@pytest.mark.anywhere
def test_a_database_that_is_not_migrated_is_refused(full_desk: Desk) -> None:
    (newest,) = MigrationLoader(connection).graph.leaf_nodes("review")
    MigrationRecorder(connection).record_unapplied(*newest)
    with pytest.raises(RebuildError, match=r"run `manage.py migrate`"):
        rebuilt()


def test_an_empty_vault_is_refused(desk: Desk) -> None:
    with pytest.raises(RebuildError, match="There is nothing in the vault"):
        rebuilt()


def test_a_vault_of_another_database_is_refused(desk: Desk, fresh_vault: Storage) -> None:
    desk.put(pictures.jpeg(1))
    (gone,) = desk.put(pictures.jpeg(2))
    fresh_vault.delete(vault.card_name(Card.objects.order_by("pk")[0].pk))
    gone.delete()
    with pytest.raises(RebuildError, match="they do not belong together"):
        rebuilt()
