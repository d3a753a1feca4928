"""The pages of second looks: what waits for this reviewer, and one card looked at again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET, require_http_methods

from cards.fields import CONTACT_COLUMNS, GROUPS
from cards.models import Side
from cards.views import needs, staff_member
from review import decisions, queue
from review.forms import ContactForm
from review.models import SecondLook
from review.quality import second_look
from review.quality.pace_views import percent
from review.quality.second_look_forms import SettleForm, blind_form
from review.workspace.page import MAIN_FIELDS

ROWS = 50
HELD = "A colleague has this card open just now; take another."


@needs("cards.review_card")
@require_GET
def waiting_looks(request: HttpRequest) -> HttpResponseBase:
    """What waits for this reviewer. It names nobody, and shows no value of the cards."""
    looks = second_look.waiting_for(staff_member(request))
    fronts = Side.objects.filter(position=0)
    shown = list(looks.select_related("card__batch")[:ROWS])
    pictures = dict(fronts.filter(card__in=[s.card_id for s in shown]).values_list("card", "pk"))
    agreement = sum(second_look.agreement_by_field().values(), second_look.Agreement())
    context = {
        **admin.site.each_context(request),
        "title": "Second looks",
        "rows": [(look, pictures.get(look.card_id)) for look in shown],
        "waiting": looks.count(),
        "percent": settings.SECOND_LOOK_PERCENT,
        "agreement": agreement,
        "share": percent(agreement.share if agreement.compared else None),
    }
    return TemplateResponse(request, "review/second_look.html", context)


@needs("cards.review_card")
@require_GET
def look_next(request: HttpRequest) -> HttpResponseBase:
    """The oldest look that waits for this reviewer, or the list when there is none."""
    return _go_on(second_look.next_for(staff_member(request)))


@needs("cards.review_card")
@require_http_methods(["GET", "POST"])
def look_at(request: HttpRequest, look_id: int) -> HttpResponseBase:
    """One card looked at again. A POST answers, settles, skips, or keeps the card (`hold`)."""
    looks = SecondLook.objects.select_related("first", "card__batch")
    look, user = get_object_or_404(looks, pk=look_id), staff_member(request)
    action = request.POST.get("action", "")
    if action == "hold":
        return _hold(look, user)
    if action == "skip":
        queue.release(look.card, user)
        return _go_on(second_look.next_for(user, after=look))
    if request.method == "POST":
        return _decide(request, look, user)
    if refused := second_look.refusal(look, user):
        messages.warning(request, refused)
    elif queue.claim(look.card, user).by_id != user.pk:
        messages.warning(request, HELD)
    elif look.status == SecondLook.Status.WAITING:
        return _show(request, look, blind_form(look))
    else:
        return _show(request, look, SettleForm(look))
    return redirect("admin:review_second_look")


def _decide(request: HttpRequest, look: SecondLook, user: User) -> HttpResponseBase:
    """Carries out what was sent: the page says which of the two, whatever has happened since."""
    is_third = request.POST.get("action") == "settle"
    form = SettleForm(look, request.POST) if is_third else blind_form(look, request.POST)
    if not form.is_valid():
        return _show(request, look, form)
    version = form.cleaned_data["version"]
    try:
        if isinstance(form, SettleForm):
            second_look.settle(look, form.values(), by=user, version=version)
            messages.success(request, "Settled: the card stands as you decided.")
        else:
            done = second_look.answer(look, form.values(), by=user, version=version)
            messages.success(request, _outcome(done))
    except decisions.DecisionError as error:
        messages.warning(request, str(error))
        return redirect("admin:review_second_look")
    return _go_on(second_look.next_for(user, after=look))


def _outcome(look: SecondLook) -> str:
    if look.status == SecondLook.Status.AGREED:
        return "Both of you came to the same; the card stays as it is."
    if len(look.differences) == 1:
        return "One field differs; a third reviewer settles it."
    return f"{len(look.differences)} fields differ; a third reviewer settles them."


def _hold(look: SecondLook, user: User) -> JsonResponse:
    """Keeps the card for the person who has it open."""
    refused = second_look.refusal(look, user)
    if not refused and queue.claim(look.card, user).by_id != user.pk:
        refused = HELD
    return JsonResponse({"refused": refused})


def _go_on(look: SecondLook | None) -> HttpResponseBase:
    if look is None:
        return redirect("admin:review_second_look")
    return redirect("admin:review_second_look_card", look.pk)


def _show(
    request: HttpRequest, look: SecondLook, form: ContactForm | SettleForm
) -> TemplateResponse:
    context = {
        **admin.site.each_context(request),
        "title": "Third look" if isinstance(form, SettleForm) else "Second look",
        "look": look,
        "form": form,
        "sides": look.card.sides.order_by("position"),
        "renew_seconds": settings.REVIEW_LEASE_SECONDS / 3,
    }
    if isinstance(form, SettleForm):
        more: dict[str, Any] = {"rows": list(form.rows()), "agreed": list(_agreed(look))}
    else:
        more = {"groups": [_group(form, group) for group in GROUPS]}
    return TemplateResponse(request, "review/second_look_card.html", context | more)


def _group(form: ContactForm, group: str) -> tuple[str, list[Any], list[Any]]:
    """The name of a group, its fields on show, and those that are folded away."""
    names = [column.name for column in CONTACT_COLUMNS if column.info.group == group]
    on_show = [n for n in names if n in MAIN_FIELDS or form[n].value() or form[n].errors]
    return group, [form[n] for n in on_show], [form[n] for n in names if n not in on_show]


def _agreed(look: SecondLook) -> Iterator[tuple[str, str]]:
    """Label and text of the fields that both reviewers filled in alike."""
    for column in CONTACT_COLUMNS:
        text = look.first.values.get(column.name, "")
        if text and column.name not in look.differences:
            yield str(column.verbose_name), text


def urls(wrap: Callable[..., Any]) -> list[URLPattern]:
    """The addresses of these pages, each wrapped for signed-in staff."""
    return [
        path("second/", wrap(waiting_looks), name="review_second_look"),
        path("second/next/", wrap(look_next), name="review_second_look_next"),
        path("second/<int:look_id>/", wrap(look_at), name="review_second_look_card"),
    ]
