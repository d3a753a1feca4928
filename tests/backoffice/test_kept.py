"""What is stored in English is told in German where it is shown."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone, translation

import cards.kept
import extraction.kept
import review.kept
from cards.kept import told
from cards.models import Card
from extraction import jobs
from extraction.models import Extraction
from extraction.paying.ledger import Budget, OverBudget
from review.models import Review
from tests.backoffice.conftest import Speaking
from tests.extraction.readings import put_card, put_reading

ROOT = Path(__file__).resolve().parents[2]
APPS = ("cards", "extraction", "review")
SPEAKERS = {"ExtractorError", "BadAnswer", "PictureError", "Refused", "ill_formed", "_refused"}
"""Whose first argument is kept and shown."""

COMPOSED = ("Not read again:", "Read offline:", "The budget of", "one ", "the code", "the QR code")
"""How sentences begin that the program makes of words and pieces."""

BLANK = re.compile(r"%\(\w+\)s")
SENTENCES = (*cards.kept.SENTENCES, *extraction.kept.SENTENCES, *review.kept.SENTENCES)


def sources() -> Iterator[ast.AST]:
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            if path.name != "kept.py" and "migrations" not in path.parts:
                yield ast.parse(path.read_text())


def said() -> Iterator[str]:
    """Each sentence that an error or a refusal is made with; 7 stands for what is filled in."""
    for tree in sources():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
                continue
            first = node.args[0]
            if node.func.id in SPEAKERS and isinstance(first, ast.Constant | ast.JoinedStr):
                yield sample(first)


def sample(text: ast.expr) -> str:
    parts = text.values if isinstance(text, ast.JoinedStr) else [text]
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in parts)


def written() -> str:
    """All that the program has in quotes."""
    return "\n".join(
        node.value
        for tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def test_what_errors_and_refusals_say_is_known() -> None:
    found = set(said())
    assert len(found) > 30
    with translation.override("de"):
        unknown = {text for text in found if told(text) == text and told(f"{text}.") == f"{text}."}
    assert not unknown


def test_every_known_sentence_is_one_that_the_program_says() -> None:
    text = written()
    whole = [sentence for sentence in SENTENCES if not sentence.startswith(COMPOSED)]
    pieces = {piece.strip(" .:") for sentence in whole for piece in BLANK.split(sentence)}
    assert len(pieces) > 100
    assert not {piece for piece in pieces if piece not in text}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("period", "next_one"), [("today", "tomorrow"), ("this month", "next month")]
)
@pytest.mark.parametrize("was_read", [True, False])
def test_a_spent_budget_is_known(period: str, next_one: str, was_read: bool) -> None:
    now, cap = timezone.now(), Decimal("1234.5")
    spent = OverBudget(Budget(period, next_one, now, cap, cap, Decimal(0)))
    status = Extraction.Status.SUCCEEDED if was_read else Extraction.Status.FAILED
    notice = jobs._notice(put_reading(put_card(), status=status), spent)
    with translation.override("de"):
        assert told(str(spent)).startswith("Das Budget von $1,234.50")
        assert told(notice).startswith("Nicht erneut gelesen" if was_read else "Offline gelesen")


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("The file is empty.", "Die Datei ist leer."),
        (
            "Reading with “openai_vision” failed: The model's server answered 500: ill.",
            "Das Lesen mit „openai_vision“ misslang: Der Server des Modells antwortete 500: ill.",
        ),
        ("could also be the job title", "könnte auch sein: Position"),
        ("shorter than Swiss numbers", "kürzer als Schweizer Nummern"),
        ("unscharf", "unscharf"),
        ("", ""),
    ],
)
def test_german_pages_tell_it_in_german(kept: str, shown: str) -> None:
    with translation.override("de"):
        assert told(kept) == shown


def test_english_pages_tell_it_as_it_is_kept() -> None:
    with translation.override("en-gb"):
        assert told("The file is empty.") == "The file is empty."


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("the code says German", "der Code sagt German"),
        ("To be photographed again: hard to read", "Neu zu fotografieren: hard to read"),
    ],
)
def test_what_somebody_wrote_into_a_blank_stays_as_it_is(kept: str, shown: str) -> None:
    with translation.override("de"):
        assert told(kept) == shown


def test_a_reason_that_a_person_typed_stays_as_it_is() -> None:
    typed = Review(decision=Review.Decision.REJECTED, reason="hard to read")
    kept = Review(decision=Review.Decision.REVERTED, reason="Company: back to an earlier value.")
    with translation.override("de"):
        assert typed.why == "hard to read"
        assert kept.why == "Firma: zurück zu einem früheren Wert."


def test_the_list_of_decisions_tells_reasons_in_german(
    desk: Card, boss: User, speaking: Speaking
) -> None:
    Review.objects.create(
        card=desk, number=2, decision=Review.Decision.UNDONE, values={}, by=boss,
        reason="Undone in snippet review.",
    )  # fmt: skip
    page = speaking("de").get("/admin/review/review/").text
    assert "In der Prüfung Feld für Feld rückgängig gemacht." in page


def test_signs_in_a_blank_do_no_harm() -> None:
    kept = "the QR code says 100 %(x)s %s {y} <b>"
    with translation.override("de"):
        assert told(kept) == "der QR-Code sagt 100 %(x)s %s {y} <b>"
