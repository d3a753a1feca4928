from __future__ import annotations

import io
import random
import struct
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pypdfium2
import pytest
from PIL import Image

from cards import images, pdf_drawing
from tests import pictures

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")

LIMITS = images.Limits(pixels=80_000_000, pages=10)
TOO_MUCH = "The PDF takes too much time or memory; send a picture of each page instead."
BAR, PAPER = (4, 4), (90, 60)
"""A place on the drawn card that is dark, and one that is white."""

MAKERS: dict[str, Callable[[], bytes]] = {
    "image/jpeg": pictures.jpeg,
    "image/png": pictures.png,
    "image/webp": pictures.webp,
    "image/tiff": pictures.tiff,
    "image/heic": pictures.heic,
    "application/pdf": pictures.pdf,
}


def read(data: bytes, limits: images.Limits = LIMITS) -> list[Image.Image]:
    return list(images.pages(data, images.media_type(data), limits))


def sentence(data: bytes, limits: images.Limits = LIMITS) -> str:
    with pytest.raises(images.PictureError) as caught:
        read(data, limits)
    return str(caught.value)


def darkness(picture: Image.Image, place: tuple[int, int]) -> int:
    return 255 - picture.convert("L").crop((*place, place[0] + 1, place[1] + 1)).tobytes()[0]


def assert_is_the_card(picture: Image.Image) -> None:
    assert picture.mode == "RGB"
    assert picture.size == pictures.SIZE_PX
    assert darkness(picture, BAR) > 200
    assert darkness(picture, PAPER) < 10


# Kinds


@pytest.mark.parametrize("kind", MAKERS)
def test_kind_is_told_by_content(kind: str) -> None:
    assert images.media_type(MAKERS[kind]()) == kind


@pytest.mark.parametrize("members", [{"a.txt": b"a"}, {}])
def test_zip_is_told_by_content(members: dict[str, bytes]) -> None:
    assert images.media_type(pictures.zip_of(members)) == "application/zip"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"Lunch at noon?",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"GIF89a\x01\x00\x01\x00",
        b"BM\x3a\0\0\0",
        b"\0" * 1024,
        b"\0\0\0\x18ftypisom",
    ],
)
def test_other_contents_are_no_kind(data: bytes) -> None:
    assert images.media_type(data) == ""


# Pages


@pytest.mark.parametrize("kind", [kind for kind in MAKERS if kind != "application/pdf"])
def test_picture_comes_out_in_rgb(kind: str) -> None:
    (page,) = read(MAKERS[kind]())
    assert_is_the_card(page)


def test_pdf_page_is_drawn_at_its_longest_side() -> None:
    (page,) = read(pictures.pdf())
    assert page.mode == "RGB"
    assert page.size == (images.PDF_LONGEST_SIDE_PX, 1600)
    assert darkness(page, BAR) > 200
    assert darkness(page, (2300, 1500)) < 10


@pytest.mark.parametrize("make", [pictures.tiff, pictures.pdf])
def test_every_page_of_a_document_comes_out(make: Callable[[int], bytes]) -> None:
    assert len(read(make(3))) == 3


@pytest.mark.parametrize("make", [pictures.tiff, pictures.pdf])
def test_one_page_is_the_same_as_among_all(make: Callable[[int], bytes]) -> None:
    data = make(3)
    page = images.page(data, images.media_type(data), 2, LIMITS)
    assert page.tobytes() == read(data)[2].tobytes()


@pytest.mark.parametrize("make", [pictures.tiff, pictures.pdf])
def test_page_beyond_the_last_is_a_sentence(make: Callable[[int], bytes]) -> None:
    data = make(2)
    with pytest.raises(images.PictureError, match=r"damaged"):
        images.page(data, images.media_type(data), 2, LIMITS)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_only_the_first_frame_of_an_animation_counts(kind: str) -> None:
    frames = [Image.new("RGB", pictures.SIZE_PX, colour) for colour in ("black", "red")]
    data = pictures.saved(
        pictures.card(), kind, save_all=True, append_images=frames, duration=50, loop=0
    )
    (page,) = read(data)
    assert_is_the_card(page)


def test_only_the_first_picture_of_a_phones_pair_counts() -> None:
    preview = Image.new("RGB", (32, 32), "black")
    data = pictures.saved(pictures.card(), "MPO", save_all=True, append_images=[preview])
    assert Image.open(io.BytesIO(data)).format == "MPO"
    (page,) = read(data)
    assert_is_the_card(page)


# Colours


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("CMYK", "JPEG"), ("CMYK", "TIFF"), ("YCbCr", "JPEG"), ("L", "JPEG"), ("1", "PNG"),
        ("1", "TIFF"), ("P", "PNG"), ("RGBA", "PNG"), ("LA", "PNG"), ("RGBA", "WEBP"),
    ],
)  # fmt: skip
def test_every_kind_of_colour_shows_the_card(mode: str, kind: str) -> None:
    (page,) = read(pictures.saved(pictures.card(mode), kind))
    assert_is_the_card(page)


@pytest.mark.parametrize(
    ("mode", "packing", "kind"),
    [("I;16", "<H", "PNG"), ("I;16", "<H", "TIFF"), ("I;16B", ">H", "TIFF"), ("I", "<i", "TIFF")],
)
def test_sixteen_bits_of_grey_keep_their_tone(mode: str, packing: str, kind: str) -> None:
    grey = Image.frombytes(mode, (8, 8), struct.pack(packing, 0x8000) * 64)
    (page,) = read(pictures.saved(grey, kind))
    assert page.getpixel((4, 4)) == (128, 128, 128)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_what_is_transparent_becomes_white(mode: str) -> None:
    clear = Image.new(mode, (8, 8), 0)
    (page,) = read(pictures.saved(clear, "PNG"))
    assert page.getpixel((4, 4)) == (255, 255, 255)


def test_transparent_colour_of_a_palette_becomes_white() -> None:
    palette = Image.new("P", (8, 8), 3)
    palette.putpalette([10, 20, 30] * 4)
    (page,) = read(pictures.saved(palette, "PNG", transparency=3))
    assert page.getpixel((4, 4)) == (255, 255, 255)


# Orientation


@pytest.mark.parametrize(
    ("value", "held"),
    [
        (1, None),
        (2, Image.Transpose.FLIP_LEFT_RIGHT),
        (3, Image.Transpose.ROTATE_180),
        (4, Image.Transpose.FLIP_TOP_BOTTOM),
        (5, Image.Transpose.TRANSPOSE),
        (6, Image.Transpose.ROTATE_90),
        (7, Image.Transpose.TRANSVERSE),
        (8, Image.Transpose.ROTATE_270),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_picture_is_turned_as_the_camera_was_held(
    kind: str, value: int, held: Image.Transpose | None
) -> None:
    card = pictures.card()
    taken = card if held is None else card.transpose(held)
    (page,) = read(pictures.saved(taken, kind, exif=pictures.orientation(value)))
    assert_is_the_card(page)


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_impossible_orientation_leaves_the_picture_as_it_is(value: int) -> None:
    (page,) = read(pictures.jpeg(exif=pictures.orientation(value)))
    assert_is_the_card(page)


@pytest.mark.parametrize(
    "block",
    [
        b"Exif\0\0",
        b"Exif\0\0not a block at all",
        b"Exif\0\0II*\0\xff\xff\xff\x7f",
        b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\xff" * 40,
    ],
)
def test_damaged_exif_block_does_not_cost_the_picture(block: bytes) -> None:
    (page,) = read(pictures.jpeg(exif=block))
    assert_is_the_card(page)


def test_exif_block_that_lies_elsewhere_still_tells_the_orientation() -> None:
    software_as_fraction = struct.pack("<HHII", 0x0131, 5, 1, 38)
    turned = struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0)
    block = b"II*\0\x08\0\0\0\x02\0" + turned + software_as_fraction + bytes(4)
    block += struct.pack("<II", 1, 0)
    taken = pictures.card().transpose(Image.Transpose.ROTATE_90)
    (page,) = read(pictures.saved(taken, "JPEG", exif=b"Exif\0\0" + block))
    assert_is_the_card(page)


def test_size_that_exif_claims_is_not_believed() -> None:
    exif = Image.Exif()
    exif[0x0100], exif[0x0101] = 60_000, 60_000
    exif.get_ifd(0x8769)[0xA002] = 60_000
    (page,) = read(pictures.jpeg(exif=exif.tobytes()))
    assert_is_the_card(page)


# Limits


def test_pixel_bomb_is_a_sentence() -> None:
    assert len(pictures.pixel_bomb()) < 100
    assert sentence(pictures.pixel_bomb()) == (
        "The picture has 3600 megapixels and the limit is 80; scale it down and try again."
    )


def test_picture_at_the_limit_of_pixels_is_read() -> None:
    width_px, height_px = pictures.SIZE_PX
    assert read(pictures.png(), images.Limits(width_px * height_px, 1))


def test_picture_over_the_limit_of_pixels_is_a_sentence() -> None:
    width_px, height_px = pictures.SIZE_PX
    assert "megapixels" in sentence(pictures.png(), images.Limits(width_px * height_px - 1, 1))


def test_limit_may_be_higher_than_the_decoders_own() -> None:
    bomb = pictures.pixel_bomb(20_000, 10_000)
    assert "damaged or cut off" in sentence(bomb, images.Limits(200_000_000, 1))


def test_pdf_over_the_limit_of_pixels_is_a_sentence() -> None:
    assert "megapixels" in sentence(pictures.pdf(), images.Limits(1_000_000, 1))


@pytest.mark.parametrize("make", [pictures.tiff, pictures.pdf])
def test_document_of_five_hundred_pages_is_a_sentence(make: Callable[[int], bytes]) -> None:
    assert sentence(make(500)) == (
        "The file has more than 10 pages, and a card has no more sides than that;"
        " split it and try again."
    )


# Bad bytes


@pytest.mark.parametrize("kind", MAKERS)
def test_truncated_file_is_a_sentence(kind: str) -> None:
    assert "damaged" in sentence(pictures.truncated(MAKERS[kind]()))


@pytest.mark.parametrize(
    "start",
    [
        b"\xff\xd8\xff\xe0\0\x10JFIF\0",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\x10\0\0\0WEBPVP8 ",
        b"II*\0\x08\0\0\0\0\0",
        b"MM\0*\0\0\0\x08",
        b"\0\0\0\x18ftypheic",
        b"%PDF-1.7\n",
    ],
)
def test_mere_beginning_of_a_file_is_a_sentence(start: bytes) -> None:
    assert "damaged" in sentence(start + b"and then something else")


def test_locked_pdf_is_a_sentence() -> None:
    assert sentence(pictures.locked_pdf()) == (
        "The PDF is protected with a password; save it without one and try again."
    )


def test_locked_pdf_of_these_tests_really_opens_with_its_password() -> None:
    password = pictures.PDF_PASSWORD.decode()
    with pypdfium2.PdfDocument(pictures.locked_pdf(), password=password) as document:
        assert len(document) == 1


@pytest.mark.parametrize("kind", MAKERS)
def test_damage_anywhere_ends_as_pages_or_a_sentence(kind: str) -> None:
    chance, whole = random.Random(4), MAKERS[kind]()
    limits = images.Limits(pixels=4_000_000, pages=3)
    for _ in range(20 if kind == "application/pdf" else 300):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(min(len(data), chance.choice((60, 400, 10**6))))] = chance.choice(
                (0, 1, 3, 5, 255, chance.randrange(256))
            )
        try:
            assert list(images.pages(bytes(data), kind, limits))
        except images.PictureError as error:
            assert str(error).endswith(".")  # noqa: PT017


def test_pdfs_that_are_drawn_at_the_same_time_do_not_spoil_each_other() -> None:
    alone = [page.tobytes() for page in read(pictures.pdf(2))]
    mine = images.pages(pictures.pdf(2), "application/pdf", LIMITS)
    first = next(mine)
    with ThreadPoolExecutor(2) as threads:
        others = list(threads.map(read, [pictures.pdf(2)] * 2))
    for pages in ([first, *mine], *others):
        assert [page.tobytes() for page in pages] == alone


def test_pdf_that_takes_too_long_to_draw_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "PDF_SECONDS", 1)
    assert sentence(pictures.endless_pdf()) == TOO_MUCH


def test_pdf_that_eats_the_memory_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "PDF_BYTES", 150_000_000)
    assert sentence(pictures.endless_pdf()) == TOO_MUCH


def test_pdf_that_ends_the_program_that_draws_it_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    crashing = tmp_path / "crashing.py"
    crashing.write_text("import os; os.kill(os.getpid(), 11)")
    monkeypatch.setattr(pdf_drawing, "__file__", str(crashing))
    assert sentence(pictures.pdf()) == TOO_MUCH
    with pytest.raises(images.PictureError):
        images.page(pictures.pdf(), "application/pdf", 0, LIMITS)


def test_pdf_that_is_only_begun_leaves_no_process() -> None:
    before = set(psutil.Process().children())
    begun = images.pages(pictures.pdf(3), "application/pdf", LIMITS)
    next(begun)
    assert set(psutil.Process().children()) - before
    begun.close()  # type: ignore[attr-defined]
    assert not set(psutil.Process().children()) - before


# Small pictures for pages


def test_encoded_picture_is_scaled_down_in_proportion() -> None:
    data = images.encode(Image.new("RGB", (400, 100)), longest_px=200)
    assert Image.open(io.BytesIO(data)).size == (200, 50)


def test_encoded_picture_is_never_scaled_up() -> None:
    data = images.encode(Image.new("RGB", (40, 10)), longest_px=200)
    assert Image.open(io.BytesIO(data)).size == (40, 10)


def test_encoded_picture_carries_no_exif() -> None:
    (page,) = read(pictures.jpeg(exif=pictures.orientation(6)))
    data = images.encode(page, longest_px=50)
    assert not Image.open(io.BytesIO(data)).getexif()
