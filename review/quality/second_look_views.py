"""The pages of second looks: what waits for this reviewer, and one card looked at again.

Opening a page claims nothing: its script does, by a POST, and the answer that is sent without it
is taken unless a colleague has the card open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cards.fields import CONTACT_COLUMNS, CONTACT_FIELDS
from cards.models import Side
from cards.views import needs, staff_member
from review import decisions, queue
from review.forms import ContactForm
from review.groups import in_groups
from review.models import SecondLook
from review.quality import second_look, thirds
from review.quality.pace_views import percent
from review.quality.second_look_forms import SettleForm, blind_form, make_read_only

ROWS = 50


@needs("cards.review_card")
@require_GET
def waiting_looks(request: HttpRequest) -> HttpResponseBase:
    """What waits for this reviewer. It names nobody, and shows no value of the cards."""
    user = staff_member(request)
    looks = second_look.waiting_for(user)
    fronts = Side.objects.filter(position=0)
    shown = list(looks.select_related("card__batch")[:ROWS])
    pictures = dict(fronts.filter(card__in=[s.card_id for s in shown]).values_list("card", "pk"))
    agreement = sum(second_look.agreement_by_field().values(), second_look.Agreement())
    context = {
        **admin.site.each_context(request),
        "title": _("Second looks"),
        "rows": [(look, pictures.get(look.card_id)) for look in shown],
        "waiting": looks.count(),
        "unsettled": thirds.unsettled(user),
        "percent": settings.SECOND_LOOK_PERCENT,
        "agreement": agreement,
        "share": percent(agreement.share if agreement.compared else None),
    }
    return TemplateResponse(request, "review/second_look.html", context)


@needs("cards.review_card")
@require_GET
def look_next(request: HttpRequest) -> HttpResponseBase:
    """The oldest look that waits for this reviewer, or the list when there is none."""
    return redirect(_address(second_look.next_for(staff_member(request))))


@needs("cards.review_card")
@require_http_methods(["GET", "POST"])
def look_at(request: HttpRequest, look_id: int) -> HttpResponseBase:
    """One card looked at again. A POST answers, settles or skips; the page's own script is told
    where to go on as JSON."""
    looks = SecondLook.objects.select_related("first", "settled", "card__batch")
    look, user = get_object_or_404(looks, pk=look_id), staff_member(request)
    if request.method == "POST" and request.POST.get("action") == "skip":
        queue.release(look.card, user)
        return _go_on(request, look, user)
    if request.method == "POST":
        return _decide(request, look, user)
    if refused := second_look.refusal(look, user):
        messages.warning(request, refused)
        return redirect("admin:review_second_look")
    is_blind = look.status == SecondLook.Status.WAITING
    return _show(request, look, blind_form(look) if is_blind else SettleForm(look))


@needs("cards.review_card")
@require_POST
def claim(request: HttpRequest, look_id: int) -> JsonResponse:
    """Take or renew the claim of whoever has the page open: until when, or why not."""
    looks = SecondLook.objects.select_related("first", "settled", "card")
    look, user = get_object_or_404(looks, pk=look_id), staff_member(request)
    refused = second_look.refusal(look, user)
    held = None if refused else second_look.claim(look, user)
    return JsonResponse(
        {
            "refused": "" if held else refused or _is_held(),
            "until": f"{localtime(held.until):%H:%M}" if held else "",
            "renew_after": settings.REVIEW_LEASE_SECONDS / 3,
        }
    )


def _is_held() -> str:
    return _("A colleague has this card open just now; take another.")


def _decide(request: HttpRequest, look: SecondLook, user: User) -> HttpResponseBase:
    """Carries out what was sent: the page says which of the two, whatever has happened since. What
    is refused is shown again, with the reason and everything that was typed."""
    is_third = request.POST.get("action") == "settle"
    form = SettleForm(look, request.POST) if is_third else blind_form(look, request.POST)
    if not form.is_valid():
        return _show(request, look, form)
    version = form.cleaned_data["version"]
    try:
        if isinstance(form, SettleForm):
            second_look.settle(look, form.values(), by=user, version=version)
            messages.success(request, _("Settled: the card stands as you decided."))
        else:
            done = second_look.answer(look, form.values(), by=user, version=version)
            messages.success(request, _outcome(done))
    except second_look.LookEndedError as error:
        make_read_only(form)
        return _show(request, look, form, refused=str(error), is_over=True)
    except decisions.DecisionError as error:
        return _show(request, look, form, refused=str(error))
    return _go_on(request, look, user)


def _outcome(look: SecondLook) -> str:
    if look.status == SecondLook.Status.AGREED:
        return _("Both of you came to the same; the card stays as it is.")
    count = len(look.differences)
    return ngettext(
        "One field differs; a third reviewer settles it.",
        "%(count)s fields differ; a third reviewer settles them.",
        count,
    ) % {"count": count}


def _go_on(request: HttpRequest, look: SecondLook, user: User) -> HttpResponseBase:
    """To the look that comes after this one; it is this reviewer's from now on."""
    address = _address(second_look.take_next(user, after=look))
    if not request.accepts("text/html"):
        return JsonResponse({"next": address})
    return redirect(address)


def _address(look: SecondLook | None) -> str:
    """The page of a look, or the list without one."""
    if look is None:
        return reverse("admin:review_second_look")
    return reverse("admin:review_second_look_card", args=(look.pk,))


def _show(
    request: HttpRequest,
    look: SecondLook,
    form: ContactForm | SettleForm,
    *,
    refused: str = "",
    is_over: bool = False,
) -> TemplateResponse:
    """The page of a look; `refused` is why what was sent was not written, and with `is_over` it
    cannot be any more."""
    is_third = isinstance(form, SettleForm)
    is_held = not is_over and second_look.held_by_colleague(look, staff_member(request))
    context = {
        **admin.site.each_context(request),
        "title": _("Third look") if is_third else _("Second look"),
        "look": look,
        "form": form,
        "is_third": is_third,
        "sides": look.card.sides.order_by("position"),
        "refused": refused,
        "is_over": is_over,
        "held": _is_held() if is_held else "",
    }
    if isinstance(form, SettleForm):
        more: dict[str, Any] = {"rows": list(form.rows()), "agreed": list(_agreed(look))}
    else:
        more = {"groups": in_groups(form, {name: form[name] for name in CONTACT_FIELDS})}
    return TemplateResponse(request, "review/second_look_card.html", context | more)


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
        path("second/<int:look_id>/claim/", wrap(claim), name="review_second_look_claim"),
    ]
