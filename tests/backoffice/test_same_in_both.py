"""What is the same in every language: files for machines, and what is stored for everybody."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from openpyxl import load_workbook

from cards import intake
from cards.models import Arrival, Batch, Card
from extraction import jobs
from extraction.extractors.base import ExtractorError
from extraction.models import Extraction
from review import decisions
from tests import pictures
from tests.backoffice.conftest import Speaking
from tests.extraction.readings import put_card
from tests.fakes import FakeExtractor

pytestmark = pytest.mark.django_db

HOME = "/admin/"


@pytest.mark.parametrize("format_", ["csv", "vcard", "jsonl"])
def test_exports(desk: Card, speaking: Speaking, format_: str) -> None:
    files = [
        b"".join(
            speaking(language)
            .post("/admin/cards/card/export/", {"which": "all", "format": format_})
            .streaming_content  # type: ignore[attr-defined]
        )
        for language in ("en", "de")
    ]
    assert len(files[0]) > 100
    assert files[0] == files[1]


def test_headers_and_cells_of_excel(desk: Card, speaking: Speaking, tmp_path: Path) -> None:
    sheets = []
    for language in ("en", "de"):
        answer = speaking(language).post(
            "/admin/cards/card/export/", {"which": "all", "format": "xlsx"}
        )
        path = tmp_path / f"{language}.xlsx"
        path.write_bytes(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
        book = load_workbook(path)
        sheets.append([(sheet.title, list(sheet.values)) for sheet in book])
    assert sheets[0] == sheets[1]


def test_the_columns_that_an_import_asks_for(speaking: Speaking) -> None:
    asked = [
        re.findall(r"<code>(id, .*?)</code>", speaking(code).get(f"{HOME}cards/card/import/").text)
        for code in ("en", "de")
    ]
    assert len(asked[0]) == 1
    assert asked[0] == asked[1]


def test_why_a_file_was_refused(speaking: Speaking) -> None:
    for language in ("en", "de"):
        batch = Batch.objects.create(name=language)
        file = SimpleUploadedFile("notes.txt", b"no picture")
        speaking(language).post(f"{HOME}cards/card/upload/{batch.pk}/file", {"file": file})
    reasons = set(Arrival.objects.values_list("reason", flat=True))
    assert len(reasons) == 1
    assert reasons.pop().startswith("This is no picture")


def test_why_a_reading_failed(fake: FakeExtractor) -> None:
    for tone, language in enumerate(("en", "de")):
        fake.queue.append(ExtractorError("The fake is broken."))
        batch = Batch.objects.create(name=language, extractor="fake")
        with translation.override(language):
            [arrival] = intake.take_in(io.BytesIO(pictures.png(tone)), batch, name="a.png", by=None)
            jobs.run(Extraction.objects.get(card=arrival.card_id).pk)
    told = Extraction.objects.filter(extractor="fake").values_list("status", "error")
    notices = Card.objects.values_list("notice", flat=True)
    assert set(told) == {("failed", "The fake is broken.")}
    assert set(notices) == {"Reading with “fake” failed: The fake is broken."}


def test_what_is_kept_of_a_decision(desk: Card, boss: User) -> None:
    kept = []
    for language in ("en", "de"):
        card = put_card(email="rosa@northwind.example")
        with translation.override(language):
            decisions.send_back(card, "unscharf", version=0, by=boss)
            card.refresh_from_db()
            decisions.reopen(card, version=card.version, by=boss)
        card.refresh_from_db()
        kept.append((
            card.notice, card.status,
            list(card.reviews.order_by("pk").values_list("decision", "reason", "values")),
        ))  # fmt: skip
    assert kept[0] == kept[1]
