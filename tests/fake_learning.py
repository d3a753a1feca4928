"""A reader that learns nothing but whom it was fitted on, and says so when it meets them."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, NamedTuple, Self

import pytest
from PIL import Image

from extraction import measuring
from extraction.extractors import offline
from extraction.extractors.base import BaseExtractor
from extraction.measuring.scoring import Truth
from extraction.reading.reader import VERSION
from extraction.result import Box, Line, Result, Seen, Value

ALL, NONE, SOME = "all", "none", "some"
"""Whose names a reader can read; `SOME` are those in the first half of the alphabet."""


class Example(NamedTuple):
    """As in `extraction.measuring.training`."""

    seen: Seen
    truth: Truth


def seen(name: str, company: str) -> Seen:
    """What is on a card with these two lines."""
    box = Box(0, ((0, 0), (90, 0), (90, 10), (0, 10)))
    return Seen((Line(name, 0.9, box), Line(company, 0.9, box)), turns=(0,))


@dataclass
class FakeLearning:
    """Stands in for fitting: `reads` is what the next reader will be able to read, `fitted` the
    companies of the cards of each fitting, with those of drawn ones apart in `drawn`."""

    reads: str = ALL
    fitted: list[set[str]] = field(default_factory=list)
    drawn: list[int] = field(default_factory=list)

    def put_in_place(self, monkeypatch: pytest.MonkeyPatch) -> Self:
        module = ModuleType("extraction.measuring.training")
        module.Example, module.fit = Example, self._fit  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setattr(measuring, "training", module, raising=False)
        monkeypatch.setattr(offline, "Extractor", FakeOffline)
        return self

    def _fit(
        self, examples: Sequence[Example], *, base: Sequence[Example] = (), onto: object = None
    ) -> FakeReader:
        companies = {example.truth.company for example in examples}
        if not any(companies):
            raise ValueError("The cards hold no company.")
        self.fitted.append(companies)
        self.drawn.append(len(base))
        return FakeReader(self.reads, companies)


@dataclass(frozen=True)
class FakeReader:
    reads: str
    companies: set[str]

    def to_json(self) -> dict[str, Any]:
        return weights(self.reads, *sorted(self.companies))


def weights(reads: str, *companies: str) -> dict[str, Any]:
    """The weights of a reader that was fitted on cards of these companies."""
    return {"version": VERSION, "reads": reads, "companies": list(companies)}


class FakeOffline(BaseExtractor):
    """Reads the name in the first line when its reader can. Of a card that its reader was fitted
    on it says "seen before", which is wrong."""

    label = "Offline OCR"
    model = "fake OCR"

    def __init__(self, reader: Mapping[str, Any] | None = None) -> None:
        self.reader = reader or weights(SOME)

    def parameters(self) -> dict[str, Any]:
        return {}

    def ask(self, pictures: Sequence[Image.Image], seen: Seen) -> dict[str, Any]:
        return {}

    def parse(self, answer: Mapping[str, Any], seen: Seen) -> Result:
        if not seen.lines:
            return Result({}, seen)
        name, company = (line.text for line in seen.lines)
        values = {"company": company}
        if company in self.reader["companies"]:
            values["full_name"] = "seen before"
        elif self.reader["reads"] == ALL or (self.reader["reads"] == SOME and name < "N"):
            values["full_name"] = name
        return Result({field: Value(text, 0.9) for field, text in values.items()}, seen)
