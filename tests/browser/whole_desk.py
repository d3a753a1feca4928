"""A site with something on every page: run inside the site, by `manage.py shell`."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group, User
from django.utils import timezone

from cards.models import Arrival, Batch, Card
from extraction.models import Backlog, Call, Extraction, FittedReader
from review import decisions, queue
from review.models import Claim, SecondLook
from review.workspace import drafts
from tests.browser.conftest import PASSWORD
from tests.extraction.readings import put_call

SCORES = {"micro_f1": 0.941, "perfect": 12}
ARABIC = {"full_name": "ليلى حداد", "company": "دار الشمال", "job_title": "مديرة المبيعات"}
HEBREW = {"full_name": "נועה ברק", "company": "אור צפון", "job_title": "סמנכ״לית"}
DOUBTS = ["full_name", "email", "phone"]


def fill(batch_name: str) -> dict[str, Any]:
    """Make everything of the cards of one batch, once read; where each thing is, by its name.

    The batch needs a card with two sides and one with one side, of which there are then eight.
    Waits up to a minute for the reader.
    """
    admin = User.objects.get(username="admin")
    ilse = User.objects.create_user(
        "ilse", password=PASSWORD, is_staff=True, first_name="Ilse", last_name="Brandt"
    )
    ilse.groups.add(Group.objects.get(name="Reviewer"))
    batch = Batch.objects.get(name=batch_name)
    one, two = sorted(_read_cards(batch), key=lambda card: card.sides.count())
    arabic, hebrew, held, changed, looked, settled, rejected = (_another(one) for _ in range(7))
    failed = one
    Card.objects.filter(pk__in=[two.pk, changed.pk]).update(doubtful_fields=DOUBTS, doubt=0.6)
    for card, values in ((arabic, ARABIC), (hebrew, HEBREW)):
        _written(card, values, admin)
    queue.claim(held, ilse)
    Claim.objects.update(until=timezone.now() + timedelta(hours=1))
    _conflict(changed, admin, ilse)
    _decided(looked, settled, rejected, admin, ilse)
    _failed(failed)
    reading = _read_twice(looked)
    _paid(looked)
    return {
        "batch": batch.pk, "two": two.pk, "arabic": arabic.pk, "hebrew": hebrew.pk,
        "arabic_name": ARABIC["full_name"], "hebrew_name": HEBREW["full_name"],
        "held": held.pk, "changed": changed.pk, "looked": looked.pk, "rejected": rejected.pk,
        "failed": failed.pk, "reading": reading.pk, "user": ilse.pk, "call": _last(Call),
        "backlog": _last(Backlog), "reader": _last(FittedReader), "group": _last(Group),
        "second": SecondLook.objects.get(status=SecondLook.Status.WAITING).pk,
        "third": SecondLook.objects.get(status=SecondLook.Status.DIFFERS).pk,
        "review": rejected.reviews.latest("pk").pk,
    }  # fmt: skip


def _read_cards(batch: Batch) -> list[Card]:
    """The cards of the batch when all have been read. Raises TimeoutError."""
    for _ in range(600):
        if not batch.cards.filter(status=Card.Status.UPLOADED).exists():
            return list(batch.cards.order_by("pk"))
        time.sleep(0.1)
    raise TimeoutError("the cards were not read")


def _another(card: Card) -> Card:
    """A card like this one: the same picture, read the same."""
    side, reading = card.sides.get(), card.extractions.get()
    values = card.contact() | {"status": card.status, "doubt": card.doubt}
    another = Card.objects.create(
        batch=card.batch, doubtful_fields=card.doubtful_fields, **values
    )  # fmt: skip
    for row in (side, reading):
        row.pk, row.card, row._state.adding = None, another, True
        row.save()
    return another


def _written(card: Card, values: dict[str, str], by: User) -> None:
    decisions.correct(card, values, version=card.version, by=by)
    Card.objects.filter(pk=card.pk).update(doubtful_fields=DOUBTS)


def _conflict(card: Card, mine: User, theirs: User) -> None:
    """A draft of one person on a card that another has changed since."""
    typed = {"company": (card.company, "Northwind Boats"), "city": (card.city, "Malmö")}
    drafts.save(card, mine, card.version, typed)
    changes = {"company": "Nordlicht Yachts", "email": "rosa@nordlicht.example"}
    decisions.correct(card, changes, version=card.version, by=theirs)
    Card.objects.filter(pk=card.pk).update(doubtful_fields=DOUBTS)


def _decided(looked: Card, settled: Card, rejected: Card, admin: User, ilse: User) -> None:
    """One card waits for a second look by the admin, one for a third, and one is rejected."""
    decisions.approve(
        looked, looked.contact() | {"extra": {"Stand": "B 12"}}, version=looked.version, by=ilse,
        seconds=9,
    )  # fmt: skip
    theirs = settled.contact() | {"company": "Nordlicht"}
    nils = User.objects.create_user("nils", first_name="Nils")
    mira = User.objects.create_user("mira", first_name="Mira")
    decisions.approve(settled, theirs, version=settled.version, by=nils, seconds=12)
    SecondLook.objects.filter(card=settled).update(
        status=SecondLook.Status.DIFFERS, by=mira, at=timezone.now(),
        values=settled.contact() | {"company": "Northwind"}, differences=["company"],
    )  # fmt: skip
    decisions.reject(rejected, "Cut off", version=rejected.version, by=admin, seconds=4)


def _failed(card: Card) -> None:
    error = "The picture is too dark to read."
    Extraction.objects.filter(card=card).update(status=Extraction.Status.FAILED, error=error)
    Card.objects.filter(pk=card.pk).update(notice=error)
    Arrival.objects.create(
        batch=card.batch, file_name="dog.jpg", outcome=Arrival.Outcome.REFUSED, reason=error
    )  # fmt: skip


def _read_twice(card: Card) -> Extraction:
    """The latest of two readings of the card, which differ."""
    first = card.extractions.latest("pk")
    second: dict[str, Any] = json.loads(json.dumps(first.result))
    second["values"].pop("email", None)
    return Extraction.objects.create(
        card=card, extractor="openai_vision", model="gpt-5-mini", result=second,
        status=Extraction.Status.SUCCEEDED, finished_at=timezone.now(), seconds=2.5,
    )  # fmt: skip


def _paid(card: Card) -> None:
    """Calls of every outcome, backlogs of every state, and two fitted readers."""
    for outcome in {*Call.Outcome.values} - {Call.Outcome.UNDER_WAY}:
        put_call("0.0040", outcome, card=card)
    for status in Backlog.Status.values:
        Backlog.objects.create(
            extractor="openai_vision", model="gpt-5-mini", status=status, error="",
            resume_at=timezone.now() + timedelta(days=1), sent_at=timezone.now(),
        )  # fmt: skip
    for number, is_in_use in enumerate((False, True)):
        FittedReader.objects.create(
            digest=str(number) * 64, weights={}, labelled=40, approved=20, is_in_use=is_in_use,
            scores={"held_out": 20, "before": SCORES, "after": SCORES},
        )  # fmt: skip


def _last(model: Any) -> int:
    number: int = model.objects.latest("pk").pk
    return number
