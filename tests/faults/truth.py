"""What stands in the database and the vault of a site, as a process beside it tells.

`tests.faults.site.Site.ask` calls these by name; what they return goes through JSON.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.db.models import Count

from backoffice import invariants
from cards import drafts, intake, vault
from cards.models import Batch, Card, Side
from extraction import journal as extraction_journal
from extraction.models import Call, Extraction
from extraction.paying import gate
from review import decisions
from review import journal as review_journal
from review.models import Correction, Review
from tests import pictures

OPEN = (Extraction.Status.QUEUED, Extraction.Status.RUNNING)


def unsettled() -> list[str]:
    """What is still to be done: jobs, calls, and copies for the vault."""
    waiting = {
        "jobs": Extraction.objects.filter(status__in=OPEN),
        "calls under way": Call.objects.filter(outcome=Call.Outcome.UNDER_WAY),
        "decisions for the vault": review_journal.late_reviews(),
        "readings for the vault": extraction_journal.late_readings(),
        "calls for the vault": extraction_journal.late_calls(),
    }
    counts = {what: rows.count() for what, rows in waiting.items()}
    return [f"{number} {what}" for what, number in counts.items() if number]


def broken() -> list[str]:
    """What of the invariants does not hold, each as a sentence."""
    return [*invariants.broken(), *_done_twice()]


def _done_twice() -> Iterator[str]:
    """A card is read once by a reader unless somebody asks again, a picture is one card's unless
    its batch says otherwise, and decisions are numbered: none of these tests asks or says so."""
    ended = Extraction.objects.filter(status=Extraction.Status.SUCCEEDED)
    for read in ended.values("card", "extractor").annotate(n=Count("pk")).filter(n__gt=1):
        yield f"card {read['card']} was read {read['n']} times by {read['extractor']}"
    fronts = Side.objects.filter(position=0)
    for front in fronts.values("picture").annotate(n=Count("pk")).filter(n__gt=1):
        yield f"picture {front['picture']} is on {front['n']} cards"
    for card in Card.objects.exclude(reviews=None).distinct().prefetch_related("reviews"):
        numbers = sorted(review.number for review in card.reviews.all())
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"card {card.pk} has the decisions {numbers}"


def cards() -> list[dict[str, Any]]:
    """Every card: its picture, how it stands, how often it was read and decided."""
    found = Card.objects.order_by("id").prefetch_related("sides", "extractions", "reviews")
    return [
        {
            "id": str(card.pk),
            "picture": min(card.sides.all(), key=lambda side: side.position).picture,
            "status": card.status,
            "version": card.version,
            "full_name": card.full_name,
            "readings": [job.status for job in card.extractions.all()],
            "decisions": [review.decision for review in card.reviews.all()],
        }
        for card in found
    ]


def jobs() -> list[dict[str, Any]]:
    """Every job as it stands, the first one first."""
    columns = ("pk", "card", "status", "fence", "attempts", "crashes", "started_at", "error")
    return [
        {**row, "card": str(row["card"]), "started_at": _seconds(row["started_at"])}
        for row in Extraction.objects.order_by("pk").values(*columns)
    ]


def calls() -> list[dict[str, Any]]:
    """Every line of the ledger, with the answer that the vault keeps for it, "" for none."""
    kept = {
        document["call"]: document["answer"]
        for name, _ in vault.names("images")
        if "/readings/" in name and (document := vault.get_json(name)).get("call")
    }
    return [
        {
            "pk": call.pk, "digest": call.digest, "outcome": call.outcome,
            "tokens": call.input_tokens + call.output_tokens, "answer": kept.get(call.pk, ""),
        }
        for call in Call.objects.order_by("pk")
    ]  # fmt: skip


def session(name: str = "admin") -> str:
    """The key of a new session of the site's administrator, or of another one of this name."""
    user, is_new = User.objects.get_or_create(
        username=name, defaults={"is_staff": True, "is_superuser": True}
    )
    if is_new:
        user.set_unusable_password()
        user.save()
    store = SessionStore()
    store["_auth_user_id"] = str(user.pk)
    store["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
    store["_auth_user_hash"] = user.get_session_auth_hash()
    store.create()
    return str(store.session_key)


def take_in(tones: Sequence[int], extractor: str = "") -> list[str]:
    """The ids of the cards that pictures in these tones became, read by an extractor."""
    batch, _ = Batch.objects.get_or_create(name="Expo Berlin", extractor=extractor)
    made = []
    for tone in tones:
        data = picture(tone)
        (arrival,) = intake.take_in(io.BytesIO(data), batch, name=f"{tone}.png")
        made.append(str(arrival.card_id))
    return made


def put_jobs(count: int, extractor: str) -> None:
    """So many cards at once, each with a picture of its own, whose jobs are due; no worker is
    told."""
    batch = Batch.objects.create(name="Boat fair", extractor=extractor)
    for start in range(0, count, 500):
        tones = range(start, min(start + 500, count))
        found = [_draft(batch, picture(tone)) for tone in tones]
        with transaction.atomic():
            Card.objects.bulk_create(draft.card for draft in found)
            Side.objects.bulk_create(draft.sides[0] for draft in found)
            Extraction.objects.bulk_create(
                Extraction(card=draft.card, extractor=extractor) for draft in found
            )


def _draft(batch: Batch, data: bytes) -> drafts.Draft:
    """A card to be saved; what the vault keeps of it is there."""
    page = drafts.Page(vault.put_picture(data, "image/png"), "image/png", 0, pictures.SIZE_PX, ())
    (draft,) = drafts.drafts([page], batch, "rosa.png")
    vault.put_json(vault.card_name(draft.card.pk), draft.document(None))
    return draft


def picture(tone: int) -> bytes:
    """A card of which there are 16 million, one a `tone`."""
    card = pictures.card()
    card.putpixel((0, 0), (tone >> 16 & 255, tone >> 8 & 255, tone & 255))
    return pictures.saved(card, "PNG")


def approve(card_id: str, name: str) -> int:
    """The number of the decision that approves a card with this name."""
    card = Card.objects.get(pk=card_id)
    values = card.contact() | {"full_name": name}
    by = User.objects.get(username="admin")
    return decisions.approve(card, values, version=card.version, by=by).number


def decided() -> dict[str, list[str]]:
    """The names that were decided, by card, the first one first."""
    found: dict[str, list[str]] = {}
    for review in Review.objects.order_by("card", "number"):
        found.setdefault(str(review.card_id), []).append(review.values["full_name"])
    return found


def corrected(card_id: str) -> list[tuple[str, str, str]]:
    """Who gave which field which value, for each correction of a card in its order."""
    found = Correction.objects.filter(review__card=UUID(card_id)).order_by("review__number", "pk")
    return list(found.values_list("review__by__username", "field", "human_value"))


def count_turns() -> None:
    """Lets the database itself write down each job that begins and each that ends well, in the same
    transaction."""
    with connection.cursor() as cursor:
        for table, columns, status, values in (
            ("begun", "job INTEGER, at TIMESTAMP", "running", "NEW.id, NEW.started_at"),
            ("ended", "job INTEGER", "succeeded", "NEW.id"),
        ):
            when = f"NEW.status = '{status}' AND OLD.status <> '{status}'"
            note = f"INSERT INTO faults_{table} VALUES ({values})"
            cursor.execute(f"CREATE TABLE faults_{table} ({columns})")
            if connection.vendor == "sqlite":
                cursor.execute(
                    f"CREATE TRIGGER faults_{table} AFTER UPDATE ON extraction_extraction"
                    f" WHEN {when} BEGIN {note}; END"
                )
                continue
            cursor.execute(
                f"CREATE FUNCTION faults_{table}() RETURNS trigger LANGUAGE plpgsql AS"
                f" $$ BEGIN {note}; RETURN NULL; END $$"
            )
            cursor.execute(
                f"CREATE TRIGGER faults_{table} AFTER UPDATE ON extraction_extraction FOR EACH ROW"
                f" WHEN ({when}) EXECUTE FUNCTION faults_{table}()"
            )


def endings() -> list[int]:
    """Jobs (how many) that ended never, once and twice or more often."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT job, count(*) FROM faults_ended GROUP BY job")
        ended: dict[int, int] = dict(cursor.fetchall())
    all_jobs = Extraction.objects.count()
    once = sum(times == 1 for times in ended.values())
    return [all_jobs - len(ended), once, len(ended) - once]


def begun_again() -> list[list[float]]:
    """When each job began that began more than once, as seconds since 1970."""
    begun = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute("SELECT job, at FROM faults_begun ORDER BY at")
        for job, at in cursor.fetchall():
            moment = at if isinstance(at, datetime) else datetime.fromisoformat(at)
            begun[job].append(moment.replace(tzinfo=UTC).timestamp())
    return [times for times in begun.values() if len(times) > 1]


def _seconds(moment: Any) -> float | None:
    return moment.timestamp() if moment else None


def open_gates() -> None:
    """As a person does who presses “Try again now”."""
    for slug in gate.closed().values_list("extractor", flat=True):
        gate.resume(slug)
