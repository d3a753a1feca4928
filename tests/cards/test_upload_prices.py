"""What the upload page's script is told of prices, so that it can say what a batch will cost."""

from __future__ import annotations

from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse

from cards.forms import BatchForm
from cards.models import Batch
from tests.cast import Person

pytestmark = pytest.mark.django_db

READERS = [("model", "Vision model"), ("local", "Own model"), ("offline", "Offline OCR")]


@pytest.fixture(autouse=True)
def readers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three to choose from: one with a price, one of unknown price, one for nothing."""
    prices = {"model": Decimal("0.0117"), "local": None}
    monkeypatch.setattr(BatchForm, "extractors", staticmethod(lambda: READERS))
    monkeypatch.setattr(BatchForm, "prices", staticmethod(lambda: prices))


def _page(uploader: Person, query: str = "") -> str:
    page = uploader.client.get(reverse("admin:cards_upload") + query)
    assert page.status_code == 200
    return unescape(page.content.decode())


def test_page_carries_the_price_of_each_reader_that_costs_money(uploader: Person) -> None:
    assert 'data-prices="{"model": "0.0117", "local": null}"' in _page(uploader)


def test_page_carries_no_price_where_reading_is_free(
    uploader: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BatchForm, "prices", staticmethod(dict))
    assert 'data-prices="{}"' in _page(uploader)


@pytest.mark.parametrize(
    ("extractor", "named"), [("offline", "offline"), ("", "model")], ids=["chosen", "usual"]
)
def test_page_of_a_begun_batch_names_its_reader(
    extractor: str, named: str, uploader: Person
) -> None:
    batch = Batch.objects.create(name="Boat fair", extractor=extractor, created_by=uploader.user)
    assert f'data-extractor="{named}"' in _page(uploader, f"?batch={batch.pk}")
