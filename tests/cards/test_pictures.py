from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from django.core.cache import caches
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django import Settings

from cards import intake, vault
from cards.models import Batch, Card, Side
from cards.views import SIZES
from tests import pictures
from tests.cast import Person
from tests.disks import Spoil

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Page


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    caches["pictures"].clear()
    yield
    caches["pictures"].clear()


@pytest.fixture
def side(card: Card) -> Side:
    return card.sides.get()


def picture_url(side: Side, size: str = "thumb") -> str:
    return reverse("admin:cards_picture", args=(side.pk, size))


def original_url(side: Side) -> str:
    return reverse("admin:cards_original", args=(side.pk,))


def get(client: Client, url: str) -> Page:
    return client.get(url)


def body(response: Page) -> bytes:
    return response.getvalue()


def opened(response: Page) -> Image.Image:
    return Image.open(io.BytesIO(body(response)))


# Who may see


@pytest.mark.parametrize("url", [picture_url, original_url])
@pytest.mark.parametrize(
    ("name", "code"),
    [("uploader", 200), ("reviewer", 200), ("analyst", 200), ("manager", 200), ("outsider", 403)],
)
def test_pictures_are_for_staff_with_permission(
    request: pytest.FixtureRequest, side: Side, url: Callable[[Side], str], name: str, code: int
) -> None:
    person: Person = request.getfixturevalue(name)
    assert get(person.client, url(side)).status_code == code


@pytest.mark.parametrize("url", [picture_url, original_url])
def test_visitor_is_sent_to_the_sign_in_page(
    visitor: Client, side: Side, url: Callable[[Side], str]
) -> None:
    response = get(visitor, url(side))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("admin:login"))


def test_picture_in_the_cache_is_still_private(
    reviewer: Person, outsider: Person, visitor: Client, side: Side
) -> None:
    assert get(reviewer.client, picture_url(side)).status_code == 200
    assert get(outsider.client, picture_url(side)).status_code == 403
    assert get(visitor, picture_url(side)).status_code == 302


@pytest.mark.parametrize("prefix", ["/media/", "/static/", "/vault/", "/", "/admin/media/"])
def test_no_original_is_served_as_a_public_file(visitor: Client, side: Side, prefix: str) -> None:
    name = vault.picture_name(side.picture, side.media_type)
    response = get(visitor, f"{prefix}{name}")
    assert response.status_code in (302, 404)
    assert b"JFIF" not in body(response)


def test_no_public_address_of_files_is_set_up(settings: Settings) -> None:
    assert settings.MEDIA_URL in ("", "/")
    assert settings.MEDIA_ROOT == ""


@pytest.mark.parametrize("url", [picture_url, original_url])
def test_pictures_answer_to_get_only(
    reviewer: Person, side: Side, url: Callable[[Side], str]
) -> None:
    assert reviewer.client.post(url(side)).status_code == 405


# What is answered


@pytest.mark.parametrize("size", SIZES)
def test_picture_is_a_private_jpeg(reviewer: Person, side: Side, size: str) -> None:
    response = get(reviewer.client, picture_url(side, size))
    assert response["Content-Type"] == "image/jpeg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-cache"
    assert opened(response).format == "JPEG"


@pytest.mark.parametrize(("size", "longest_px"), SIZES.items())
def test_picture_is_scaled_to_its_size(
    reviewer: Person, batch: Batch, size: str, longest_px: int
) -> None:
    data = pictures.jpeg(size=(3000, 1500))
    (arrival,) = intake.take_in(io.BytesIO(data), batch, name="large.jpg")
    response = get(reviewer.client, picture_url(Side.objects.get(card=arrival.card), size))
    assert opened(response).size == (longest_px, longest_px // 2)


def test_picture_is_upright(reviewer: Person, batch: Batch) -> None:
    data = pictures.jpeg(exif=pictures.orientation(6))
    (arrival,) = intake.take_in(io.BytesIO(data), batch, name="held.jpg")
    side = Side.objects.get(card=arrival.card)
    assert opened(get(reviewer.client, picture_url(side))).size == (side.width_px, side.height_px)


def test_each_side_of_a_document_has_its_own_picture(reviewer: Person, batch: Batch) -> None:
    first, second = pictures.card(), Image.new("RGB", pictures.SIZE_PX, "black")
    data = pictures.saved(first, "TIFF", save_all=True, append_images=[second])
    (arrival,) = intake.take_in(io.BytesIO(data), batch, name="two.tif")
    sides = Side.objects.filter(card=arrival.card)
    corners = [
        opened(get(reviewer.client, picture_url(side))).convert("L").getpixel((90, 60))
        for side in sides
    ]
    assert corners == [255, 0]


@pytest.fixture
def quarter(side: Side) -> Side:
    """The side, now the upper left quarter of its page."""
    wide, high = side.width_px / 2, side.height_px / 2
    side.quad = [[0, 0], [wide, 0], [wide, high], [0, high]]
    side.save(update_fields=["quad"])
    return side


def test_picture_of_a_card_on_a_page_is_cut_out(reviewer: Person, quarter: Side) -> None:
    picture = opened(get(reviewer.client, picture_url(quarter)))
    assert picture.size == (pictures.SIZE_PX[0] / 2, pictures.SIZE_PX[1] / 2)


def test_browser_that_has_the_picture_is_not_sent_it_again(reviewer: Person, side: Side) -> None:
    tag = get(reviewer.client, picture_url(side))["ETag"]
    again = reviewer.client.get(picture_url(side), headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert again["Cache-Control"] == "private, no-cache"


def test_picture_that_lies_otherwise_now_is_sent_again(reviewer: Person, side: Side) -> None:
    first = get(reviewer.client, picture_url(side))
    side.quad = [[96, 0], [96, 64], [0, 64], [0, 0]]
    side.save(update_fields=["quad"])
    again = reviewer.client.get(picture_url(side), headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 200
    assert opened(again).size == (side.height_px, side.width_px)


def test_picture_of_a_card_that_was_read_may_be_kept_a_while(reviewer: Person, side: Side) -> None:
    Card.objects.filter(pk=side.card_id).move(Card.Status.UPLOADED, to=Card.Status.NEEDS_REVIEW)
    response = get(reviewer.client, picture_url(side))
    assert response["Cache-Control"] == "private, max-age=3600"


def test_original_is_a_download_of_the_very_bytes(reviewer: Person, side: Side) -> None:
    response = get(reviewer.client, original_url(side))
    assert body(response) == pictures.jpeg()
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Disposition"] == f'attachment; filename="{side.picture[:12]}.jpg"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))


@pytest.mark.parametrize("make", [pictures.pdf, pictures.tiff, pictures.heic, pictures.webp])
def test_original_of_another_kind_keeps_its_kind(
    reviewer: Person, batch: Batch, make: Callable[[], bytes]
) -> None:
    (arrival,) = intake.take_in(io.BytesIO(make()), batch, name="card")
    side = Side.objects.get(card=arrival.card)
    response = get(reviewer.client, original_url(side))
    assert response["Content-Type"] == side.media_type
    assert body(response) == make()


def test_hostile_file_name_is_not_in_the_answer(reviewer: Person, batch: Batch) -> None:
    name = 'x"; filename="evil.html\r\nSet-Cookie: a=b.jpg'
    (arrival,) = intake.take_in(io.BytesIO(pictures.jpeg()), batch, name=name)
    response = get(reviewer.client, original_url(Side.objects.get(card=arrival.card)))
    assert "evil" not in response["Content-Disposition"]
    assert "Set-Cookie" not in response


# What is not there


@pytest.mark.parametrize("size", ["huge", "THUMB", "0", "view.jpg"])
def test_unknown_size_is_not_there(reviewer: Person, side: Side, size: str) -> None:
    assert get(reviewer.client, picture_url(side, size)).status_code == 404


@pytest.mark.parametrize("number", [999_999, 10**30])
def test_unknown_side_is_not_there(reviewer: Person, number: int) -> None:
    for url in (
        reverse("admin:cards_picture", args=(number, "thumb")),
        reverse("admin:cards_original", args=(number,)),
    ):
        assert get(reviewer.client, url).status_code == 404


# A vault that fails


@pytest.mark.parametrize("rust", [b"", b"rust", pictures.truncated(pictures.jpeg())])
def test_damaged_original_is_a_sentence_instead_of_a_picture(
    reviewer: Person, side: Side, spoil: Spoil, rust: bytes
) -> None:
    spoil(vault.picture_name(side.picture, side.media_type), rust)
    response = get(reviewer.client, picture_url(side))
    assert response.status_code == 503
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert "is damaged in the vault" in response.text


def test_damaged_original_is_not_remembered_as_a_picture(
    reviewer: Person, side: Side, spoil: Spoil
) -> None:
    name = vault.picture_name(side.picture, side.media_type)
    spoil(name, b"rust")
    assert get(reviewer.client, picture_url(side)).status_code == 503
    spoil(name, pictures.jpeg())
    assert get(reviewer.client, picture_url(side)).status_code == 200


@pytest.mark.usefixtures("lost_vault")
@pytest.mark.parametrize("url", [picture_url, original_url])
def test_vault_that_is_down_is_a_sentence(
    reviewer: Person, batch: Batch, url: Callable[[Side], str]
) -> None:
    side = Side.objects.create(
        card=Card.objects.create(batch=batch), position=0, picture="ab" * 32,
        media_type="image/jpeg", width_px=96, height_px=64,
    )  # fmt: skip
    response = get(reviewer.client, url(side))
    assert response.status_code == 503
    assert response.text.startswith("The vault could not give images/ab/")
    assert "Traceback" not in response.text


def test_picture_seen_once_is_still_there_when_the_vault_is_down(
    reviewer: Person, side: Side, request: pytest.FixtureRequest
) -> None:
    assert get(reviewer.client, picture_url(side)).status_code == 200
    request.getfixturevalue("lost_vault")
    assert get(reviewer.client, picture_url(side)).status_code == 200
