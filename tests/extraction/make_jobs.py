"""Jobs in the states that tests need, and what the fakes say."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import storages
from django.db import connection
from django.utils import timezone
from PIL import Image

from cards import intake, vault
from cards.models import Batch
from extraction import jobs
from extraction.extractors.base import ExtractorError, Usage
from extraction.extractors.openai_vision import Extractor
from extraction.models import Call, Extraction
from extraction.result import Box, Line, Result, Seen, Value
from tests import fakes, pictures
from tests.fakes import FakeExtractor

LINES = [
    Line("Rosa Halloway", 0.98, Box(0, ((10, 10), (90, 10), (90, 20), (10, 20)))),
    Line("Northwind Boats", 0.98, Box(0, ((10, 30), (90, 30), (90, 40), (10, 40)))),
]
ANSWER = {"fields": {"full_name": "Rosa Halloway", "company": "Northwind Boats"}}
GARBAGE = {"poem": "Shall I compare thee to a business card?"}
MAY_PASS = ExtractorError("The fake is ill.", retry=True)
BROKEN = ExtractorError("The fake is broken.")
MODEL = "openai_vision"
GOOD = fakes.read({"full_name": "Rosa Halloway", "company": "Northwind Boats"})
"""What the model's server says when all is well."""
WAIT_SECONDS = 20


class Bundled(FakeExtractor):
    """A bundled reader that always says the same, with a letter missing."""

    says = "Rosa Haloway"

    def __init__(self, **_: Any) -> None:
        super().__init__()

    def ask(self, pictures: Sequence[Image.Image], seen: Seen) -> dict[str, Any]:
        return {}

    def parse(self, answer: Mapping[str, Any], seen: Seen) -> Result:
        return Result({"full_name": Value(self.says, 0.9)}, seen)


class PaidExtractor(FakeExtractor):
    """One whose calls cost money, as much each."""

    is_paid = True
    model = "gpt-5-mini"

    def usage(self, answer: Mapping[str, Any]) -> Usage:
        return Usage(input=1000, cached_input=400, output=900)


def take_in(*, extractor: str = "fake", tone: int = 0) -> Extraction:
    """The waiting job of a card that has just come in; another `tone` is another picture."""
    batch = Batch.objects.create(
        name="Boat fair", extractor=extractor, duplicate_policy=Batch.DuplicatePolicy.KEEP
    )
    (arrival,) = intake.take_in(io.BytesIO(pictures.png(tone)), batch, name="rosa.png")
    return Extraction.objects.select_related("card").get(card=arrival.card)


def model_job(tone: int = 0) -> Extraction:
    """As `take_in`, to be read by the vision model."""
    return take_in(extractor=MODEL, tone=tone)


def make_due(job: Extraction) -> None:
    Extraction.objects.filter(pk=job.pk).update(run_after=timezone.now())


def run_in_turn(*waiting: Extraction) -> None:
    """Run the jobs in turn, each as if its time had come."""
    for job in waiting:
        make_due(job)
        assert jobs.run(job.pk)
        job.refresh_from_db()


def claimed_but_stopped(job: Extraction) -> None:
    """As a killed worker leaves it: running, with a lease that has run out."""
    past = timezone.now() - timedelta(seconds=1)
    Extraction.objects.filter(pk=job.pk).update(
        status=Extraction.Status.RUNNING, fence=1, attempts=1, lease_until=past
    )


def while_asking(monkeypatch: pytest.MonkeyPatch, action: Callable[[], None]) -> None:
    """Let `action` happen in the worker that asks next, before it gets to see the answer."""
    ask = Extractor.ask

    def watched(self: Extractor, *args: Any) -> dict[str, Any]:
        monkeypatch.setattr(Extractor, "ask", ask)
        answer = ask(self, *args)
        action()
        return answer

    monkeypatch.setattr(Extractor, "ask", watched)


def outcomes() -> list[str]:
    """How the calls ended, the first one first."""
    return list(Call.objects.order_by("pk").values_list("outcome", flat=True))


def kept(job: Extraction, extractor: str = "fake") -> list[dict[str, Any]]:
    """Every answer of an extractor in the vault about the picture of a job, the first one first."""
    side = job.card.sides.get(position=0)
    folder = vault.reading_name(side.picture, "").rpartition("/")[0]
    try:
        _, files = storages["vault"].listdir(folder)
    except FileNotFoundError:
        return []
    # "<digest>-2.json" comes before "<digest>.json" in the order of characters.
    found = [vault.get_json(f"{folder}/{file}") for file in sorted(files, key=len)]
    return [document for document in found if document["extractor"] == extractor]


def all_at_once(call: Callable[[], Any], times: int) -> list[Any]:
    """What `call` returned in each of several threads that began together."""
    together = threading.Barrier(times)
    returned: list[Any] = []

    def work() -> None:
        try:
            together.wait(WAIT_SECONDS)
            returned.append(call())
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return returned
