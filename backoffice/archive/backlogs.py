"""Backlogs that a provider is working on, or has done: they are waited for, not asked for again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from backoffice.archive.papers import Document
from cards.models import Card
from extraction import backlog_lines, jobs
from extraction.models import Backlog, Call, Extraction


def bring_back(document: Document, requested_by: int | None) -> bool:
    """Whether something asked for in a backlog is still to come: its jobs then wait for it.

    The batch at the provider is found by the backlog's key, as after a worker that stopped. Raises
    KeyError, TypeError, ValueError when the document lacks something.
    """
    created_at = datetime.fromisoformat(document["created_at"])
    is_there = Backlog.objects.filter(key=document["key"]).exists()
    if is_there or created_at < timezone.now() - backlog_lines.LEASE:
        return False
    with transaction.atomic():
        open_ones = _open(document["requests"])
        if not open_ones:
            return False
        backlog = Backlog.objects.create(
            key=document["key"], extractor=document["extractor"], model=document["model"],
            file_id=document["file"], created_at=created_at, requested_by_id=requested_by,
        )  # fmt: skip
        for card, request in open_ones.items():
            _wait_for(backlog, card, request)
    return True


def _open(requests: Sequence[Document]) -> Mapping[Card, Document]:
    """By card, the requests of which no outcome is known."""
    closed = set(
        Call.objects.filter(digest__in=[request["digest"] for request in requests])
        .exclude(outcome=Call.Outcome.UNDER_WAY)
        .values_list("pk", "digest")
    )
    asked = {
        UUID(request["card"]): request
        for request in requests
        if (request["call"], request["digest"]) not in closed
    }
    return {card: asked[card.pk] for card in Card.objects.filter(pk__in=asked)}


def _wait_for(backlog: Backlog, card: Card, request: Document) -> None:
    job = jobs.request(card, extractor=backlog.extractor)
    Extraction.objects.filter(pk=job.pk, status=Extraction.Status.QUEUED).update(
        backlog=backlog, digest=request["digest"]
    )
    is_free = not Call.objects.filter(pk=request["call"]).exists()
    Call.objects.create(
        pk=request["call"] if is_free else None, card=card, extraction=job, backlog=backlog,
        extractor=backlog.extractor, model=backlog.model, digest=request["digest"],
        started_at=datetime.fromisoformat(request["started_at"]),
        lease_until=timezone.now() + backlog_lines.LEASE,
    )  # fmt: skip
