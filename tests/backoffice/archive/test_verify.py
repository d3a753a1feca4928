"""What `verify` finds in a vault, and what it puts right."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.core.management import CommandError, call_command

from backoffice.archive.verify import Part, verify
from cards import intake, vault
from cards.models import Batch, Card, Side
from extraction import jobs
from extraction.models import Extraction
from tests import pictures
from tests.disks import Spoil

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db


@pytest.fixture
def cards() -> list[Card]:
    """Three cards, the first of which was read."""
    batch = Batch.objects.create(name="Expo Berlin", extractor="offline")
    found = []
    for number in range(3):
        file = io.BytesIO(pictures.jpeg(number))
        (arrival,) = intake.take_in(file, batch, name=f"{number}.jpg")
        assert arrival.card
        found.append(arrival.card)
    jobs.run(Extraction.objects.order_by("pk")[0].pk)
    return found


@pytest.fixture
def copy(settings: Settings, tmp_path: Path) -> Storage:
    """A second vault with all that the first has now."""
    options = {"location": tmp_path / "copy"}
    back_end = {"BACKEND": "cards.vault_storage.FolderStorage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "vault_copy": back_end}
    second = storages["vault_copy"]
    for name, _ in list(vault.names()):
        second.save(name, ContentFile(vault.get(name)))
    return second


def picture_of(card: Card) -> str:
    side = Side.objects.get(card=card)
    return vault.picture_name(side.picture, side.media_type)


def flip(data: bytes) -> bytes:
    return bytes([data[0] ^ 1]) + data[1:]


def test_a_whole_vault_is_sound(cards: list[Card]) -> None:
    report = verify()
    assert report.is_sound
    assert report.findings == []
    assert report.objects == len(list(vault.names())) == 3 + 3 + 2  # pictures, cards, readings


def test_a_flipped_picture_is_named_with_its_card(cards: list[Card], spoil: Spoil) -> None:
    name = picture_of(cards[1])
    spoil(name, flip(vault.get(name)))
    (finding,) = verify().findings
    assert (finding.kind, finding.name, finding.cards) == ("damaged", name, (str(cards[1].pk),))


@pytest.mark.anywhere
def test_a_flipped_document_is_named_with_its_card(cards: list[Card], spoil: Spoil) -> None:
    name = vault.card_name(cards[1].pk)
    spoil(name, vault.get(name).replace(b"1.jpg", b"2.jpg"))
    (finding,) = verify().findings
    assert (finding.kind, finding.name, finding.cards) == ("damaged", name, (str(cards[1].pk),))


def test_two_documents_that_were_swapped_are_both_named(cards: list[Card], spoil: Spoil) -> None:
    one, other = vault.card_name(cards[0].pk), vault.card_name(cards[1].pk)
    first, second = vault.get(one), vault.get(other)
    spoil(one, second)
    spoil(other, first)
    report = verify()
    assert {found.name for found in report.of("damaged")} == {one, other}
    assert "another object lies in its place" in report.findings[0].why


@pytest.mark.parametrize("which", ["picture", "card", "reading"])
def test_what_is_missing_is_named_with_its_card(
    cards: list[Card], fresh_vault: Storage, which: str
) -> None:
    card = cards[0]
    job = Extraction.objects.get(card=card)
    side = Side.objects.get(card=card)
    name = {
        "picture": picture_of(card),
        "card": vault.card_name(card.pk),
        "reading": vault.reading_name(side.picture, job.digest),
    }[which]
    fresh_vault.delete(name)
    (finding,) = verify().findings
    assert (finding.kind, finding.name, finding.cards) == ("missing", name, (str(card.pk),))


@pytest.mark.anywhere
def test_what_the_database_does_not_know_is_extra_and_harms_nobody(cards: list[Card]) -> None:
    sha256 = vault.put_picture(pictures.jpeg(9), "image/jpeg")
    report = verify()
    assert [found.name for found in report.of("extra")] == [
        vault.picture_name(sha256, "image/jpeg")
    ]
    assert report.is_sound


@pytest.mark.anywhere
def test_the_parts_together_are_the_whole(cards: list[Card]) -> None:
    reports = [verify(Part(number, 4)) for number in range(1, 5)]
    assert sum(report.objects for report in reports) == verify().objects
    assert max(report.objects for report in reports) < verify().objects


def test_a_repair_brings_back_what_was_damaged_and_what_was_missing(
    cards: list[Card], copy: Storage, spoil: Spoil, fresh_vault: Storage
) -> None:
    damaged, missing = picture_of(cards[0]), vault.card_name(cards[1].pk)
    whole = vault.get(damaged)
    spoil(damaged, flip(whole))
    fresh_vault.delete(missing)
    report = verify(repair=True)
    assert report.is_sound
    assert [found.is_repaired for found in report.findings] == [True, True]
    assert vault.get(damaged) == whole
    assert verify().findings == []


@pytest.mark.anywhere
def test_a_copy_that_is_damaged_too_repairs_nothing(
    cards: list[Card], copy: Storage, spoil: Spoil
) -> None:
    name = picture_of(cards[0])
    rust = flip(vault.get(name))
    spoil(name, rust)
    copy.delete(name)
    copy.save(name, ContentFile(rust))
    (finding,) = verify(repair=True).findings
    assert not finding.is_repaired
    assert vault.get(name) == rust


@pytest.mark.anywhere
def test_without_a_copy_a_repair_says_so(cards: list[Card], spoil: Spoil) -> None:
    spoil(picture_of(cards[0]), b"rust")
    (finding,) = verify(repair=True).findings
    assert "there is no second copy" in finding.why


def test_the_command_fails_and_names_what_is_damaged(
    cards: list[Card], spoil: Spoil, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(picture_of(cards[0]), b"rust")
    with pytest.raises(CommandError, match="The vault is not whole"):
        call_command("verify")
    words = capsys.readouterr().out
    assert f"damaged: {picture_of(cards[0])} (card {cards[0].pk})" in words
    assert "0 missing, 1 damaged, 0 extra" in words


@pytest.mark.parametrize("text", ["0/3", "4/3", "x", "3", "1/0"])
def test_a_part_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(CommandError, match="is no part; write 1/30"):
        call_command("verify", f"--subset={text}")


# What is not known -----------------------------------------------------------------------------


@pytest.fixture
def slow(cards: list[Card], monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a whole picture that the vault does not give in time."""
    name, get = picture_of(cards[0]), vault.get

    def time_out(wanted: str) -> bytes:
        if wanted == name:
            raise vault.VaultAway(f"The vault could not give {name}: timed out")
        return get(wanted)

    monkeypatch.setattr(vault, "get", time_out)
    return name


@pytest.mark.anywhere
def test_what_could_not_be_read_is_not_called_damaged(cards: list[Card], slow: str) -> None:
    report = verify()
    (finding,) = report.findings
    assert (finding.kind, finding.name, finding.cards) == ("unread", slow, (str(cards[0].pk),))
    assert finding.why.startswith("could not be read: ")
    assert not report.is_sound


def test_what_could_not_be_read_is_never_repaired(
    cards: list[Card], slow: str, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    replaced: list[str] = []
    monkeypatch.setattr(vault, "replace", lambda name, data: replaced.append(name))
    monkeypatch.setattr(vault, "from_copy", lambda name: b"")
    (finding,) = verify(repair=True).findings
    assert not finding.is_repaired
    assert replaced == []


@pytest.mark.anywhere
def test_the_command_fails_on_what_could_not_be_read_and_says_so(
    slow: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CommandError, match="Objects that could not be read: 1") as failure:
        call_command("verify")
    assert "not whole" not in str(failure.value)
    words = capsys.readouterr().out
    assert f"unread: {slow}" in words
    assert "0 missing, 0 damaged, 0 extra, 1 unread" in words


@pytest.mark.anywhere
def test_what_came_while_the_vault_was_read_is_not_missing(
    cards: list[Card], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = vault.names

    def listed(prefix: str = "") -> Iterator[tuple[str, int]]:
        yield from list(names(prefix))
        intake.take_in(io.BytesIO(pictures.jpeg(7)), cards[0].batch, name="later.jpg")

    monkeypatch.setattr(vault, "names", listed)
    assert verify().findings == []
    assert Card.objects.count() == 4
