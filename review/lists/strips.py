"""Strips: the piece of a card's picture on which one field stands, for snippet review."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.cache import caches
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_GET

from cards import images, vault
from cards.fields import CONTACT_FIELDS
from cards.models import Card, Side
from cards.views import jpeg, needs, picture_key
from extraction.result import Box
from review import records

if TYPE_CHECKING:
    from PIL import Image

SIZE_PX = (900, 160)
"""The most that a strip is wide and high."""

BESIDE, ABOVE = 2.0, 0.5
"""What is shown around a value, in heights of its lines."""

Area = tuple[float, float, float, float]
"""Left, top, right and bottom."""


@needs("cards.view_picture")
@needs("cards.review_card")
@require_GET
def strip(request: HttpRequest, card_id: UUID, field: str) -> HttpResponse:
    """The strip of one field as JPEG, made once and then kept in the cache of pictures.

    Where a value stands may change with the next reading, so a browser has to ask each time
    whether its copy still holds.
    """
    card = get_object_or_404(Card, pk=card_id)
    if field not in CONTACT_FIELDS:
        raise Http404
    side, area = place(card, field)
    numbers = "-".join(f"{edge:.0f}" for edge in area)
    key = f"{picture_key(side, 'view')}-{numbers}-strip"
    response = get_conditional_response(request, etag=f'"{key}"')
    if response is None:
        try:
            data = _kept(side, area, key)
        except (vault.VaultError, images.PictureError) as error:
            return HttpResponse(f"{error}\n", status=503, content_type="text/plain; charset=utf-8")
        response = HttpResponse(data, content_type="image/jpeg", headers={"ETag": f'"{key}"'})
    response["Cache-Control"] = "private, no-cache"
    return response


def place(card: Card, field: str) -> tuple[Side, Area]:
    """The side on which the last reading found `field`, and the area around it in its pixels.

    The whole front when it was found nowhere. Raises Http404 for a card without pictures.
    """
    sides = {side.position: side for side in card.sides.order_by("-position")}
    if not sides:
        raise Http404
    result = records.latest_result(card)
    value = result.values.get(field) if result else None
    boxes = [box for box in value.boxes if box.side in sides] if value else []
    side = sides[boxes[0].side] if boxes else list(sides.values())[-1]
    return side, around([box for box in boxes if box.side == side.position], side)


def around(boxes: list[Box], side: Side) -> Area:
    """The area of a side that holds all the boxes and a margin; all of it without boxes."""
    whole = (0.0, 0.0, float(side.width_px), float(side.height_px))
    edges = [_edges(box) for box in boxes]
    if not edges:
        return whole
    lefts, tops, rights, bottoms = zip(*edges, strict=True)
    line = min(min(right - left, bottom - top) for left, top, right, bottom in edges)
    area = (
        max(whole[0], min(lefts) - BESIDE * line),
        max(whole[1], min(tops) - ABOVE * line),
        min(whole[2], max(rights) + BESIDE * line),
        min(whole[3], max(bottoms) + ABOVE * line),
    )
    # A box may lie outside: an extractor that is wrong about the size of the picture.
    return area if area[2] - area[0] >= 1 and area[3] - area[1] >= 1 else whole


def cut(view: Image.Image, area: Area, side: Side) -> bytes:
    """That area of a side as JPEG of at most `SIZE_PX`, cut from its `view`, which may be smaller
    than the side itself."""
    across, down = view.width / side.width_px, view.height / side.height_px
    left, top = int(area[0] * across), int(area[1] * down)
    right = max(left + 1, min(view.width, round(area[2] * across)))
    bottom = max(top + 1, min(view.height, round(area[3] * down)))
    piece = view.crop((left, top, right, bottom))
    piece.thumbnail(SIZE_PX)
    return images.encode(piece, longest_px=max(SIZE_PX))


def _kept(side: Side, area: Area, key: str) -> bytes:
    """The strip kept under `key`, or made now. Raises VaultError, PictureError."""
    from PIL import Image

    cache = caches["pictures"]
    data: bytes | None = cache.get(key)
    if data is None:
        with Image.open(io.BytesIO(jpeg(side, "view", picture_key(side, "view")))) as view:
            data = cut(view, area, side)
        with suppress(OSError):  # a full disk costs time, not the strip
            cache.set(key, data)
    return data


def _edges(box: Box) -> Area:
    xs, ys = [x for x, _ in box.corners], [y for _, y in box.corners]
    return min(xs), min(ys), max(xs), max(ys)
