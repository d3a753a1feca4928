"""Copies what was committed into the vault, after the commit, until it is there.

Whoever works never waits for it and never sees it fail. A row says since when it has its copy.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.db.models import F, QuerySet

from cards import vault
from cards.models import Batch, Card

log = logging.getLogger(__name__)

AT_MOST = 500
"""Objects of one kind that are copied in one go, every few seconds."""

Document = dict[str, Any]


def copy(
    rows: QuerySet[Any],
    entry: Callable[[Any], tuple[str, Document]],
    mark: Callable[[Any], object],
    *,
    may_differ: bool = False,
) -> int:
    """The number of `rows` of which the vault has a copy now: its name and document come from
    `entry`, and `mark` notes that it is there.

    With `may_differ` an earlier copy does as well: the document says how things stood when it was
    made, and the row was not marked for a crash.
    """
    copied = 0
    for row in rows[:AT_MOST]:
        name = f"row {row.pk}"
        try:
            name, document = entry(row)
            vault.put_json(name, document)
        except vault.VaultDamage:
            log.exception("%s is in the vault and is not whole", name)
            continue
        except vault.VaultConflict:
            if not may_differ:
                log.exception("%s is in the vault with other contents", name)
                continue
        except vault.VaultError as error:
            log.warning("from %s on nothing is copied into the vault yet: %s", name, error)
            break
        mark(row)
        copied += 1
    return copied


def late_batches() -> QuerySet[Batch]:
    """The batches of which the vault has no copy as they are now."""
    late = Batch.objects.filter(journaled_version__lt=F("version"))
    return late.select_related("created_by").order_by("id")


def catch_up() -> int:
    """The number of batches copied into the vault now: new ones, and those that were changed."""
    return copy(
        late_batches(),
        lambda batch: (vault.batch_name(batch.pk, batch.version), batch_document(batch)),
        lambda batch: Batch.objects.filter(pk=batch.pk).update(journaled_version=batch.version),
    )


def batch_document(batch: Batch) -> Document:
    """What the vault keeps of a batch."""
    return {
        "version": 1,
        "id": batch.pk,
        "name": batch.name,
        "source": batch.source,
        "duplicate_policy": batch.duplicate_policy,
        "extractor": batch.extractor,
        "priority": batch.priority,
        "can_wait": batch.can_wait,
        "created_by": batch.created_by.get_username() if batch.created_by else "",
        "created_at": batch.created_at.isoformat(),
    }


def state(card: Card) -> Document:
    """How a card stands, as JSON: enough to make its row again."""
    return {
        "status": card.status,
        "version": card.version,
        "values": {**card.contact(), "extra": card.extra},
        "doubt": card.doubt,
        "doubtful_fields": card.doubtful_fields,
        "notice": card.notice,
        "is_edited": card.is_edited,
        "approved_at": card.approved_at.isoformat() if card.approved_at else None,
        "updated_at": card.updated_at.isoformat(),
    }


def sides(card: Card) -> list[Document]:
    """How each side lies on its page, front first: readings turn them."""
    found = card.sides.order_by("position").values("quad", "width_px", "height_px")
    return [dict(side) for side in found]
