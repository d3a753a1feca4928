"""Bytes of pictures, PDFs and ZIPs as they come in, good and bad; nothing on them is real."""

from __future__ import annotations

import hashlib
import io
import stat
import struct
import time
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

from PIL import Image, ImageDraw

SIZE_PX = (96, 64)
PDF_PASSWORD = b"marigold"
_PDF_PADDING = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")


def card(mode: str = "RGB", *, size: tuple[int, int] = SIZE_PX, tone: int = 0) -> Image.Image:
    """A white card with a dark bar at its upper left; another `tone` is another picture."""
    picture = Image.new("RGB", size, "white")
    ImageDraw.Draw(picture).rectangle(
        (0, 0, size[0] // 2, size[1] // 4), fill=(tone * 12 % 256, 20, 60)
    )
    return picture.convert(mode, dither=Image.Dither.NONE)


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    """`picture` in Pillow's format `kind`."""
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def jpeg(tone: int = 0, *, size: tuple[int, int] = SIZE_PX, exif: bytes = b"") -> bytes:
    return saved(card(size=size, tone=tone), "JPEG", exif=exif)


def png(tone: int = 0, *, mode: str = "RGB") -> bytes:
    return saved(card(mode, tone=tone), "PNG")


def webp(tone: int = 0) -> bytes:
    return saved(card(tone=tone), "WEBP")


def heic(tone: int = 0) -> bytes:
    import pillow_heif

    pillow_heif.register_heif_opener()
    return saved(card(tone=tone), "HEIF")


def tiff(pages: int = 1) -> bytes:
    return _many("TIFF", pages)


def pdf(pages: int = 1) -> bytes:
    long_ago = time.gmtime(0)
    return _many("PDF", pages, creationDate=long_ago, modDate=long_ago)


def _many(kind: str, pages: int, **options: Any) -> bytes:
    first, *others = [card(tone=number % 256) for number in range(pages)]
    return saved(first, kind, save_all=True, append_images=others, **options)


def orientation(value: int) -> bytes:
    """An EXIF block that says how the camera was held; 1 is upright, 6 a quarter turn."""
    exif = Image.Exif()
    exif[0x0112] = value
    return exif.tobytes()


def locked_pdf() -> bytes:
    """A PDF of one empty page that opens with PDF_PASSWORD only (40-bit RC4, revision 2).

    Algorithms 2 to 4 of ISO 32000-1, 7.6.3.
    """
    padded = (PDF_PASSWORD + _PDF_PADDING)[:32]
    owner = _rc4(hashlib.md5(padded).digest()[:5], padded)
    identity = b"0123456789abcdef"
    key = hashlib.md5(padded + owner + struct.pack("<i", -4) + identity).digest()[:5]
    user = _rc4(key, _PDF_PADDING)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 252 144]>>",
        b"<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>"
        % (owner.hex().encode(), user.hex().encode()),
    ]
    trailer = b"/Encrypt 4 0 R/ID[<%s><%s>]" % ((identity.hex().encode(),) * 2)
    return _pdf_of(objects, trailer)


def endless_pdf() -> bytes:
    """A PDF of 0.1 MB whose one page takes long and hundreds of megabytes to draw."""
    shapes = zlib.compress(b"0 0 m 252 144 l 252 0 l 0 144 l f\n" * 1_000_000, 9)
    stream = b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(shapes), shapes)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 252 144]/Contents 4 0 R>>",
        stream,
    ]
    return _pdf_of(objects, b"")


def _pdf_of(objects: list[bytes], trailer: bytes) -> bytes:
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, io.SEEK_END)
    table = [b"0000000000 65535 f \n"]
    for number, body in enumerate(objects, start=1):
        table.append(b"%010d 00000 n \n" % out.tell())
        out.write(b"%d 0 obj%sendobj\n" % (number, body))
    start = out.tell()
    size = len(table)
    out.write(b"xref\n0 %d\n%s" % (size, b"".join(table)))
    out.write(
        b"trailer<</Root 1 0 R/Size %d%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, start)
    )
    return out.getvalue()


def _rc4(key: bytes, data: bytes) -> bytes:
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def pixel_bomb(width_px: int = 60_000, height_px: int = 60_000) -> bytes:
    """A PNG of under 100 bytes that declares a huge picture."""
    header = struct.pack(">IIBBBBB", width_px, height_px, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0")), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(name, body) for name, body in chunks)


def png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def truncated(data: bytes) -> bytes:
    """The first half of a file, as a broken transfer leaves it."""
    return data[: len(data) // 2]


def zip_of(members: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of `members` under exactly the names given, harmless or not."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def zip_with_link(name: str, target: str) -> bytes:
    """A ZIP whose only member is a symbolic link."""
    out = io.BytesIO()
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(info, target)
    return out.getvalue()


def zip_with_password(members: Mapping[str, bytes]) -> bytes:
    """A ZIP whose members are marked as encrypted, in their own headers and in the directory."""
    data = bytearray(zip_of(members))
    for signature, flags_at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            data[at + flags_at] |= 0x1
            at = data.find(signature, at + 4)
    return bytes(data)


def zip_bomb(size_bytes: int = 200_000_000) -> bytes:
    """A ZIP of a few hundred kilobytes whose only member unpacks to `size_bytes` zeros."""
    out = io.BytesIO()
    block = bytes(1_000_000)
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("zeros.png", "w") as member,
    ):
        for _ in range(size_bytes // len(block)):
            member.write(block)
    return out.getvalue()
