"""One tidy form for the text of each kind of field, as close to what is printed as is useful.

Text from a card is hostile: control characters and marks that turn the direction of writing
are dropped everywhere, and nothing is longer than its column.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from extraction.reading import domains, places, plans
from extraction.reading.printable import printable

DEFAULT_LENGTH = 200
LONG_LENGTH = 5000
"""Characters kept of a field of kind "long", whose column has no limit of its own."""

EMAIL = re.compile(r"[a-z0-9][a-z0-9._%+'&-]*@(?:[a-z0-9-]+\.)+[a-z]{2,24}", re.IGNORECASE)

_NUMBER = re.compile(r"(?:\(\s*\+\s*\)\s*|\+\s*|\(\s*\+?\s*)?\d[\d\s().\-–—/·•,]*\d")
_SPACED_DOT = re.compile(r"\s*[.,]\s*")
_EMAIL_LABEL = re.compile(r"^\s*(?:e-?\s?mail|mail|e)(?:\s*id)?\s*[:：\-]+\s*", re.IGNORECASE)
_URL_LABEL = re.compile(r"^\s*(?:web\s?site|web|site|url|w|homepage)\s*[:：]\s*", re.IGNORECASE)
_WWW_AND_SPACE = re.compile(r"^\s*(?:[wv]{3,6}|ww)\s+(?=\w)", re.IGNORECASE)
_URL_PARTS = re.compile(
    r"(?P<start>(?:https?://)?(?:www\d?\.)?)(?P<host>[^/?#]*)(?P<path>.*)", re.IGNORECASE
)
_EDGE = " \t\n,;:|/\\•·*-–—_~"


def normalise(kind: str, text: str, *, max_length: int = DEFAULT_LENGTH) -> str:
    """The tidy form of `text` for a field of this kind (see `FieldInfo.kind`), at most
    `max_length` characters. Empty when nothing readable is left."""
    cleaned = printable(text, keep_lines=kind in ("long", "json"))
    if not any(char.isalnum() for char in cleaned):
        return ""
    return _TIDY.get(kind, _tidy_text)(cleaned)[:max_length].strip()


def normalise_field(name: str, text: str) -> str:
    """The tidy form of `text` for the contact field called `name`, cut to its column."""
    from cards.fields import CONTACT_COLUMNS

    column = next(column for column in CONTACT_COLUMNS if column.name == name)
    return normalise(column.info.kind, text, max_length=column.max_length or LONG_LENGTH)


def for_machines(kind: str, text: str, region: str | None = None) -> str:
    """The form of `text` that machines exchange, "" where there is none or it is not certain.

    A telephone number becomes E.164, its first one where several endings are printed; a country
    its ISO 3166-1 alpha-2 code. `region` is the card's country, as such a code: without it a
    number that has no country code is not certain.
    """
    if kind == "phone":
        return plans.e164(unicodedata.normalize("NFKC", text), region)
    if kind == "country":
        return places.code(text) or ""
    return ""


def _tidy_text(text: str) -> str:
    return text.strip(_EDGE)


def _tidy_name(text: str) -> str:
    spaced = re.sub(r"(?<=[^\W\d_]\.)(?=[^\W\d_]{3})", " ", text)
    return re.sub(r"\s+,", ",", spaced).strip(_EDGE + ".()") if len(spaced) > 2 else spaced


def _tidy_phone(text: str) -> str:
    """The number alone, as grouped in print; `text` itself when it holds no number."""
    found = _NUMBER.search(unicodedata.normalize("NFKC", text))
    if not found:
        return _tidy_text(text)
    number = re.sub(r"\s+", " ", found.group()).strip(" .,-/")
    number = re.sub(r"\+\s+", "+", number)
    if number.count("(") != number.count(")"):
        number = number.replace("(", "").replace(")", "").strip()
    return number


def _tidy_email(text: str) -> str:
    """The address in lower case; what the OCR broke or misread is set right only if what comes
    of it is a valid address."""
    unlabelled = _EMAIL_LABEL.sub("", unicodedata.normalize("NFKC", text))
    lowered = unlabelled.casefold().strip(_EDGE + ".")
    closed = re.sub(r"\s*(?:[@©®]|\(at?\)|\[at\])\s*", "@", _SPACED_DOT.sub(".", lowered))
    local, at, host = closed.partition("@")
    repaired = f"{local}{at}{domains.repaired(host)}"
    if EMAIL.fullmatch(repaired) and domains.has_known_ending(repaired):
        return repaired
    return lowered


def _tidy_url(text: str) -> str:
    address = _URL_LABEL.sub("", unicodedata.normalize("NFKC", text))
    address = re.sub(r"\s+", "", _WWW_AND_SPACE.sub("www.", address)).strip("|,;:()<>[]-•·.")
    address = re.sub(r"^(https?)[:;]?/*:?/*(?=\w)", r"\1://", address, flags=re.IGNORECASE)
    # An icon before the address is often read as a letter or two, and "www" as "vvw" or "wwww".
    address = re.sub(r"^\w{0,2}(www)[.,:]", r"\1.", address, flags=re.IGNORECASE)
    address = re.sub(r"^(?:[wv]{3,6}|w{1,3}[.,]?w{1,2})[.,:]+", _www, address, flags=re.IGNORECASE)
    address = re.sub(r"^(www)(?=[a-z0-9])", r"\1.", address, flags=re.IGNORECASE)
    parts = _URL_PARTS.match(address.rstrip("/.,"))
    if parts is None:
        return address
    host = parts["host"].replace(",", ".")
    if not domains.has_known_ending(host):
        better = domains.repaired(host.casefold())
        host = better if domains.has_known_ending(better) else host
    return f"{parts['start']}{host}{parts['path']}"


def _www(found: re.Match[str]) -> str:
    return "WWW." if found.group().isupper() else "www."


def _tidy_country(text: str) -> str:
    """The English name of a country that is known, otherwise as printed."""
    tidy = _tidy_text(text)
    code = places.code(tidy)
    return places.names_by_code()[code] if code else tidy


def _tidy_languages(text: str) -> str:
    return ", ".join(re.findall(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", text))


def _keep(text: str) -> str:
    return text


_TIDY: dict[str, Callable[[str], str]] = {
    "name": _tidy_name,
    "phone": _tidy_phone,
    "email": _tidy_email,
    "url": _tidy_url,
    "country": _tidy_country,
    "languages": _tidy_languages,
    "long": _keep,
    "json": _keep,
    "choice": _keep,
}
