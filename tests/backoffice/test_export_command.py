"""The command `export`: the file is complete or not there, and failure is told in a sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cards import exports
from tests.cards.make_contacts import make_card

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _cards() -> None:
    make_card(full_name="Ada")
    make_card(full_name="Bob", status="needs_review", approved_at=None)


def names(path: Path) -> set[str]:
    return {json.loads(line)["full_name"] for line in path.read_text().splitlines()}


def test_approved_cards_unless_asked(tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "out.jsonl"
    call_command("export", "jsonl", str(path))
    assert names(path) == {"Ada"}
    assert f"1 contact in {path}." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("status", "found"), [("needs_review", {"Bob"}), ("all", {"Ada", "Bob"}), ("rejected", set())]
)
def test_other_cards_when_asked(status: str, found: set[str], tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    call_command("export", "jsonl", str(path), status=status)
    assert names(path) == found


@pytest.mark.parametrize("slug", list(exports.formats()))
def test_a_dash_writes_to_standard_output(slug: str, capfdbinary: Any, tmp_path: Path) -> None:
    call_command("export", slug, "-")
    out = capfdbinary.readouterr().out
    (tmp_path / "out").write_bytes(out)
    assert exports.find(slug).count(tmp_path / "out") == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("pdf", "{}/out"), "There is no format “pdf”; choose one of csv, duckdb"),
        (("csv", "{}"), "is a folder; name a file in it"),
        (("csv", "{}/missing/out.csv"), "There is no folder"),
        (
            ("csv", "{}/out", "--status", "lost"),
            "There is no status “lost”; choose one of uploaded",
        ),
    ],
)
def test_mistakes_get_a_sentence(arguments: tuple[str, ...], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("export", *(argument.format(tmp_path) for argument in arguments))
    assert not list(tmp_path.iterdir())


def test_an_existing_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text("old\n" * 1000)
    call_command("export", "jsonl", str(path))
    assert names(path) == {"Ada"}
