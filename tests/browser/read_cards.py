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

    from cards.models import Card
    from tests.browser.conftest import Site

UNSURE = 0.58


def site_reads(site: Site, folder: Path, count: int, *, seed: int, batch: str) -> list[str]:
    """The ids of `count` drawn cards that the site has taken in and read, in order."""
    synthetic.write_cards(count, folder, seed=seed)
    (folder / synthetic.LABELS_NAME).unlink()
    site.manage("ingest", str(folder), "--batch", batch)
    found: list[str] = ask(site, f"read({batch!r})")
    assert len(found) == count
    return found


def ask(site: Site, call: str) -> Any:
    """What a function of this module returns beside the site, through JSON."""
    code = (
        "import json; from tests.browser.read_cards import *; "
        f"print('answer', json.dumps({call}, default=str))"
    )
    return json.loads(site.run(code).rpartition("answer ")[2])


def read(batch: str) -> list[str]:
    """Wait until all cards of a batch are read, for five minutes at most; their ids."""
    from cards.models import Card

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


def copies(key: str, count: int, names: Sequence[str]) -> list[str]:
    """The ids of new, waiting cards with the pictures and the reading of card `key`, in doubt
    about the fields `names`."""
    from cards.models import Batch, Card
    from extraction.result import Result

    made = []
    batch = Batch.objects.create(name=f"Copies of {key}")
    read = Card.objects.get(pk=key)
    extraction = read.extractions.filter(status="succeeded").order_by("-pk")[0]
    values = Result.from_json(extraction.result or {}).values
    texts = {name: value.text for name, value in values.items()}
    for _ in range(count):
        card = Card.objects.create(batch=batch, status=Card.Status.NEEDS_REVIEW, **texts)
        for side in read.sides.all():
            side.pk, side.card, side._state.adding = None, card, True
            side.save()
        extraction.pk, extraction.card, extraction._state.adding = None, card, True
        extraction.save()
        _doubt(card, names)
        made.append(str(card.pk))
    return made


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
