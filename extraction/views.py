"""Pages about readings besides the admin's own: compare two, read again, act on a stopped model."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import reduce
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cards import vault
from cards.models import Batch, Card
from cards.views import needs, staff_member, unavailable
from cards.wording import figure, within
from extraction import answers, backlog, bulk, extractors, shown
from extraction.comparison import compare
from extraction.extractors.base import ExtractorError
from extraction.models import Extraction
from extraction.paying import estimates, gate


class ReadAgainForm(forms.Form):
    """With what the cards are read, and whether that may take a day."""

    def __init__(self, cards: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = estimates.for_cards(cards)
        self.fields["extractor"] = forms.ChoiceField(
            label=_("Read by"), choices=choices, widget=forms.RadioSelect, initial=choices[0][0]
        )
        self.half_price = sorted(backlog.half_price())
        if self.half_price:
            self.fields["can_wait"] = forms.BooleanField(
                label=_("At half the price"), required=False,
                help_text=_("With the %(readers)s; answers may take up to a day.")
                % {"readers": _readers(self.half_price)},
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        is_cheaper = values.get("extractor") in self.half_price
        return {**values, "can_wait": bool(values.get("can_wait")) and is_cheaper}


@needs("extraction.change_extraction")
@require_http_methods(["GET", "POST"])
def read_again(request: HttpRequest) -> HttpResponseBase:
    """Asks how the chosen cards are to be read again; a POST has it done.

    The cards are those posted by id as `card`, else those of the list of cards as it is filtered
    by the address, such as `?batch__id__exact=7`: the filter is kept, not the ids.
    """
    if not request.user.has_perm("cards.view_card"):
        raise PermissionDenied
    ids = _uuids(request.POST.getlist("card"))
    try:
        cards = Card.objects.filter(pk__in=ids) if ids else _filtered(request)
    except IncorrectLookupParameters:
        messages.error(request, _("The list's filter in the address is not known; choose anew."))
        return redirect("admin:cards_card_changelist")
    return read_again_page(request, cards, ids=ids, data=request.POST or None)


def read_again_page(
    request: HttpRequest, cards: QuerySet[Card], *, ids: Sequence[str] = (), data: Any = None,
    sent_to: str = "admin:extraction_read_again",
) -> HttpResponseBase:  # fmt: skip
    """The page for these `cards`, or, when `data` is what it sent, their readings requested.

    `sent_to` names the page that knows the list by whose filter the cards were chosen.
    """
    number = cards.count()
    form = ReadAgainForm(number, data)
    if number and number <= bulk.AT_MOST and form.is_valid():
        return _request(request, cards, **form.cleaned_data)
    kept = Q(is_edited=True) | Q(status__in=(Card.Status.APPROVED, Card.Status.REJECTED))
    query = request.GET.urlencode() if not ids else ""
    context = {
        **admin.site.each_context(request),
        "title": _("Read again"),
        "number": number,
        "what": _named(request, cards, number, ids),
        "by_people": cards.filter(kept).count(),
        "at_most": bulk.AT_MOST,
        "form": form,
        "ids": ids,
        "action": f"{reverse(sent_to)}{f'?{query}' if query else ''}",
    }
    return TemplateResponse(request, "extraction/read_again.html", context)


@needs("extraction.view_extraction")
@require_GET
def compare_readings(request: HttpRequest) -> HttpResponse:
    """Two readings of a card: `a`, and `b` or else the latest other one."""
    a = get_object_or_404(_readings(), pk=_id(request.GET.get("a", "")))
    others = list(_readings().filter(card=a.card_id).exclude(pk=a.pk))
    wanted = _id(request.GET.get("b", "")) if request.GET.get("b") else None
    b = next((other for other in others if wanted in (None, other.pk)), None)
    one, other = shown.result_of(a), shown.result_of(b) if b else None
    if b is None or one is None or other is None:
        raise Http404("There is no second reading of this card to compare with.")
    lines = compare(a.card, one, other)
    names = shown.reader_names()
    labels = shown.labels()
    shapes = [
        *shown.field_shapes(one.values, labels, tone="a"),
        *shown.field_shapes(other.values, labels, tone="b"),
    ]
    context = {
        **admin.site.each_context(request),
        "title": _("Two readings of %(card)s") % {"card": a.card},
        "card": a.card,
        "a": a,
        "b": b,
        "choices": [("a", a, shown.reader(a, names)), ("b", b, shown.reader(b, names))],
        "readings": [
            (reading, shown.reader(reading, names))
            for reading in sorted([a, *others], key=lambda reading: -reading.pk)
        ],
        "lines": lines,
        "differing": sum(line.differs for line in lines),
        "pictures": shown.draw(a.card, shapes),
    }
    return TemplateResponse(request, "extraction/compare.html", context)


@needs("extraction.view_extraction")
@require_GET
def raw_answer(request: HttpRequest, extraction_id: int) -> HttpResponse:
    """The raw answer from the vault as a download; a list where the same was asked twice."""
    job = get_object_or_404(Extraction.objects.select_related("card"), pk=extraction_id)
    try:
        documents = answers.documents(job)
    except (vault.VaultError, ExtractorError) as error:
        return unavailable(error)
    if not documents:
        raise Http404("No answer is kept for this reading.")
    content = json.dumps(documents if len(documents) > 1 else documents[0],
                         ensure_ascii=False, indent=1)  # fmt: skip
    response = HttpResponse(content, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="reading-{job.pk}.json"'
    response["Cache-Control"] = "private, no-store"
    return response


@needs("extraction.change_gate")
@require_POST
def resume(request: HttpRequest, slug: str) -> HttpResponse:
    """Let calls of an extractor be made again, after somebody has seen to key or credit."""
    gate.resume(_known(slug))
    words = _("One card is tried now; when that goes well, the others follow.")
    messages.success(request, words)
    return redirect("admin:index")


@needs("extraction.change_gate")
@require_POST
def read_offline(request: HttpRequest, slug: str) -> HttpResponse:
    """Have the cards that wait for an extractor read by the bundled reader meanwhile."""
    waiting = Card.objects.filter(
        status=Card.Status.UPLOADED,
        extractions__extractor=_known(slug),
        extractions__status=Extraction.Status.QUEUED,
    )
    # In nobody's name: a reading that only stands in gives way to the model's, whenever it comes.
    number = bulk.request_all(waiting, extractor=extractors.BUNDLED, by=None)
    words = ngettext(
        "%(number)s card is read offline meanwhile; the model's turn stays.",
        "%(number)s cards are read offline meanwhile; the model's turn stays.",
        number,
    )
    messages.success(request, words % {"number": figure(number)})
    return redirect("admin:index")


def _request(
    request: HttpRequest, cards: QuerySet[Card], *, extractor: str, can_wait: bool
) -> HttpResponse:
    by = staff_member(request)
    only = cards.first() if cards.count() == 1 else None
    number = bulk.request_all(cards, extractor=extractor, by=by, can_wait=can_wait)
    if can_wait:
        words = ngettext(
            "%(number)s card is read again by %(reader)s, within a day.",
            "%(number)s cards are read again by %(reader)s, within a day.",
            number,
        )
    else:
        words = ngettext(
            "%(number)s card is read again by %(reader)s.",
            "%(number)s cards are read again by %(reader)s.",
            number,
        )
    reader = shown.reader_names()[extractor]
    messages.success(request, words % {"number": figure(number), "reader": reader})
    if only:
        return redirect("admin:cards_card_change", only.pk)
    return redirect("admin:extraction_extraction_changelist")


def _filtered(request: HttpRequest) -> QuerySet[Card]:
    """The cards of the list that the address describes."""
    cards = admin.site.get_model_admin(Card)
    found: QuerySet[Card] = cards.get_changelist_instance(request).get_queryset(request)
    return found


def _named(request: HttpRequest, cards: QuerySet[Card], number: int, ids: Sequence[str]) -> str:
    """The chosen cards in words: one by its name, those of a batch by the batch's."""
    if number == 1:
        return str(cards.first())
    if set(request.GET) == {"batch__id__exact"} and not ids:
        batch = Batch.objects.filter(pk=_id(request.GET["batch__id__exact"])).first()
        words = ngettext(
            "%(number)s card of “%(batch)s”", "%(number)s cards of “%(batch)s”", number
        )
        return words % {"number": figure(number), "batch": batch}
    if ids or request.GET:
        words = ngettext("%(number)s chosen card", "%(number)s chosen cards", number)
    else:
        words = ngettext("All %(number)s card", "All %(number)s cards", number)
    return words % {"number": figure(number)}


def _readings() -> QuerySet[Extraction]:
    return Extraction.objects.filter(result__isnull=False).select_related("card")


def _known(slug: str) -> str:
    if slug not in extractors.slugs():
        raise Http404
    return slug


def _readers(slugs: Sequence[str]) -> str:
    """The extractors in words, such as “OpenAI or the offline reader”."""
    names = [within(label) for slug, label in extractors.choices() if slug in slugs]
    either = _("%(one)s or the %(other)s")
    return reduce(lambda one, other: either % {"one": one, "other": other}, names) if names else ""


def _id(text: str) -> int:
    if not text.isdecimal() or len(text) > 18:
        raise Http404
    return int(text)


def _uuids(texts: Sequence[str]) -> list[str]:
    try:
        return [str(UUID(text)) for text in texts]
    except ValueError as error:
        raise Http404 from error
