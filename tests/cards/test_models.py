from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from cards.fields import CONTACT_FIELDS
from cards.models import Arrival, Batch, Card, Side, new_id

UPLOADED, NEEDS_REVIEW, APPROVED, REJECTED = Card.Status


def add_side(card: Card, position: int) -> Side:
    return Side.objects.create(
        card=card, position=position, picture="ab" * 32, media_type="image/jpeg",
        width_px=96, height_px=64,
    )  # fmt: skip


@pytest.fixture
def plain_card(batch: Batch) -> Card:
    return Card.objects.create(batch=batch, file_name="first.jpg")


# Ids


def test_ids_sort_by_the_time_they_were_made(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(1_700_000_000_000_000_000, 1_800_000_000_000_000_000, 10**15))
    monkeypatch.setattr("time.time_ns", lambda: next(clock))
    ids = [new_id() for _ in range(50)]
    assert ids == sorted(ids)


def test_ids_of_one_moment_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time_ns", lambda: 1_700_000_000_000_000_000)
    assert len({new_id() for _ in range(1_000)}) == 1_000


def test_id_is_a_uuid_of_version_7() -> None:
    made = new_id()
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"


# Status


def test_card_moves_from_the_status_it_is_in(plain_card: Card) -> None:
    assert Card.objects.filter(pk=plain_card.pk).move(UPLOADED, to=NEEDS_REVIEW) == 1
    plain_card.refresh_from_db()
    assert plain_card.status == NEEDS_REVIEW


def test_second_mover_finds_nothing_to_move(plain_card: Card) -> None:
    cards = Card.objects.filter(pk=plain_card.pk)
    assert cards.move(UPLOADED, to=NEEDS_REVIEW) == 1
    assert cards.move(UPLOADED, to=REJECTED) == 0


def test_move_counts_the_version_up(plain_card: Card) -> None:
    Card.objects.filter(pk=plain_card.pk).move(UPLOADED, to=NEEDS_REVIEW)
    plain_card.refresh_from_db()
    assert plain_card.version == 1


def test_move_writes_its_changes_in_the_same_step(plain_card: Card) -> None:
    Card.objects.filter(pk=plain_card.pk).move(
        UPLOADED, NEEDS_REVIEW, to=APPROVED, company="Lumen & Fjord", approved_at=timezone.now()
    )
    plain_card.refresh_from_db()
    assert (plain_card.status, plain_card.company) == (APPROVED, "Lumen & Fjord")


def test_move_in_vain_writes_nothing(plain_card: Card) -> None:
    Card.objects.filter(pk=plain_card.pk).move(REJECTED, to=NEEDS_REVIEW, company="Nobody")
    plain_card.refresh_from_db()
    assert (plain_card.version, plain_card.company) == (0, "")


def test_unknown_status_is_refused_by_the_database(batch: Batch) -> None:
    with pytest.raises(IntegrityError, match="card_status_known"), transaction.atomic():
        Card.objects.create(batch=batch, status="lost")


def test_approved_card_needs_its_time(plain_card: Card) -> None:
    with pytest.raises(IntegrityError, match="card_approved_has_time"), transaction.atomic():
        Card.objects.filter(pk=plain_card.pk).move(UPLOADED, to=APPROVED)


# What belongs to a card


def test_position_is_given_once_a_card(plain_card: Card) -> None:
    add_side(plain_card, 0)
    with pytest.raises(IntegrityError), transaction.atomic():
        add_side(plain_card, 0)


def test_front_is_the_first_side(plain_card: Card) -> None:
    add_side(plain_card, 1)
    front = add_side(plain_card, 0)
    assert Card.objects.with_front().get().front == front.pk


def test_card_without_sides_has_no_front(plain_card: Card) -> None:
    assert Card.objects.with_front().get(pk=plain_card.pk).front is None


def test_sides_are_called_front_and_back(plain_card: Card) -> None:
    names = [str(add_side(plain_card, position)).split(" of ")[0] for position in (0, 1)]
    assert names == ["front", "back"]


def test_contact_has_every_field_in_order(plain_card: Card) -> None:
    plain_card.full_name = "Zoë Lindqvist"
    contact = plain_card.contact()
    assert tuple(contact) == CONTACT_FIELDS
    assert contact["full_name"] == "Zoë Lindqvist"
    assert contact["fax"] == ""


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"full_name": "Zoë Lindqvist", "company": "Lumen & Fjord"}, "Zoë Lindqvist"),
        ({"company": "Lumen & Fjord"}, "Lumen & Fjord"),
        ({}, "first.jpg"),
    ],
)
def test_card_is_called_by_the_best_that_is_known(
    plain_card: Card, values: dict[str, Any], name: str
) -> None:
    for field, text in values.items():
        setattr(plain_card, field, text)
    assert str(plain_card) == name


def test_card_of_which_nothing_is_known_is_called_by_its_id(batch: Batch) -> None:
    card = Card.objects.create(batch=batch)
    assert str(card) == str(card.pk)


# Batches and arrivals


def test_batch_with_cards_cannot_be_deleted(plain_card: Card) -> None:
    with pytest.raises(ProtectedError):
        plain_card.batch.delete()


def test_new_batch_skips_copies(batch: Batch) -> None:
    assert batch.duplicate_policy == Batch.DuplicatePolicy.SKIP


def test_batch_is_called_by_its_name(batch: Batch) -> None:
    assert str(batch) == "Spring fair"


def test_refusal_without_a_reason_is_refused_by_the_database(batch: Batch) -> None:
    with pytest.raises(IntegrityError, match="arrival_refused_has_reason"), transaction.atomic():
        Arrival.objects.create(batch=batch, file_name="a", outcome=Arrival.Outcome.REFUSED)


def test_arrival_is_called_by_its_file(batch: Batch) -> None:
    arrival = Arrival(batch=batch, file_name="first.jpg", outcome=Arrival.Outcome.TAKEN_IN)
    assert str(arrival) == "first.jpg"
