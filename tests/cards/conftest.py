"""What these tests share: a batch, a card in it, and ways to look into and break a vault."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.core.files.storage import Storage

from cards import intake
from cards.models import Arrival, Batch, Card
from tests import pictures


@pytest.fixture
def batch(db: None) -> Batch:
    return Batch.objects.create(name="Spring fair", source="Hall 4", extractor="offline")


@pytest.fixture
def card(batch: Batch) -> Card:
    """A card of one side, its picture in the vault."""
    (arrival,) = intake.take_in(io.BytesIO(pictures.jpeg()), batch, name="first.jpg")
    assert arrival.outcome == Arrival.Outcome.TAKEN_IN
    assert arrival.card
    return arrival.card


@pytest.fixture
def vault_names(fresh_vault: Storage) -> Callable[[], list[str]]:
    """Tells the names of all that is in the vault."""

    def below(folder: str) -> list[str]:
        try:
            folders, files = fresh_vault.listdir(folder)
        except FileNotFoundError:
            return []
        inner = [name for child in folders for name in below(f"{folder}{child}/")]
        return sorted(inner + [f"{folder}{file}" for file in files])

    return lambda: below("")


@pytest.fixture
def full_vault(fresh_vault: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A vault that gives what it has and takes nothing."""

    def fail(*_: object) -> bool:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(fresh_vault), "create", fail)


@pytest.fixture
def lost_vault(fresh_vault: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A vault that cannot be reached at all."""

    def fail(*_: object) -> bool:
        raise OSError(5, "Input/output error")

    for verb in ("create", "exists", "open"):
        monkeypatch.setattr(type(fresh_vault), verb, fail)
