"""Half the price on the upload page: offered where it can be had, and only there."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from cards.forms import BatchForm
from cards.models import Batch
from tests.cast import Person

pytestmark = pytest.mark.django_db

BOTH = [("offline", "Offline OCR"), ("model", "Vision model")]
JSON = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def readers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two to choose from, of which one reads at half the price."""
    monkeypatch.setattr(BatchForm, "extractors", staticmethod(lambda: BOTH))
    monkeypatch.setattr(BatchForm, "half_price", staticmethod(lambda: {"model"}))


def _begin(uploader: Person, **form: Any) -> Batch:
    data = {"name": "Boat fair", "duplicate_policy": "skip", **form}
    response = uploader.client.post(reverse("admin:cards_upload"), data, headers=JSON)
    assert response.status_code == 200
    return Batch.objects.get(pk=response.json()["id"])


def test_batch_that_can_wait_says_so(uploader: Person) -> None:
    assert _begin(uploader, extractor="model", can_wait="on").can_wait


def test_batch_does_not_wait_unless_asked_to(uploader: Person) -> None:
    assert not _begin(uploader, extractor="model").can_wait


@pytest.mark.parametrize("extractor", ["offline", ""])
def test_batch_does_not_wait_for_a_reader_that_gets_no_cheaper(
    uploader: Person, extractor: str
) -> None:
    """The script hides the box then, but it may have been ticked before."""
    assert not _begin(uploader, extractor=extractor, can_wait="on").can_wait


def test_page_says_which_reader_is_cheaper_and_how_long_it_takes(uploader: Person) -> None:
    page = uploader.client.get(reverse("admin:cards_upload")).content.decode()
    assert 'data-extractors="model"' in page
    assert "At half the price" in page
    assert "Answers may take up to a day." in page


def test_page_offers_nothing_when_no_reader_is_cheaper(
    uploader: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BatchForm, "half_price", staticmethod(lambda: ()))
    page = uploader.client.get(reverse("admin:cards_upload")).content.decode()
    assert "can_wait" not in page
    assert not _begin(uploader, can_wait="on").can_wait
