"""A database that was lost comes back from the vault alone."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from backoffice.archive import rebuild as rebuilding
from backoffice.archive import restored, writing
from backoffice.archive.papers import take_inventory
from backoffice.archive.rebuild import RebuildError, Report, rebuild
from backoffice.archive.verify import expected, verify
from cards import intake, vault
from cards.drafts import Draft
from cards.models import Arrival, Batch, Card, Side
from extraction.models import Call, Extraction
from review import decisions, journal
from review.models import Review, SecondLook
from tests import pictures
from tests.backoffice.archive import desk as desks
from tests.backoffice.archive.desk import TYPED, Desk, dump, exported, histories, kept, spent, wipe
from tests.backoffice.commands import run, run_badly

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, settings: Settings, db: None) -> Desk:
    settings.SECOND_LOOK_PERCENT = 100
    return Desk(monkeypatch)


@pytest.fixture
def full_desk(desk: Desk) -> Desk:
    """Everything has happened once, and is in the vault."""
    desks.decide_everything(desk)
    while journal.catch_up():
        pass
    return desk


def rebuilt() -> Report:
    return rebuild(take_inventory())


def test_every_row_comes_back_as_it_was(full_desk: Desk) -> None:
    before = kept()
    wipe()
    report = rebuilt()
    assert report.skipped == []
    assert kept() == before


def test_exports_are_the_same_byte_by_byte(full_desk: Desk, tmp_path: Path) -> None:
    before = exported(tmp_path)
    wipe(users=True)
    rebuilt()
    assert exported(tmp_path) == before


def test_histories_are_the_same(full_desk: Desk) -> None:
    before = histories()
    wipe()
    rebuilt()
    assert histories() == before


def test_the_ledger_sums_up_to_the_same(full_desk: Desk) -> None:
    before = spent()
    assert before
    wipe()
    rebuilt()
    assert spent() == before


def test_rebuilding_twice_changes_nothing(full_desk: Desk) -> None:
    wipe(users=True)
    rebuilt()
    before = dump()
    report = rebuilt()
    assert dump() == before
    assert report.already == len(before["Card"])


def test_a_database_that_lacks_nothing_is_left_as_it_is(full_desk: Desk) -> None:
    before = dump()
    rebuilt()
    assert dump() == before


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


def test_who_is_not_in_the_database_is_made_and_cannot_sign_in(full_desk: Desk) -> None:
    wipe(users=True)
    report = rebuilt()
    assert sorted(report.placeholders) == ["ilse", "nils", "rosa"]
    rosa = User.objects.get(username="rosa")
    assert not rosa.is_active
    assert not rosa.is_staff
    assert not rosa.has_usable_password()


def test_an_account_that_is_there_is_used(full_desk: Desk) -> None:
    wipe(users=True)
    rosa = User.objects.create_user("rosa", is_staff=True)
    assert "rosa" not in rebuilt().placeholders
    assert Review.objects.filter(by=rosa).exists()


def test_what_is_erased_does_not_come_back(full_desk: Desk, fresh_vault: Storage) -> None:
    card = Review.objects.filter(decision="approved")[0].card
    calls = Call.objects.filter(card=card).count()
    assert calls
    fresh_vault.save(f"erased/{card.pk}.json", ContentFile(b"{}"))
    before = spent()
    wipe()
    report = rebuilt()
    assert report.erased == 1
    assert not Card.objects.filter(pk=card.pk).exists()
    assert not Review.objects.filter(card=card.pk).exists()
    assert spent() == before
    assert Call.objects.filter(card=None).count() == calls


@pytest.mark.parametrize("kind", ["card", "review", "reading", "look"])
def test_a_damaged_document_is_named_and_all_other_cards_come_back(
    full_desk: Desk, fresh_vault: Storage, kind: str
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
    replace(fresh_vault, name, whole.replace(b"1", b"7", 1))
    wipe()
    words, error = run_badly("rebuild")
    assert f"skipped: {look.card_id}: {name} is damaged" in words
    assert "1 could not be brought back" in error
    assert Card.objects.count() == len(before["cards"]) - 1
    replace(fresh_vault, name, whole)
    rebuilt()
    assert kept() == before


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
    full_desk: Desk, fresh_vault: Storage
) -> None:
    before = kept()
    review = Review.objects.filter(decision="rejected")[0]
    name = vault.review_name(review.card_id, review.number)
    without_reason = vault.get_json(name) | {"reason": ""}
    replace(fresh_vault, name, vault.sealed(name, without_reason))
    wipe()
    report = rebuilt()
    assert [skipped.what for skipped in report.skipped] == [str(review.card_id)]
    assert Card.objects.count() == len(before["cards"]) - 1


def test_a_damaged_batch_is_known_from_its_cards(full_desk: Desk, fresh_vault: Storage) -> None:
    name = vault.batch_name(full_desk.batch.pk, 2)
    replace(fresh_vault, name, b"rust")
    wipe()
    report = rebuilt()
    assert [skipped.what for skipped in report.skipped] == [name]
    assert Batch.objects.get(pk=full_desk.batch.pk).name == "Expo Berlin"


def test_the_loser_of_two_uploads_at_once_is_left_out(desk: Desk) -> None:
    (card,) = desk.put(pictures.jpeg(1))
    side = Side.objects.get(card=card)
    double = Card(batch=desk.batch, file_name="fair.jpg")
    keep = Draft(double, [Side(**_columns(side) | {"card": double})])
    vault.put_json(vault.card_name(double.pk), keep.document(desk.rosa))
    wipe()
    report = rebuilt()
    assert report.left_out == [str(double.pk)]
    assert list(Card.objects.all()) == [card]


def test_a_picture_that_may_come_twice_does(desk: Desk) -> None:
    keeps = Batch.objects.create(name="Again", duplicate_policy="keep", extractor="fake")
    cards = [*desk.put(pictures.jpeg(1)), *desk.put(pictures.jpeg(1), batch=keeps)]
    wipe()
    rebuilt()
    assert list(Card.objects.order_by("pk")) == cards


def test_cards_that_wait_on_one_picture_all_come_back(desk: Desk) -> None:
    cards = desk.put_sheet(pictures.png(1))
    wipe()
    rebuilt()
    assert list(Card.objects.order_by("pk")) == cards
    assert Extraction.objects.filter(status="queued").count() == 2


def test_a_card_that_waits_is_read_and_an_answer_in_the_vault_is_not_paid_again(
    desk: Desk, fresh_vault: Storage
) -> None:
    card = desk.ready(1)
    journal.catch_up()
    fresh_vault.delete(vault.reading_row_name(card.pk, card.extractions.get().pk))
    wipe()
    rebuilt()
    job = Extraction.objects.get(card=card.pk)
    assert (job.status, job.extractor, job.requested_by) == ("queued", "fake", desk.rosa)
    asked = len(desk.reader.asked)
    again = desk.read(card)
    assert len(desk.reader.asked) == asked
    assert again.full_name == card.full_name


def test_each_card_has_arrived_once(full_desk: Desk) -> None:
    wipe()
    rebuilt()
    rebuilt()
    arrived = Arrival.objects.values_list("card", flat=True)
    assert sorted(arrived) == sorted(Side.objects.filter(position=0).values_list("card", flat=True))


def test_new_work_gets_ids_of_its_own(full_desk: Desk) -> None:
    last = Call.objects.order_by("-pk")[0].pk
    wipe()
    rebuilt()
    look = full_desk.approved(40)
    assert look.first.number == 1
    new = Call.objects.get(card=look.card)
    # An answer in the vault may name a call that the ledger lost.
    assert new.pk > last + writing.LOST_AT_MOST
    while journal.catch_up():
        pass
    assert vault.has(vault.call_name(new.started_at, new.pk, 1))


def test_a_database_from_a_backup_is_brought_up_to_date(desk: Desk) -> None:
    card = desk.ready(1)
    older = Card.objects.filter(pk=card.pk).values()[0]
    decisions.approve(card, TYPED, version=card.version, by=desk.rosa)
    (waiting,) = desk.put(pictures.jpeg(2))
    job = Extraction.objects.filter(card=waiting).values()[0]
    desk.read(waiting, turn=90)
    while journal.catch_up():
        pass
    before = kept()
    SecondLook.objects.all().delete()
    Review.objects.all().delete()
    Call.objects.filter(card=waiting).delete()
    Card.objects.filter(pk=card.pk).update(**older)
    Card.objects.filter(pk=waiting.pk).update(status="uploaded", version=0, full_name="")
    Side.objects.filter(card=waiting).update(quad=None, width_px=96, height_px=64)
    Extraction.objects.filter(pk=job["id"]).update(**job)
    report = rebuilt()
    assert report.completed == 2
    assert kept() == before


def test_what_the_database_knows_better_stays(desk: Desk) -> None:
    card = desk.ready(1)
    journal.catch_up()
    decisions.approve(card, TYPED, version=card.version, by=desk.rosa)
    rebuilt()
    assert Card.objects.get(pk=card.pk).status == Card.Status.APPROVED
    assert Review.objects.get().journaled_at is None


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


def test_a_decision_kept_without_its_outcome_still_decides(
    desk: Desk, fresh_vault: Storage
) -> None:
    """As the first versions kept it: neither readings, nor how the card stood."""
    texts = {"approved": "", "rejected": "An advertisement.", "retake": "Too dark."}
    cards = {}
    for tone, (decision, reason) in enumerate(texts.items()):
        card = desk.ready(tone)
        values = {**card.contact(), "extra": {}} | ({} if reason else TYPED)
        Review.objects.create(
            card=card, number=1, decision=decision, reason=reason, values=values, by=desk.rosa
        )
        cards[decision] = card.pk
    while journal.catch_up():
        pass
    for name, _ in list(vault.names("cards")):
        if "/extractions/" in name:
            fresh_vault.delete(name)
    wipe()
    assert rebuilt().skipped == []
    approved = Card.objects.get(pk=cards["approved"])
    assert (approved.status, approved.full_name) == ("approved", "Mira Ahlström")
    assert approved.approved_at == Review.objects.get(card=approved).at
    assert Card.objects.get(pk=cards["rejected"]).status == "rejected"
    assert Card.objects.get(pk=cards["retake"]).notice == "To be photographed again: Too dark."


def test_decisions_without_ids_take_none_that_another_has(desk: Desk, fresh_vault: Storage) -> None:
    looks = [desk.approved(tone) for tone in range(3)]
    while journal.catch_up():
        pass
    name = vault.review_name(looks[0].card_id, 1)
    document = vault.get_json(name)
    first = {key: document[key] for key in document if key not in ("id", "before", "after")}
    replace(fresh_vault, name, vault.sealed(name, first | {"version": 1}))
    wipe()
    rebuilt()
    ids = dict(Review.objects.values_list("card", "pk"))
    assert [ids[look.card_id] for look in looks[1:]] == [look.first_id for look in looks[1:]]
    assert ids[looks[0].card_id] > looks[2].first_id


def test_a_rebuilt_database_knows_all_that_is_in_the_vault(full_desk: Desk) -> None:
    assert verify().findings == []
    names = set(expected())
    wipe(users=True)
    rebuilt()
    assert set(expected()) == names
    assert verify().findings == []


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


def test_it_says_what_it_did(full_desk: Desk) -> None:
    wipe(users=True)
    words = run("rebuild")
    assert f"{Card.objects.count()} cards made" in words
    assert "ilse, nils, rosa" in words
    assert "they come from a backup" in words


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


def replace(storage: Storage, name: str, data: bytes) -> None:
    storage.delete(name)
    storage.save(name, ContentFile(data))


def _columns(side: Side) -> dict[str, Any]:
    names = ("position", "picture", "media_type", "page", "quad", "width_px", "height_px")
    return {name: getattr(side, name) for name in names}
