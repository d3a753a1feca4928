"""What stands in the way of work: a stopped model, one that fails, a budget that is spent, a disk
that is nearly full, a backup, publication or vault that is not as it should be; and the cards that
are to be photographed again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice import disk
from backoffice.analytics import nights
from backoffice.archive import monthly, nightly
from backoffice.navigation import link
from cards.kept import told
from cards.models import Card
from cards.wording import figure, within
from extraction.models import Extraction, Gate
from extraction.paying import gate, ledger
from extraction.paying.prices import in_dollars
from extraction.shown import reader_names
from review.models import Review

if TYPE_CHECKING:
    from django.contrib.auth.models import User

PLACES = (
    "admin:index",
    "admin:cards_upload",
    "admin:review_waitingcard_changelist",
    "admin:extraction_extraction_changelist",
    "admin:extraction_call_changelist",
)
"""The pages that show the notices."""

SENT_BACK_DAYS = 7
"""How long an uploader is told of a card that is to be photographed again."""

SENT_BACK_NAMED = 5


@dataclass(frozen=True, slots=True)
class Notice:
    """Sentences, and what may be done about it as (label, address to POST to).

    `tone` is "bad" when a person has to act, "doubt" when it passes by itself.
    """

    tone: str
    title: str
    text: str
    buttons: tuple[tuple[str, str], ...] = ()


def belong_on(path: str) -> bool:
    """Whether the page at `path` shows the notices."""
    return path in {link(url_name) for url_name in PLACES}


def for_user(user: User) -> list[Notice]:
    """The notices for somebody who works with cards. Two queries when all is well, one more for
    those who upload, and two for each budget that is set."""
    if not user.has_perm("cards.view_card"):
        return []
    sent_back = _sent_back(user) if user.has_perm("cards.upload_card") else ()
    may_act = user.has_perm("extraction.change_gate")
    full = (Notice(tone, title, text) for tone, title, text in disk.sentences())
    failed = _kept_badly() if may_act else ()
    return [*full, *failed, *_gates(may_act=may_act), *_budgets(), *sent_back]


def _kept_badly() -> Iterator[Notice]:
    for words in (*nightly.troubles(), *monthly.troubles(), *nights.troubles()):
        yield Notice("bad", *words)


def _gates(*, may_act: bool) -> Iterator[Notice]:
    is_failing = Q(opens_at__gt=timezone.now(), failures__gte=gate.FAILURES_IN_A_ROW)
    shut = list(Gate.objects.filter(is_failing | ~Q(stopped_because="")))
    waiting = _waiting([row.extractor for row in shut]) if shut else {}
    for row in shut:
        number, unread = waiting.get(row.extractor, (0, 0))
        if row.stopped_because:
            yield _stopped(row, number, unread, may_act=may_act)
        else:
            yield _failing(row, number)


def _stopped(row: Gate, waiting: int, unread: int, *, may_act: bool) -> Notice:
    """`unread` of the cards that wait have not been read by anybody yet."""
    buttons = [(_("Try again now"), link("admin:extraction_resume", row.extractor))]
    if unread:
        buttons.append(
            (_("Read them offline meanwhile"), link("admin:extraction_offline", row.extractor))
        )
    return Notice(
        "bad",
        _("The %(reader)s is stopped.") % {"reader": _label(row.extractor)},
        f"{told(row.stopped_because)} {_wait(waiting)}",
        tuple(buttons) if may_act else (),
    )


def _failing(row: Gate, waiting: int) -> Notice:
    at = date_format(timezone.localtime(row.opens_at), "TIME_FORMAT")
    return Notice(
        "doubt",
        _("The %(reader)s does not answer.") % {"reader": _label(row.extractor)},
        " ".join((_("It is tried again at %(time)s.") % {"time": at}, _wait(waiting))),
    )


def _budgets() -> Iterator[Notice]:
    for budget in ledger.budgets():
        if budget.is_spent:
            yield _spent(budget)


def _spent(budget: ledger.Budget) -> Notice:
    amount = {"amount": in_dollars(budget.cap, 2)}
    if budget.period == "today":
        title = _("The budget of %(amount)s for today is spent.")
        text = _("Cards are read offline until tomorrow.")
    else:
        title = _("The budget of %(amount)s for this month is spent.")
        text = _("Cards are read offline until next month.")
    return Notice("doubt", title % amount, text)


def _sent_back(user: User) -> Iterator[Notice]:
    """The cards of this person's batches that reviewers want photographed again, for some days."""
    latest = Review.objects.filter(card=OuterRef("card")).order_by("-number")
    found = Review.objects.filter(
        decision=Review.Decision.RETAKE,
        at__gt=timezone.now() - timedelta(days=SENT_BACK_DAYS),
        card__batch__created_by=user,
        card__status=Card.Status.REJECTED,
        pk=Subquery(latest.values("pk")[:1]),
    ).select_related("card__batch")
    for review in found.order_by("-id")[:SENT_BACK_NAMED]:
        card = review.card
        yield Notice(
            "doubt",
            _("Photograph “%(picture)s” of batch “%(batch)s” again.")
            % {"picture": card.file_name or card, "batch": card.batch},
            _("A reviewer could not work with its picture: %(reason)s") % {"reason": review.reason},
        )


def _waiting(slugs: list[str]) -> dict[str, tuple[int, int]]:
    """The cards that wait for each extractor, and how many of them nobody has read. One query."""
    queued = Extraction.objects.filter(status=Extraction.Status.QUEUED, extractor__in=slugs)
    is_unread = Q(card__status=Card.Status.UPLOADED)
    rows = (
        queued.order_by()
        .values("extractor")
        .annotate(cards=Count("pk"), unread=Count("pk", filter=is_unread))
    )
    return {row["extractor"]: (row["cards"], row["unread"]) for row in rows}


def _wait(cards: int) -> str:
    if not cards:
        return _("No card waits for it.")
    words = ngettext("%(number)s card waits.", "%(number)s cards wait.", cards)
    return words % {"number": figure(cards)}


def _label(slug: str) -> str:
    unknown = _("reader “%(name)s”") % {"name": slug}
    return within(reader_names().get(slug, unknown))
