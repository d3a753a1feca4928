"""The contact fields in the text of a code: vCard, MECARD and its kin, addresses of web and mail.

The texts are hostile: what cannot be understood is left out, and nothing raises.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote

from extraction.reading.normalise import EMAIL
from extraction.reading.vcards import ADDRESS, SLOTS, WEB, Fields, parts, read_vcard, unescaped

Reader = Callable[[str, Fields], None]


def contact(text: str) -> dict[str, str]:
    """The contact fields in the text of one code; empty when it is none that is known."""
    fields = Fields()
    text = text.strip().removeprefix("\ufeff")
    for pattern, read in _FORMATS:
        match = pattern.match(text)
        if match:
            read(text[match.end() :], fields)
            break
    return fields.found


def _pairs(text: str, separator: str) -> Iterator[tuple[str, str]]:
    """The (key, value) pairs of a MECARD and its kin; a backslash makes a sign a plain one."""
    for part in re.split(rf"(?<!\\){separator}", text):
        key, colon, value = part.strip().partition(":")
        if colon:
            yield key.upper(), value


def _read_mecard(text: str, fields: Fields) -> None:
    """NTT Docomo's MECARD: the name is "family,given", a free address or seven parts."""
    for key, value in _pairs(text, ";"):
        plain = unescaped(value).strip()
        if key == "N":
            family, _, given = (unescaped(part).strip() for part in _cut(value))
            fields.put_name(*((family, given) if given else ("", family)))
        elif key == "ADR":
            address = parts(value, ",")
            fields.put_address(address if len(address) == len(ADDRESS) else ["", "", plain])
        elif key.startswith("URL"):
            fields.add_web(plain)
        else:
            _put_by_key(_MECARD, key, plain, fields)


def _cut(name: str) -> tuple[str, str, str]:
    match = re.search(r"(?<!\\),", name)
    return (name[: match.start()], ",", name[match.end() :]) if match else (name, "", "")


def _read_bizcard(text: str, fields: Fields) -> None:
    pairs = dict(_pairs(text, ";"))
    fields.put_name(unescaped(pairs.pop("X", "")), unescaped(pairs.pop("N", "")))
    for key, value in pairs.items():
        _put_by_key(_BIZCARD, key, unescaped(value).strip(), fields)


def _read_memory(text: str, fields: Fields) -> None:
    """The MEMORY: lines of KDDI and SoftBank telephones, on older Japanese cards."""
    for key, value in _pairs(text, r"[\r\n]+"):
        if key == "NAME1":
            fields.put("full_name", value)
        else:
            _put_by_key(_MEMORY, key, value.strip(), fields)


def _put_by_key(names: dict[str, str], key: str, text: str, fields: Fields) -> None:
    name = names.get(key, "")
    if name in SLOTS:
        fields.add(name, text)
    elif name:
        fields.put(name, text)


_MECARD = {
    "TEL": "phone", "TEL-AV": "phone", "CELL": "mobile", "FAX": "fax", "EMAIL": "email",
    "ORG": "company", "COMPANY": "company", "TITLE": "job_title", "TIL": "job_title",
    "DIV": "department", "NOTE": "notes", "MEMO": "notes",
}  # fmt: skip
_BIZCARD = {
    "T": "job_title", "C": "company", "A": "address_1", "B": "phone", "M": "mobile", "F": "fax",
    "E": "email",
}  # fmt: skip
_MEMORY = {
    "TEL1": "phone", "TEL2": "phone", "MAIL1": "email", "MAIL2": "email", "ADD": "address_1",
    "MEMORY": "notes",
}  # fmt: skip


def _read_mail(text: str, fields: Fields) -> None:
    address = unquote(re.split(r"[?;:,]", text, maxsplit=1)[0]).strip()
    if EMAIL.fullmatch(address):
        fields.add("email", address)


def _read_matmsg(text: str, fields: Fields) -> None:
    _read_mail(dict(_pairs(text, ";")).get("TO", ""), fields)


def _read_number(kind: str) -> Reader:
    def read(text: str, fields: Fields) -> None:
        number = unquote(re.split(r"[?;:]", text, maxsplit=1)[0])
        if sum(char.isdigit() for char in number) >= 6:
            fields.add(kind, number)

    return read


def _read_web(text: str, fields: Fields) -> None:
    fields.add_web(text)


_FORMATS: tuple[tuple[re.Pattern[str], Reader], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), read)
    for pattern, read in (
        (r"BEGIN:\s*VCARD\s*", read_vcard),
        (r"(?:MECARD|CARD):", _read_mecard),
        (r"BIZCARD:", _read_bizcard),
        (r"MEMORY:", _read_memory),
        (r"MATMSG:", _read_matmsg),
        (r"(?:mailto:|SMTP:)", _read_mail),
        (rf"(?={EMAIL.pattern}$)", _read_mail),
        (r"tel:", _read_number("phone")),
        (r"(?:sms|smsto|mms|mmsto):", _read_number("mobile")),
        (rf"(?:URL:|URLTO:)?(?={WEB.pattern}$)", _read_web),
    )
)
"""How each kind of text begins, and what reads the rest of it."""
