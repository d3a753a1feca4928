"""The page of a card's history, and the page on which a reviewer's day is reverted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.validators import MinValueValidator
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from cards.admin import BADGES
from cards.fields import CONTACT_COLUMNS, GROUPS
from cards.models import Card
from cards.views import needs, staff_member
from review import decisions
from review.models import Review, name_of
from review.provenance import reverts
from review.provenance.history import Event, Given, History, history, label

LISTED = 200
"""Cards of a day that are listed; the others are only counted."""

FIRST_DAY = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Row:
    """A field on the page: the text that stands, and those it had, the latest first.

    Each of the earlier ones carries its number for "Put this value back", None where it would
    change nothing.
    """

    name: str
    now: Given
    earlier: Sequence[tuple[Given, int | None]]

    @property
    def label(self) -> str:
        return label(self.name)


class DayForm(forms.Form):
    """Whose decisions are to be reverted, and of which day."""

    by = forms.ModelChoiceField(
        User.objects.none(), label=_("Reviewer"), empty_label=_("Choose a person"),
    )  # fmt: skip
    day = forms.DateField(
        label=_("Day"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        validators=[MinValueValidator(FIRST_DAY, _("Choose a day of this century."))],
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"day": timezone.localdate()}, label_suffix="")
        decided = Review.objects.filter(by=OuterRef("pk"))
        people: Any = self.fields["by"]
        people.queryset = User.objects.filter(Exists(decided)).order_by("username")
        people.label_from_instance = name_of
        self.fields["day"].widget.attrs["max"] = f"{timezone.localdate():%Y-%m-%d}"

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day > timezone.localdate():
            raise forms.ValidationError(
                gettext("That day has not come yet. Choose today or an earlier day.")
            )
        return day

    def chosen(self) -> reverts.Day:
        return reverts.Day(self.cleaned_data["by"], self.cleaned_data["day"])


@needs("cards.review_card")
@require_http_methods(["GET", "POST"])
def card_history(request: HttpRequest, card_id: UUID) -> HttpResponseBase:
    """Where each value of a card came from. A POST puts back a value, or the card as it was."""
    card = get_object_or_404(Card.objects.select_related("batch"), pk=card_id)
    if request.method == "POST":
        return _revert(request, card)
    found = history(card)
    context = {
        **admin.site.each_context(request),
        "title": gettext("History"),
        "subtitle": str(card),
        "card": card,
        "badge": BADGES[Card.Status(card.status)],
        "groups": _grouped(found),
        "events": [(event, _can_go_back(card, event)) for event in reversed(found.events)],
        "sides": card.sides.order_by("position"),
    }
    return TemplateResponse(request, "review/history.html", context)


@needs("auth.change_user")
@needs("cards.review_card")
@require_http_methods(["GET", "POST"])
def revert_day(request: HttpRequest) -> HttpResponse:
    """Asks whose decisions of which day are to be reverted, and shows the cards; a POST does it."""
    is_post = request.method == "POST"
    form = DayForm(request.POST if is_post else request.GET if "by" in request.GET else None)
    context = {**admin.site.each_context(request), "title": gettext("Revert a day"), "form": form}
    if form.is_valid():
        day = form.chosen()
        context |= {"day": day, "who": name_of(day.reviewer), "listed": LISTED}
        if is_post:
            context["outcome"] = reverts.revert_day(day, by=staff_member(request))
        else:
            cards = day.cards()
            context["free"] = [decided for decided in cards if not decided.why_not]
            context["left"] = [decided for decided in cards if decided.why_not]
    return TemplateResponse(request, "review/revert_day.html", context)


@admin.display(description=_("History"))
def history_link(review: Review) -> SafeString:
    """For lists of decisions: the way to the history of the card."""
    url = reverse("admin:review_history", args=(review.card_id,))
    return format_html('<a href="{}">{}</a>', url, gettext("History"))


def urls(wrap: Callable[..., Any]) -> list[URLPattern]:
    return [
        path("<uuid:card_id>/history/", wrap(card_history), name="review_history"),
        path("revert-day/", wrap(revert_day), name="review_revert_day"),
    ]


def _revert(request: HttpRequest, card: Card) -> HttpResponse:
    """Does what a button of the page says: `put_back` is number and field, `before` a decision."""
    by, version = staff_member(request), _number(request.POST.get("version", ""))
    try:
        if "put_back" in request.POST:
            number, _, name = request.POST["put_back"].partition(":")
            reverts.put_back(card, name, _number(number), version=version, by=by)
            messages.success(request, gettext("The value was put back."))
        else:
            number = request.POST.get("before", "")
            review = get_object_or_404(card.reviews, pk=_number(number))
            reverts.back_to_before(review, version=version, by=by)
            messages.success(request, gettext("The card was put back to how it stood before."))
    except decisions.StaleCard as stale:
        words = gettext(
            "Nothing was put back: %(name)s changed this card meanwhile. Below is how it stands"
            " now."
        )
        messages.warning(request, words % {"name": stale.colleague})
    except decisions.DecisionError as error:
        messages.warning(request, str(error))
    return redirect("admin:review_history", card.pk)


def _grouped(found: History) -> list[tuple[str, list[Row]]]:
    """The fields that have or had a text, by the headings of forms; further fields last."""
    groups = [
        (gettext(group), [column.name for column in CONTACT_COLUMNS if column.info.group == group])
        for group in GROUPS
    ]
    own = {name for _, names in groups for name in names}
    groups.append((gettext("Extra"), [name for name in found.fields if name not in own]))
    rows = [
        (group, [_row(name, found.fields[name]) for name in names if name in found.fields])
        for group, names in groups
    ]
    return [(group, inside) for group, inside in rows if inside]


def _row(name: str, given: Sequence[Given]) -> Row:
    now = given[-1]
    earlier = [
        (one, None if one.text == now.text else number) for number, one in enumerate(given[:-1])
    ]
    return Row(name, now, earlier[::-1])


def _can_go_back(card: Card, event: Event) -> bool:
    before = event.review.before if event.review else {}
    return bool(before) and not reverts.stands_as(card, before)


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 18:
        raise Http404
    return int(text)
