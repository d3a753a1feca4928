"""How long `rebuild` takes for many cards, beside merely reading the same documents.

    python -m tests.bench.rebuild [CARDS]

The documents of CARDS cards (100,000) are put into a vault in a folder: each was read, nine in ten
were decided with corrections, one in twenty of these was looked at again. Then they are read,
nothing more; then the database is made of them. The people are invented.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import django

TARGET_SECONDS = 300
"""For 100,000 cards on two cores."""

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
PICTURE = {
    "media_type": "image/jpeg", "page": 0, "quad": None, "width_px": 1000, "height_px": 600,
}  # fmt: skip


def documents(number: int, draw: Random) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and document of all that is known of one card."""
    from cards import vault
    from cards.fields import CONTACT_FIELDS

    at = START + timedelta(seconds=20 * number)
    card = (
        f"{int(at.timestamp() * 1000):012x}7{draw.getrandbits(12):03x}8{draw.getrandbits(60):015x}"
    )
    card = "-".join((card[:8], card[8:12], card[12:16], card[16:20], card[20:]))
    read = _texts(number)
    values = dict.fromkeys(CONTACT_FIELDS, "") | read | {"extra": {"Stand": str(number)}}
    sides = [{"picture": f"{number:064x}", **PICTURE}]
    yield vault.card_name(card), {
        "version": 1, "card": card, "file_name": f"IMG_{number}.jpg",
        "taken_in_at": at.isoformat(), "taken_in_by": "rosa", "sides": sides, "batch": _batch(),
    }  # fmt: skip
    state = {
        "status": "needs_review", "version": 1, "doubt": 0.4, "doubtful_fields": ["email"],
        "notice": "", "is_edited": False, "approved_at": None, "updated_at": at.isoformat(),
    }  # fmt: skip
    reading = number + 1
    yield vault.reading_row_name(card, reading), {
        "version": 1, "id": reading, "card": card, "extractor": "offline", "model": "",
        "status": "succeeded", "attempts": 1, "digest": f"{number:064x}", "result": _result(read),
        "error": "", "seconds": 0.9, "requested_by": "rosa", "requested_at": at.isoformat(),
        "started_at": at.isoformat(), "finished_at": at.isoformat(),
        "after": state | {"values": values},
        "sides": [{name: PICTURE[name] for name in ("quad", "width_px", "height_px")}],
    }  # fmt: skip
    if number % 10:
        yield from _decided(card, reading, state, values, at + timedelta(hours=1))


def _decided(
    card: str, number: int, before: dict[str, Any], values: dict[str, Any], at: datetime
) -> Iterator[tuple[str, dict[str, Any]]]:
    from cards import vault

    after = before | {
        "status": "approved", "version": 2, "is_edited": True, "approved_at": at.isoformat(),
        "updated_at": at.isoformat(), "doubtful_fields": [], "doubt": 0.0,
    }  # fmt: skip
    yield vault.review_name(card, 1), {
        "version": 2, "id": number, "card": card, "number": 1, "decision": "approved",
        "reason": "", "by": "ilse", "at": at.isoformat(), "seconds": 20,
        "before": before | {"values": values}, "after": after,
        "values": values | {"city": "Kiel"},
        "corrections": [{"field": "city", "machine": "Kie1", "human": "Kiel"}],
    }  # fmt: skip
    if number % 20 == 0:
        yield vault.look_name(card, 1, "agreed"), {
            "version": 1, "id": number, "card": card, "first": 1, "status": "agreed", "by": "nils",
            "at": at.isoformat(), "values": values, "differences": [], "settled": None,
        }  # fmt: skip


def _texts(number: int) -> dict[str, str]:
    return {
        "full_name": f"Rosa Halloway {number}", "first_name": "Rosa", "last_name": "Halloway",
        "company": f"Northwind {number % 997}", "job_title": "Head of Purchasing",
        "email": f"rosa.{number}@northwind.example", "mobile": f"+49 151 55{number:06}",
        "phone": f"+49 431 55{number:06}", "website": "northwind.example",
        "address_1": "Hafenstraße 12", "postal_code": "24103", "city": "Kie1",
    }  # fmt: skip


def _result(texts: dict[str, str]) -> dict[str, Any]:
    """As a reading keeps it: values with boxes, and every line that was seen."""
    from extraction.result import Box, Line, Result, Seen, Value

    box = Box(0, ((10.5, 20.5), (90.5, 20.5), (90.5, 40.5), (10.5, 40.5)))
    values = {name: Value(text, 0.95, (box,)) for name, text in texts.items()}
    return Result(values, Seen(tuple(Line(text, 0.97, box) for text in texts.values()))).to_json()


def _batch() -> dict[str, Any]:
    return {
        "id": 1, "name": "Harbour fair", "source": "", "duplicate_policy": "skip",
        "can_wait": False, "extractor": "offline", "created_at": START.isoformat(),
    }  # fmt: skip


def fill(count: int, folder: Path) -> int:
    """The number of documents put into the vault there."""
    from cards import vault

    draw, written = Random(5), 0
    for number in range(count):
        for name, document in documents(number, draw):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(vault.sealed(name, document))
            written += 1
    return written


def merely_read(folder: Path) -> float:
    """Seconds that it takes."""
    started = time.perf_counter()
    for path in folder.rglob("*.json"):
        path.read_bytes()
    return time.perf_counter() - started


def main(count: int) -> None:
    from django.conf import settings
    from django.core.management import call_command

    from backoffice.archive.papers import take_inventory
    from backoffice.archive.rebuild import rebuild

    call_command("migrate", verbosity=0)
    folder = Path(settings.STORAGES["vault"]["OPTIONS"]["location"])
    written = fill(count, folder)
    reading = merely_read(folder)
    started, busy = time.perf_counter(), time.process_time()
    report = rebuild(take_inventory())
    seconds, busy = time.perf_counter() - started, time.process_time() - busy
    assert (report.cards, report.skipped) == (count, [])
    started = time.perf_counter()
    assert rebuild(take_inventory()).already == count
    again = time.perf_counter() - started
    print(f"{count:,} cards, {written:,} documents in the vault")
    print(f"  merely read   {reading:7.1f} s")
    print(f"  rebuilt       {seconds:7.1f} s, {count / seconds:,.0f} cards/s", end="")
    print(f", {seconds / reading:.1f} times as long, {busy:.1f} s of CPU time")
    print(f"  run again     {again:7.1f} s")
    most = TARGET_SECONDS * count / 100_000
    print(f"  at most       {most:7.1f} s, which is {TARGET_SECONDS} s for 100,000 cards")


if __name__ == "__main__":
    django.setup()
    main(int(sys.argv[1]) if sys.argv[1:] else 100_000)
