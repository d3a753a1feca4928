"""The review workspace: one card, its picture left and its fields right."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import Count, Q
from django.forms import BoundField
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from cards.fields import CONTACT_COLUMNS, GROUPS
from cards.models import Card, Side
from cards.views import needs, staff_member
from extraction.reading.confidence import DOUBT_BELOW
from extraction.result import Result, Value
from review import decisions, queue
from review.forms import ContactForm
from review.models import Review

MAIN_FIELDS = frozenset(
    (
        "full_name", "job_title", "department", "company", "phone", "mobile", "email", "website",
        "address_1", "city", "postal_code", "country",
    )
)  # fmt: skip
"""Fields that are on show even when the card does not have them."""


@dataclass(frozen=True, slots=True)
class Row:
    """A field as the workspace shows it."""

    name: str
    bound: BoundField
    group: str
    machine: Value | None
    theirs: str | None
    """The value a colleague has put there meanwhile, where it differs from what was typed."""

    @property
    def percent(self) -> int | None:
        return round(self.machine.confidence * 100) if self.machine else None

    @property
    def is_doubtful(self) -> bool:
        return self.machine is not None and self.machine.confidence < DOUBT_BELOW

    @property
    def is_main(self) -> bool:
        has_something = self.bound.value() or self.bound.errors or self.theirs
        return bool(self.name in MAIN_FIELDS or has_something)

    @property
    def json_boxes(self) -> str:
        return json.dumps([box.to_json() for box in self.machine.boxes] if self.machine else [])


@needs("cards.review_card")
@require_GET
def review_next(request: HttpRequest) -> HttpResponseBase:
    """The most urgent card that no colleague holds, or a page that says that all is done."""
    card = queue.next_for(staff_member(request))
    if card is None:
        context = {**admin.site.each_context(request), "title": "Nothing waits for review"}
        return TemplateResponse(request, "review/done.html", context)
    return redirect("admin:review_waitingcard_change", card.pk)


@needs("cards.review_card")
@require_http_methods(["GET", "POST"])
def workspace(request: HttpRequest, card_id: UUID) -> HttpResponseBase:
    card = get_object_or_404(Card.objects.select_related("batch"), pk=card_id)
    if request.method == "GET":
        return _show(request, card, ContactForm(instance=card))
    action = request.POST.get("action", "")
    if action == "skip":
        queue.release(card, staff_member(request))
        return _go_on(request, card)
    if action == "take_over":
        queue.claim(card, staff_member(request), from_colleague=True)
        return redirect("admin:review_waitingcard_change", card.pk)
    return _decide(request, card, action)


def _decide(request: HttpRequest, card: Card, action: str) -> HttpResponseBase:
    form = ContactForm(request.POST, instance=card)
    if not form.is_valid():
        return _show(request, Card.objects.get(pk=card.pk), form)
    version, user = form.cleaned_data["version"], staff_member(request)
    try:
        if action == "approve":
            decisions.approve(card, form.values(), version=version, by=user)
            messages.success(request, f"Approved: {form.instance}.")
        elif action == "reject":
            reason = request.POST.get("reason", "")
            decisions.reject(card, reason, version=version, by=user, values=form.values())
            messages.success(request, f"Rejected: {form.instance}.")
        elif action == "reopen":
            decisions.reopen(card, version=version, by=user)
            messages.success(request, "The card is open for review again.")
            if request.POST.get("stale"):  # what was typed before the conflict is still on the page
                return _show(request, Card.objects.get(pk=card.pk), form, is_stale=True)
            return redirect("admin:review_waitingcard_change", card.pk)
        else:
            raise decisions.DecisionError("Choose Approve, Skip or Reject.")
    except decisions.StaleCard as stale:
        messages.warning(request, str(stale))
        return _show(request, stale.card, form, is_stale=True)
    except decisions.DecisionError as error:
        messages.error(request, str(error))
        return _show(request, Card.objects.get(pk=card.pk), form)
    return _go_on(request, card)


def _go_on(request: HttpRequest, card: Card) -> HttpResponseBase:
    following = queue.next_for(staff_member(request), after=card)
    if following is None or following.pk == card.pk:
        return redirect("admin:review_next")
    return redirect("admin:review_waitingcard_change", following.pk)


def _show(
    request: HttpRequest, card: Card, form: ContactForm, *, is_stale: bool = False
) -> TemplateResponse:
    """The workspace. After a conflict it carries the new version, and both values per field."""
    user = staff_member(request)
    is_open = card.status in (Card.Status.UPLOADED, Card.Status.NEEDS_REVIEW)
    claim = queue.claim(card, user) if is_open else None
    if is_stale:
        form.data = {**form.data.dict(), "version": str(card.version)}  # type: ignore[attr-defined]
    extraction = decisions.latest_extraction(card)
    result = Result.from_json(extraction.result) if extraction and extraction.result else None
    rows = list(_rows(form, result, card if is_stale else None))
    context = {
        **admin.site.each_context(request),
        "title": f"Review {card}",
        "card": card,
        "form": form,
        "groups": [_grouped(rows, group) for group in GROUPS],
        "doubtful": sum(row.is_doubtful for row in rows),
        "sides": [(side, _written(result, side)) for side in card.sides.order_by("position")],
        "extraction": extraction,
        "claim": claim,
        "is_mine": claim is None or claim.by_id == user.pk,
        "is_open": is_open,
        "is_stale": is_stale,
        "progress": _progress(card),
        "pace": _pace(user),
        "last_review": card.reviews.select_related("by").first(),
    }
    return TemplateResponse(request, "review/workspace.html", context)


def _rows(form: ContactForm, result: Result | None, theirs: Card | None) -> Iterator[Row]:
    values: Mapping[str, Value] = result.values if result else {}
    for column in CONTACT_COLUMNS:
        bound = form[column.name]
        other = getattr(theirs, column.name) if theirs else None
        yield Row(
            column.name,
            bound,
            column.info.group,
            values.get(column.name),
            other if other is not None and other != (bound.value() or "") else None,
        )


def _grouped(rows: list[Row], group: str) -> tuple[str, list[Row], list[Row]]:
    """The name of a group, its fields on show, and those that are folded away."""
    mine = [row for row in rows if row.group == group]
    return group, [row for row in mine if row.is_main], [row for row in mine if not row.is_main]


def _written(result: Result | None, side: Side) -> str:
    """Left, top, right and bottom of all text on a side as JSON, all of the side without text."""
    lines = [line for line in result.lines if line.box.side == side.position] if result else []
    points = [point for line in lines for point in line.box.corners]
    if not points:
        return json.dumps([0, 0, side.width_px, side.height_px])
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return json.dumps([min(xs), min(ys), max(xs), max(ys)])


def _progress(card: Card) -> dict[str, int]:
    decided = Q(status__in=(Card.Status.APPROVED, Card.Status.REJECTED))
    return Card.objects.filter(batch=card.batch_id).aggregate(
        total=Count("id"), done=Count("id", filter=decided)
    )


def _pace(user: User) -> int:
    """Cards this person has decided today."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    decided = (Review.Decision.APPROVED, Review.Decision.REJECTED)
    return Review.objects.filter(by=user, decision__in=decided, at__gte=today).count()
