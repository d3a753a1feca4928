"""The same bytes again: linked to the card that is here, or kept twice when the batch says so."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from cards import vault
from cards.models import Arrival, Batch, Card
from tests import pictures
from tests.cards.make_arrivals import ALREADY_HERE, TAKEN_IN, outcomes, take, take_one


def originals(names: list[str]) -> list[str]:
    return [name for name in names if "/original." in name]


@pytest.fixture
def keeping_batch(db: None) -> Batch:
    return Batch.objects.create(name="Second look", duplicate_policy=Batch.DuplicatePolicy.KEEP)


def test_second_copy_links_to_the_card_that_is_here(batch: Batch) -> None:
    first = take_one(pictures.jpeg(), batch)
    second = take_one(pictures.jpeg(), batch, "copy.jpg")
    assert second.outcome == ALREADY_HERE
    assert second.card == first.card
    assert Card.objects.count() == 1


def test_second_copy_says_when_and_where_the_first_came_in(batch: Batch) -> None:
    take(pictures.jpeg(), batch)
    later = Batch.objects.create(name="Box of old cards")
    reason = take_one(pictures.jpeg(), later).reason
    assert reason.startswith("The same picture came in on ")
    assert reason.endswith("in “Spring fair”.")


def test_second_copy_within_one_zip_links_to_the_first(batch: Batch) -> None:
    twice = {"a.jpg": pictures.jpeg(), "b.jpg": pictures.jpeg()}
    assert list(outcomes(take(pictures.zip_of(twice), batch)).values()) == [TAKEN_IN, ALREADY_HERE]


def test_keeping_both_makes_a_second_card_of_one_picture(
    batch: Batch, keeping_batch: Batch, vault_names: Callable[[], list[str]]
) -> None:
    first = take_one(pictures.jpeg(), batch)
    second = take_one(pictures.jpeg(), keeping_batch)
    assert second.outcome == TAKEN_IN
    assert second.card != first.card
    assert len(originals(vault_names())) == 1


def test_same_drawing_in_other_bytes_is_another_picture(batch: Batch) -> None:
    take(pictures.jpeg(), batch)
    assert take_one(pictures.png(), batch).outcome == TAKEN_IN


def test_copy_that_came_in_while_this_one_was_checked_is_linked(
    batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier: list[Arrival] = []
    put_picture = vault.put_picture

    def put_after_a_colleague(data: bytes, media_type: str) -> str:
        monkeypatch.setattr(vault, "put_picture", put_picture)
        earlier.extend(take(data, batch, "colleague.jpg"))
        return put_picture(data, media_type)

    monkeypatch.setattr(vault, "put_picture", put_after_a_colleague)
    arrival = take_one(pictures.jpeg(), batch)
    assert arrival.outcome == ALREADY_HERE
    assert arrival.card == earlier[0].card


@pytest.mark.django_db(transaction=True)
def test_copies_at_the_same_moment_become_one_card(vault_names: Callable[[], list[str]]) -> None:
    batch = Batch.objects.create(name="Spring fair")
    together = Barrier(4)

    def upload(number: int) -> str:
        try:
            together.wait(10)
            return take_one(pictures.jpeg(), batch, f"{number}.jpg").outcome
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        found = sorted(threads.map(upload, range(4)))
    assert found == [ALREADY_HERE] * 3 + [TAKEN_IN]
    assert Card.objects.count() == 1
    assert len(originals(vault_names())) == 1
