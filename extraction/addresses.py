"""Postal addresses: which lines are one, and what its parts are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from extraction import places, vocabulary
from extraction.layout import Found, Piece, is_below, is_right_of, is_same_type

SEED = 1.3
"""A piece with at least this score can be an address by itself."""

JOINS = 0.4
"""A piece with at least this score belongs to an address it touches."""

LABEL = re.compile(
    r"^\W*(?:(?:regd|registered|reg|admn|admin|head|corporate|corp|main|branch|postal|mailing|"
    r"city|works|factory|showroom|business)?\.?\s*(?:office|off|offices|address|add|addr|"
    r"correspondence|endereco|endereço|direccion|dirección|adresse|anschrift|住所|所在地|地址|주소)"
    r"(?:\s*address)?\.?\s*[:：\-]+|(?:head|corporate|registered|regd|main)\.?\s*office|h\.o\."
    r"|住所|地址|주소)\s*",
    re.IGNORECASE,
)
SECOND_HOME = re.compile(
    r"^\W*(?:(?:res|resi|residence|residential|branch|branches|factory|works|godown|showroom)\b"
    r"|[^\d:]{2,24}\b(?:office|branch|unit|plant|factory|store)(?:s|es)?\s*(?:[:：]|$))",
    re.IGNORECASE,
)
"""The start of an address that is not the first one."""

_US_CODES = places.US_STATE_CODES
_BRAZIL_CODES = places.BRAZIL_STATE_CODES

# Pattern of the code, and the country that is certain when it is found.
POSTAL_CODES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"〒\s?(\d{3}\s?-?\s?\d{4})"), "Japan"),
    (re.compile(r"(?<![\d-])(\d{3}-\d{4})(?![\d-])(?=\W*(?:japan|$))", re.IGNORECASE), "Japan"),
    (re.compile(r"\b(?:CEP\s*[:.]?\s*)?(\d{5}-\d{3})(?!\d)", re.IGNORECASE), "Brazil"),
    (re.compile(rf"(?:\b(?:{_US_CODES})\.?,?\s*)(\d{{5}}(?:-\d{{4}})?)(?!\d)"), "United States"),
    (re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?\s?\d[ABD-HJLNP-UW-Z]{2})\b"), "United Kingdom"),
    (re.compile(r"\b([ABCEGHJ-NPRSTVXY]\d[A-Z]\s?\d[A-Z]\d)\b"), "Canada"),
    (re.compile(r"(?<![\d/-])(\d{3}\s\d{3})(?![\d/-])"), ""),
    (re.compile(r"(?<!\d)(\d{5}-\d{4}|\d{6})(?!\d)"), ""),
    (re.compile(r"\b(?:[A-Z]{1,2}-)?(\d{4,5})(?=\s+[^\W\d_]{3,}[^\d]*$)"), ""),
    (re.compile(r"(?<![\d/#-])(\d{5}|\d{4})(?=\W*$)"), ""),
)

# What speaks for an address: a word list and the weight of each hit, with the most that count.
WORD_CLUES: tuple[tuple[str, float, int], ...] = (
    (places.ADDRESS_WORDS, 0.7, 3),
    (places.CITIES, 0.9, 1),
    (places.STATES, 0.7, 1),
    ("|".join(places.countries()), 0.5, 1),
    (vocabulary.JOB_TITLES, -1.0, 2),
    (vocabulary.LEGAL_FORMS, -1.0, 1),
    (vocabulary.ORGANISATIONS, -0.4, 2),
    (vocabulary.SLOGAN_WORDS, -0.6, 2),
)
CJK_ADDRESS = re.compile(
    r"[都道府県省].{1,8}[市区區郡町村縣縣]|[市区區].{1,12}(?:\d|丁目|路|街|[町村])|\d+(?:丁目|番|号|號|楼|室|層)"
    r"|[시도].{1,6}[구군].{1,10}[로길동]"
)


def score(text: str) -> float:
    """How much `text` looks like a line of an address; above SEED it is one."""
    total = 0.0
    for listed, weight, most in WORD_CLUES:
        total += weight * min(most, vocabulary.count(listed, text))
    has_letters = sum(char.isalpha() for char in text) >= 3
    if has_letters and re.search(r"\d", text):
        total += 0.7
    if re.search(r"(?<!\w)#\s?\d|^\W*\d{1,5}[\w/-]*[,\s]+[^\W\d]", text):
        total += 0.5
    if any(code.search(text) for code, _ in POSTAL_CODES[:-2]):
        total += 1.2
    elif re.search(r"\d{4,6}\W*$", text) and has_letters:
        total += 0.5
    if re.search(rf"\b(?:{_US_CODES})\W+\d{{5}}|[-–/,]\s*(?:{_BRAZIL_CODES})\W*$", text):
        total += 0.8
    if CJK_ADDRESS.search(text):
        total += 1.5
    return total + 0.25 * min(3, text.count(","))


def choose(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces of the first or clearest address on the card, in reading order."""
    scores = {id(piece): score(piece.text) for piece in pieces}
    candidates = [
        piece for piece in pieces if scores[id(piece)] >= JOINS or _between(piece, pieces, scores)
    ]
    groups: list[list[Piece]] = []
    for piece in candidates:
        touching = [
            group for group in groups
            if any(_touches(piece, other, pieces) for other in group)
        ]  # fmt: skip
        joined = [other for group in touching for other in group]
        groups = [group for group in groups if group not in touching]
        groups.append([*joined, piece])
    groups = [group for group in groups if max(scores[id(piece)] for piece in group) >= SEED]
    if not groups:
        return []

    def worth(group: list[Piece]) -> float:
        total = sum(scores[id(piece)] for piece in group)
        return total - (3.0 if SECOND_HOME.match(group[0].text) else 0.0)

    best = max(worth(group) for group in groups)
    # Of several complete addresses the one printed first is the main one.
    chosen = next(group for group in groups if worth(group) >= best - abs(best) / 4)
    return _first_of_several(sorted(chosen, key=pieces.index))


def split(lines: Iterable[str]) -> dict[str, Found]:
    """The address fields in the lines of one address; every word of it ends up in one of them."""
    parts = [LABEL.sub("", line).strip(" ,;") for line in lines]
    fields: dict[str, Found] = {}
    country = _take_country(parts)
    code, certain = _take_postal_code(parts)
    state = _take_state(parts, certain)
    city = _take_city(parts, bool(code or state))
    rest = [part for part in (_tidy(part) for part in parts) if part]
    while len(rest) > 3:
        rest[1:3] = [f"{rest[1]}, {rest[2]}"]
    sure, doubt = (0.88, "") if code or (city and rest) else (0.7, "may not be a whole address")
    for name, text, sureness in (
        ("address_1", rest[0] if rest else "", sure),
        ("address_2", rest[1] if len(rest) > 1 else "", sure),
        ("address_3", rest[2] if len(rest) > 2 else "", sure),
        ("city", city, sure),
        ("state", state, sure),
        ("postal_code", code, 0.92),
        ("country", country, 0.95),
    ):
        if text:
            fields[name] = Found(text, sureness, doubt)
    if not country and certain:
        fields["country"] = Found(certain, 0.82, "not printed; follows from the postal code")
    return fields


def _touches(piece: Piece, other: Piece, pieces: Sequence[Piece]) -> bool:
    """Whether the two can be lines of the same address: a line apart, or parts of one row."""
    if piece.line is other.line:
        return True
    if is_below(piece, other, gap=1.1) or is_below(other, piece, gap=1.1):
        sizes = sorted((piece.height, other.height))
        return sizes[1] < 1.6 * sizes[0]
    left, right = sorted((piece, other), key=lambda one: one.left)
    if not is_right_of(right, left, gap=1.5):
        return False
    # With lines of its own above or below, the right one is a column, not the rest of the row.
    return not any(
        (is_below(right, third) or is_below(third, right))
        and abs(right.left - third.left) < 0.7 * right.height
        for third in pieces
    )


def _between(piece: Piece, pieces: Sequence[Piece], scores: Mapping[int, float]) -> bool:
    """Whether a line without clues of its own stands between lines of an address, or above one
    that it leads over to with a comma."""
    if scores[id(piece)] < -0.5 or piece.size > 1.6:
        return False
    near = [
        other
        for other in pieces
        if scores[id(other)] >= JOINS
        and is_same_type(piece, other)
        and abs(piece.left - other.left) < piece.height
    ]
    above = any(is_below(piece, other, gap=0.9) for other in near)
    below = any(is_below(other, piece, gap=0.9) for other in near)
    return below and (above or piece.line.text.rstrip().endswith(","))


def _first_of_several(group: list[Piece]) -> list[Piece]:
    """The lines up to the point where another address begins."""
    is_complete = False
    for index, piece in enumerate(group):
        has_code = _has_code(piece)
        if index and SECOND_HOME.match(piece.line.text):
            return group[:index]
        if is_complete and has_code:
            first = next(i for i, other in enumerate(group) if _has_code(other))
            return group[: first + 1]
        is_complete = is_complete or has_code
    return group


def _has_code(piece: Piece) -> bool:
    return any(code.search(piece.text) for code, _ in POSTAL_CODES[:-2])


def _take_country(parts: list[str]) -> str:
    """The country printed last in the address, taken out of its line."""
    names = vocabulary.pattern("|".join(places.countries()))
    ending = re.compile(rf"(?:{names.pattern})\W*$")
    for index in range(len(parts) - 1, -1, -1):
        plain = vocabulary.plain(parts[index])
        found = ending.search(plain)
        if found and len(plain) == len(parts[index]):
            country = parts[index][found.start() :].strip(" .,;-()")
            parts[index] = parts[index][: found.start()]
            return country
    return ""


def _take_postal_code(parts: list[str]) -> tuple[str, str]:
    """The postal code, taken out of its line, and the country that it makes certain or ""."""
    for pattern, country in POSTAL_CODES:
        for index in range(len(parts) - 1, -1, -1):
            found = pattern.search(parts[index])
            if not found or (index == 0 and len(parts) > 1 and not country and found.start() == 0):
                continue
            # The line stays in two halves, so that the city is looked for beside the code.
            line = parts[index]
            start = line.rfind("〒", 0, found.start(1) + 1)
            start = start if start >= 0 else found.start(1)
            parts[index] = f"{line[:start].rstrip(' -–,')}\t{line[found.end(1) :].lstrip(' .,-–')}"
            return found.group(1).strip(), country
    return "", ""


def _take_state(parts: list[str], country: str) -> str:
    codes = _BRAZIL_CODES if country == "Brazil" else _US_CODES
    listed = vocabulary.pattern(places.STATES).pattern
    by_name = re.compile(rf"(?:{listed})(?=\W*(?:state)?\W*(?:\t|$))")
    by_code = re.compile(rf"(?<=[\s,./-])(?:{codes}|{_BRAZIL_CODES})(?=\.?\W*(?:\t|$))")
    prefecture = re.compile(r"(?:東京都|北海道|大阪府|京都府|[一-龥]{2,3}県|[一-龥]{2,3}省)")
    for index in range(len(parts) - 1, max(-1, len(parts) - 4), -1):
        plain = vocabulary.plain(parts[index]) if "\t" not in parts[index] else parts[index].lower()
        found = by_code.search(parts[index]) or prefecture.search(parts[index])
        if not found and len(plain) == len(parts[index]):
            found = by_name.search(plain)
        if found:
            line = parts[index]
            parts[index] = f"{line[: found.start()].rstrip(' -–,/')}\t{line[found.end() :]}"
            return line[found.start() : found.end()].strip(" ,")
    return ""


def _take_city(parts: list[str], is_marked: bool) -> str:
    """A city known by name, else the words just before the postal code or the state."""
    known = vocabulary.pattern(places.CITIES)
    for index in range(len(parts) - 1, -1, -1):
        plain = parts[index].replace("\t", "|")
        plain = vocabulary.plain(plain)
        found = list(known.finditer(plain)) if len(plain) == len(parts[index]) else []
        if found:
            line, last = parts[index], found[-1]
            parts[index] = f"{line[: last.start()]}\t{line[last.end() :]}"
            return line[last.start() : last.end()]
    municipality = re.compile(r"[一-龥ぁ-んァ-ヶ]{1,6}?(?:市|[区郡])")
    for index in range(len(parts) - 1, -1, -1):
        before = parts[index].partition("\t")[0]
        if place := municipality.match(parts[index].replace("\t", "")):
            line = parts[index].replace("\t", "")
            parts[index] = line[place.end() :]
            return place.group()
        if is_marked and "\t" in parts[index]:
            words = re.search(r"(?:^|[,;•·]|\d\s|-\s)\s*([^\W\d_][^,;\d•·]{1,30}?)\W*$", before)
            if words and not vocabulary.count("road|street|nagar|rua|floor", words.group(1)):
                line = parts[index]
                parts[index] = before[: words.start(1)] + line[len(before) :]
                return words.group(1).strip()
    return ""


def _tidy(part: str) -> str:
    """The line without what taking parts out of it has left: gaps, doubled commas, dashes."""
    pieces = [piece.strip(" ,;-–•·/.") for piece in part.split("\t")]
    joined = ", ".join(piece for piece in pieces if any(char.isalnum() for char in piece))
    return re.sub(r"\s*,(?:\s*,)+", ",", joined).replace("()", "").strip(" ,;-")
