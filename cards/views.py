"""Private pictures, and the upload page: reached through the admin, by staff with permission."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.core.cache import caches
from django.core.exceptions import PermissionDenied
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
)
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cards import images, intake, room, vault
from cards.forms import BatchForm
from cards.kept import told
from cards.models import Arrival, Batch, Card, Side

SIZES = {"thumb": 240, "view": 2000}
"""Longest side in pixels of the pictures that pages show."""

View = Callable[..., HttpResponseBase]


def needs(permission: str) -> Callable[[View], View]:
    """Signed-in staff with `permission`; others get 403 (visitors were sent to sign in before)."""
    return permission_required(permission, raise_exception=True)


def staff_member(request: HttpRequest) -> User:
    """Who sends the request; for views that let only signed-in staff in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def unavailable(error: Exception) -> HttpResponse:
    """Why a file cannot be given just now, in plain words."""
    words = f"{told(str(error))}\n"
    return HttpResponse(words, status=503, content_type="text/plain; charset=utf-8")


@needs("cards.view_picture")
@require_GET
def picture(request: HttpRequest, side_id: int, size: str) -> HttpResponse:
    """A side as JPEG of one of `SIZES`, made once and then kept in the cache of pictures.

    How a card lies on its page is known better once it has been read, so until then a browser
    has to ask each time whether its copy still holds.
    """
    side = get_object_or_404(Side.objects.select_related("card"), pk=side_id)
    return picture_of(request, side, size, is_read=side.card.status != Card.Status.UPLOADED)


def picture_of(request: HttpRequest, side: Side, size: str, *, is_read: bool) -> HttpResponse:
    """The answer with the picture of a side. Asks no database."""
    if size not in SIZES:
        raise Http404
    key = picture_key(side, size)
    response = get_conditional_response(request, etag=f'"{key}"')
    if response is None:
        try:
            data = jpeg(side, size, key)
        except (vault.VaultError, images.PictureError) as error:
            return unavailable(error)
        response = HttpResponse(data, content_type="image/jpeg", headers={"ETag": f'"{key}"'})
    # Nobody else's business, however long it may be kept.
    response["Cache-Control"] = "private, max-age=3600" if is_read else "private, no-cache"
    return response


def picture_key(side: Side, size: str) -> str:
    """What the bytes of a side's picture depend on."""
    quad = hashlib.sha256(json.dumps(side.quad).encode()).hexdigest()[:12]
    return f"{side.picture}-{side.page}-{quad}-{size}"


def jpeg(side: Side, size: str, key: str) -> bytes:
    """The picture kept under `key`, or made now. Raises VaultError, PictureError."""
    cache = caches["pictures"]
    data: bytes | None = cache.get(key)
    if data is None:
        data = images.encode(intake.side_picture(side), longest_px=SIZES[size])
        with suppress(OSError):  # a full disk costs time, not the picture
            cache.set(key, data)
    return data


@needs("cards.view_picture")
@require_GET
def original(request: HttpRequest, side_id: int) -> HttpResponseBase:
    """The file as it came, as a download."""
    return original_of(get_object_or_404(Side, pk=side_id))


def original_of(side: Side) -> HttpResponseBase:
    """The answer with the file that a side came in. Asks no database."""
    name = vault.picture_name(side.picture, side.media_type)
    try:
        file = vault.open_for_reading(name)
    except vault.VaultError as error:
        return unavailable(error)
    extension = vault.EXTENSIONS[side.media_type]
    response = FileResponse(
        file,
        as_attachment=True,
        filename=f"{side.picture[:12]}.{extension}",
        content_type=side.media_type,
    )
    response["Cache-Control"] = "private, no-store"
    return response


@needs("cards.upload_card")
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponseBase:
    """The upload page. A POST begins a batch and takes in the files that come with it.

    The page's own script begins the batch without files, asking for JSON, and then sends the files
    one by one to `upload_file`; without script one form does both.
    """
    form = BatchForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        batch = form.save(commit=False)
        batch.created_by = staff_member(request)
        batch.save()
        if request.accepts("text/html"):
            return _take_in_form(request, batch)
        return JsonResponse(_batch_json(batch))
    if request.method == "POST" and not request.accepts("text/html"):
        return JsonResponse({"error": _all_errors(form)}, status=400)
    return _upload_page(request, form)


@needs("cards.upload_card")
@require_POST
def upload_file(request: HttpRequest, batch_id: int) -> JsonResponse:
    """Takes the files of one request into a batch; answers what became of each."""
    batch = get_object_or_404(_batches_of(request), pk=batch_id)
    files = request.FILES.getlist("file")
    if not files:
        return JsonResponse(
            {"error": _("No file came with the request; choose it again.")}, status=400
        )
    arrivals: list[Arrival] = []
    for file in files:
        try:
            arrivals += intake.take_in(
                cast(BinaryIO, file), batch, name=file.name or "", by=staff_member(request)
            )
        except room.NoRoom:
            return JsonResponse({"error": _(DISK_FULL)}, status=507)
        except vault.VaultError:
            return JsonResponse({"error": _(VAULT_DOWN)}, status=503)
    return JsonResponse({"arrivals": _arrivals_json(arrival.pk for arrival in arrivals)})


@needs("cards.upload_card")
@require_GET
def upload_status(request: HttpRequest, batch_id: int) -> JsonResponse:
    """How the files of a batch stand."""
    batch = get_object_or_404(_batches_of(request), pk=batch_id)
    ids = batch.arrivals.values_list("pk", flat=True)
    return JsonResponse({"arrivals": _arrivals_json(ids)})


# In English where it is kept as the reason of an arrival, translated in an answer.
VAULT_DOWN = gettext_noop(
    "The pictures cannot be stored just now, so this file was not taken in; what came before it is"
    " safe. Try again in a minute, and tell your administrator if it goes on."
)
DISK_FULL = gettext_noop(
    "The disk is nearly full, so this file was not taken in; what came before it is safe. Tell your"
    " administrator to make room, then try again."
)


def _all_errors(form: BatchForm) -> str:
    """What is wrong with the form, each sentence behind the label of its field."""
    return " ".join(
        _("%(field)s: %(error)s")
        % {"field": form.fields[name].label if name in form.fields else name, "error": error}
        for name, errors in form.errors.items()
        for error in errors
    )


def _batches_of(request: HttpRequest) -> Any:
    """Batches whose files this person may add to or look at."""
    if request.user.has_perm("cards.change_batch"):
        return Batch.objects.all()
    return Batch.objects.filter(created_by=staff_member(request))


def _take_in_form(request: HttpRequest, batch: Batch) -> HttpResponseBase:
    for file in request.FILES.getlist("file"):
        try:
            intake.take_in(
                cast(BinaryIO, file), batch, name=file.name or "", by=staff_member(request)
            )
        except room.NoRoom:
            intake.refuse(batch, file.name or "", DISK_FULL)
        except vault.VaultError:
            intake.refuse(batch, file.name or "", VAULT_DOWN)
    return redirect(f"{reverse('admin:cards_upload')}?batch={batch.pk}")


def _upload_page(request: HttpRequest, form: BatchForm) -> HttpResponseBase:
    chosen = request.GET.get("batch", "")
    batch = _batches_of(request).filter(pk=chosen).first() if _is_id(chosen) else None
    context = {
        **admin.site.each_context(request),
        "title": _("Upload cards"),
        "form": form,
        "batch": batch,
        "arrivals": batch.arrivals.select_related("card") if batch else (),
        "accepted": _(intake.ACCEPTED),
        "max_file_bytes": settings.MAX_FILE_BYTES,
        "max_file_megabytes": settings.MAX_FILE_BYTES // 1_000_000,
        "max_archive_bytes": settings.MAX_ARCHIVE_BYTES,
        "max_archive_megabytes": settings.MAX_ARCHIVE_BYTES // 1_000_000,
        "state": _batch_json(batch) if batch else None,
    }
    return TemplateResponse(request, "cards/upload.html", context)


def _is_id(text: str) -> bool:
    return text.isdecimal() and len(text) < 20


def _batch_json(batch: Batch) -> dict[str, Any]:
    return {
        "id": batch.pk,
        "name": batch.name,
        "can_wait": batch.can_wait,
        "file_url": reverse("admin:cards_upload_file", args=(batch.pk,)),
        "status_url": reverse("admin:cards_upload_status", args=(batch.pk,)),
        "page_url": f"{reverse('admin:cards_upload')}?batch={batch.pk}",
    }


def _arrivals_json(ids: Iterable[int]) -> list[dict[str, Any]]:
    """Arrivals with their cards, in two queries however many they are."""
    arrivals = list(Arrival.objects.filter(pk__in=list(ids)))
    cards = {
        card.pk: card for card in Card.objects.with_front().filter(arrivals__in=arrivals).distinct()
    }
    return [
        _arrival_json(arrival, cards.get(arrival.card_id) if arrival.card_id else None)
        for arrival in arrivals
    ]


def _arrival_json(arrival: Arrival, card: Card | None) -> dict[str, Any]:
    return {
        "id": arrival.pk,
        "file": arrival.file_name,
        "outcome": arrival.outcome,
        "reason": told(arrival.reason),
        "card": _card_json(card) if card else None,
    }


def _card_json(card: Card) -> dict[str, Any]:
    is_read = card.status != Card.Status.UPLOADED
    who = " · ".join(filter(None, (card.full_name or card.native_name, card.company)))
    return {
        "url": reverse("admin:cards_card_change", args=(card.pk,)),
        "thumb": reverse("admin:cards_picture", args=(card.front, "thumb")) if card.front else "",
        "is_read": is_read,
        "status": card.get_status_display(),
        "text": who or (_("nothing legible") if is_read else ""),
        "is_rejected": card.status == Card.Status.REJECTED,
        "doubtful": len(card.doubtful_fields),
        "notice": told(card.notice),
    }
