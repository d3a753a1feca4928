"""QR and bar codes on pictures, and what the contact data in them says about the printed values.

A code is exact where a print may be misread, but it can also be old, or lead elsewhere. So it
settles what agrees with the print, fills what is not printed, and marks what it contradicts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from PIL import Image

from extraction.reading import payloads, same
from extraction.reading.confidence import DOUBT_BELOW
from extraction.reading.vcards import ADDRESS, SLOTS
from extraction.reading.vocabulary import HAS_CJK
from extraction.result import Box, Code, Corners, Value

if TYPE_CHECKING:
    import numpy as np
    import zxingcpp
    from numpy.typing import NDArray

LONGEST_SIDE_PX = 2000
"""Codes are looked for on a picture scaled down to this, in about 20 ms."""

CONFIRMED = 0.99
"""The confidence of a printed value that a code agrees with."""

UNPRINTED = 0.9
"""The confidence of a value that stands in a code alone."""

LONGEST_TEXT = 4500
"""Characters kept of a code: a little more than the largest QR code holds."""


def find(picture: Image.Image, side: int) -> list[Code]:
    """The codes on `picture`, with their corners in its pixels, clockwise from the code's own
    top left. Those without a text, or with the same one again, are left out."""
    import zxingcpp

    small = _scaled(picture)
    scale_x, scale_y = picture.width / small.shape[1], picture.height / small.shape[0]
    found: dict[str, Code] = {}
    for barcode in zxingcpp.read_barcodes(
        small, formats=_formats(), text_mode=zxingcpp.TextMode.Plain
    ):
        text = _text(barcode)
        if text:
            box = Box(side, _corners(barcode.position, scale_x, scale_y))
            found.setdefault(text, Code(text, str(barcode.format).replace(" ", ""), box))
    return list(found.values())


def contacts(codes: Sequence[Code]) -> dict[str, str]:
    """The contact fields in `codes` by name, tidied; the first code that has a field counts."""
    return {name: told.text for name, told in _told(codes).items()}


def apply(values: Mapping[str, Value], codes: Sequence[Code]) -> dict[str, Value]:
    """`values` as printed, corrected, completed and doubted by what `codes` say.

    Where both agree, the value is as good as certain; a misreading takes the code's text. A
    value in a code alone gets the code's box. A contradiction keeps the print and says why it is
    doubtful. Where a text changes, `normalised` is emptied.
    """
    told = _told(codes)
    result = dict(values)
    _apply_slots(result, told, ("phone", "mobile", "fax"), same.phone)
    _apply_slots(result, told, ("email",), same.text)
    _apply_name(result, told)
    for name in ("job_title", "department", "company"):
        if name in told:
            _apply_text(result, name, told[name])
    _apply_web(result, told)
    _apply_address(result, told)
    for name in ("social", "prefix", "suffix", "extension", "notes"):
        if name in told:
            result.setdefault(name, told[name].as_value())
    return result


@dataclass(frozen=True, slots=True)
class _Told:
    """The text of a field in a code."""

    text: str
    code: Code

    def as_value(self) -> Value:
        return Value(self.text, UNPRINTED, (self.code.box,))

    def as_doubt(self) -> str:
        name = "QR code" if "QR" in self.code.format else "code"
        return f"the {name} says {self.text[:80]}"


def _told(codes: Sequence[Code]) -> dict[str, _Told]:
    found: dict[str, _Told] = {}
    for code in codes:
        for name, text in payloads.contact(code.text).items():
            found.setdefault(name, _Told(text, code))
    return found


def _apply_slots(
    result: dict[str, Value],
    told: Mapping[str, _Told],
    kinds: Sequence[str],
    is_same: Callable[[str, str], bool],
) -> None:
    """Numbers or mail addresses: the code's first may be the card's second, and a mobile number
    may stand on the card as just a number."""
    printed = [slot for kind in kinds for slot in SLOTS[kind] if slot in result]
    left: list[tuple[str, _Told]] = []
    for kind in kinds:
        for item in (told[slot] for slot in SLOTS[kind] if slot in told):
            equal = next((slot for slot in printed if is_same(result[slot].text, item.text)), "")
            if equal:
                _confirm(result, equal)
                printed.remove(equal)
            else:
                left.append((kind, item))
    for kind, item in left:
        _apply_slot(result, [slot for slot in printed if slot in SLOTS[kind]], SLOTS[kind], item)


def _apply_slot(
    result: dict[str, Value], printed: Sequence[str], slots: Sequence[str], item: _Told
) -> None:
    """What a number or address says that is nowhere printed as it stands in the code; `printed`
    are the slots of its kind that agree with no other in the code."""
    misread = [slot for slot in printed if _is_misread(result[slot].text, item.text)]
    free = [slot for slot in slots if slot not in result]
    if misread:
        _confirm(result, misread[0], item.text)
    elif printed:
        _doubt(result, printed[0], item)
    elif free:
        result[free[0]] = item.as_value()


def _apply_name(result: dict[str, Value], told: Mapping[str, _Told]) -> None:
    """The code knows which part of a name is the family's, whichever way round it is printed."""
    if (full := told.get("full_name")) is None:
        return
    printed = result.get("full_name")
    if printed and _script(printed.text) != _script(full.text):
        _apply_text(result, "native_name", full)
        return
    if printed and _words(printed.text) == _words(full.text):
        _confirm(result, "full_name")
    else:
        _apply_text(result, "full_name", full)
    agreed = result["full_name"].confidence >= UNPRINTED and not result["full_name"].reason
    parts = [told[name] for name in _PARTS if name in told]
    if agreed and len(parts) == len(_PARTS) and _words(full.text) >= _words(parts[0].text):
        boxes = result["full_name"].boxes
        for name, part in zip(_PARTS, parts, strict=True):
            before = result.get(name, Value(part.text, UNPRINTED, boxes))
            sure = max(before.confidence, result["full_name"].confidence)
            text = before.text if same.text(before.text, part.text) else part.text
            result[name] = replace(before, text=text, confidence=sure, reason="")


_PARTS = ("first_name", "last_name")


def _apply_text(result: dict[str, Value], name: str, item: _Told) -> None:
    printed = result.get(name)
    if printed is None:
        result[name] = item.as_value()
    elif same.text(printed.text, item.text):
        _confirm(result, name)
    elif _is_misread(printed.text, item.text):
        _confirm(result, name, item.text)
    elif not _is_part(printed.text, item.text) and _script(printed.text) == _script(item.text):
        _doubt(result, name, item)


def _apply_web(result: dict[str, Value], told: Mapping[str, _Told]) -> None:
    """A code may lead to any page of the printed site, or elsewhere, which says nothing."""
    if (item := told.get("website")) is None:
        return
    if (printed := result.get("website")) is None:
        # A page deep within a site is what the code is about, not where the company is.
        if not urlsplit(item.text if "//" in item.text else f"//{item.text}").path.strip("/"):
            result["website"] = item.as_value()
        return
    host, read = same.host(item.text), same.host(printed.text)
    if host == read:
        _confirm(result, "website")
    elif _is_misread(read, host):
        corrected = re.sub(re.escape(read), lambda _: host, printed.text, flags=re.IGNORECASE)
        _confirm(result, "website", corrected)
    elif len(payloads.contact(item.code.text)) > 1:  # a whole contact, which means its website
        _doubt(result, "website", item)


def _apply_address(result: dict[str, Value], told: Mapping[str, _Told]) -> None:
    """Confirms an address as a whole, because its parts may be cut elsewhere; another address is
    another office and no contradiction."""
    printed = [name for name in sorted(ADDRESS[:3]) + list(ADDRESS[3:]) if name in result]
    items = {name: told[name] for name in ADDRESS if name in told}
    whole = " ".join(item.text for item in items.values())
    if not items or not printed:
        result.update((name, item.as_value()) for name, item in items.items())
    elif same.address(" ".join(result[name].text for name in printed), whole):
        for name in printed:
            if same.key(result[name].text) in same.key(whole):
                _confirm(result, name)


def _confirm(result: dict[str, Value], name: str, text: str = "") -> None:
    """Makes the value certain; with a `text`, that is what the OCR should have read."""
    value = result[name]
    sure = replace(value, confidence=max(value.confidence, CONFIRMED), reason="")
    result[name] = replace(sure, text=text, normalised="") if text else sure


def _doubt(result: dict[str, Value], name: str, item: _Told) -> None:
    confidence = min(result[name].confidence, DOUBT_BELOW - 0.1)
    result[name] = replace(result[name], confidence=confidence, reason=item.as_doubt())


def _is_misread(read: str, told: str) -> bool:
    """Whether `read` is `told` but for an OCR slip: one letter in eight, and one at least."""
    one, other = same.key(read), same.key(told)
    longest = max(len(one), len(other))
    alike = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    return longest >= 5 and longest - sum(block.size for block in alike) <= max(1, longest // 8)


def _is_part(one: str, other: str) -> bool:
    shorter, longer = sorted((same.key(one), same.key(other)), key=len)
    return shorter in longer


def _script(text: str) -> bool:
    return bool(HAS_CJK.search(text))


def _words(text: str) -> set[str]:
    return {same.key(word) for word in re.split(r"[\s,]+", text)} - {""}


def _scaled(picture: Image.Image) -> NDArray[np.uint8]:
    """The picture in grey, no larger than codes need."""
    import numpy as np

    shrink = min(1.0, LONGEST_SIDE_PX / max(picture.size))
    width, height = (max(1, round(side * shrink)) for side in picture.size)
    small = picture.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=1.0)
    return np.asarray(small.convert("L"))


def _text(barcode: zxingcpp.Barcode) -> str:
    """The text of a code without control characters but line ends.

    Codes rarely name their encoding. Bytes that are UTF-8 are taken as that; otherwise the
    library's guess counts, unless it has signs that only Shift-JIS explains.
    """
    text = barcode.text
    for encoding in ("utf-8", "cp932") if _MISREAD_JAPANESE.search(text) else ("utf-8",):
        try:
            text = barcode.bytes.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    kept = (c for c in text if c in "\t\r\n" or unicodedata.category(c) not in ("Cc", "Cs"))
    return "".join(kept)[:LONGEST_TEXT].strip()


_MISREAD_JAPANESE = re.compile("[\x80-\x9f]")
"""Control characters of Latin-1: no text has them, but Shift-JIS kanji taken for Latin-1 do."""


def _corners(position: zxingcpp.Position, scale_x: float, scale_y: float) -> Corners:
    first, second, third, fourth = (
        (point.x * scale_x, point.y * scale_y)
        for point in (
            position.top_left, position.top_right, position.bottom_right, position.bottom_left,
        )
    )  # fmt: skip
    return first, second, third, fourth


@cache
def _formats() -> zxingcpp.BarcodeFormats:
    from zxingcpp import BarcodeFormat, BarcodeFormats

    kinds = ("QRCode", "MicroQRCode", "DataMatrix", "Aztec", "PDF417", "Code128", "EAN13", "EAN8")
    return BarcodeFormats([BarcodeFormat[kind] for kind in kinds])
