"""The review workspace: one card, its picture left and its fields right."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cards.models import Card
from cards.views import needs, staff_member
from review import decisions, queue
from review.forms import ContactForm
from review.models import Draft, Review
from review.workspace import drafts, page


@needs("cards.review_card")
@require_GET
def review_next(request: HttpRequest) -> HttpResponseBase:
    """The most urgent card that no colleague holds, or a page that says that all is done."""
    part = queue.Part.from_query(request.GET)
    card = queue.next_for(staff_member(request), part=part)
    if card is None:
        context = {
            **admin.site.each_context(request),
            "title": _("Nothing waits for review"),
            "is_part": bool(part.query()),
            "part": urlencode(part.query()),
            "last": decisions.undoable(staff_member(request)),
        }
        return TemplateResponse(request, "review/done.html", context)
    return redirect(page.address(card, part))


@needs("cards.review_card")
@require_http_methods(["GET", "POST"])
def workspace(request: HttpRequest, card_id: UUID) -> HttpResponseBase:
    """The page of a card. A POST decides; the page's own script is told where to go on as JSON."""
    card = get_object_or_404(Card.objects.select_related("batch"), pk=card_id)
    user = staff_member(request)
    if request.method == "GET":
        draft = drafts.of(card, user)
        brought_back = draft if card.status in decisions.WAITING else None
        return _show(request, card, ContactForm(instance=card, draft=brought_back), draft=draft)
    action = request.POST.get("action", "")
    if action in ("skip", "take_over") and request.accepts("text/html"):
        try:
            drafts.save_sent(card, user, request.POST)  # else the page's script has done it
        except ValueError:  # more fields than a card has: the form says so, and all stays in it
            return _show(request, card, ContactForm(request.POST, instance=card))
    if action == "skip":
        queue.release(card, user)
        return _go_on(request, card)
    if action == "drop_draft":
        drafts.discard(card, user)
        return redirect(page.address(card, queue.Part.from_query(request.GET)))
    if action == "take_over":
        if card.status in decisions.WAITING:
            with suppress(Card.DoesNotExist):  # erased in this very moment, as the next page says
                queue.claim(card, user, from_colleague=True)
        return redirect(page.address(card, queue.Part.from_query(request.GET)))
    return _decide(request, card, action)


@needs("cards.review_card")
@require_POST
def undo(request: HttpRequest, card_id: UUID, number: int) -> HttpResponseBase:
    """Takes back a decision and opens its card again."""
    review = get_object_or_404(Review.objects.select_related("card"), card=card_id, number=number)
    user = staff_member(request)
    try:
        undone = decisions.undo(review, by=user)
    except decisions.DecisionError as error:
        messages.error(request, str(error))
    else:
        drafts.bring_back(review, undone.card, user)
        messages.success(request, _("Undone: the card is open again, as it was before."))
    return redirect(page.address(review.card, queue.Part.from_query(request.GET)))


def _decide(request: HttpRequest, card: Card, action: str) -> HttpResponseBase:
    form = ContactForm(request.POST, instance=card)
    if not form.is_valid():
        return _show(request, Card.objects.get(pk=card.pk), form)
    version, user = form.cleaned_data["version"], staff_member(request)
    try:
        review = _carried_out(request, card, action, form, user)
    except decisions.StaleCard as stale:
        if done := _done_before(stale.card, action, form, user):
            return _go_on(request, card, done=done)
        messages.warning(request, str(stale))
        return _show(request, stale.card, form, seen_version=version)
    except decisions.DecisionError as error:
        messages.error(request, str(error))
        return _show(request, Card.objects.get(pk=card.pk), form)
    if review.decision == Review.Decision.REOPENED:
        messages.success(request, _("The card is open for review again."))
        if request.POST.get("stale"):  # what was typed before the conflict is still on the page
            return _show(request, Card.objects.get(pk=card.pk), form, seen_version=version)
        return redirect(page.address(card, queue.Part.from_query(request.GET)))
    return _go_on(request, card, done=review)


def _carried_out(
    request: HttpRequest, card: Card, action: str, form: ContactForm, user: User
) -> Review:
    """The Review of what was asked for. Raises DecisionError."""
    version, reason = form.cleaned_data["version"], request.POST.get("reason", "")
    seconds = _seconds(request.POST.get("seconds", ""))
    if action == "approve":
        return decisions.approve(card, form.values(), version=version, by=user, seconds=seconds)
    if action in ("reject", "send_back"):
        verb = decisions.reject if action == "reject" else decisions.send_back
        return verb(card, reason, version=version, by=user, values=form.values(), seconds=seconds)
    if action == "reopen":
        return decisions.reopen(card, version=version, by=user)
    raise decisions.DecisionError(_("Choose Approve, Skip, Reject or Photograph again."))


def _done_before(card: Card, action: str, form: ContactForm, user: User) -> Review | None:
    """The same decision of the same person, if it is the last one: its answer had been lost."""
    kinds = {
        "approve": Review.Decision.APPROVED,
        "reject": Review.Decision.REJECTED,
        "send_back": Review.Decision.RETAKE,
    }
    last = card.reviews.first()
    if last is None or last.by_id != user.pk or last.decision != kinds.get(action):
        return None
    if not last.before.get("version") == form.cleaned_data["version"] == card.version - 1:
        return None
    # What a form gives depends on the card it is about: a new full name brings first and last name.
    as_it_was = Card(pk=card.pk, batch=card.batch, **last.before["values"])
    sent = ContactForm(form.data, instance=as_it_was)
    is_same = sent.is_valid() and all(last.values[k] == text for k, text in sent.values().items())
    return last if is_same else None


def _seconds(text: str) -> int | None:
    """The time that the page measured; None when it says nothing that makes sense."""
    is_short = text.isascii() and text.isdigit() and len(text) < 6
    return int(text) if is_short and 0 < int(text) < 86_400 else None


def _go_on(request: HttpRequest, card: Card, done: Review | None = None) -> HttpResponseBase:
    """To the next card, which is this reviewer's from now on; `done` is what was decided."""
    part = queue.Part.from_query(request.GET)
    following = queue.take_next(staff_member(request), after=card, part=part)
    address = (
        page.address(following, part)
        if following
        else page.with_part(reverse("admin:review_next"), part)
    )
    said, undo_at = "", ""
    if done:
        words = {"decision": done.get_decision_display(), "card": Card.objects.get(pk=card.pk)}
        said = _("%(decision)s: %(card)s.") % words
    if done and settings.REVIEW_UNDO_SECONDS:
        undo_at = page.with_part(reverse("admin:review_undo", args=(card.pk, done.number)), part)
    if not request.accepts("text/html"):
        told = {
            "next": address,
            "said": said,
            "undo": undo_at,
            "pace": page.pace(staff_member(request)),
        }
        decided = page.progress(following)["done"] if following else None
        # Where the figure is cut, the words of the next page stay as they are.
        is_cut = decided is not None and decided.is_cut
        return JsonResponse({**told, "decided": None if is_cut else decided})
    if said:
        messages.success(request, said)
    return redirect(address)


def _show(
    request: HttpRequest,
    card: Card,
    form: ContactForm,
    *,
    draft: Draft | None = None,
    seen_version: int | None = None,
) -> TemplateResponse:
    """The workspace. After a conflict it carries the new version, so that it can be sent again."""
    if seen_version is not None:
        data = form.data.copy()  # type: ignore[attr-defined]
        drafts.follow(data, card, seen_version)
        data["version"] = str(card.version)
        form.data = data
    user, part = staff_member(request), queue.Part.from_query(request.GET)
    shown = page.shown(card, form, user, part, draft=draft, seen_version=seen_version)
    context = {**admin.site.each_context(request), **shown}
    return TemplateResponse(request, "review/workspace.html", context)
