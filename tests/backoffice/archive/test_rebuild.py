"""A database that was lost comes back from the vault alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import Storage

from backoffice.archive import writing
from backoffice.archive.verify import expected, verify
from cards import vault
from cards.drafts import Draft
from cards.models import Arrival, Batch, Card, Side
from extraction.models import Call, Extraction
from review import decisions, journal
from review.models import Review, SecondLook
from tests import pictures
from tests.backoffice.archive.desk import (
    TYPED,
    Desk,
    dump,
    exported,
    histories,
    kept,
    rebuilt,
    spent,
    wipe,
)  # fmt: skip
from tests.backoffice.commands import run
from tests.disks import Spoil

pytestmark = pytest.mark.django_db


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


@pytest.mark.anywhere
def test_histories_are_the_same(full_desk: Desk) -> None:
    before = histories()
    wipe()
    rebuilt()
    assert histories() == before


@pytest.mark.anywhere
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


@pytest.mark.anywhere
def test_a_database_that_lacks_nothing_is_left_as_it_is(full_desk: Desk) -> None:
    before = dump()
    rebuilt()
    assert dump() == before


@pytest.mark.anywhere
def test_who_is_not_in_the_database_is_made_and_cannot_sign_in(full_desk: Desk) -> None:
    wipe(users=True)
    report = rebuilt()
    assert sorted(report.placeholders) == ["ilse", "nils", "rosa"]
    rosa = User.objects.get(username="rosa")
    assert not rosa.is_active
    assert not rosa.is_staff
    assert not rosa.has_usable_password()


@pytest.mark.anywhere
def test_an_account_that_is_there_is_used(full_desk: Desk) -> None:
    wipe(users=True)
    rosa = User.objects.create_user("rosa", is_staff=True)
    assert "rosa" not in rebuilt().placeholders
    assert Review.objects.filter(by=rosa).exists()


@pytest.mark.anywhere
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


@pytest.mark.anywhere
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


@pytest.mark.anywhere
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


def test_decisions_without_ids_take_none_that_another_has(desk: Desk, spoil: Spoil) -> None:
    looks = [desk.approved(tone) for tone in range(3)]
    while journal.catch_up():
        pass
    name = vault.review_name(looks[0].card_id, 1)
    document = vault.get_json(name)
    first = {key: document[key] for key in document if key not in ("id", "before", "after")}
    spoil(name, vault.sealed(name, first | {"version": 1}))
    wipe()
    rebuilt()
    ids = dict(Review.objects.values_list("card", "pk"))
    assert [ids[look.card_id] for look in looks[1:]] == [look.first_id for look in looks[1:]]
    assert ids[looks[0].card_id] > looks[2].first_id


@pytest.mark.anywhere
def test_a_rebuilt_database_knows_all_that_is_in_the_vault(full_desk: Desk) -> None:
    assert verify().findings == []
    names = set(expected())
    wipe(users=True)
    rebuilt()
    assert set(expected()) == names
    assert verify().findings == []


@pytest.mark.anywhere
def test_it_says_what_it_did(full_desk: Desk) -> None:
    wipe(users=True)
    words = run("rebuild")
    assert f"{Card.objects.count()} cards made" in words
    assert "ilse, nils, rosa" in words
    assert "they come from a backup" in words


def _columns(side: Side) -> dict[str, Any]:
    names = ("position", "picture", "media_type", "page", "quad", "width_px", "height_px")
    return {name: getattr(side, name) for name in names}
