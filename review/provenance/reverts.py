"""Taking back what was decided: one value, a whole card, or all that one reviewer did in a day.

Each of these is a decision itself, so that it can be taken back in the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from cards.models import Card
from review import decisions
from review.models import Review, name_of
from review.provenance.history import Origin, history, label
from review.records import EXTRA_PREFIX

if TYPE_CHECKING:
    from django.contrib.auth.models import User

AT_MOST = 200
"""Cards that are put back at once, in some five to ten seconds; the rest in a further go."""

# Reasons are kept for good: in English, as are the names and times in them.
_BACK_TO_BEFORE = "Back to before decision {number}: {decision} by {who}, {when}."
_BACK_TO_VALUE = "{field}: back to the value of {when} by {who}."
_BACK_TO_EARLIER = "{field}: back to an earlier value."
_DAY_REVERTED = "Everything that {who} decided on {day} was reverted."


def put_back(card: Card, name: str, number: int, *, version: int, by: User) -> Review:
    """The Review that gives the field `name` the text which was its `number`-th, from 0.

    Further fields are named as in `history`. Raises StaleCard, and DecisionError when there is no
    such text or it stands there already.
    """
    if card.version != version:
        raise decisions.StaleCard(card)
    with override("en"):  # the reason names whose value it was
        given = history(card).fields.get(name, ())
    if not 0 <= number < len(given):
        raise decisions.DecisionError(
            _(
                "That value is not in the history of this card. Nothing was changed; choose one"
                " below."
            )
        )
    text, origin = given[number].text, given[number].origin
    if text == given[-1].text:
        words = _("%(field)s is like that already. Nothing was changed.")
        raise decisions.DecisionError(words % {"field": label(name)})
    return decisions.correct(
        card, _values(card, name, text), version=version, by=by,
        decision=Review.Decision.REVERTED, reason=_reason(name, origin),
    )  # fmt: skip


def back_to_before(review: Review, *, version: int, by: User) -> Review:
    """The Review that puts the card back to how it stood before `review`, whatever came since.

    Raises StaleCard, and DecisionError when that is not known or the card is like that already.
    """
    card = Card.objects.get(pk=review.card_id)
    if card.version != version:
        raise decisions.StaleCard(card)
    if not review.before:
        raise decisions.DecisionError(
            _(
                "Nothing is kept of how the card stood before this decision. Nothing was changed;"
                " put single values back instead."
            )
        )
    if stands_as(card, review.before):
        raise decisions.DecisionError(_("The card stands like that already. Nothing was changed."))
    with override("en"):
        reason = _BACK_TO_BEFORE.format(
            number=review.number, decision=review.get_decision_display(), who=name_of(review.by),
            when=_moment(review.at),
        )  # fmt: skip
    return decisions.restore(card, review.before, version=version, by=by, reason=reason)


def stands_as(card: Card, state: Mapping[str, Any]) -> bool:
    """Whether putting `card` back to `state`, the `before` of a review, would change nothing."""
    now = {**card.contact(), "extra": card.extra}
    approved_at = card.approved_at.isoformat() if card.approved_at else None
    was_waiting = state["status"] in decisions.WAITING
    return (
        (card.status in decisions.WAITING if was_waiting else card.status == state["status"])
        and approved_at == state["approved_at"]
        and all(now[name] == value for name, value in state["values"].items() if name in now)
        and all(
            getattr(card, name) == state[name]
            for name in ("doubtful_fields", "notice", "is_edited")
        )
    )


@dataclass(frozen=True, slots=True)
class Decided:
    """A card that a reviewer decided on a day: `first` is their first decision of that day.

    `why_not` says why it is not to be put back, and is empty when it is.
    """

    card: Card
    first: Review
    times: int
    why_not: str


@dataclass(frozen=True, slots=True)
class Day:
    """What one reviewer decided on one day, in the site's time zone."""

    reviewer: User
    day: date

    def cards(self) -> list[Decided]:
        """The cards that were decided, in the order of their first decision. Two queries."""
        mine = Review.objects.filter(by=self.reviewer, at__gte=self.start, at__lt=self.end)
        cards = {
            card.pk: card
            for card in Card.objects.filter(pk__in=mine.values("card")).with_front()
        }  # fmt: skip
        reviews = (
            Review.objects.filter(card__in=mine.values("card"))
            .defer("values").select_related("by").order_by("card_id", "number")
        )  # fmt: skip
        found = [
            self._decided(cards[card_id], list(group))
            for card_id, group in groupby(reviews, key=lambda review: review.card_id)
            if card_id in cards
        ]
        return sorted(found, key=lambda decided: decided.first.pk)

    @property
    def start(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.day, time.min))

    @property
    def end(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.day + timedelta(days=1), time.min))

    @property
    def reason(self) -> str:
        with override("en"):
            return _DAY_REVERTED.format(who=name_of(self.reviewer), day=date_format(self.day))

    def _decided(self, card: Card, reviews: Sequence[Review]) -> Decided:
        mine = [review for review in reviews if self._is_mine(review)]
        since = [review for review in reviews if review.number >= mine[0].number]
        return Decided(card, mine[0], len(mine), self._why_not(card, mine[0], since))

    def _is_mine(self, review: Review) -> bool:
        return review.by_id == self.reviewer.pk and self.start <= review.at < self.end

    def _why_not(self, card: Card, first: Review, since: Sequence[Review]) -> str:
        if not first.before:
            return _("Not touched: nothing is kept of how it stood before.")
        if stands_as(card, first.before):
            return _("Stands as it did before already.")
        others = [review for review in since if review.by_id != self.reviewer.pk]
        if others:
            last = others[-1]
            words = _("Not touched: changed by %(name)s since, %(time)s.")
            return words % {"name": name_of(last.by), "time": _moment(last.at)}
        if card.version != first.before["version"] + len(since):
            return _("Not touched: the machine has changed it since.")
        return ""


@dataclass(slots=True)
class Outcome:
    """What became of the cards of a day: `left` ones carry the reason; `waiting` come next."""

    put_back: list[Decided] = field(default_factory=list)
    left: list[Decided] = field(default_factory=list)
    waiting: int = 0


def revert_day(day: Day, *, by: User) -> Outcome:
    """Puts the cards of `day` back to how they stood before the reviewer's first decision of it.

    Only where nobody else has changed them since. One transaction a card, at most `AT_MOST` of
    them at a time; to do it again goes on where it stopped and changes nothing that is done.
    """
    cards = day.cards()
    outcome = Outcome(left=[decided for decided in cards if decided.why_not])
    free = [decided for decided in cards if not decided.why_not]
    outcome.waiting = len(free[AT_MOST:])
    _put_back(free[:AT_MOST], outcome, reason=day.reason, by=by)
    return outcome


def _put_back(cards: Iterable[Decided], outcome: Outcome, *, reason: str, by: User) -> None:
    for decided in cards:
        card, first = decided.card, decided.first
        try:
            decisions.restore(card, first.before, version=card.version, by=by, reason=reason)
        except decisions.StaleCard as stale:
            words = _("Not touched: changed by %(name)s in this very moment.")
            why_not = words % {"name": stale.colleague}
            outcome.left.append(replace(decided, why_not=why_not))
        except decisions.HeldCard as held:
            outcome.left.append(replace(decided, why_not=str(held)))
        except Card.DoesNotExist:
            why_not = _("Not touched: the card was deleted in this very moment.")
            outcome.left.append(replace(decided, why_not=why_not))
        else:
            outcome.put_back.append(decided)


def _values(card: Card, name: str, text: str) -> dict[str, Any]:
    """What to write so that one field has `text`; a further field without a text goes."""
    if not name.startswith(EXTRA_PREFIX):
        return {name: text}
    further = name.removeprefix(EXTRA_PREFIX)
    extra = {key: value for key, value in card.extra.items() if key != further}
    return {"extra": {**extra, further: text} if text else extra}


def _reason(name: str, origin: Origin) -> str:
    with override("en"):
        if origin.at is None:
            return _BACK_TO_EARLIER.format(field=label(name))
        when = _moment(origin.at)
        return _BACK_TO_VALUE.format(field=label(name), when=when, who=origin.who)


def _moment(at: datetime) -> str:
    """A time as people read it, in the site's time zone."""
    return date_format(timezone.localtime(at), "DATETIME_FORMAT")
