"""What the review workspace shows of a card: its rows, its conflicts, its place in the queue."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.forms import BoundField
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from cards.counting import Tally
from cards.fields import CONTACT_COLUMNS
from cards.models import Card, Side
from extraction.reading.confidence import DEDUCED, DOUBT_BELOW
from extraction.result import Result, Value
from review import decisions, queue, records
from review.forms import ContactForm
from review.groups import in_groups
from review.models import Draft, Review, name_of
from review.records import EXTRA_PREFIX
from review.workspace import drafts
from review.workspace.drafts import Conflict

EXTRA_NAMES = (
    _("Assistant"),
    _("Tax number"),
    _("Registration number"),
    _("Opening hours"),
    _("Messenger"),
    _("Pager"),
    _("Second office"),
    _("Home address"),
    _("Birthday"),
)
"""What people add to cards most; suggested when they add a field."""


@dataclass(frozen=True, slots=True)
class Row:
    """A field as the workspace shows it."""

    name: str
    bound: BoundField
    kind: str
    machine: Value | None
    is_doubtful: bool
    standing: str
    """The value on the card, whatever was typed."""
    conflict: Conflict | None

    @property
    def percent(self) -> int | None:
        return round(self.machine.confidence * 100) if self.machine else None

    @property
    def is_ungrounded(self) -> bool:
        """Whether the machine gave a value that was not found on the card."""
        is_read = self.machine is not None and self.kind not in DEDUCED
        return bool(is_read and self.machine and not self.machine.boxes)

    @property
    def json_boxes(self) -> str:
        return json.dumps([box.to_json() for box in self.machine.boxes] if self.machine else [])


def shown(
    card: Card,
    form: ContactForm,
    user: User,
    part: queue.Part,
    *,
    draft: Draft | None = None,
    seen_version: int | None = None,
) -> dict[str, Any]:
    """The context of the workspace's template. When the card has changed since the version that
    was seen or drafted on, each field in conflict has what stood there, theirs and mine."""
    is_open, conflicts = (
        card.status in decisions.WAITING,
        _conflicts(card, form, draft, seen_version),
    )
    extraction = records.latest_extraction(card)
    result = Result.from_json(extraction.result) if extraction and extraction.result else None
    rows = list(_rows(form, result, card, conflicts))
    claim = queue.holder(card) if is_open else None
    return {
        "title": gettext("Review %(card)s") % {"card": card},
        "card": card,
        "form": form,
        "groups": in_groups(form, {row.name: row for row in rows}, also=conflicts),
        "extra": [
            (name, text, conflicts.get(f"{EXTRA_PREFIX}{name}")) for name, text in form.extra_rows()
        ],
        "extra_json": json.dumps(card.extra),
        "base_json": json.dumps(drafts.standing(card)),
        "extra_names": EXTRA_NAMES,
        "doubtful": sum(row.is_doubtful for row in rows),
        "sides": [(side, _written(result, side)) for side in card.sides.order_by("position")],
        "extraction": extraction,
        "lines_json": json.dumps([line.to_json() for line in result.lines] if result else []),
        "claim": claim,
        "is_mine": claim is None or claim.by_id == user.pk,
        "is_open": is_open,
        "is_stale": seen_version is not None,
        "draft": draft,
        "conflicts": conflicts,
        "part": urlencode(part.query()),
        "following": _following(card, user, part) if is_open else "",
        "progress": progress(card),
        "pace_words": pace(user),
        "how_decided": "" if is_open else _how_decided(card),
    }


def address(card: Card, part: queue.Part) -> str:
    """The page of a card, from which one goes on within `part` of the queue."""
    return with_part(reverse("admin:review_waitingcard_change", args=(card.pk,)), part)


def with_part(url: str, part: queue.Part) -> str:
    query = urlencode(part.query())
    return f"{url}?{query}" if query else url


def _following(card: Card, user: User, part: queue.Part) -> str:
    """The page that comes next, for the browser to fetch beforehand; it takes no claim."""
    following = queue.next_for(user, after=card, part=part)
    return address(following, part) if following and following.pk != card.pk else ""


def _conflicts(
    card: Card, form: ContactForm, draft: Draft | None, seen_version: int | None
) -> dict[str, Conflict]:
    """The fields that changed under the hands of whoever typed."""
    if seen_version is not None:
        base = drafts.base_of(card, seen_version, form.data.get("base", ""))
        return drafts.conflicts(card, drafts.sent(cast("QueryDict", form.data)), base)
    is_shown = draft and card.status in decisions.WAITING
    return drafts.conflicts(card, draft.values, draft.base) if draft and is_shown else {}


def _rows(
    form: ContactForm, result: Result | None, card: Card, conflicts: Mapping[str, Conflict]
) -> Iterator[Row]:
    values: Mapping[str, Value] = result.values if result else {}
    for column in CONTACT_COLUMNS:
        machine = values.get(column.name)
        yield Row(
            column.name,
            form[column.name],
            column.info.kind,
            machine,
            _is_doubtful(column.name, machine, card),
            getattr(card, column.name),
            conflicts.get(column.name),
        )


def _is_doubtful(name: str, machine: Value | None, card: Card) -> bool:
    """Whether the machine doubts it and nobody has settled it."""
    is_unsure = machine is not None and machine.confidence < DOUBT_BELOW
    return is_unsure and name in card.doubtful_fields


def _how_decided(card: Card) -> str:
    """The sentence on where a card stands: since when, by whom and why, as far as that is known."""
    status, last = card.get_status_display(), card.reviews.select_related("by").first()
    if last is None:
        return f"{status}."
    if last.by and last.reason:
        words = gettext("%(status)s by %(name)s on %(time)s: %(reason)s.")
    elif last.by:
        words = gettext("%(status)s by %(name)s on %(time)s.")
    elif last.reason:
        words = gettext("%(status)s on %(time)s: %(reason)s.")
    else:
        words = gettext("%(status)s on %(time)s.")
    time = date_format(timezone.localtime(last.at), gettext("j F Y, H:i"))
    return words % {
        "status": status, "name": name_of(last.by), "time": time, "reason": last.why,
    }  # fmt: skip


def _written(result: Result | None, side: Side) -> str:
    """Left, top, right and bottom of all text on a side as JSON, all of the side without text."""
    lines = [line for line in result.lines if line.box.side == side.position] if result else []
    points = [point for line in lines for point in line.box.corners]
    if not points:
        return json.dumps([0, 0, side.width_px, side.height_px])
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return json.dumps([min(xs), min(ys), max(xs), max(ys)])


def progress(card: Card) -> dict[str, Tally]:
    """How many cards its batch has, and how many of them are decided. Two queries, on the queue's
    index alone."""
    cards = Card.objects.filter(batch=card.batch_id)
    decided = cards.filter(status__in=(Card.Status.APPROVED, Card.Status.REJECTED))
    return {"total": Tally.of(cards), "done": Tally.of(decided)}


def pace(user: User) -> str:
    """How many cards this person has decided today, in words."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    cards = Review.objects.filter(by=user, decision__in=Review.OF_THE_CARD, at__gte=today).count()
    words = ngettext(
        "%(number)s card decided by you today", "%(number)s cards decided by you today", cards
    )
    return words % {"number": cards}
