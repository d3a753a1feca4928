"""Copies readings that have ended and paid calls that are closed into the vault, and what a backlog
asks for."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from cards import journal, vault
from extraction.models import Backlog, Call, Extraction


def late_readings() -> QuerySet[Extraction]:
    """The readings that have ended and that the vault has not got yet, the oldest first."""
    ended = Extraction.objects.filter(journaled_at__isnull=True, status__in=Extraction.ENDED)
    return ended.select_related("card", "requested_by").order_by("id")


def late_calls() -> QuerySet[Call]:
    """The calls that are closed and that the vault has not got yet, the oldest first."""
    closed = Call.objects.filter(journaled_at__isnull=True)
    return closed.exclude(outcome=Call.Outcome.UNDER_WAY).order_by("id")


def catch_up() -> int:
    """The number of readings and calls copied into the vault now."""
    now = timezone.now()
    return journal.copy(
        late_readings(),
        lambda reading: (vault.reading_row_name(reading.card_id, reading.pk), document(reading)),
        lambda reading: Extraction.objects.filter(pk=reading.pk).update(journaled_at=now),
        may_differ=True,
    ) + journal.copy(
        late_calls(),
        lambda call: (
            vault.call_name(call.started_at, call.pk, call.closings),
            call_document(call),
        ),
        # Closed again in this very moment, it is copied again.
        lambda call: Call.objects.filter(pk=call.pk, closings=call.closings).update(
            journaled_at=now
        ),
    )


def document(reading: Extraction) -> dict[str, Any]:
    """What the vault keeps of a reading: its row, and how its card stands since."""
    return {
        "version": 1,
        "id": reading.pk,
        "card": str(reading.card_id),
        "extractor": reading.extractor,
        "model": reading.model,
        "status": reading.status,
        "attempts": reading.attempts,
        "digest": reading.digest,
        "result": reading.result,
        "error": reading.error,
        "seconds": reading.seconds,
        "requested_by": reading.requested_by.get_username() if reading.requested_by else "",
        "requested_at": reading.requested_at.isoformat(),
        "started_at": reading.started_at.isoformat() if reading.started_at else None,
        "finished_at": reading.finished_at.isoformat() if reading.finished_at else None,
        "after": journal.state(reading.card),
        "sides": journal.sides(reading.card),
    }


def call_document(call: Call) -> dict[str, Any]:
    """What the vault keeps of a line of the ledger."""
    return {
        "version": 1,
        "id": call.pk,
        "card": str(call.card_id) if call.card_id else "",
        "extraction": call.extraction_id,
        "extractor": call.extractor,
        "model": call.model,
        "digest": call.digest,
        "outcome": call.outcome,
        "detail": call.detail,
        "input_tokens": call.input_tokens,
        "cached_input_tokens": call.cached_input_tokens,
        "output_tokens": call.output_tokens,
        "cost": None if call.cost is None else str(call.cost),
        "started_at": call.started_at.isoformat(),
        "seconds": call.seconds,
        "closings": call.closings,
    }


def keep_backlog(backlog: Backlog) -> None:
    """Put what `backlog` asks for into the vault, before the provider begins to bill it: a
    database that is made anew then fetches the answers instead of asking once more.

    Raises VaultError.
    """
    name = vault.backlog_name(backlog.key)
    if not vault.has(name):
        vault.put_json(name, _backlog_document(backlog))


def _backlog_document(backlog: Backlog) -> dict[str, Any]:
    asked = backlog.calls.filter(outcome=Call.Outcome.UNDER_WAY, card__isnull=False)
    return {
        "version": 1,
        "key": str(backlog.key),
        "extractor": backlog.extractor,
        "model": backlog.model,
        "file": backlog.file_id,
        "requested_by": backlog.requested_by.get_username() if backlog.requested_by else "",
        "created_at": backlog.created_at.isoformat(),
        "requests": [
            {
                "call": call.pk,
                "card": str(call.card_id),
                "digest": call.digest,
                "started_at": call.started_at.isoformat(),
            }
            for call in asked.order_by("id").iterator()
        ],
    }
