"""Pictures: what kind a file is, and its pages upright. Bytes in, pictures out, no database."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from cards import pdf_drawing

# The limit is ours, `Limits.pixels`, and is checked before a pixel is decoded. Pillow's own is one
# fixed figure, and as a warning it cannot be relied on while other threads change the filters.
Image.MAX_IMAGE_PIXELS = None

_FORMATS = {
    # Two-picture JPEGs of phones (MPO) too: Pillow finds out by itself.
    "image/jpeg": ("JPEG",),
    "image/png": ("PNG",),
    "image/webp": ("WEBP",),
    "image/tiff": ("TIFF",),
    "image/heic": ("HEIF",),
}
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes a picture upright, by the orientation in its EXIF block."""

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}

PDF_LONGEST_SIDE_PX = 2400
"""A business card page at about 700 dpi, an A4 page at about 200 dpi."""

PDF_SECONDS = 20
"""Of the processor, for all pages of a PDF; those of a scanned card take less than one."""

PDF_BYTES = 1_000_000_000
"""Of memory. The pictures in a PDF may be larger than its pages are drawn."""


class PictureError(Exception):
    """A file that cannot be used, with the reason in words for staff."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may ask of the machine."""

    pixels: int
    pages: int


def media_type(data: bytes) -> str:
    """The media type of `data` by its first bytes, "" when it is none that we take."""
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[:4] in (b"II*\0", b"MM\0*"):
        return "image/tiff"
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        return "image/heic"
    if b"%PDF-" in data[:1024]:
        return "application/pdf"
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "application/zip"
    return ""


def pages(data: bytes, kind: str, limits: Limits) -> Iterator[Image.Image]:
    """Every page of a picture or PDF, upright and in RGB, one at a time.

    Raises PictureError when the file is damaged, locked or over the limits. A page costs 3 bytes
    of memory a pixel.
    """
    return _pdf_pages(data, limits) if kind == "application/pdf" else _frames(data, kind, limits)


def page(data: bytes, kind: str, number: int, limits: Limits) -> Image.Image:
    """One page of a picture or PDF, upright and in RGB. Raises PictureError."""
    if kind == "application/pdf":
        return next(_pdf_pages(data, limits, number))
    with _opened(data, kind) as picture:
        picture.seek(number)
        return _upright(picture, limits)


def encode(picture: Image.Image, *, longest_px: int, quality: int = 85) -> bytes:
    """`picture` as JPEG, scaled down so that its longest side has at most `longest_px`."""
    if max(picture.size) > longest_px:
        picture = ImageOps.contain(picture, (longest_px, longest_px), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()


def _frames(data: bytes, kind: str, limits: Limits) -> Iterator[Image.Image]:
    with _opened(data, kind) as picture:
        # Only a TIFF's frames are pages; those of others are animation or a phone's previews.
        count = _count_frames(picture, limits) if kind == "image/tiff" else 1
        _check_count(count, limits)
        for number in range(count):
            picture.seek(number)
            yield _upright(picture, limits)


def _count_frames(picture: Image.Image, limits: Limits) -> int:
    """The frames of a TIFF, counted no further than one over the limit."""
    for number in range(1, limits.pages + 1):
        try:
            picture.seek(number)
        except EOFError:
            return number
    return limits.pages + 1


@contextmanager
def _opened(data: bytes, kind: str) -> Iterator[Image.Image]:
    if kind == "image/heic":
        import pillow_heif

        pillow_heif.register_heif_opener()
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS[kind]) as picture:
            yield picture
    except PictureError:
        raise
    except UnidentifiedImageError:
        raise PictureError("The file is damaged: it cannot be opened as a picture.") from None
    except Exception as error:  # on damaged bytes a decoder may raise anything
        raise PictureError(
            "The file is damaged or cut off; copy it again from where it came from."
        ) from error


def _upright(picture: Image.Image, limits: Limits) -> Image.Image:
    _check_size(picture.size, limits)
    picture.load()
    turned = _turned(picture)
    if turned.mode in ("RGBA", "LA", "PA") or "transparency" in turned.info:
        layer = turned.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(white, layer).convert("RGB")
    if turned.mode.startswith("I"):
        return turned.convert("I").point(lambda value: value / 256).convert("L").convert("RGB")
    return turned.convert("RGB")


def _turned(picture: Image.Image) -> Image.Image:
    """`picture` upright; one whose EXIF block is damaged counts as upright already.

    Pillow's `exif_transpose` would also write the block anew, which fails when it lies.
    """
    try:
        turn = _TURNS.get(picture.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # see `_opened`
        return picture
    return picture if turn is None else picture.transpose(turn)


def _pdf_pages(data: bytes, limits: Limits, only: int | None = None) -> Iterator[Image.Image]:
    """All pages, or one, each when it is asked for; drawn by `pdf_drawing` in another process."""
    wanted = pdf_drawing.Wanted(
        page=only, longest_px=PDF_LONGEST_SIDE_PX, most_pages=limits.pages,
        most_pixels=limits.pixels, most_seconds=PDF_SECONDS, most_bytes=PDF_BYTES,
    )  # fmt: skip
    command = [sys.executable, "-I", "-B", pdf_drawing.__file__, json.dumps(wanted)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={}
    ) as process:
        try:
            _send(process, data)
            count = int(_told(process)["pages"])
            if only is None:
                _check_count(count, limits)
            for _number in range(count if only is None else 1):
                width, height = _told(process)["size"]
                _check_size((width, height), limits)
                yield Image.frombytes("RGB", (width, height), _read(process, width * height * 3))
        finally:
            process.kill()


def _send(process: subprocess.Popen[bytes], data: bytes) -> None:
    """One that has ended meanwhile is noticed where its words are read."""
    assert process.stdin  # noqa: S101
    with suppress(BrokenPipeError):
        process.stdin.write(data)
    with suppress(BrokenPipeError):
        process.stdin.close()


def _told(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    """What the process says next of the PDF. Raises PictureError."""
    assert process.stdout  # noqa: S101
    line = process.stdout.readline()
    told: dict[str, Any] = json.loads(line) if line.endswith(b"\n") else {"error": "much"}
    if "error" in told:
        raise _pdf_error(told["error"])
    return told


def _read(process: subprocess.Popen[bytes], size: int) -> bytes:
    assert process.stdout  # noqa: S101
    found = process.stdout.read(size)
    if len(found) < size:
        raise _pdf_error("much")
    return found


def _pdf_error(word: str) -> PictureError:
    if word == "locked":
        return PictureError(
            "The PDF is protected with a password; save it without one and try again."
        )
    if word == "damaged":
        return PictureError("The PDF is damaged or cut off; export it again.")
    if word == "page":
        return PictureError("A page of the PDF is damaged; export it again.")
    if word == "size":
        return PictureError("A page of the PDF has no size; export it again.")
    return PictureError(
        "The PDF takes too much time or memory; send a picture of each page instead."
    )


def _check_count(count: int, limits: Limits) -> None:
    if count < 1:
        raise PictureError("The file has no pages.")
    if count > limits.pages:
        raise PictureError(
            f"The file has more than {limits.pages} pages, and a card has no more sides than that;"
            " split it and try again."
        )


def _check_size(size: tuple[int, int], limits: Limits) -> None:
    pixels = size[0] * size[1]
    if pixels > limits.pixels:
        raise PictureError(
            f"The picture has {pixels / 1e6:.0f} megapixels and the limit is"
            f" {limits.pixels / 1e6:.0f}; scale it down and try again."
        )
