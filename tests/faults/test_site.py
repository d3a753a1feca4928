"""What the fault tests hold against a site: its ledger and vault, and the model's own log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.faults.model import TOKENS, Model
from tests.faults.site import Site
from tests.model_server import Request

ROSA, MIRA = "a" * 64, "b" * 64
"""What the model was asked about."""


class Told(Site):
    """A site of which no process runs, and whose ledger is as it was told."""

    ledger: Sequence[dict[str, Any]] = ()

    def ask(self, name: str, *values: Any) -> Any:
        return {"calls": self.ledger}[name]

    def has_asked(self, *questions: str) -> None:
        """The model has answered so many questions, and says so."""
        self.ai.answered = [*questions]
        self.ai.requests = [Request("/v1/responses", {}, {}) for _ in questions]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Told]:
    with Model() as ai:
        yield Told(tmp_path, {}, ai)


def answered(digest: str, number: int) -> dict[str, Any]:
    """A line of the ledger with the model's answer of this number."""
    answer = {"company": f"Northwind {number}"}
    return {"digest": digest, "outcome": "answered", "tokens": TOKENS, "answer": answer}


def lost(digest: str) -> dict[str, Any]:
    return {"digest": digest, "outcome": "lost", "tokens": 0, "answer": ""}


def test_nothing_is_wrong_when_each_answer_is_kept_and_in_the_ledger(site: Told) -> None:
    site.has_asked(ROSA, MIRA)
    site.ledger = [answered(ROSA, 1), answered(MIRA, 2)]
    assert site.unpaid() == []


def test_an_answer_that_was_dropped_and_bought_again_is_found(site: Told) -> None:
    """The ledger knows of both calls, so that nothing but the money is lost."""
    site.has_asked(ROSA, ROSA)
    site.ledger = [lost(ROSA), answered(ROSA, 2)]
    assert site.unpaid() == ["1 answers were paid for and not kept, 0 may be"]


def test_a_process_that_was_killed_may_lose_its_answer(site: Told) -> None:
    site.has_asked(ROSA, ROSA)
    site.ledger = [lost(ROSA), answered(ROSA, 2)]
    assert site.unpaid(unkept=1) == []


def test_a_lost_answer_that_the_ledger_does_not_know_is_found(site: Told) -> None:
    site.has_asked(ROSA, ROSA)
    site.ledger = [answered(ROSA, 2)]
    assert any("the ledger knows of 0" in words for words in site.unpaid(unkept=1))
