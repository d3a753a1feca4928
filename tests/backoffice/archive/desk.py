"""A desk on which everything has happened once, and ways to look at all of it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import tablib
from django.contrib.auth.models import User
from django.db.models import F, Model, Sum
from PIL import Image

from backoffice.archive.papers import take_inventory
from backoffice.archive.rebuild import Report, rebuild
from cards import exports, intake, outlines
from cards.models import Arrival, Batch, Card, Side
from cards.resources import CardResource
from extraction import jobs
from extraction.models import Call, Extraction
from extraction.reading import ocr
from extraction.result import Box, Line, Seen
from review import decisions, journal
from review.models import Correction, Review, SecondLook
from review.provenance.history import History, history
from review.quality import second_look
from tests import pictures
from tests.extraction.make_jobs import PaidExtractor

if TYPE_CHECKING:
    from pytest_django import Settings

MODELS: tuple[type[Model], ...] = (
    SecondLook, Correction, Review, Call, Extraction, Arrival, Side, Card, Batch,
)  # fmt: skip
"""What `rebuild` makes, what hangs on others first."""

NOT_KEPT = {
    "journaled_at", "card_journaled_at", "run_after", "rung_at", "lease_until", "fence",
    "backlog_id",
}  # fmt: skip
"""Columns about work that is under way, and when the vault got what."""

READ = {
    "full_name": "Mira Ahlstrom", "company": "Nordlicht Optik", "email": "mira@nordlicht.example",
}  # fmt: skip
TYPED = READ | {"full_name": "Mira Ahlström", "city": "Kiel"}
LINE = Line("Mira Ahlstrom", 0.98, Box(0, ((10, 10), (90, 10), (90, 20), (10, 20))))
LEFT, RIGHT = (
    ((0.0, 0.0), (40.0, 0.0), (40.0, 60.0), (0.0, 60.0)),
    ((50.0, 0.0), (90.0, 0.0), (90.0, 60.0), (50.0, 60.0)),
)


Tables = dict[str, list[dict[str, Any]]]
"""Rows by table, as columns and values."""


class Desk:
    """Puts cards on the desk, and lets machine and people work on them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.patch = monkeypatch
        self.reader = PaidExtractor().put_in_place(monkeypatch)
        self.turn = 0
        monkeypatch.setattr(ocr, "read", self._read)
        monkeypatch.setattr("cards.capture.check", lambda picture, boxes: "")
        self.rosa, self.ilse, self.nils = (
            User.objects.create_user(name, first_name=name.title(), is_staff=True)
            for name in ("rosa", "ilse", "nils")
        )
        self.batch = Batch.objects.create(
            name="Expo Berlin", source="Hall 4", extractor="fake", created_by=self.rosa
        )

    def put(self, data: bytes, *, batch: Batch | None = None) -> list[Card]:
        """The cards that `data` became."""
        batch = batch or self.batch
        arrivals = intake.take_in(io.BytesIO(data), batch, name="fair.jpg", by=self.rosa)
        assert {arrival.outcome for arrival in arrivals} == {Arrival.Outcome.TAKEN_IN}
        return [arrival.card for arrival in arrivals if arrival.card]

    def put_sheet(self, data: bytes) -> list[Card]:
        """Two cards on one picture."""
        with self.patch.context() as patch:
            patch.setattr(outlines, "find", lambda page: [LEFT, RIGHT])
            return self.put(data)

    def read(self, card: Card, *, turn: int = 0) -> Card:
        """The card, once its job was run; lying `turn` degrees from upright."""
        self.turn = turn
        answer = {"fields": READ, "confidence": {"email": 0.4}}
        self.reader.queue.append(answer)
        assert jobs.run(Extraction.objects.get(card=card, status="queued").pk)
        self.reader.queue.clear()
        return Card.objects.get(pk=card.pk)

    def read_badly(self, card: Card) -> Card:
        """The card, once its reader has failed and the bundled one waits to help."""
        assert jobs.run(Extraction.objects.get(card=card, status="queued").pk)
        return Card.objects.get(pk=card.pk)

    def ready(self, tone: int) -> Card:
        """A card that was read."""
        (card,) = self.put(pictures.jpeg(tone))
        return self.read(card)

    def approved(self, tone: int) -> SecondLook:
        """The second look at a card that was approved with changes."""
        card = self.ready(tone)
        extra = {"Stand": "12", "Anruf": "ja"}
        first = decisions.approve(
            card, TYPED | {"extra": extra}, version=card.version, by=self.rosa, seconds=20
        )
        return SecondLook.objects.get(first=first)

    def answered(self, tone: int, **changed: str) -> SecondLook:
        """A second look with the second reviewer's values."""
        look = self.approved(tone)
        return second_look.answer(look, TYPED | changed, by=self.ilse, version=look.card.version)

    def bring_in(self, sheet: str) -> None:
        data = tablib.Dataset().load(sheet, format="csv")
        outcome = CardResource().import_data(data, user=self.nils, file_name="people.csv")
        assert not outcome.has_errors()
        assert not outcome.has_validation_errors()

    def _read(self, sides: Sequence[Image.Image]) -> ocr.Reading:
        seen = Seen((LINE,), turns=(self.turn,) * len(sides))
        return ocr.Reading(tuple(sides), seen)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, settings: Settings, db: None) -> Desk:
    settings.SECOND_LOOK_PERCENT = 100
    return Desk(monkeypatch)


@pytest.fixture
def full_desk(desk: Desk) -> Desk:
    """Everything has happened once, and is in the vault."""
    decide_everything(desk)
    while journal.catch_up():
        pass
    return desk


def decide_everything(desk: Desk) -> None:
    """Every verb once, on cards of their own."""
    rosa = desk.rosa
    desk.approved(1)
    desk.answered(2)
    desk.answered(3, city="Lübeck")
    look = desk.answered(4, city="Lübeck")
    second_look.settle(look, {"city": "Lübeck"}, by=desk.nils, version=look.card.version)
    changed = desk.approved(5).card
    decisions.correct(changed, {"city": "Bonn"}, version=changed.version, by=rosa)
    card = desk.ready(6)
    decisions.reject(card, "An advertisement.", version=card.version, by=rosa)
    card = desk.ready(7)
    decisions.send_back(card, "Too dark.", version=card.version, by=rosa)
    card = Card.objects.get(pk=card.pk)
    decisions.reopen(card, version=card.version, by=desk.ilse)
    card = desk.ready(8)
    decisions.undo(decisions.approve(card, TYPED, version=card.version, by=rosa), by=rosa)
    card = desk.ready(9)
    decisions.correct(card, {"city": "Ulm"}, version=card.version, by=rosa, confirmed=["email"])
    (front,) = desk.put(pictures.pdf(2))
    desk.read(front, turn=90)
    one, _other = desk.put_sheet(pictures.png(11))
    desk.read(one)
    (failing,) = desk.put(pictures.png(12))
    desk.read_badly(failing)
    desk.put(pictures.png(13))  # waits to be read
    (unread,) = desk.put(pictures.png(14))
    decisions.correct(unread, {"city": "Trier"}, version=0, by=rosa)
    desk.bring_in("full_name,company,Stand\nRosa Halloway,Northwind,9\n")
    desk.bring_in(f"id,city\n{desk.ready(15).pk},Genua\n")
    Batch.objects.filter(pk=desk.batch.pk).update(priority=1, version=F("version") + 1)


def wipe(*, users: bool = False) -> None:
    """The database is lost."""
    for model in MODELS:
        model._default_manager.all().delete()
    if users:
        User.objects.all().delete()


def rebuilt() -> Report:
    return rebuild(take_inventory())


def dump() -> Tables:
    """Every row of every table."""
    tables: list[type[Model]] = [*MODELS, User]
    return {model.__name__: _rows(model, "pk") for model in tables}


def kept() -> Tables:
    """What of the rows must come back as it was."""
    ended = [row for row in _rows(Extraction, "pk") if row["status"] in ("succeeded", "failed")]
    looks = [
        row if row["status"] != "waiting" else row | {"id": None}  # it is drawn again
        for row in _rows(SecondLook, "first")
    ]
    found = {
        "batches": _rows(Batch, "pk"), "cards": _rows(Card, "pk"), "readings": ended,
        "decisions": _rows(Review, "pk"), "looks": looks, "calls": _rows(Call, "pk"),
        "sides": [row | {"id": None} for row in _rows(Side, "card", "position")],
        "corrections": [row | {"id": None} for row in _rows(Correction, "review", "pk")],
    }  # fmt: skip
    return {
        name: [{key: row[key] for key in row.keys() - NOT_KEPT} for row in rows]
        for name, rows in found.items()
    }


def _rows(model: type[Model], *order: str) -> list[dict[str, Any]]:
    return [dict(row) for row in model._default_manager.order_by(*order).values()]


def exported(folder: Path) -> dict[str, bytes]:
    """The files that analysts get of all cards, by format."""
    found = {}
    for slug in ("csv", "jsonl"):
        path = folder / f"contacts-{len(list(folder.iterdir()))}.{slug}"
        exports.write(slug, Card.objects.order_by("id"), path)
        found[slug] = path.read_bytes()
    return found


def histories() -> list[History]:
    return [history(card) for card in Card.objects.order_by("id")]


def spent() -> Decimal | None:
    total: Decimal | None = Call.objects.aggregate(total=Sum("cost"))["total"]
    return total
