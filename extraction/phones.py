"""Telephone numbers in lines of text, with what the words around them call them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extraction import places, vocabulary
from extraction.layout import Piece, is_below, is_right_of
from extraction.normalise import normalise

NUMBER = re.compile(
    r"(?<![\d*#])(?:\+\s?|\(\s?\+?\s?)?\d"
    r"(?:[\d\s()·•–—~-]|\.(?!\s)|/(?=\d{1,3}(?!\d)))*\d"
)
POSTAL = re.compile(
    r"〒\s?\d{3}\s?-\s?\d{4}|\b\d{5}-\d{3}\b(?!\s?-?\d)"
    rf"|\b(?:{places.US_STATE_CODES})\W{{0,2}}\d{{5}}(?:-\d{{4}})?(?!\d)"
)
NOT_A_NUMBER = re.compile(
    r"\d{2}\.\d{3}\.\d{3}|\d{4}-\d{2}-\d{2}|\d{1,2}[.:]\d{2}\s?-\s?\d{1,2}[.:]\d{2}"
)

NOT_A_LABEL = re.compile(
    r"(?:no|id|code|reg\w*|gst\w*|cnpj|cpf|crm|oab|pin|#|番号|编号)\W*$", re.IGNORECASE
)
"""Words before a number that is something else than a telephone's."""


EXTENSION = re.compile(
    rf"\W*(?:{vocabulary.pattern(vocabulary.EXTENSION_LABELS).pattern})\W*(\d{{1,6}})"
)
"""An extension right after its number, in the plain form of the text."""


@dataclass(slots=True)
class Number:
    """A telephone number as printed; `kind` is phone, mobile, fax, or empty without a label."""

    text: str
    kind: str
    extension: str = ""


def take_out(text: str, piece: Piece, pieces: Sequence[Piece]) -> tuple[list[Number], str]:
    """The numbers in `text`, and the text with a bar in the place of each.

    `piece` is where the text stands: a label may be a piece of its own beside it or above.
    """
    numbers: list[Number] = []
    left, position, kind = "", 0, ""
    for start, end in _spans(text):
        before = text[position:start]
        # "Tel: 1, 2" labels both.
        inherited = "" if any(char.isalpha() for char in before) else kind
        kind = _label(before, text[end:]) or _neighbour_label(before, piece, pieces) or inherited
        if not _is_number(text, start, end, kind):
            continue
        number = Number(normalise("phone", text[start:end]), kind)
        left += re.sub(r"\([^()]{0,8}$", "", before) + " | "
        position = end
        if extension := EXTENSION.match(vocabulary.plain(text[end:])):
            number.extension = extension.group(1)
            position += extension.end()
        numbers.append(number)
        closing = re.match(r"\s*\([^()\d]{1,12}\)", text[position:])
        position += closing.end() if closing else 0
    return numbers, left + text[position:]


def kind_by_plan(text: str, region: str | None) -> str:
    """Mobile when the numbering plan says so, else phone."""
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return "phone"
    is_mobile = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    return "mobile" if is_mobile else "phone"


def unique(numbers: Sequence[Number]) -> list[Number]:
    """Each number once; a fax that is printed as the telephone too stays the telephone."""
    found: dict[str, Number] = {}
    for number in numbers:
        found.setdefault(re.sub(r"\D", "", number.text)[-9:], number)
    return list(found.values())


def region(internet: Sequence[str], country: str = "") -> str | None:
    """The card's country as two letters: from its address, else from its e-mail and web ones."""
    known = places.REGIONS.get(places.countries().get(vocabulary.plain(country), country))
    if known:
        return known
    endings = {"uk": "GB"} | {code.lower(): code for code in places.REGIONS.values()}
    for address in internet:
        ending = re.sub(r"^https?://", "", address.lower()).split("/")[0].rpartition(".")[2]
        if ending in endings:
            return endings[ending]
    return None


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Where digits with phone punctuation run, postal codes and dates left out."""
    for found in NUMBER.finditer(POSTAL.sub(lambda code: " " * len(code.group()), text)):
        if not NOT_A_NUMBER.match(found.group()):
            yield found.span()


def _is_number(text: str, start: int, end: int, kind: str) -> bool:
    """Whether the digits are a telephone number: by a label, else by length and surroundings."""
    run, before = text[start:end], text[:start]
    digits = len(re.sub(r"\D", "", run))
    house = re.match(r"\d{1,2}-\d{1,3}-\d|\d+[-/]\d+/|\d{2,4}/\d{1,3}$", run) and digits < 10
    if kind:
        return 5 <= digits <= 17 and not house
    if not 7 <= digits <= 15 or house or re.search(r"[^\W_]$", before):
        return False
    if run.strip().startswith("+"):
        return True
    if NOT_A_LABEL.search(before):
        return False
    # House numbers, postal codes and the like stand among other words.
    words = sum(char.isalpha() for char in text)
    return words < 4 or digits >= 10 or (digits >= 8 and words < 16)


def _label(before: str, after: str) -> str:
    """What the words right before a number (or in brackets right after it) call it."""
    bracket = re.match(r"\s*\(\s*([^()\d]{1,12})\)", after)
    if bracket and (kind := _label_kind(bracket.group(1))):
        return kind
    tail = re.sub(r"(?:no|nos|num|number|nº|n°)?[\s.:)\](#=+|*-]*$", "", vocabulary.plain(before))
    return _label_kind(tail[-24:]) or _label_kind(re.sub(r"[^\W\d_]{4,}\W*$", "", tail)[-24:])


def _label_kind(text: str) -> str:
    """The kind of number that a label at the end of the text stands for, "" without one."""
    found: dict[str, tuple[int, int]] = {}
    for kind, listed in vocabulary.PHONE_LABELS.items():
        for match in vocabulary.pattern(listed).finditer(vocabulary.plain(text)):
            trailing = re.sub(r"[\W_]|no$", "", vocabulary.plain(text)[match.end() :])
            if not trailing:
                found[kind] = max(found.get(kind, (0, 0)), (match.end(), -match.start()))
    if "fax" in found and re.search(r"\btel\w*\W*[/&,.+]\W*(?:fax|f)\b", vocabulary.plain(text)):
        return "phone"
    return max(found, key=lambda kind: found[kind]) if found else ""


def _neighbour_label(before: str, piece: Piece, pieces: Sequence[Piece]) -> str:
    """The label of a number that stands alone, from the piece on its left or right above it."""
    if any(char.isalnum() for char in before):
        return ""
    for other in pieces:
        beside = is_right_of(piece, other) or is_below(piece, other, gap=0.6)
        if (
            beside
            and sum(char.isalnum() for char in other.text) <= 14
            and not re.search(r"\d{3}", other.text)
        ):
            label = re.sub(r"[\s.:)\](#=+|*-]*$", "", other.text)
            # A letter at the end of other words is no label: the entrance B, the tower T.
            if not re.search(r"\w\s+\w$", label) and (kind := _label_kind(label)):
                return kind
    return ""
