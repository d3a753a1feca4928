"""The pages of read-only mode: list, search, card, pictures, publications. None asks a database."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST

from backoffice.analytics import downloads, publications
from backoffice.analytics.publications import Publication, PublicationError
from backoffice.readonly import answers, passes, presented, shelf, waiting
from backoffice.readonly.answers import reading, show, staff
from backoffice.readonly.passes import Pass
from cards import room, vault
from cards.models import Card
from cards.views import DISK_FULL, VAULT_DOWN, original_of, picture_of, unavailable

VIEW_CARD, SEE_PICTURE = "cards.view_card", "cards.view_picture"
EXPORT = "cards.export_card"
SHOWN_STATES = (
    Card.Status.NEEDS_REVIEW, Card.Status.APPROVED, Card.Status.REJECTED, Card.Status.UPLOADED
)  # fmt: skip


@staff(VIEW_CARD)
def cards(request: HttpRequest, held: Pass, publication: Publication) -> HttpResponseBase:
    """The list, by the words that the list of the admin uses in its address."""
    search, status = request.GET.get("q", "").strip(), request.GET.get("status__exact", "")
    number = request.GET.get("p", "1")
    page = int(number) if number.isdecimal() and len(number) < 10 else 1
    found = shelf.find(publication, search=search, status=status, page=page)
    pages = Paginator(range(found.total), shelf.PAGE_ROWS)
    return show(
        request, "readonly/cards.html", held, publication,
        title=_("Cards"), search=search, status_chosen=status, found=found,
        page_numbers=list(pages.get_elided_page_range(found.page, on_each_side=2)),
        gap=pages.ELLIPSIS,
        states=SHOWN_STATES, rows=[presented.row(card) for card in found.cards],
    )  # fmt: skip


@staff(VIEW_CARD)
def card(
    request: HttpRequest, held: Pass, publication: Publication, card_id: UUID
) -> HttpResponseBase:
    found = _card(publication, card_id)
    shown = presented.whole(found)
    return show(
        request, "readonly/card.html", held, publication, title=_("Card"), card=shown,
        subtitle=shown.title,
    )  # fmt: skip


@staff(VIEW_CARD)
def to_card(
    request: HttpRequest, held: Pass, publication: Publication, card_id: UUID, **place: Any
) -> HttpResponseBase:
    """From the pages where a card is worked on to the one where it is read."""
    return redirect("admin:cards_card_change", card_id=card_id)


@staff(VIEW_CARD)
def to_cards(
    request: HttpRequest, held: Pass, publication: Publication, **place: Any
) -> HttpResponseBase:
    return redirect("admin:cards_card_changelist")


@staff(SEE_PICTURE)
def picture(
    request: HttpRequest,
    held: Pass,
    publication: Publication,
    *,
    card_id: UUID,
    number: int,
    size: str,
) -> HttpResponseBase:
    found = _card(publication, card_id)
    if (side := presented.side(found, number)) is None:
        raise Http404
    return picture_of(request, side, size, is_read=presented.is_read(found))


@staff(SEE_PICTURE)
def original(
    request: HttpRequest, held: Pass, publication: Publication, card_id: UUID, number: int
) -> HttpResponseBase:
    if (side := presented.side(_card(publication, card_id), number)) is None:
        raise Http404
    return original_of(side)


@staff(EXPORT)
def published(request: HttpRequest, held: Pass, publication: Publication) -> HttpResponseBase:
    """What analysts can download, newest first."""
    found = [(one, downloads.offered(one)) for one in publications.all()]
    return show(
        request, "readonly/publications.html", held, publication,
        title=_("Publications"), published=found,
    )  # fmt: skip


@staff(EXPORT)
def download(
    request: HttpRequest, held: Pass, publication: Publication, *, place: str, name: str
) -> HttpResponseBase:
    try:
        return downloads.answer(place, name)
    except PublicationError as error:
        return unavailable(error)


@staff(VIEW_CARD)
def elsewhere(
    request: HttpRequest, held: Pass, publication: Publication, **place: Any
) -> HttpResponseBase:
    """A page that is not there without a database."""
    if "text/html" not in request.headers.get("Accept", ""):
        return answers.refused(request)
    response = show(
        request, "readonly/elsewhere.html", held, publication, status=503,
        title=_("This page needs the database"),
    )  # fmt: skip
    response["Retry-After"] = str(answers.TRY_AGAIN_SECONDS)
    return response


def upload(request: HttpRequest) -> HttpResponseBase:
    """The upload page, where pictures are kept until the database is back; a setting allows it."""
    if settings.READ_ONLY_UPLOADS != "keep":
        return answers.refused(request) if request.method == "POST" else elsewhere(request)
    return upload_page(request)


@staff("cards.upload_card", may_write=True)
def upload_page(request: HttpRequest, held: Pass, publication: Publication) -> HttpResponseBase:
    kept, trouble = waiting.Kept(), ""
    if request.method == "POST":
        name = request.POST.get("name", "").strip() or _("Upload without the database")
        try:
            kept = waiting.keep(request.FILES.getlist("file"), batch=name, by=held)
        except room.NoRoom:
            trouble = _(DISK_FULL)
        except vault.VaultError:
            trouble = _(VAULT_DOWN)
    return show(
        request, "readonly/upload.html", held, publication,
        title=_("Upload cards"), kept=kept, trouble=trouble, status=503 if trouble else 200,
    )  # fmt: skip


@reading
def sign_in(request: HttpRequest) -> HttpResponseBase:
    if passes.shown(request):
        return redirect("admin:cards_card_changelist")
    return answers.signed_out(request)


@csrf_protect
@require_POST
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """The pass is taken back, and the browser forgets the session, which nobody can end now."""
    response = answers.signed_off(request)
    response["Cache-Control"] = "no-store, private"
    passes.take_away(request, response)
    response.delete_cookie(
        settings.SESSION_COOKIE_NAME, path=settings.SESSION_COOKIE_PATH,
        domain=settings.SESSION_COOKIE_DOMAIN, samesite="Lax",
    )  # fmt: skip
    return response


def livez(request: HttpRequest) -> HttpResponse:
    """Alive; pages that wait for the database to come back ask here."""
    return HttpResponse("ok, read-only\n", content_type="text/plain")


@reading
def readyz(request: HttpRequest) -> HttpResponseBase:
    """Not ready for work; whether there is something to read is said as well."""
    facts = {"ready": False, "trouble": ["database"], "read_only": shelf.newest() is not None}
    return JsonResponse(facts, status=503)


def _card(publication: Publication, card_id: UUID) -> shelf.Document:
    found = shelf.card(publication, str(card_id))
    if found is None:
        raise Http404
    return found
