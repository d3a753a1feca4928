"""What needs doing now: the first page's numbers and lists, each with the link to its rows.

Facts are read in at most seven queries, however many cards there are; what a person may not see
is not read at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db.models import Count, Exists, Min, OuterRef, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from backoffice import journal_lag, tile_notes
from backoffice.analytics import nights
from backoffice.archive import nightly
from backoffice.greeting import greeting, sentence
from backoffice.navigation import link, shown
from cards.fields import CONTACT_FIELDS
from cards.models import Batch, Card
from cards.wording import figure, within
from review.models import Correction, Review
from review.queue import waiting

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# Backlogs are counted up to here, so that a bulk import does not slow every visit.
BACKLOG_LIMIT = 10_000
BATCHES_SHOWN = 3
CARDS_SHOWN = 8
DOUBTS_NAMED = 2


@dataclass(frozen=True, slots=True)
class Backlog:
    """The cards that wait for a person. `noticed` are those that were not read
    or hardly, with a notice that says why."""

    waiting: int
    doubtful: int
    noticed: int
    noticed_file: str
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Reading:
    cards: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Approved:
    """Cards approved today; `untouched` are those reviewed in which no person changed a field."""

    cards: int
    untouched: int


@dataclass(frozen=True, slots=True)
class Tile:
    """One number, and the link to the list of just those. `tone` is "", "doubt" or "bad"."""

    number: str
    label: str
    note: str
    url: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class BatchLine:
    name: str
    origin: str
    url: str
    cards: int
    read: int
    reviewed: int


@dataclass(frozen=True, slots=True)
class CardLine:
    """A waiting card. `doubts` names its doubtful fields, `more_doubts` counts the unnamed."""

    card: Card
    url: str
    picture: str
    doubts: tuple[str, ...]
    more_doubts: int
    since: str


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The first page as one person may see it; None where a panel is not for them."""

    greeting: str
    sentence: str
    upload_url: str
    review_url: str
    tiles: tuple[Tile, ...]
    batches: tuple[BatchLine, ...] | None
    cards: tuple[CardLine, ...] | None
    cards_url: str
    backups: str


def for_user(user: User) -> Dashboard:
    """The dashboard of `user`: at most seven queries."""
    can_review = user.has_perm("cards.review_card")
    can_view = user.has_perm("cards.view_card")
    can_upload = user.has_perm("cards.upload_card")
    review_list = link("admin:review_waitingcard_changelist") if can_review else ""
    backlog = find_backlog() if can_review or can_view else None
    reading = find_reading() if can_view else None
    has_work = can_review and backlog is not None and backlog.waiting > 0
    return Dashboard(
        greeting=greeting(timezone.localtime(), user.first_name or user.get_username()),
        sentence=sentence(backlog, reading, limit=BACKLOG_LIMIT, can_review=can_review),
        upload_url=link("admin:cards_upload") if can_upload else "",
        review_url=link("admin:review_next") if has_work else "",
        tiles=tuple(_tiles(backlog, reading, review_list)) if backlog and reading else (),
        batches=tuple(latest_batches()) if user.has_perm("cards.view_batch") else None,
        cards=(
            tuple(waiting_cards(with_pictures=user.has_perm("cards.view_picture")))
            if can_review
            else None
        ),
        cards_url=review_list,
        backups=_kept() if user.has_perm("extraction.change_gate") else "",
    )


def _kept() -> str:
    return " ".join(filter(None, (nightly.line(), nights.line(), journal_lag.line())))


def find_backlog() -> Backlog:
    """One query; numbers stop at BACKLOG_LIMIT, taken in the order of the queue."""
    has_notice = Q(notice__gt="")
    found = waiting()[:BACKLOG_LIMIT].aggregate(
        waiting=Count("pk"),
        doubtful=Count("pk", filter=~Q(doubtful_fields=[])),
        noticed=Count("pk", filter=has_notice),
        noticed_file=Min("file_name", filter=has_notice),
        oldest=Min("created_at"),
    )
    return Backlog(**{**found, "noticed_file": found["noticed_file"] or ""})


def find_reading() -> Reading:
    """One query; the number stops at BACKLOG_LIMIT."""
    uploaded = Card.objects.filter(status=Card.Status.UPLOADED).order_by("batch")
    found = uploaded[:BACKLOG_LIMIT].aggregate(cards=Count("pk"), oldest=Min("created_at"))
    return Reading(**found)


def find_approved(start: datetime, end: datetime) -> Approved:
    """One query over the cards approved from `start` until before `end`."""
    corrections = Correction.objects.filter(review__card=OuterRef("pk"))
    decisions = Review.objects.filter(card=OuterRef("pk"), decision=Review.Decision.APPROVED)
    untouched = Exists(decisions) & ~Exists(corrections)  # an imported contact was never read
    approved = Card.objects.filter(
        status=Card.Status.APPROVED, approved_at__gte=start, approved_at__lt=end
    )
    return Approved(
        **approved.aggregate(cards=Count("pk"), untouched=Count("pk", filter=untouched))
    )


def latest_batches(limit: int = BATCHES_SHOWN) -> Iterator[BatchLine]:
    """The newest batches that brought cards, and how far they are.

    Two queries; the second reads their cards only.
    """
    has_cards = Exists(Card.objects.filter(batch=OuterRef("pk")))
    batches = list(Batch.objects.filter(has_cards).order_by("-id")[:limit])
    progress = {
        row["batch"]: row
        for row in Card.objects.filter(batch__in=batches)
        .order_by()
        .values("batch")
        .annotate(
            cards=Count("pk"),
            read=Count("pk", filter=~Q(status=Card.Status.UPLOADED)),
            reviewed=Count("pk", filter=Q(status__in=(Card.Status.APPROVED, Card.Status.REJECTED))),
        )
    }
    for batch in batches:
        row = progress.get(batch.pk, {"cards": 0, "read": 0, "reviewed": 0})
        day = date_format(timezone.localtime(batch.created_at), "MONTH_DAY_FORMAT")
        yield BatchLine(
            name=batch.name,
            origin=f"{batch.source}, {day}" if batch.source else day,
            url=link("admin:cards_batch_change", batch.pk),
            cards=row["cards"],
            read=row["read"],
            reviewed=row["reviewed"],
        )


def waiting_cards(limit: int = CARDS_SHOWN, *, with_pictures: bool = True) -> Iterator[CardLine]:
    """The first cards of the review queue, in its order. One query."""
    for card in waiting().with_front()[:limit]:
        doubts = _labels(card.doubtful_fields)
        front = card.front if with_pictures else None
        yield CardLine(
            card=card,
            url=link("admin:review_waitingcard_change", card.pk)
            or link("admin:cards_card_change", card.pk),
            picture=link("admin:cards_picture", front, "thumb") if front else "",
            doubts=tuple(doubts[:DOUBTS_NAMED]),
            more_doubts=len(doubts[DOUBTS_NAMED:]),
            since=_age(card.created_at),
        )


def _tiles(backlog: Backlog, reading: Reading, review_list: str) -> Iterator[Tile]:
    """The four numbers. Lists of waiting cards open in the queue for those who may review."""
    card_list = link("admin:cards_card_changelist")
    is_waiting = {"status__exact": Card.Status.NEEDS_REVIEW}
    yield Tile(
        _number(backlog.waiting),
        _("to review"),
        tile_notes.to_review(backlog, BACKLOG_LIMIT),
        review_list or _filtered(card_list, **is_waiting),
        "doubt" if backlog.waiting else "",
    )
    yield Tile(
        _number(reading.cards),
        _("being read"),
        _("the oldest for %(age)s") % {"age": _age(reading.oldest)}
        if reading.oldest
        else _("the queue is empty"),
        _filtered(card_list, status__exact=Card.Status.UPLOADED),
    )
    yield Tile(
        _number(backlog.noticed),
        _("with a notice"),
        tile_notes.noticed(backlog),
        (
            _filtered(review_list, doubt="notice")
            if review_list
            else _filtered(card_list, **is_waiting, notice__gt="")
        ),
        "bad" if backlog.noticed else "",
    )
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    end = start + timedelta(days=1)
    approved = find_approved(start, end)
    yield Tile(
        figure(approved.cards),
        _("approved today"),
        tile_notes.approved(approved),
        _filtered(
            card_list,
            status__exact=Card.Status.APPROVED,
            approved_at__gte=str(start),
            approved_at__lt=str(end),
        ),
    )


def _age(since: datetime) -> str:
    """How long ago, in one short unit: 25 min, 3 h, 2 d."""
    minutes = int((timezone.now() - since).total_seconds() // 60)
    if minutes < 60:
        return _("%(number)s min") % {"number": max(minutes, 1)}
    if minutes < 48 * 60:
        return _("%(number)s h") % {"number": minutes // 60}
    return _("%(number)s d") % {"number": minutes // 1440}


def _labels(names: Iterable[str]) -> list[str]:
    """The words staff know the fields by; what is not a field any more is left out."""
    return [
        within(str(Card._meta.get_field(name).verbose_name))  # type: ignore[union-attr]
        for name in names
        if name in CONTACT_FIELDS
    ]


def _number(number: int) -> str:
    return shown(number, BACKLOG_LIMIT)


def _filtered(url: str, **lookups: str) -> str:
    return f"{url}?{urlencode(lookups)}" if url else ""
