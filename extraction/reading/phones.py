"""Telephone numbers in lines of text, with what the words around them call them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extraction.reading import places, plans, vocabulary
from extraction.reading.layout import Piece, is_below, is_right_of
from extraction.reading.normalise import normalise

NUMBER = re.compile(
    r"(?<![\d*#])"
    # An area code before a slash, as in Germany: 030/1234567.
    r"(?:(?:\+\s?\d{2}[\s()0-]{1,5}\d{1,5}|\(?0\d{1,5})\)?\s?/\s?(?=\d{3})"
    r"|(?:\(\s?\+\s?\)\s?|\+\s?|\(\s?\+?\s?)?\d)"
    r"(?:[\d\s)·•–—~-]|\.(?!\s)|/\s?(?=\d{2,3}(?![\d.:-]))"
    r"|\(\s?\+?\d{1,5}\s?\)(?=[\s.–—-]*\d{2}))*"
)
POSTAL = re.compile(
    r"〒\s?\d{3}\s?-\s?\d{4}|\b\d{5}-\d{3}\b(?!\s?-?\d)"
    rf"|\b(?:{places.US_STATE_CODES})\W{{0,2}}\d{{5}}(?:-\d{{4}})?(?!\d)"
)
NOT_A_NUMBER = re.compile(
    r"\d{2}\.\d{3}\.\d{3}|(?:19|20)\d{2}-[01]\d-[0-3]\d(?!\d)"
    r"|\d{1,2}[.:]\d{2}\s?-\s?\d{1,2}[.:]\d{2}|9001\W+20\d\d"
)
NOT_A_LABEL = re.compile(
    rf"(?:(?<![^\W_])(?:no|id|code|pin)|#|{plans.OTHER_NUMBERS})\W*$", re.IGNORECASE
)
"""Words before a number that is something else than a telephone's."""

EXTENSION = re.compile(
    rf"\W*(?:(?:{vocabulary.pattern(vocabulary.EXTENSION_LABELS).pattern})\W*|x|extn?)(\d{{1,6}})"
)
"""An extension right after its number, in the plain form of the text."""

ENDINGS = re.compile(
    r"(?:\s?/\s?\d{4}(?![\d.:]|\s?-\s?\d)|\s?[,&;]\s?\d{2,4}(?=\s*(?:[,;/&|(.]|$)))+"
)
"""Other endings of the number before them: 2345 6789/90, 12."""


MISREAD = (
    # O and I within a number, O at its end, O at its start after a word.
    re.compile(r"(?<=\d)[Oo](?=[\dOo-]*\d)|(?<=\d[\s-])[Oo](?=\d)"),
    re.compile(r"(?<=\d{3})[Oo](?!\w)|(?<=[a-zA-Z]{2}[\s:])O(?=[\dIl])|(?<!\w)\d+O+(?!\w)"),
    re.compile(r"(?<=\d)[Il](?=\d)|(?<=\d[\s-])[Il](?=\d\d)|(?<=\d)\|(?=\d)"),
    # Full stops and gaps read as commas: 217,555,0147.
    re.compile(r"(?<![\d,])(?:\d{3},\d{3},\d{4}|0\d{2,4},\d{6,7})(?![\d,])"),
    # A 5 read as S, in a run that is long enough for a telephone's number.
    re.compile(r"(?<![\w.-])[+(]?\d(?:[\s().-]?\d|[().-]?S|\sS(?=\d)){9,14}(?<=\d)(?![\w-])"),
)
"""Places in numbers where an OCR takes a digit or a sign for another."""

SET_RIGHT = str.maketrans({"O": "0", "o": "0", "I": "1", "l": "1", "S": "5", ",": ".", "|": " "})

CLEAR = 0.7
"""The OCR's confidence from which digits without a label are taken for what they are."""


@dataclass(slots=True)
class Number:
    """A telephone number as printed; `kind` is phone, mobile, fax, or empty without a label.

    `doubt` says what makes it doubtful, and is empty when nothing does.
    """

    text: str
    kind: str
    extension: str = ""
    doubt: str = ""


def repaired(text: str) -> str:
    """The text with letters and signs set right that the OCR took for those of a number."""
    for misread in MISREAD:
        text = misread.sub(lambda run: run.group().translate(SET_RIGHT), text)
    return text


def take_out(
    text: str, piece: Piece, pieces: Sequence[Piece], region: str | None = None
) -> tuple[list[Number], str]:
    """The numbers in `text`, and the text with a bar in the place of each.

    `piece` is where the text stands: a label may be a piece of its own beside it or above.
    `region` is the country, as two letters, whose numbering plan settles doubtful cases.
    """
    numbers: list[Number] = []
    left, position, kind = "", 0, ""
    for start, end in _spans(text, region):
        if start < position:
            continue
        before = text[position:start]
        # "Tel: 1, 2" labels both.
        inherited = "" if any(char.isalpha() for char in before) else kind
        kind = _label(before, text[end:]) or _neighbour_label(before, piece, pieces) or inherited
        # Noise is read as digits too; what hardly was read needs a label.
        is_clear = bool(kind) or piece.line.confidence >= CLEAR
        if not is_clear or not _is_number(text, start, end, kind, region):
            continue
        number = Number(normalise("phone", text[start:end]), kind)
        left += _without_label(re.sub(r"\([^()]{0,8}$", "", before)) + " | "
        position = end
        if extension := EXTENSION.match(vocabulary.plain(text[end:])):
            number.extension = extension.group(1)
            position += extension.end()
        numbers.append(number)
        if endings := ENDINGS.match(text, position):
            numbers += _with_endings(number, endings.group())
            position = endings.end()
        closing = re.match(r"\s*\([^()]{1,12}\)", text[position:])
        position += closing.end() if closing else 0
    return numbers, left + text[position:]


def unique(numbers: Sequence[Number]) -> list[Number]:
    """Each number once, doubtful ones last; a fax that is printed as the telephone too stays the
    telephone."""
    found: dict[str, Number] = {}
    for number in sorted(numbers, key=lambda number: bool(number.doubt)):
        found.setdefault(re.sub(r"\D", "", number.text)[-9:], number)
    return list(found.values())


def _spans(text: str, region: str | None) -> Iterator[tuple[int, int]]:
    """Where digits with phone punctuation run, postal codes and dates left out."""
    for found in NUMBER.finditer(POSTAL.sub(lambda code: " " * len(code.group()), text)):
        run = re.sub(r"[^\d]*(?:\(\d*\)?[^\d]*)?$", "", found.group())
        if run and not NOT_A_NUMBER.match(run):
            for start, end in plans.apart(run, region):
                yield found.start() + start, found.start() + end


def _with_endings(number: Number, printed: str) -> list[Number]:
    """Further numbers of which only the last digits are printed after the first."""
    found: list[Number] = []
    for ending in re.findall(r"\d+", printed):
        text = number.text[: -len(ending)] + ending
        if number.text[-len(ending) :].isdigit() and text != number.text:
            found.append(Number(text, number.kind, doubt="only its last digits are printed"))
    return found


def _is_number(text: str, start: int, end: int, kind: str, region: str | None) -> bool:
    """Whether the digits are a telephone number: by a label, else by length and surroundings."""
    run, before = text[start:end], text[:start]
    digits = len(re.sub(r"\D", "", run))
    house = re.match(r"[1-9]\d?-\d{1,3}-\d|\d+[-/]\d+/|\d{2,4}/\d{1,3}$", run) and digits < 10
    if kind:
        return 5 <= digits <= 17 and not house
    if not 7 <= digits <= 15 or house:
        return False
    if re.search(r"[^\W\d_]$", before):
        return digits >= 10 and not run.isdigit() and plans.is_valid(run, region)
    if re.match(r"\W*\+", run):
        return True
    if NOT_A_LABEL.search(before) or re.match(r"[^\W\d_]+\d", text[end:]):
        return False
    if region in plans.ALWAYS_BEGIN_WITH_ZERO and not re.match(r"\W*0", run):
        return False
    # House numbers, postal codes and the like stand among other words.
    words = sum(char.isalpha() for char in text)
    return words < 4 or digits >= 10 or (digits >= 8 and words < 16)


def _label(before: str, after: str) -> str:
    """What the words right before a number (or in brackets right after it) call it."""
    bracket = re.match(r"\s*\(\s*([^()\d]{1,12})\)", after)
    is_word = bracket and not re.search(r"\w\W+\w", bracket.group(1))
    if bracket and is_word and (kind := _label_kind(bracket.group(1))):
        return kind
    if re.search(r"[^\W\d_]{2,}\s+[^\W\d_]{1,2}$", before):
        return ""  # letters right before digits are misread digits rather than a label
    tail = re.sub(r"(?:no|nos|num|number|nº|n°)?[\s.:;,)\](#=+|*-]*$", "", vocabulary.plain(before))
    return _label_kind(tail[-24:]) or _label_kind(re.sub(r"[^\W\d_]{4,}\W*$", "", tail)[-24:])


def _label_kind(text: str) -> str:
    """The kind of number that a label at the end of the text stands for, "" without one."""
    found: dict[str, tuple[int, int]] = {}
    plain = re.sub(r"\bte[i1!]\b", "tel", vocabulary.plain(text))
    for kind, listed in vocabulary.PHONE_LABELS.items():
        for match in vocabulary.pattern(listed).finditer(plain):
            trailing = re.sub(r"[\W_]|no$", "", plain[match.end() :])
            if not trailing:
                found[kind] = max(found.get(kind, (0, 0)), (match.end(), -match.start()))
    if "fax" in found and re.search(r"\btel\w*\W*[/&,.+]\W*(?:fax|f)\b", plain):
        return "phone"
    if found:
        return max(found, key=lambda kind: found[kind])
    # A word that the OCR has run into its label, such as a watermark's.
    glued = re.search(r"[^\W\d_](mobile|cell|phones?|tel|fax)\W*$", plain)
    return {"m": "mobile", "c": "mobile", "f": "fax"}.get(glued[1][0], "phone") if glued else ""


def _without_label(before: str) -> str:
    """The text without the label that it ends with."""
    plain = vocabulary.plain(before)
    if len(plain) != len(before):
        return before
    listed = vocabulary.pattern("|".join(vocabulary.PHONE_LABELS.values())).pattern
    number = r"(?:\s*(?:nos?|numbers?|num|nº|n°)(?![^\W_]))?"
    label = rf"(?:(?:{listed}|\bte[i1]\b){number}[\s.:,;/&)(\]\[|#=+*・-]*)+$"
    found = re.search(label, plain)
    # A letter alone is a label with a sign after it, or with nothing before it.
    if not found or (re.fullmatch(r"[a-z]\s*", found.group()) and found.start() > 0):
        return before
    return before[: found.start()]


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
