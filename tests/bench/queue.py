"""What the pages of review cost when many cards wait, as ratios measured in one run.

    python -m tests.bench.queue [CARDS] [FEW]

Each page is fetched with FEW cards waiting in one batch and again with CARDS (1,000 and 100,000);
the ratio of the two CPU times, the database's included, stands beside its target. This is done on
SQLite, and on PostgreSQL where there is a server to start. The people are invented, the cards are
rows made at once.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from operator import methodcaller
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

import django

from tests import services

REPEATED = 9
"""Times that a page is fetched."""

TARGET = 2.0
COMMON = ("mobile", "email", "job_title", "company", "website", "postal_code", "full_name")
RARE, NEVER = "notes", "fax"
LANGUAGES = ("de", "de, en", "en", "ja", "ja, en", "fr", "nds, de", "")
RARE_LANGUAGE, NO_LANGUAGE = "sv", "it"
CHUNK = 2_000


def add(count: int, batch: Any, draw: Random) -> None:
    """Puts so many waiting cards into the batch, with a picture and a reading each."""
    from cards.models import Card, Side
    from extraction.models import Extraction

    for start in range(0, count, CHUNK):
        cards = [_card(batch, draw) for _ in range(min(CHUNK, count - start))]
        Card.objects.bulk_create(cards)
        Side.objects.bulk_create(
            Side(card=card, position=0, picture="ab" * 32, media_type="image/jpeg",
                 width_px=1000, height_px=600)
            for card in cards
        )  # fmt: skip
        Extraction.objects.bulk_create(
            Extraction(card=card, extractor="offline", status="succeeded", result=_reading(card))
            for card in cards
        )


def _card(batch: Any, draw: Random, **columns: Any) -> Any:
    from cards.models import Card

    number = draw.randrange(10**6)
    doubtful = sorted(draw.sample(COMMON, draw.choice((0, 1, 1, 2, 3))))
    doubt = round(draw.uniform(0.2, 0.9), 3) if doubtful else round(draw.uniform(0, 0.2), 3)
    return Card(
        **{
            "batch": batch, "status": Card.Status.NEEDS_REVIEW, "doubt": doubt,
            "doubtful_fields": doubtful, "languages": draw.choice(LANGUAGES),
            "full_name": f"Rosa Halloway {number}", "company": f"Northwind {number % 997}",
            "job_title": "Head of Purchasing", "email": f"rosa.{number}@northwind.example",
            "mobile": f"+49 151 55{number:06}", "address_1": "Hafenstraße 12", "city": "Kiel",
            "notes": "Met at the harbour fair; wants a sample of the large frame. " * 4,
        } | columns
    )  # fmt: skip


def _reading(card: Any) -> dict[str, Any]:
    from extraction.result import Result, Value

    sure = {name: 0.5 if name in card.doubtful_fields else 0.97 for name in (*COMMON, RARE)}
    return Result({name: Value(getattr(card, name), at) for name, at in sure.items()}).to_json()


def pages(first: Any) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """What is done with a client, by what it is called in the table."""
    from django.urls import reverse

    card = reverse("admin:review_waitingcard_change", args=(first.pk,))
    listed, snippets = "admin:review_waitingcard_changelist", "admin:review_snippets"
    following = reverse("admin:review_next")
    none, rare = {"field": NEVER}, {"field": RARE}
    asked: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("card", card, {}),
        ("card, a field in doubt", card, {"field": "email"}),
        ("card, a field rarely in doubt", card, rare),
        ("card, a field never in doubt", card, none),
        ("card, a language", card, {"language": "de"}),
        ("card, a rare language", card, {"language": RARE_LANGUAGE}),
        ("card, a rare language and a field", card, {"language": RARE_LANGUAGE, "field": "email"}),
        ("next card, nothing in the part", following, none),
        ("next card, no such language", following, {"language": NO_LANGUAGE}),
        ("list", reverse(listed), {}),
        ("list, a field in doubt", reverse(listed), {"field": "email"}),
        ("list, a field never in doubt", reverse(listed), none),
        ("list, a language", reverse(listed), {"language": "de"}),
        ("list, a rare language", reverse(listed), {"language": RARE_LANGUAGE}),
        ("list, doubt somewhere", reverse(listed), {"doubt": "some"}),
        ("list, without doubt", reverse(listed), {"doubt": "none"}),
        ("list, with a notice", reverse(listed), {"doubt": "notice"}),
        ("list, mine", reverse(listed), {"whose": "mine"}),
        ("snippets", reverse(snippets), {}),
        ("snippets, a field", reverse(snippets), {"field": "email"}),
        ("snippets, fifty on", reverse(snippets), {"field": "email", "after": first.pk}),
        ("snippets, a field rarely in doubt", reverse(snippets), rare),
        ("snippets, a field never in doubt", reverse(snippets), none),
        ("snippets, a language", reverse(snippets), {"field": "email", "language": "de"}),
        ("snippets, a rare language", reverse(snippets),
         {"field": "email", "language": RARE_LANGUAGE}),
    )  # fmt: skip
    for name, path, query in asked:
        yield name, methodcaller("get", f"{path}?{urlencode(query)}")
    yield "approve, and the next card", approve


def approve(client: Any) -> Any:
    """Approves the card that is next, as the page's script does."""
    from django.urls import reverse

    from review.queue import waiting

    card = waiting()[0]
    url = reverse("admin:review_waitingcard_change", args=(card.pk,))
    data = {"action": "approve", "version": card.version, **card.contact()}
    answer = client.post(url, data, headers={"accept": "application/json"})
    assert answer.json()["said"], answer.content
    return answer


def milliseconds(work: Callable[[], Any]) -> float:
    """CPU time of it, after a time that does not count."""
    assert work().status_code == 200
    started = cpu_seconds()
    for _ in range(REPEATED):
        assert work().status_code == 200
    return (cpu_seconds() - started) / REPEATED * 1000


def cpu_seconds() -> float:
    """What this process has used so far, and the process of the server that works for it alone."""
    from django.db import connection

    seconds = time.process_time()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (process,) = cursor.fetchone()
        numbers = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        seconds += (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")
    return seconds


def measure(many: int, few: int) -> None:
    """Prints the table for the database that the settings name."""
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    from cards.models import Batch, Card

    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("migrate", verbosity=0)
    user = User.objects.create_superuser("rosa")
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    draw, batch = Random(4), Batch.objects.create(name="Harbour fair")
    # What is rare comes last in every order.
    last = {"doubt": 0.0, "languages": RARE_LANGUAGE, "doubtful_fields": [RARE]}
    found: dict[str, list[float]] = {}
    for count in (few, many):
        Card.objects.filter(languages=RARE_LANGUAGE).delete()
        add(count - batch.cards.count() - 1, batch, draw)
        _card(batch, draw, **last).save(force_insert=True)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")  # as the server does by itself after a while
                cursor.execute("SET max_parallel_workers_per_gather = 0")  # they are not counted
        first = batch.cards.filter(status="needs_review").order_by("-doubt", "id")[0]
        for name, work in pages(first):
            found.setdefault(name, []).append(milliseconds(partial(work, client)))
    print(f"{connection.vendor}: ms with {few:,} cards waiting, with {many:,}, and the ratio")
    for name, (before, after) in found.items():
        print(f"  {name:<36}{before:7.1f}{after:8.1f}{after / before:7.2f}   at most {TARGET}")


def main(sizes: list[str]) -> None:
    """Measures each database in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.queue", "--here", *sizes]
    settings = {"DJANGO_SETTINGS_MODULE": "backoffice.settings", "DATABASE_URL": ""}
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            command, env=os.environ | settings | {"DATA_DIR": f"{folder}/sqlite"}, check=True
        )
        try:
            with services.postgres() as url:
                settings |= {"DATABASE_URL": url, "DATA_DIR": f"{folder}/postgresql"}
                subprocess.run(command, env=os.environ | settings, check=True)
        except services.MissingError as missing:
            print(f"Not measured on PostgreSQL: {missing}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--here"]:
        django.setup()
        sizes = [int(text) for text in sys.argv[2:]]
        measure(*(sizes + [100_000, 1_000][len(sizes) :]))
    else:
        main(sys.argv[1:])
