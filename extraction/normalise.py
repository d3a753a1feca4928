"""One tidy form for the text of each kind of field, as close to what is printed as is useful.

Text from a card is hostile: control characters and marks that turn the direction of writing
are dropped everywhere, and nothing is longer than its column.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

from extraction import places, vocabulary

DEFAULT_LENGTH = 200
LONG_LENGTH = 5000
"""Characters kept of a field of kind "long", whose column has no limit of its own."""

EMAIL = re.compile(r"[a-z0-9][a-z0-9._%+'&-]*@(?:[a-z0-9-]+\.)+[a-z]{2,24}", re.IGNORECASE)

_NUMBER = re.compile(r"(?:\+\s*|\(\s*\+?\s*)?\d[\d\s().\-/·•,]*\d")
_SPACED_DOT = re.compile(r"\s*[.,]\s*")
_EMAIL_LABEL = re.compile(r"^\s*(?:e-?\s?mail|mail|e)(?:\s*id)?\s*[:：\-]+\s*", re.IGNORECASE)
_URL_LABEL = re.compile(r"^\s*(?:web\s?site|web|site|url|w|homepage)\s*[:：]\s*", re.IGNORECASE)
_EDGE = " \t\n,;:|/\\•·*-–—_~"


class Name(NamedTuple):
    """A full name in its parts; all are empty for an empty name."""

    prefix: str
    first: str
    last: str
    suffix: str


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


def printable(text: str, *, keep_lines: bool = False) -> str:
    """`text` without control, direction and other invisible characters, spaces collapsed; line
    ends become spaces too unless `keep_lines`."""
    composed = unicodedata.normalize("NFC", text)
    visible = "".join(
        char if char == "\n" else " " if char.isspace() else char
        for char in composed
        if char.isspace() or not unicodedata.category(char).startswith("C")
    )
    lines = [re.sub(r" +", " ", line).strip() for line in visible.split("\n")]
    return ("\n" if keep_lines else " ").join(filter(None, lines))


def split_name(full_name: str) -> Name:
    """The parts of a name: Western order, "Last, First", or Chinese, Japanese and Korean order.

    A name of one word is a first name. Prefix and suffix are recognised by a word list.
    """
    if vocabulary.HAS_CJK.search(full_name):
        return _split_cjk_name(printable(full_name))
    name = printable(full_name).partition("(")[0]
    words = (name if name.strip() else full_name).replace(",", ", ").split()
    prefix: list[str] = []
    suffix: list[str] = []
    while len(words) > 1 and is_prefix(words[0]):
        prefix.append(words.pop(0))
    while len(words) > 1 and is_suffix(words[-1], after_comma=words[-2].endswith(",")):
        suffix.insert(0, words.pop().strip(","))
    first, last = _first_and_last(" ".join(words).strip(" ,"))
    return Name(" ".join(prefix), first, last, ", ".join(suffix))


def is_prefix(word: str) -> bool:
    """Whether the word is a title before a name: "Dr." or "Mrs", but not an initial like "M."."""
    bare = vocabulary.plain(word).strip(".,()")
    return bool(vocabulary.pattern(vocabulary.NAME_PREFIXES).fullmatch(bare)) and len(bare) > 1


def is_suffix(word: str, *, after_comma: bool = True) -> bool:
    """Whether the word is a degree or the like after a name. Short ones could be a name or
    initials, so that they need the comma or dots."""
    bare = vocabulary.plain(word).strip(".,()")
    listed = vocabulary.pattern(vocabulary.NAME_SUFFIXES).fullmatch(bare)
    certain = after_comma or "." in word.strip(".") or bare in _CERTAIN_SUFFIXES
    return bool(listed) and certain


_CERTAIN_SUFFIXES = {
    "jr", "sr", "ii", "iii", "iv", "phd", "mba", "cpa", "esq", "mbbs", "aia", "filho", "neto",
    "junior",
}  # fmt: skip

_PARTICLES = {
    "da", "de", "del", "della", "der", "di", "dos", "das", "do", "du", "la", "le", "van", "von",
    "den", "ten", "ter", "zu", "bin", "ibn", "al", "el", "st", "e", "y",
}  # fmt: skip


def _first_and_last(name: str) -> tuple[str, str]:
    if ", " in name:
        last, _, first = name.partition(", ")
        return first, last
    words = name.split()
    if len(words) == 1:
        return name, ""
    start = len(words) - 1
    while start > 1 and words[start - 1].casefold() in _PARTICLES:
        start -= 1
    return " ".join(words[:start]), " ".join(words[start:])


def _split_cjk_name(name: str) -> Name:
    spaced = name.split()
    if len(spaced) > 1:
        return Name("", " ".join(spaced[1:]), spaced[0], "")
    surnames = [word.strip() for word in vocabulary.CJK_SURNAMES.split("|")]
    known = [surname for surname in surnames if name.startswith(surname) and surname != name]
    # Two characters is the commonest length in Japanese names of four; elsewhere it is one.
    length = max(map(len, known), default=2 if len(name) >= 4 else 1)
    return Name("", name[length:], name[:length], "") if len(name) > 1 else Name("", name, "", "")


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
    """The address in lower case; spaces and commas that the OCR put into it go only if what is
    left is a valid address."""
    unlabelled = _EMAIL_LABEL.sub("", unicodedata.normalize("NFKC", text))
    lowered = unlabelled.casefold().strip(_EDGE + ".")
    if EMAIL.fullmatch(lowered):
        return lowered
    repaired = _SPACED_DOT.sub(".", lowered.replace("©", "@"))
    repaired = re.sub(r"\s*@\s*", "@", repaired)
    return repaired if EMAIL.fullmatch(repaired) else lowered


def _tidy_url(text: str) -> str:
    address = _URL_LABEL.sub("", unicodedata.normalize("NFKC", text))
    address = re.sub(r"\s+", "", address).strip("|,;:()<>[]-•·.")
    # An icon before the address is often read as a letter or two.
    address = re.sub(r"^\w{0,2}www[.,]", "www.", address, flags=re.IGNORECASE)
    return re.sub(r"^(https?):/*", r"\1://", address, flags=re.IGNORECASE).rstrip("/.,")


def _tidy_country(text: str) -> str:
    """The English name of a country that is known, otherwise as printed."""
    tidy = _tidy_text(text)
    return places.countries().get(vocabulary.plain(tidy), tidy)


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
