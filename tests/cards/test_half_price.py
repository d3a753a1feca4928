"""Half the price on the upload page: offered where it can be had, and only there."""

from __future__ import annotations

import pytest

from cards.forms import BatchForm
from tests.cards.make_uploads import begun, page
from tests.cast import Person

pytestmark = pytest.mark.django_db

BOTH = [("offline", "Offline OCR"), ("model", "Vision model")]


@pytest.fixture(autouse=True)
def readers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two to choose from, of which one reads at half the price."""
    monkeypatch.setattr(BatchForm, "extractors", staticmethod(lambda: BOTH))
    monkeypatch.setattr(BatchForm, "half_price", staticmethod(lambda: {"model"}))


def test_batch_that_can_wait_says_so(uploader: Person) -> None:
    assert begun(uploader, extractor="model", can_wait="on").can_wait


def test_batch_does_not_wait_unless_asked_to(uploader: Person) -> None:
    assert not begun(uploader, extractor="model").can_wait


@pytest.mark.parametrize("extractor", ["offline", ""])
def test_batch_does_not_wait_for_a_reader_that_gets_no_cheaper(
    uploader: Person, extractor: str
) -> None:
    """The script hides the box then, but it may have been ticked before."""
    assert not begun(uploader, extractor=extractor, can_wait="on").can_wait


def test_page_says_which_reader_is_cheaper_and_how_long_it_takes(uploader: Person) -> None:
    text = uploader.client.get(page()).content.decode()
    assert 'data-extractors="model"' in text
    assert "At half the price" in text
    assert "Answers may take up to a day." in text


def test_page_offers_nothing_when_no_reader_is_cheaper(
    uploader: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BatchForm, "half_price", staticmethod(lambda: ()))
    text = uploader.client.get(page()).content.decode()
    assert "can_wait" not in text
    assert not begun(uploader, can_wait="on").can_wait
