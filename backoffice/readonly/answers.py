"""What read-only mode says when there is nothing to show: to people a page, to scripts JSON."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect

from backoffice.analytics.publications import Publication
from backoffice.readonly import passes, shelf
from backoffice.readonly.passes import Pass

CUT_OFF = "card_desk.cut_off"
"""In `request.META` when the database went away in the midst of the request: whether something was
saved cannot be told."""

TRY_AGAIN_SECONDS = 15

View = Callable[..., HttpResponseBase]


def staff(permission: str, *, may_write: bool = False) -> Callable[[View], View]:
    """For pages that whoever holds a pass with `permission` reads from the newest publication:
    `view(request, held, publication, …)`."""

    def wrap(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, **place: Any) -> HttpResponseBase:
            held = passes.shown(request)
            if held is None:
                return signed_out(request)
            if not held.has_perm(permission):
                return forbidden(request)
            publication = shelf.newest()
            if publication is None:
                return nothing_there(request)
            try:
                return view(request, held, publication, **place)
            except shelf.ShelfError:
                return nothing_there(request)

        return reading(answer, may_write=may_write)

    return wrap


def reading(view: View, *, may_write: bool = False) -> View:
    """A view that refuses to write unless it `may_write`, and whose pages no browser keeps. Where
    nothing is done a form needs no token to be refused; the forms on the page get theirs."""
    protected = csrf_protect(view)

    @wraps(view)
    def answer(request: HttpRequest, **place: Any) -> HttpResponseBase:
        may_go_on = request.method in ("GET", "HEAD") or may_write
        response = protected(request, **place) if may_go_on else refused(request)
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    return answer


def show(
    request: HttpRequest, template: str, held: Pass, publication: Publication, **more: Any
) -> HttpResponseBase:
    """A page under the banner. Its names are those of the admin's pages; none asks the database."""
    context = {
        "user": held,
        "held": held,
        "publication": publication,
        "age": timesince(publication.as_of, depth=1),
        "messages": (),
        "has_permission": True,
        "site_header": "Card Desk",
        "site_title": "Card Desk",
        "is_nav_sidebar_enabled": False,
        "uploads_url": reverse("admin:cards_upload")
        if settings.READ_ONLY_UPLOADS == "keep"
        else "",
        **more,
    }
    return render(request, template, context, status=more.get("status", 200))


def refused(request: HttpRequest) -> HttpResponseBase:
    """Something was to be written."""
    if request.META.get(CUT_OFF):
        title = _("It is not certain whether this was saved")
        words = _(
            "The database stopped answering in the midst of this step. Once it is back, look"
            " whether the step was taken before you take it again. What was saved before is safe."
        )
    else:
        title = _("Nothing was saved")
        words = _(
            "The database does not answer just now, so nothing can be changed. What was saved"
            " before is safe. Keep this page open, and send it again in a few minutes."
        )
    return _say(request, title, words)


def signed_out(request: HttpRequest) -> HttpResponseBase:
    return _say(
        request,
        _("Nobody can sign in just now"),
        _(
            "The database does not answer. Whoever signed in during the last hours can go on"
            " reading in the same browser. Try again in a few minutes."
        ),
    )


def signed_off(request: HttpRequest) -> HttpResponseBase:
    words = _("The database does not answer, so nobody can sign in again until it is back.")
    return _say(request, _("You are signed out"), words, status=200)


def nothing_there(request: HttpRequest) -> HttpResponseBase:
    return _say(
        request,
        _("The cards cannot be shown just now"),
        _(
            "The database does not answer, and nothing was published that could be read meanwhile."
            " What was saved is safe. Tell your administrator, and try again in a few minutes."
        ),
    )


def forbidden(request: HttpRequest) -> HttpResponseBase:
    return _say(
        request,
        _("This is not for your account"),
        _("Your account may not see this. Nothing was changed."),
        status=403,
    )


def _say(request: HttpRequest, title: str, words: str, *, status: int = 503) -> HttpResponseBase:
    """With a way to the cards for those who may see them."""
    if "text/html" in request.headers.get("Accept", ""):
        held = passes.shown(request) if status == 503 else None
        context = {"title": title, "words": words, "held": held, "messages": ()}
        response: HttpResponseBase = render(request, "readonly/said.html", context, status=status)
    else:
        response = JsonResponse({"error": words}, status=status)
    if status == 503:
        response["Retry-After"] = str(TRY_AGAIN_SECONDS)
    return response
