"""Snippet review: one field of fifty cards at a time, a strip of each picture beside an input."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cards.models import Batch, Card, CardQuerySet
from cards.views import needs, staff_member
from review import queue
from review.lists import settling
from review.lists.snippet_rows import COLUMNS, Row, SnippetForm, rows_of
from review.lists.strips import strip
from review.merging import Seen
from review.queue import Part

ROWS = 50
"""Cards on one page."""

COUNTED = 2_000
"""Waiting cards that are looked at for the counts beside the fields."""


@needs("cards.review_card")
@require_GET
def page(request: HttpRequest) -> HttpResponseBase:
    """The first fifty cards in which a field is doubtful, or those after the card `after`."""
    part = Part.from_query(request.GET)
    return _show(request, part, after=_card(request.GET.get("after", "")))


@needs("cards.review_card")
@require_POST
def save(request: HttpRequest, card_id: UUID) -> HttpResponseBase:
    """Confirms or corrects one field of a card, or puts it back with `undo`.

    Answers the page's script with JSON: what `Settled` or `NotSettled` say of themselves. Without
    script the page comes again.
    """
    part, user = Part.from_query(request.GET), staff_member(request)
    form = SnippetForm(part.field, request.POST) if part.field else None
    if form is None:
        text = _("Say which field.") + "\n"
        return HttpResponse(text, status=400, content_type="text/plain; charset=utf-8")
    try:
        if "undo" in request.POST:
            done = settling.put_back(card_id, part.field, _number(request), by=user)
        elif not form.is_valid():
            raise settling.NotSettled(_sentence(form), code=400)
        else:
            sent = form.cleaned_data
            seen = Seen(sent["version"], sent["status"], {part.field: sent["seen"]})
            done = settling.settle(card_id, part.field, sent["text"], seen, by=user)
    except settling.NotSettled as refusal:
        return _refuse(request, part, card_id, refusal)
    if not request.accepts("text/html"):
        return JsonResponse(done.to_json())
    words = _("%(card)s: %(message)s") % {"card": done.card, "message": done.message}
    messages.success(request, words)
    return redirect(_url(part))


def _refuse(
    request: HttpRequest, part: Part, card_id: UUID, refusal: settling.NotSettled
) -> HttpResponseBase:
    if not request.accepts("text/html"):
        return JsonResponse(refusal.to_json(part.field), status=refusal.code)
    row = next(rows_of(Card.objects.filter(pk=card_id), part.field), None)
    if row is None:
        words = _("%(refusal)s You had typed “%(typed)s”.")
        typed = request.POST.get("text", "")
        messages.error(request, words % {"refusal": refusal, "typed": typed})
        return redirect(_url(part))
    data = request.POST.dict()
    theirs = getattr(refusal.card, part.field) if refusal.card else None
    if refusal.card:  # the next attempt starts from what is shown now
        data |= {"version": str(refusal.card.version), "seen": str(theirs)}
        data |= {"status": refusal.card.status}
    form = SnippetForm(part.field, data, auto_id=f"id_{card_id}_%s")
    form.name(row.card, part.field)
    sent = replace(row, form=form, problem=str(refusal), theirs=theirs)
    return _show(request, part, sent=sent, code=refusal.code)


def _show(
    request: HttpRequest, part: Part, *, after: Card | None = None, sent: Row | None = None,
    code: int = 200,
) -> TemplateResponse:  # fmt: skip
    user = staff_member(request)
    counts, clear, are_cut = _counts(part, user)
    if not part.field:
        part = replace(part, field=max(counts, key=lambda name: counts[name], default="email"))
    cards = _first(ROWS + 1, part.of(_free(user)), after)
    rows = list(rows_of(cards, part.field))
    following = _url(part, after=rows[ROWS - 1].card) if len(rows) > ROWS else ""
    rows = rows[:ROWS]
    if sent:
        rows = [sent, *(row for row in rows if row.card != sent.card)]
    tabs = _tabs(part, counts)
    context = {
        **admin.site.each_context(request),
        "title": _("One field at a time"),
        "subtitle": COLUMNS[part.field].verbose_name,
        "part": part,
        "query": urlencode(part.query()),
        "batch": Batch.objects.filter(pk=part.batch).first() if part.batch else None,
        "whole_url": _url(Part(field=part.field)),
        "first_url": _url(part) if after else "",
        "rows": rows,
        "next_url": following,
        "counted": COUNTED if are_cut else 0,
        "tabs": tabs,
        "onward": _onward(tabs),
        "clear": clear,
        "clear_url": _clear_url(part),
    }
    return TemplateResponse(request, "review/snippets.html", context, status=code)


def _free(user: User) -> CardQuerySet:
    """The waiting cards that no colleague holds."""
    return queue.waiting().exclude(queue.held_by_others(user))


def _first(count: int, cards: CardQuerySet, after: Card | None) -> CardQuerySet:
    """The first so many, or those that come after a card: of urgent batches first, then of old
    ones, and by age within one.

    Not by doubt, as elsewhere: it changes with each row that is saved. So all cards of a batch are
    sorted, which is why their ids are found before the rest of them, from an index alone.
    """
    batches = Batch.objects.order_by("-priority", "id")
    order = ("-batch__priority", "batch_id", "id")
    has_some = Exists(cards.order_by().filter(batch=OuterRef("pk")))
    if after:
        priority = after.batch.priority
        is_behind = Q(priority__lt=priority) | Q(priority=priority, pk__gte=after.batch_id)
        batches = batches.filter(is_behind)
        cards = cards.exclude(batch=after.batch_id, pk__lte=after.pk)
    found = list(batches.filter(has_some).values_list("pk", flat=True)[: count + 1])
    ids = cards.filter(batch__in=found).order_by(*order).values_list("pk", flat=True)[:count]
    return Card.objects.filter(pk__in=list(ids)).order_by(*order)


def _counts(part: Part, user: User) -> tuple[Counter[str], int, bool]:
    """In how many waiting cards each field is doubtful, how many have no doubt left, and whether
    there are more than the `COUNTED` that were looked at. One query."""
    cards = replace(part, field="").of(_free(user))
    found = list(cards.values_list("doubtful_fields", "notice")[: COUNTED + 1])
    are_cut = len(found) > COUNTED
    found = found[:COUNTED]
    counts = Counter(name for names, _ in found for name in names if name in COLUMNS)
    return counts, sum(not names and not notice for names, notice in found), are_cut


def _tabs(part: Part, counts: Counter[str]) -> list[dict[str, Any]]:
    """A link for each field that is doubtful somewhere, and for the one on show."""
    return [
        {
            "label": column.verbose_name,
            "count": counts[name],
            "url": _url(replace(part, field=name)),
            "is_current": name == part.field,
        }
        for name, column in COLUMNS.items()
        if counts[name] or name == part.field
    ]


def _onward(tabs: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The field to go on with: the next doubtful one after that on show."""
    at = next(index for index, tab in enumerate(tabs) if tab["is_current"])
    return next((tab for tab in tabs[at + 1 :] + tabs[:at] if tab["count"]), None)


def _url(part: Part, *, after: Card | None = None) -> str:
    query = part.query() | ({"after": str(after.pk)} if after else {})
    return f"{reverse('admin:review_snippets')}?{urlencode(query)}"


def _clear_url(part: Part) -> str:
    batch = {"batch__id__exact": str(part.batch)} if part.batch else {}
    language = {"language": part.language} if part.language else {}
    query = {"doubt": "none", **batch, **language}
    return f"{reverse('admin:review_waitingcard_changelist')}?{urlencode(query)}"


def _card(text: str) -> Card | None:
    try:
        return Card.objects.select_related("batch").filter(pk=UUID(text)).first()
    except ValueError:
        return None


def _number(request: HttpRequest) -> int:
    text = request.POST["undo"]
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _sentence(form: SnippetForm) -> str:
    """What is wrong with what was typed, or else with a request that no page of ours sends."""
    if "text" in form.errors:
        return " ".join(map(str, form.errors["text"]))
    return _("This request could not be understood; reload the page. Nothing was written.")


def urls(wrap: Callable[..., Any]) -> list[URLPattern]:
    """The addresses of snippet review, each wrapped for signed-in staff."""
    return [
        path("snippets/", wrap(page), name="review_snippets"),
        path("<uuid:card_id>/snippet/", wrap(save), name="review_snippet"),
        path(
            "<uuid:card_id>/strip/<str:field>.jpg", wrap(strip, cacheable=True),
            name="review_strip",
        ),
    ]  # fmt: skip
