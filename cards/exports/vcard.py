"""vCard 3.0 (RFC 2426): one file with a card for each contact, for address books and telephones.

`FieldInfo.vcard` says which property carries a field: `TEL;TYPE=CELL` is a property of its own,
`N.family` is a part of one, and a field without one stays out. UID is the card's id, REV its
last change. Phones in the wild do not read vCard 4.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from cards.columns import COLUMNS, Row, as_text
from cards.exports.base import BaseFormat

MAX_LINE_BYTES = 75

# RFC 2426, 3.1.2, 3.2.1 and 3.5.5: the parts in their order.
_PARTS = {
    "N": ("family", "given", "additional", "prefix", "suffix"),
    "ADR": ("pobox", "extended", "street", "locality", "region", "code", "country"),
    "ORG": ("", "unit"),
}
_PARAMETERS = {"ADR": ";TYPE=WORK"}
_ALWAYS = ("N", "FN")
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
# Whatever some reader takes for the end of a line, and the controls that have no place in one.
_BREAKS = re.compile("\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_NAMES = tuple((column.name, column.vcard, column.vcard.partition(".")[0]) for column in COLUMNS)


class Format(BaseFormat):
    title = _("vCard, for address books")
    extension = "vcf"
    content_type = "text/vcard; charset=utf-8"

    def write(self, rows: Iterable[Row], path: Path) -> None:
        with path.open("x", encoding="utf-8", newline="") as file:
            for row in rows:
                file.writelines(f"{fold(line)}\r\n" for line in _lines(row))

    def count(self, path: Path) -> int:
        with path.open("rb") as file:
            marks = [line for line in file if line in (b"BEGIN:VCARD\r\n", b"END:VCARD\r\n")]
        return marks.count(b"END:VCARD\r\n") if len(marks) % 2 == 0 else 0


def _lines(row: Row) -> Iterator[str]:
    values = {column.name: as_text(value) for column, value in zip(COLUMNS, row, strict=True)}
    yield "BEGIN:VCARD"
    yield "VERSION:3.0"
    yield from _properties(values)
    yield f"UID:urn:uuid:{values['id']}"
    yield f"REV:{values['updated_at']}"
    yield "END:VCARD"


def _properties(values: dict[str, str]) -> Iterator[str]:
    """The lines that `FieldInfo.vcard` asks for, a structured property where its first part is."""
    parts = {carrier: values[name] for name, carrier, base in _NAMES if base in _PARTS}
    done = set()
    for name, carrier, base in _NAMES:
        text = values[name]
        if base in _PARTS:
            if base not in done:
                yield from _structured(base, parts)
            done.add(base)
        elif base == "FN":
            yield f"FN:{escape(text or _name(values))}"
        elif base and text:
            yield f"{carrier}:{_uri(text) if base == 'URL' else escape(text)}"


def _structured(name: str, texts: dict[str, str]) -> Iterator[str]:
    parts = [texts.get(f"{name}.{part}" if part else name, "") for part in _PARTS[name]]
    if name == "ORG" and not parts[-1]:
        parts.pop()  # a unit is optional, and an empty one is shown by some telephones
    if any(parts) or name in _ALWAYS:
        yield f"{name}{_PARAMETERS.get(name, '')}:{';'.join(map(escape, parts))}"


def _name(values: dict[str, str]) -> str:
    """What to call a contact without a full name: a vCard must have one."""
    parts = " ".join(filter(None, (values["first_name"], values["last_name"])))
    others = (values["native_name"], values["company"], values["email"], values["phone"])
    return parts or next(filter(None, others), "Unnamed")


def escape(text: str) -> str:
    """`text` as a value: on one line, with nothing in it that would end it."""
    return _CONTROLS.sub("", _BREAKS.sub("\n", text)).translate(_ESCAPES)


def _uri(text: str) -> str:
    # A URI is not escaped, and has no spaces.
    return "".join(_CONTROLS.sub("", text).split())


def fold(line: str) -> str:
    """`line` in pieces of at most 75 octets, none of which cuts a character (RFC 2426, 2.6)."""
    if len(line) * 4 <= MAX_LINE_BYTES or len(line.encode()) <= MAX_LINE_BYTES:
        return line
    pieces, piece, size = [], "", 0
    for character in line:
        width = len(character.encode())
        if size + width > MAX_LINE_BYTES:
            pieces.append(piece)
            piece, size = "", 1  # for the space that begins a continuation
        piece, size = piece + character, size + width
    return "\r\n ".join((*pieces, piece))
