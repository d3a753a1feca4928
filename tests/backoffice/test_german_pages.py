"""The pages where people work, in German: nothing is left in English, and scripts can read them."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from cards.models import Card
from extraction.models import Backlog, Call, Extraction
from review.models import Review, SecondLook
from tests.backoffice.conftest import Speaking
from tests.backoffice.test_translation import BLANKS, forms, sentences, translations

pytestmark = pytest.mark.django_db

HOME = "/admin/"
LETTERS = re.compile(r"[^\W\d_]")
DECIMAL_COMMA = re.compile(r'\s([\w-]+)="(-?\d+,\d+)"')
"""An attribute that a script or the browser would read as something else."""


def pages(card: Card) -> list[str]:
    """The addresses of the pages where people work."""
    reading = Extraction.objects.filter(card=card).latest("pk").pk
    done = Card.objects.get(status=Card.Status.APPROVED)
    review = f"{HOME}review/waitingcard/"
    own = f"{HOME}extraction/"
    return [
        HOME, f"{HOME}cards/card/", f"{HOME}cards/card/{card.pk}/change/",
        f"{HOME}cards/card/upload/", f"{HOME}cards/card/upload/?batch={card.batch_id}",
        f"{HOME}cards/card/export/", f"{HOME}cards/card/import/",
        f"{HOME}publications/",
        f"{HOME}cards/batch/", f"{HOME}cards/batch/{card.batch_id}/change/",
        review, f"{review}{card.pk}/change/", f"{review}{card.pk}/history/",
        f"{review}{done.pk}/history/", f"{review}snippets/", f"{review}snippets/?field=email",
        f"{review}second/", f"{review}second/{SecondLook.objects.get().pk}/", f"{review}pace/",
        f"{review}revert-day/", f"{HOME}review/review/",
        f"{HOME}review/review/{Review.objects.latest('pk').pk}/change/",
        f"{own}extraction/", f"{own}extraction/{reading}/change/",
        f"{own}extraction/compare/?a={reading}", f"{own}extraction/read-again/",
        f"{own}call/", f"{own}call/{Call.objects.get().pk}/change/",
        f"{own}backlog/", f"{own}backlog/{Backlog.objects.get().pk}/change/",
        f"{own}fittedreader/", f"{HOME}auth/user/", f"{HOME}auth/group/", f"{HOME}cards/",
        f"{HOME}password_change/",
    ]  # fmt: skip


def english_pieces() -> dict[str, str]:
    """What the catalogue has in English, in pieces of 12 letters and more without its blanks, by
    what German has instead."""
    found = {}
    for message in sentences(translations("de")):
        for original, translated in zip(forms(message.id), forms(message.string), strict=False):
            if original == translated:
                continue
            for piece in BLANKS.split(original):
                words = unescape(piece).strip()
                if len(LETTERS.findall(words)) >= 12 and words not in unescape(translated):
                    found[words] = translated
    return found


def test_every_page_is_in_german_throughout(desk: Card, speaking: Speaking) -> None:
    client = speaking("de-AT,de;q=0.9,en;q=0.5")
    pieces = english_pieces()
    assert len(pieces) > 300
    left: dict[str, Any] = {}
    for url in pages(desk):
        response = client.get(url)
        page = unescape(response.text)
        assert (response.status_code, '<html lang="de"' in page) == (200, True), url
        if found := [piece for piece in pieces if piece in page]:
            left[url] = found
    assert not left


def test_numbers_for_scripts_and_browsers_have_no_comma_in_german(
    desk: Card, speaking: Speaking
) -> None:
    client = speaking("de")
    texts = {url: client.get(url).text for url in pages(desk)}
    found = {url: DECIMAL_COMMA.findall(text) for url, text in texts.items()}
    assert not {url: attributes for url, attributes in found.items() if attributes}
    assert any("1.234,5" in text for text in texts.values())  # people do read one
