"""The contact fields in a vCard of version 2.1, 3.0 or 4.0, as it is found in codes.

The vCards that telephones write into codes break quoted-printable lines, which the known library
refuses. So this reader is tolerant: what cannot be understood is left out, and nothing raises.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from extraction.reading.internet import is_social
from extraction.reading.names import split_name
from extraction.reading.normalise import normalise_field
from extraction.reading.vocabulary import HAS_CJK

SLOTS = {
    "phone": ("phone", "phone_2"),
    "mobile": ("mobile", "mobile_2"),
    "fax": ("fax",),
    "email": ("email", "email_2"),
}
"""The fields that take the first, second … value of a kind."""

_REDIRECT = re.compile(
    r"^(?:bit\.ly|qrco\.de|qr\.\w+|t\.co|tinyurl\.com|goo\.gl|is\.gd|ow\.ly|rb\.gy|cutt\.ly"
    r"|maps\.app\.goo\.gl|(?:www\.)?google\.[a-z.]+/maps|maps\.google\.[a-z.]+|linktr\.ee"
    r"|(?:www\.)?me-?qr\.com|(?:www\.)?qrstuff\.com|hihello\.me|popl\.co|blinq\.me)(?:/|$)",
    re.IGNORECASE,
)
"""Web addresses that only lead on to another: no website of a company."""

_MESSENGER = re.compile(r"^(?:wa\.me|line\.me|lin\.ee|t\.me|u\.wechat\.com)/", re.IGNORECASE)
_TRACKING = re.compile(r"[?&#]utm_.*")
_SCHEME = re.compile(r"^https?:/{0,2}", re.IGNORECASE)
WEB = re.compile(
    r"(?:https?://|www\.)[^\s]+|(?:[a-z0-9-]+\.)+[a-z]{2,24}(?:[/?#][^\s]*)?", re.IGNORECASE
)
ADDRESS = (
    "address_3", "address_2", "address_1", "city", "state", "postal_code", "country",
)  # fmt: skip
"""The parts of an address in the order of RFC 2426: post office box, extended, street …"""


class Property(NamedTuple):
    """One line of a vCard: its name in capitals, its types and parameters, its raw value."""

    name: str
    parameters: frozenset[str]
    value: str

    def text(self) -> str:
        return unescaped(self.value).strip()


@dataclass(slots=True)
class Fields:
    """Fields as they are collected: the first value of each counts."""

    found: dict[str, str] = field(default_factory=dict)

    def put(self, name: str, text: str) -> None:
        tidy = normalise_field(name, text)
        if tidy:
            self.found.setdefault(name, tidy)

    def add(self, kind: str, text: str) -> None:
        """Puts `text` into the first free slot for its kind, once."""
        tidy = normalise_field(SLOTS[kind][0], text)
        free = [slot for slot in SLOTS[kind] if slot not in self.found]
        if tidy and free and tidy not in self.found.values():
            self.found[free[0]] = tidy

    def add_web(self, address: str) -> None:
        bare = _SCHEME.sub("", address.strip())
        if is_social(bare) or _MESSENGER.match(bare):
            self.put("social", address)
        elif not _REDIRECT.match(bare) and WEB.fullmatch(address.strip()):
            self.put("website", _TRACKING.sub("", address))

    def put_name(self, family: str, given: str, full: str = "") -> None:
        """The parts of a name; a title or degree in `full` is left to its own field."""
        parted = split_name(full)
        if parted.prefix or parted.suffix:
            full = f"{parted.first} {parted.last}"
        self.put("last_name", family)
        self.put("first_name", given)
        order = (family, given) if HAS_CJK.search(family + given) else (given, family)
        self.put("full_name", full or " ".join(filter(None, order)))

    def put_address(self, parts: list[str]) -> None:
        """Parts as in a vCard; a street of several lines fills the next address lines."""
        for name, part in zip(ADDRESS, parts, strict=False):
            self.put(name, part) if name != "address_1" else self._put_street(part)

    def _put_street(self, street: str) -> None:
        for line in filter(None, map(str.strip, street.split("\n"))):
            free = [f"address_{n}" for n in (1, 2, 3) if f"address_{n}" not in self.found]
            if free:
                self.put(free[0], line)


def read_vcard(text: str, fields: Fields) -> None:
    properties = list(_properties(text))
    # Work before home, and otherwise as they come.
    for prop in sorted(properties, key=lambda prop: "HOME" in prop.parameters):
        read = _VCARD.get(prop.name)
        if read and prop.value.strip():
            read(prop, fields)
    full = next((prop.text() for prop in properties if prop.name == "FN"), "")
    names = next((parts(prop.value) for prop in properties if prop.name == "N"), [])
    family, given, middle, prefix, suffix = (*names, "", "", "", "", "")[:5]
    fields.put_name(family, " ".join(filter(None, (given, middle))), full)
    fields.put("prefix", prefix)
    fields.put("suffix", suffix)


def _properties(text: str) -> Iterator[Property]:
    """The lines of a vCard, unfolded and with quoted-printable decoded."""
    for line in _unfolded(text):
        match = _LINE.fullmatch(line)
        if not match:
            continue
        value = match["value"]
        name, *parameters = re.sub(r'"[^"]*[;:][^"]*"', "", match["head"].upper()).split(";")
        types = {
            part.strip(' "')
            for parameter in parameters
            for part in parameter.removeprefix("TYPE=").split(",")
        }
        if not types.isdisjoint(_BINARY):
            continue
        if types & {"QUOTED-PRINTABLE", "ENCODING=QUOTED-PRINTABLE"}:
            charset = next((p[8:] for p in types if p.startswith("CHARSET=")), "UTF-8")
            value = _decoded(quopri.decodestring(value.encode()), charset)
        yield Property(name.rpartition(".")[2].strip(), frozenset(types), value)


_LINE = re.compile(r'(?P<head>(?:"[^"]*"|[^":])*):(?P<value>.*)', re.DOTALL)
_BINARY = {"ENCODING=B", "ENCODING=BASE64", "BASE64"}


def _unfolded(text: str) -> Iterator[str]:
    """Whole lines: a line that begins with a space goes on the one before, and so does the one
    after a quoted-printable line that ends with "="."""
    whole = ""
    for line in re.split(r"\r\n|\r|\n", text):
        if whole.endswith("=") and "QUOTED-PRINTABLE" in whole.upper():
            whole = whole[:-1] + line
        elif line[:1] in (" ", "\t") and whole:
            whole += line[1:]
        else:
            yield whole
            whole = line
    yield whole


def _decoded(data: bytes, charset: str) -> str:
    try:
        return data.decode(charset)
    except (LookupError, UnicodeDecodeError):
        return data.decode("utf-8", errors="replace")


def parts(value: str, separator: str = ";") -> list[str]:
    """What stands between the separators, unescaped."""
    return [unescaped(part).strip() for part in re.split(rf"(?<!\\){separator}", value)]


def unescaped(text: str) -> str:
    """`text` with `\\;`, `\\,` and `\\n` as the signs they stand for."""
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], text)


def _read_phone(prop: Property, fields: Fields) -> None:
    number, _, more = prop.text().removeprefix("tel:").partition(";")
    kind = "phone"
    if "FAX" in prop.parameters:
        kind = "fax"
    elif prop.parameters & {"CELL", "MOBILE", "X-MOBILE", "IPHONE"}:
        kind = "mobile"
    elif prop.parameters & {"PAGER", "MODEM"}:
        return
    fields.add(kind, number)
    extension = re.match(r"ext=(\d+)", more)
    if extension and kind == "phone":
        fields.put("extension", extension[1])


def _read_organisation(prop: Property, fields: Fields) -> None:
    company, *units = parts(prop.value)
    fields.put("company", company)
    fields.put("department", ", ".join(filter(None, units)))


_VCARD: dict[str, Callable[[Property, Fields], None]] = {
    "TITLE": lambda prop, fields: fields.put("job_title", prop.text()),
    "ROLE": lambda prop, fields: fields.put("job_title", prop.text()),
    "ORG": _read_organisation,
    "TEL": _read_phone,
    "EMAIL": lambda prop, fields: fields.add("email", prop.text().removeprefix("mailto:")),
    "URL": lambda prop, fields: fields.add_web(prop.text()),
    "X-SOCIALPROFILE": lambda prop, fields: fields.add_web(prop.text()),
    "SOCIALPROFILE": lambda prop, fields: fields.add_web(prop.text()),
    "ADR": lambda prop, fields: fields.put_address(parts(prop.value)),
    "NOTE": lambda prop, fields: fields.put("notes", prop.text()),
}
