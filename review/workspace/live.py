"""What an open review page asks for by itself: its claim, its draft, checks, and a spot read anew.

Answers are JSON. A request that makes no sense gets 400 with a sentence in `error`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from cards.fields import CONTACT_FIELDS
from cards.images import PictureError
from cards.models import Card, Side
from cards.vault import VaultError
from cards.views import needs, staff_member
from cards.wording import within
from extraction.reading import confidence, plans
from review import decisions, queue
from review.records import EXTRA_PREFIX
from review.workspace import drafts, spots, views

GONE = _(
    "This card is not here any more: it was erased. What you typed stays on this page until you"
    " leave it."
)
NONSENSE = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)
"""What comes of reading JSON that is not what it should be."""

LATE = _("You have decided on this card meanwhile; what you type here is kept on this page only.")

Ask = Callable[[HttpRequest, Card, dict[str, Any]], JsonResponse]


class _Senseless(Exception):
    """A request that no page of ours sends."""


def _asked(answer: Ask) -> Callable[..., JsonResponse]:
    """A view for reviewers that is sent a JSON object about one card."""

    @wraps(answer)
    def view(request: HttpRequest, card_id: UUID) -> JsonResponse:
        try:
            card = Card.objects.get(pk=card_id)
            data = json.loads(request.body or b"{}")
            if not isinstance(data, dict):
                raise _Senseless
            return answer(request, card, data)
        except Card.DoesNotExist:
            return JsonResponse({"error": str(GONE)}, status=404)
        except (*NONSENSE, _Senseless):
            error = gettext(
                "This request could not be understood; reload the page. Your draft is kept."
            )
            return JsonResponse({"error": error}, status=400)

    return needs("cards.review_card")(require_POST(view))  # type: ignore[return-value]


@_asked
def claim(request: HttpRequest, card: Card, data: dict[str, Any]) -> JsonResponse:
    """Take, renew or, with `take_over`, take over the claim; whose it is now."""
    user = staff_member(request)
    if card.status not in decisions.WAITING:
        return JsonResponse({"open": False, "status": within(card.get_status_display())})
    held = queue.claim(card, user, from_colleague=bool(data.get("take_over")))
    return JsonResponse(
        {
            "open": True,
            "mine": held.by_id == user.pk,
            "by": held.holder,
            "until": f"{localtime(held.until):%H:%M}",
            "renew_after": settings.REVIEW_LEASE_SECONDS / 3,
            "version": card.version,
        }
    )


@_asked
def draft(request: HttpRequest, card: Card, data: dict[str, Any]) -> JsonResponse:
    """Keep what was typed: `typed` holds [value that stood there, typed value] by field, null for
    one whose typing was taken back. With `drop`, nothing is kept any longer.

    `is_whole` is whether the browser need not keep it any longer, `is_mine` whether no colleague
    holds the card.
    """
    user, version = staff_member(request), int(data["version"])
    if not 0 <= version < 2**31:
        raise _Senseless
    if data.get("drop"):
        drafts.discard(card, user)
    typed = {
        drafts.clean(name): _texts(pair)
        for name, pair in dict(data["typed"]).items()
        if name in CONTACT_FIELDS or name.startswith(EXTRA_PREFIX)
    }
    is_late = drafts.save(card, user, version, typed) is None and any(typed.values())
    held = queue.holder(card)
    is_cut = any(len(text) == drafts.LONGEST for texts in typed.values() for text in texts or ())
    return JsonResponse(
        {
            "saved": "" if is_late else f"{localtime(timezone.now()):%H:%M}",
            "error": str(LATE) if is_late else "",
            "is_whole": not is_cut,
            "is_mine": held is None or held.by_id == user.pk,
            "version": card.version,
        }
    )


def _texts(pair: Any) -> tuple[str, str] | None:
    if pair is None:
        return None
    base, mine = pair
    return drafts.clean(str(base)), drafts.clean(str(mine))


@_asked
def check(request: HttpRequest, card: Card, data: dict[str, Any]) -> JsonResponse:
    """What is wrong with the form of a typed value; "" for nothing. It never keeps anyone from
    approving."""
    field, text = str(data["field"]), str(data["text"])[:500].strip()
    if field not in CONTACT_FIELDS:
        raise _Senseless
    region = plans.region([card.website, card.email], card.country)
    return JsonResponse({"doubt": confidence.problem(field, text, region) if text else ""})


@needs("cards.view_picture")
@_asked
def spot(request: HttpRequest, card: Card, data: dict[str, Any]) -> JsonResponse:
    """The text within a rectangle of a side: [left, top, right, bottom] in its pixels."""
    side = get_object_or_404(Side, card=card, position=int(data["side"]))
    left, top, right, bottom = (float(edge) for edge in data["box"])
    try:
        text = spots.read(side, (left, top, right, bottom))
    except (VaultError, PictureError) as error:
        return JsonResponse({"error": str(error)}, status=503)
    return JsonResponse({"text": text})


def urls(wrap: Callable[..., Any]) -> list[URLPattern]:
    """The addresses that the workspace's script asks, each wrapped for signed-in staff."""
    views_by_name = {"claim": claim, "draft": draft, "check": check, "spot": spot}
    return [
        path(f"<uuid:card_id>/{name}/", wrap(view), name=f"review_{name}")
        for name, view in views_by_name.items()
    ] + [path("<uuid:card_id>/undo/<int:number>/", wrap(views.undo), name="review_undo")]
