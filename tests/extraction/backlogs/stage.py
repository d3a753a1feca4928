"""What happens around a backlog: cards come in, time passes, the model answers, workers work."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

from django.core.files.storage import storages
from django.utils import timezone

from cards import intake, vault
from cards.models import Batch, Card
from extraction import backlog, jobs
from extraction.models import Backlog, Extraction
from tests import openai_shapes, pictures
from tests.fake_batches import FakeBatchServer

SLUG = "openai_vision"
ROSA = {"full_name": "Rosa Halloway", "company": "Northwind Boats Ltd"}
Status = Extraction.Status


def take_in(count: int = 1, *, can_wait: bool = True, start: int = 0) -> list[Card]:
    """New cards of one batch, each with a picture of its own; the same `start` gives the same."""
    batch = Batch.objects.create(
        name="Boat fair", can_wait=can_wait, duplicate_policy=Batch.DuplicatePolicy.KEEP
    )
    cards = []
    for number in range(start, start + count):
        data = pictures.saved(pictures.card(size=(90 + number, 60)), "PNG")
        (arrival,) = intake.take_in(io.BytesIO(data), batch, name="rosa.png")
        assert arrival.card
        cards.append(arrival.card)
    return cards


def answer(body: dict[str, Any]) -> dict[str, Any]:
    """What the model says to a request: Rosa's name and company."""
    names = body["text"]["format"]["schema"]["properties"]["fields"]["properties"]
    fields = {name: ROSA.get(name, "") for name in names}
    content = json.dumps({"fields": fields, "extra": [], "doubtful": []}, ensure_ascii=False)
    return openai_shapes.response(body, content)


def answer_all(server: FakeBatchServer) -> None:
    for batch_id, batch in server.batches.items():
        if batch["status"] == "in_progress":
            server.complete(batch_id, answer)


def let_time_pass() -> None:
    """Every pause and every lease is over."""
    past = timezone.now() - timedelta(seconds=1)
    Backlog.objects.update(resume_at=past)
    Extraction.objects.filter(status=Status.RUNNING).update(lease_until=past)
    Extraction.objects.filter(status=Status.QUEUED).update(run_after=past)


def run_due() -> None:
    for job in jobs.due():
        jobs.run(job.pk)


def tend() -> None:
    let_time_pass()
    backlog.tend(at_once=True)


def only() -> Backlog:
    return Backlog.objects.get()


def status(card: Card) -> str:
    return card.extractions.get(extractor=SLUG).status


def kept(card: Card) -> list[dict[str, Any]]:
    """The model's answers in the vault about the picture of a card."""
    folder = vault.reading_name(card.sides.get(position=0).picture, "").rpartition("/")[0]
    try:
        _, files = storages["vault"].listdir(folder)
    except FileNotFoundError:
        return []
    documents = [vault.get_json(f"{folder}/{file}") for file in files]
    return [document for document in documents if document.get("extractor") == SLUG]
