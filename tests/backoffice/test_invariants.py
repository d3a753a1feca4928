"""Each promise is kept by a site on which all is well, and its breach is told by name."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from backoffice.invariants import INVARIANTS, broken
from backoffice.readonly import waiting
from backoffice.readonly.passes import Pass
from cards import intake, vault
from cards.models import Arrival, Batch, Card
from extraction import jobs
from extraction.models import Call, Extraction
from review import decisions, journal
from review.models import Review
from tests import pictures
from tests.backoffice.commands import run, run_badly
from tests.cast import Person
from tests.extraction.make_jobs import ANSWER, PaidExtractor, claimed_but_stopped, take_in
from tests.fakes import FakeExtractor

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(minutes=5)


@pytest.fixture(autouse=True)
def published(settings: Settings, tmp_path: Path) -> Path:
    """Where publications of this test are."""
    settings.PUBLISH_DIR = tmp_path / "published"
    return tmp_path / "published"


@pytest.fixture
def job(fake: FakeExtractor, monkeypatch: pytest.MonkeyPatch, reviewer: Person) -> Extraction:
    """The reading of a card that was paid for, approved, and copied into the vault."""
    PaidExtractor().put_in_place(monkeypatch).queue.append(ANSWER)
    job = take_in()
    jobs.run(job.pk)
    job.refresh_from_db()
    card = Card.objects.get(pk=job.card_id)
    decisions.approve(card, card.contact(), version=card.version, by=reviewer.user)
    journal.catch_up()
    return job


def answer_name(job: Extraction) -> str:
    return vault.reading_name(job.card.sides.get().picture, job.digest)


def lose(name: str) -> None:
    storages["vault"].delete(name)


def complaint() -> str:
    """The one thing that is wrong."""
    (sentence,) = broken()
    return sentence


def test_nothing_is_broken_where_all_is_well(job: Extraction) -> None:
    assert Call.objects.get().cost
    assert broken() == []


@pytest.mark.usefixtures("fake")
def test_nothing_is_broken_while_a_card_waits() -> None:
    take_in()
    assert broken() == []


@pytest.mark.usefixtures("fake")
def test_an_upload_that_was_cut_off_breaks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was never acknowledged: the picture and the card's document are there, and no row."""

    def stop(picture: str) -> None:
        raise ConnectionError

    monkeypatch.setattr(intake, "_wait_for_others", stop)
    with pytest.raises(ConnectionError):
        intake.take_in(
            io.BytesIO(pictures.png()), Batch.objects.create(name="Boat fair"), name="rosa.png"
        )
    assert [name for name, _ in vault.names("cards")]
    assert broken() == []


def test_an_answer_that_was_not_adopted_yet_breaks_nothing(job: Extraction) -> None:
    """Its worker was killed between the vault and the database; the job runs again."""
    Call.objects.update(outcome=Call.Outcome.LOST, cost=None, closings=2, journaled_at=None)
    Extraction.objects.filter(pk=job.pk).update(
        status=Extraction.Status.QUEUED, digest="", result=None, journaled_at=None
    )
    lose(vault.reading_row_name(job.card_id, job.pk))
    assert broken() == []


def test_a_card_that_nobody_reads(job: Extraction) -> None:
    Card.objects.update(status=Card.Status.UPLOADED)
    assert f"Card {job.card_id} is “being read” and has no job" in complaint()


def test_a_lease_that_nobody_took_over(job: Extraction) -> None:
    claimed_but_stopped(job)
    Extraction.objects.update(journaled_at=None, lease_until=timezone.now() - LONG_AGO)
    lose(vault.reading_row_name(job.card_id, job.pk))
    assert f"The lease of job {job.pk} (card {job.card_id}) ran out" in complaint()


def test_a_lease_that_ran_out_a_moment_ago_breaks_nothing(job: Extraction) -> None:
    claimed_but_stopped(job)
    Extraction.objects.update(journaled_at=None)
    lose(vault.reading_row_name(job.card_id, job.pk))
    assert broken() == []


def test_a_call_that_nobody_gave_up(job: Extraction) -> None:
    call = Call.objects.create(
        extractor="fake", outcome=Call.Outcome.UNDER_WAY, lease_until=timezone.now() - LONG_AGO
    )
    assert f"The lease of call {call.pk}" in complaint()


def test_a_picture_that_is_lost(job: Extraction) -> None:
    side = job.card.sides.get()
    lose(vault.picture_name(side.picture, side.media_type))
    sentence = complaint()
    assert side.picture in sentence
    assert f"(card {job.card_id})" in sentence


def test_an_answer_that_is_lost(job: Extraction) -> None:
    lose(answer_name(job))
    assert f"{answer_name(job)} is not in the vault" in complaint()


def test_a_decision_that_is_lost_in_the_vault(job: Extraction) -> None:
    lose(vault.review_name(job.card_id, 1))
    assert "reviews/000001.json is not in the vault" in complaint()


def test_a_decision_that_is_lost_in_the_database(job: Extraction) -> None:
    Review.objects.all().delete()
    assert f"Decision 1 of card {job.card_id} is in the vault alone" in complaint()


def test_a_reading_that_is_lost_in_the_database(job: Extraction) -> None:
    number = job.pk
    Call.objects.update(extraction=None)
    job.delete()
    assert f"The end of reading {number} of card" in complaint()


def test_a_card_that_is_lost_in_the_database(job: Extraction) -> None:
    card = job.card_id
    Card.objects.all().delete()
    found = broken()
    assert any(f"Card {card} was read or decided and is in the vault alone" in one for one in found)
    assert any("no card has its picture" in one for one in found)


def test_a_batch_that_is_lost_in_the_database(job: Extraction) -> None:
    Batch.objects.update(version=3, journaled_version=3)
    vault.put_json(vault.batch_name(job.card.batch_id, 3), {})
    Batch.objects.update(version=1, journaled_version=1)
    assert f"Version 3 of batch {job.card.batch_id} is in the vault alone" in complaint()


def test_an_answer_that_no_reading_has(job: Extraction) -> None:
    name = vault.reading_name(job.card.sides.get().picture, "f" * 64)
    vault.put_json(name, {"extractor": "offline", "card": str(job.card_id), "answer": {}})
    assert f"no reading of card {job.card_id} in the database has it" in complaint()


def test_an_answer_whose_call_is_not_in_the_ledger(job: Extraction) -> None:
    number = Call.objects.get().pk
    Call.objects.all().delete()
    assert f"Closing 1 of call {number} is in the vault alone" in complaint()


def test_an_answer_whose_call_the_ledger_calls_lost(job: Extraction) -> None:
    Call.objects.update(outcome=Call.Outcome.LOST, journaled_at=None, closings=2)
    assert "and the ledger says of its call" in complaint()


def test_a_cost_that_is_another_than_in_the_copy(job: Extraction) -> None:
    Call.objects.update(cost="0.000001")
    assert "its cost is 0.000001 in the ledger and 0.0" in complaint()


def test_tokens_that_are_others_than_in_the_answer(job: Extraction) -> None:
    Call.objects.update(input_tokens=7)
    found = broken()
    assert any("its input_tokens is 7 in the ledger and 1000" in one for one in found)
    assert any("Usage(input=7" in one for one in found)


def test_a_decision_that_does_not_reach_the_vault(job: Extraction) -> None:
    Review.objects.update(journaled_at=None, at=timezone.now() - LONG_AGO)
    assert f"Decision 1 of card {job.card_id} waits since" in complaint()


def test_a_publication_without_a_manifest(published: Path) -> None:
    (published / "20261231T020000Z").mkdir(parents=True)
    assert "20261231T020000Z is no complete publication" in complaint()


def test_a_card_that_was_erased_and_is_there(job: Extraction) -> None:
    vault.put_json(f"erased/{job.card_id}.json", {})
    assert all(f"{job.card_id} was erased" in one for one in broken())
    assert len(broken()) == 2


def test_a_tombstone_alone_breaks_nothing() -> None:
    vault.put_json(f"erased/{uuid4()}.json", {})
    assert broken() == []


def test_a_backup_may_be_older_than_the_vault(job: Extraction) -> None:
    Review.objects.all().delete()
    assert broken(of_backups=True) == []


def test_a_backup_may_not_name_what_the_vault_has_not(job: Extraction) -> None:
    lose(vault.review_name(job.card_id, 1))
    assert len(broken(of_backups=True)) == 1


def upload_without_a_database(by: Person, data: bytes) -> str:
    """The name of the document that is kept, of an upload a while ago."""
    file = SimpleUploadedFile("rosa.jpg", data)
    held = Pass(by.user.pk, "Ursula", frozenset(("cards.upload_card",)), 0)
    waiting.keep([file], batch="Boat fair", by=held)
    (name,) = [name for name, _size in vault.names("waiting")]
    document, old = vault.get_json(name), "waiting/20260101T000000Z-00.json"
    lose(name)
    vault.put_json(old, document)
    return old


def test_what_was_uploaded_without_a_database_and_is_not_taken_in(uploader: Person) -> None:
    name = upload_without_a_database(uploader, pictures.jpeg())
    assert complaint().startswith(f"{name} was acknowledged and is not taken in")
    waiting.take_in()
    assert broken() == []


def test_what_was_uploaded_a_moment_ago_may_wait(uploader: Person) -> None:
    name = upload_without_a_database(uploader, pictures.jpeg())
    document = vault.get_json(name)
    lose(name)
    vault.put_json(f"waiting/{timezone.now():%Y%m%dT%H%M%SZ}-00.json", document)
    assert broken() == []


def test_a_picture_that_was_acknowledged_and_is_on_no_card(uploader: Person) -> None:
    name = upload_without_a_database(uploader, pictures.jpeg())
    waiting.take_in()
    for card in Card.objects.all():
        lose(vault.card_name(card.pk))
    Card.objects.all().delete()
    assert f"came as rosa.jpg with {name} and is on no card" in complaint()


@pytest.mark.parametrize("is_rebuilt", [False, True])
def test_a_picture_that_was_refused_later_breaks_nothing(
    uploader: Person, *, is_rebuilt: bool
) -> None:
    upload_without_a_database(uploader, pictures.jpeg()[:300])
    waiting.take_in()
    assert Arrival.objects.get().outcome == Arrival.Outcome.REFUSED
    if is_rebuilt:  # the vault knows of no arrivals
        Arrival.objects.all().delete()
    assert broken() == []


def test_a_picture_of_an_upload_that_was_cut_off_breaks_nothing() -> None:
    vault.put_picture(pictures.jpeg(), "image/jpeg")
    assert broken() == []


def test_the_command_tells_of_each_promise(job: Extraction) -> None:
    lines = run("doctor", "--invariants").splitlines()
    assert [line.split()[:2] for line in lines] == [["ok", name] for name in INVARIANTS]


def test_the_command_names_what_is_broken_and_fails(job: Extraction) -> None:
    lose(vault.review_name(job.card_id, 1))
    out, error = run_badly("doctor", "--invariants")
    assert "BAD    objects    all that the database names is in the vault" in out
    assert "reviews/000001.json is not in the vault" in out
    assert error.startswith("1 thing is not as promised. Nothing was changed")


def test_the_command_says_so_when_the_vault_does_not_answer(
    job: Extraction, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(prefix: str = "") -> None:
        raise OSError("no route to host")

    monkeypatch.setattr(storages["vault"], "names", fail)
    _, error = run_badly("doctor", "--invariants")
    assert error.startswith("The vault could not list what it keeps: no route to host")
