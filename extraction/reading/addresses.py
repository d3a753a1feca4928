"""Postal addresses: which lines of a card are one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from extraction.reading import places, plans, vocabulary
from extraction.reading.layout import Piece, is_below, is_right_of, is_same_type
from extraction.reading.postal import BRAZIL_CODES, LABEL, POSTAL_CODES, US_CODES

SEED = 1.3
"""A piece with at least this score can be an address by itself."""

JOINS = 0.4
"""A piece with at least this score belongs to an address it touches."""

SECOND_HOME = re.compile(
    r"^\W*(?:(?:res|resi|residence|residential|branch|branches|factory|works|godown|showroom)\b"
    r"|(?!head|main|corporate|corp|reg|admin|central|post|near|next|opp)(?:\w{4,}\s(?:office|branch)\b"
    r"|[^\d:,]{2,24}\b(?:office|branch|unit|plant|factory|store)(?:s|es)?\s*(?:[:：]|$))"
    r"|[^\d:：]{1,8}(?:支社|支店|営業所|工場|出張所|分公司|지사|지점)\s*[:：〒\d])",
    re.IGNORECASE,
)
"""The start of an address that is not the first one."""

STREET = re.compile(
    r"^(?:[^\d:]{2,15}:)?\W*(?:(?:rua|r\.|av\.|avenida|alameda|al\.|travessa|praça|rodovia|estrada|calle|carrera|"
    r"avenue|rue|via|viale)\s[^\d]{3,40}\d|\d{1,5}\s?[\w. ]{3,30}\b(?:street|st|road|rd|avenue|ave|"
    r"drive|lane|blvd|boulevard)\b)",
    re.IGNORECASE,
)
"""A line that begins with a street and its number, as an address does."""

# What speaks for an address: a word list and the weight of each hit, with the most that count.
WORD_CLUES: tuple[tuple[str, float, int], ...] = (
    (places.ADDRESS_WORDS, 0.7, 3),
    (places.WEAK_ADDRESS_WORDS, 0.35, 3),
    (places.CITIES, 0.9, 1),
    (places.STATES, 0.7, 1),
    (vocabulary.JOB_TITLES, -1.0, 2),
    (vocabulary.LEGAL_FORMS, -1.0, 1),
    (vocabulary.ORGANISATIONS, -0.4, 2),
    (vocabulary.SLOGAN_WORDS, -0.6, 2),
)
LANDMARK = re.compile(
    r"^\W*(?:near|opp|opposite|behind|beside|besides|next to|above|adjacent|pr[oó]ximo|em frente|"
    r"ao lado|atr[aá]s|esquina|frente a|junto a|cerca de|en face|neben|gegenüber)\b.*\s\w",
    re.IGNORECASE,
)
"""A line that says where an address is by what stands near it."""

NO_ADDRESS = re.compile(
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\W+\d{4}\W*$|\bestd?\b|\bsince\b"
    r"|\b\d{1,2}\W?(?:am|pm|a\.m|p\.m)\b|\d{1,2}[:.h]\d{2}\s?[-–~]\s?\d"
    rf"|(?:{plans.OTHER_NUMBERS})[\W\d]*\d{{4}}",
    re.IGNORECASE,
)
"""Dates, hours, and numbers of registers and taxes."""

TOWN_AND_STATE = re.compile(r"^[^\W\d][^\d,]{2,24},\s*[^\W\d][^\d,]{1,20}$")
CJK_ADDRESS = re.compile(
    r"[都道府県省].{1,8}[市区區郡町村縣縣]|[市区區].{1,12}(?:\d|丁目|路|街|[町村])|\d+(?:丁目|番|号|號|楼|室|層)"
    r"|[시도].{1,6}[구군].{1,10}[로길동]"
)


def score(text: str) -> float:
    """How much `text` looks like a line of an address; above SEED it is one."""
    cities = vocabulary.count(places.CITIES, text)
    has_digit = bool(re.search(r"\d", text))
    is_list = cities > 1 + (text.count(",") < 2) and not has_digit
    if is_list or NO_ADDRESS.search(text):
        return -1.0
    if LANDMARK.search(text):
        return SEED
    total = 0.0
    for listed, weight, most in WORD_CLUES:
        total += weight * min(most, vocabulary.count(listed, text))
    total += 0.5 * (places.country_at_end(vocabulary.plain(text)) is not None)
    has_letters = sum(char.isalpha() for char in text) >= 3
    if has_letters and has_digit:
        total += 0.7
    if re.search(r"(?<!\w)#\s?\d|^\W*\d{1,5}[\w/-]*[,\s]+[^\W\d]", text):
        total += 0.5
    if any(code.search(text) for code, _ in POSTAL_CODES[:-2]):
        total += 1.2
    elif re.search(r"\d{4,6}\W*$", text) and has_letters:
        total += 0.5
    if re.search(rf"\b(?:{US_CODES})\W+\d{{5}}|[-–/,]\s*(?:{BRAZIL_CODES})\W*$", text):
        total += 0.8
    if CJK_ADDRESS.search(text):
        total += 1.5
    if TOWN_AND_STATE.match(text):
        total += 0.2
    return total + 0.25 * min(3, text.count(",")) * (has_digit or total > 0.3)


def choose(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces of the first or clearest address on the card, in reading order."""
    scores = {id(piece): score(piece.text) + _label_score(piece) for piece in pieces}
    candidates: list[Piece] = []
    for piece in pieces:
        if scores[id(piece)] < JOINS and _between(piece, pieces, scores):
            scores[id(piece)] = JOINS
        if scores[id(piece)] >= JOINS:
            candidates.append(piece)
    groups: list[list[Piece]] = []
    for piece in candidates:
        touching = [
            group for group in groups
            if any(_touches(piece, other, pieces) for other in group)
        ]  # fmt: skip
        joined = [other for group in touching for other in group]
        groups = [group for group in groups if group not in touching]
        groups.append([*joined, piece])
    groups = [group for group in groups if _is_address([scores[id(piece)] for piece in group])]
    if not groups:
        return []

    def worth(group: list[Piece]) -> float:
        total = sum(scores[id(piece)] for piece in group)
        is_numbered = any(char.isdigit() for piece in group for char in piece.text)
        is_second = bool(SECOND_HOME.match(_start(group[0])))
        return total - 3.0 * is_second - 2.0 * (not is_numbered)

    best = max(worth(group) for group in groups)
    # Of several complete addresses the one printed first is the main one.
    chosen = next(group for group in groups if worth(group) >= best - abs(best) / 4)
    return _first_of_several(sorted(chosen, key=pieces.index))


def _touches(piece: Piece, other: Piece, pieces: Sequence[Piece]) -> bool:
    """Whether the two can be lines of the same address: a line apart, or parts of one row."""
    if piece.line is other.line:
        return True
    if is_below(piece, other, gap=1.1) or is_below(other, piece, gap=1.1):
        sizes = sorted((piece.height, other.height))
        return sizes[1] < 1.6 * sizes[0]
    left, right = sorted((piece, other), key=lambda one: one.left)
    # A street may have its town at the other end of the row.
    is_spread = bool(STREET.match(left.text)) and not _has_code(left) and _has_code(right)
    if not is_right_of(right, left, gap=14.0 if is_spread else 1.5):
        return False
    # With lines of its own above or below, the right one is a column, not the rest of the row.
    return not any(
        (is_below(right, third) or is_below(third, right))
        and abs(right.left - third.left) < 0.7 * right.height
        for third in pieces
    )


def _is_address(scores: Sequence[float]) -> bool:
    """Whether lines with these scores are an address together, or one of them is alone."""
    return max(scores) >= SEED or (len(scores) > 1 and sum(scores) >= 1.3 * SEED)


def _label_score(piece: Piece) -> float:
    """What a label before the piece adds to its score."""
    return 1.0 if LABEL.match(_start(piece)) else 0.0


def _start(piece: Piece) -> str:
    """The line that the piece begins, labels included; the piece itself when it is a later part."""
    whole = piece.line.text
    return whole if -1 < whole.find(piece.text[:6]) <= 24 else piece.text


def _between(piece: Piece, pieces: Sequence[Piece], scores: Mapping[int, float]) -> bool:
    """Whether a line without clues of its own stands between lines of an address, or above one
    that it leads over to with a comma, or below one that leads over to it."""
    if scores[id(piece)] < -1.0 or piece.size > 1.6:
        return False
    near = [
        other
        for other in pieces
        if scores[id(other)] >= JOINS and is_same_type(piece, other) and _is_aligned(piece, other)
    ]
    above = [other for other in near if is_below(piece, other, gap=0.9)]
    below = [
        other for other in near
        if is_below(other, piece, gap=0.9) and not SECOND_HOME.match(_start(other))
    ]  # fmt: skip
    if above and below:
        return True
    is_list = piece.text.count(",") > 2
    leads_over = (below and _ends_open(piece) and not is_list) or any(
        _ends_open(other) for other in above
    )
    return scores[id(piece)] > -0.3 and bool(leads_over)


def _ends_open(piece: Piece) -> bool:
    return piece.line.text.rstrip().endswith((",", ";"))


def _is_aligned(one: Piece, other: Piece) -> bool:
    """Whether the lines are set to the same left edge, right edge or middle."""
    offsets = (one.left - other.left, one.right - other.right)
    return min(abs(offsets[0]), abs(offsets[1]), abs(sum(offsets)) / 2) < one.height


def _first_of_several(group: list[Piece]) -> list[Piece]:
    """The lines up to the point where another address begins."""
    is_complete = False
    for index, piece in enumerate(group):
        has_code = _has_code(piece)
        if index and SECOND_HOME.match(_start(piece)):
            return group[:index]
        if index and STREET.match(piece.text) and STREET.match(group[index - 1].text):
            return group[:index]
        if is_complete and has_code:
            first = next(i for i, other in enumerate(group) if _has_code(other))
            return group[: first + 1]
        is_complete = is_complete or has_code
    return group


def _has_code(piece: Piece) -> bool:
    return any(code.search(piece.text) for code, _ in POSTAL_CODES[:-2])
