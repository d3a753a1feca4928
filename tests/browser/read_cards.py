"""Drawn cards that the site has really read, waiting for review with known doubts.

`site_reads` and `ask` are for tests; the others run beside the site, in its shell.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from backoffice import synthetic

if TYPE_CHECKING:
    from pathlib import Path

    from cards.models import Batch, Card
    from tests.browser.conftest import Site

UNSURE = 0.58


def site_reads(site: Site, folder: Path, count: int, *, seed: int, batch: str) -> list[str]:
    """The ids of `count` drawn cards that the site has taken in and read, in order."""
    synthetic.write_cards(count, folder, seed=seed)
    (folder / synthetic.LABELS_NAME).unlink()
    found: list[str] = ask(site, f"taken_in({str(folder)!r}, {batch!r})")
    assert len(found) == count
    return found


def ask(site: Site, call: str) -> Any:
    """What a function of this module returns beside the site, through JSON."""
    code = (
        "import json; from tests.browser.read_cards import *; "
        f"print('answer', json.dumps({call}, default=str))"
    )
    return json.loads(site.run(code).rpartition("answer ")[2])


def taken_in(folder: str, batch: str) -> list[str]:
    """The ids of the cards of a folder, once all are read; waits for five minutes at most."""
    from django.core.management import call_command

    from cards.models import Card

    call_command("ingest", folder, batch=batch)
    cards = Card.objects.filter(batch__name=batch)
    for _ in range(3000):
        if not cards.filter(status=Card.Status.UPLOADED).exists():
            break
        time.sleep(0.1)
    waiting = cards.filter(status=Card.Status.NEEDS_REVIEW).order_by("pk")
    return [str(key) for key in waiting.values_list("pk", flat=True)]


def doubt(doubts: Mapping[str, Sequence[str]]) -> None:
    """Let the reading of each card be sure of everything but the fields named for it."""
    from cards.models import Card

    for key, names in doubts.items():
        _doubt(Card.objects.get(pk=key), names)


def copies(keys: Sequence[str], count: int, names: Sequence[str]) -> list[str]:
    """The ids of new, waiting cards of one batch, in order, with the pictures and the readings of
    the cards `keys` in turn, in doubt about the fields `names`. To copy what was read takes a
    hundredth of the time of reading it again."""
    from cards.models import Batch, Card

    batch = Batch.objects.create(name=f"Copies of {keys[0]}")
    read = [Card.objects.get(pk=key) for key in keys]
    made = [_copy(read[number % len(read)], batch) for number in range(count)]
    for card in made:
        _doubt(card, names)
    return sorted(str(card.pk) for card in made)


def contacts(keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Contact columns, further fields, status, batch and number of sides of each card."""
    from cards.models import Card

    return {
        str(card.pk): {
            **card.contact(), "extra": card.extra, "status": card.status, "batch": card.batch_id,
            "sides": card.sides.count(),
        }
        for card in Card.objects.filter(pk__in=keys)
    }  # fmt: skip


def _copy(read: Card, batch: Batch) -> Card:
    from cards.models import Card
    from extraction.result import Result

    extraction = read.extractions.filter(status="succeeded").order_by("-pk")[0]
    values = Result.from_json(extraction.result or {}).values
    texts = {name: value.text for name, value in values.items()}
    card = Card.objects.create(batch=batch, status=Card.Status.NEEDS_REVIEW, **texts)
    rows: list[Any] = [*read.sides.all(), extraction]
    for row in rows:
        row.pk, row.card, row._state.adding = None, card, True
        row.save()
    return card


def _doubt(card: Card, names: Sequence[str]) -> None:
    from cards.models import Card
    from extraction.models import Extraction
    from extraction.reading.confidence import DOUBT_BELOW

    extraction = card.extractions.order_by("-pk")[0]
    assert extraction.result
    values = extraction.result["values"]
    for name, value in values.items():
        value["confidence"] = UNSURE if name in names else max(DOUBT_BELOW, value["confidence"])
        value["reason"] = "one digit too few" if name in names else ""
    Extraction.objects.filter(pk=extraction.pk).update(result=extraction.result)
    Card.objects.filter(pk=card.pk).update(
        doubtful_fields=[name for name in names if name in values], doubt=1 - UNSURE
    )
