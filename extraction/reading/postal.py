"""The parts of a postal address: street, city, state, postal code and country."""

from __future__ import annotations

import re
from collections.abc import Iterable

from extraction.reading import places, vocabulary
from extraction.reading.layout import Found

LABEL = re.compile(
    r"^\W*(?:(?:regd|registered|reg|admn|admin|head|corporate|corp|main|branch|postal|mailing|"
    r"city|works|factory|showroom|business)?\.?\s*(?:office|off|offices|address|add|addr|"
    r"correspondence|endereco|endereço|direccion|dirección|adresse|anschrift|住所|所在地|地址|주소)"
    r"(?:\s*address)?\.?\s*[:：\-]+|(?:head|corporate|registered|regd|main)\.?\s*office|h\.o\."
    r"|住所|地址|주소)\s*",
    re.IGNORECASE,
)
US_CODES = places.US_STATE_CODES
BRAZIL_CODES = places.BRAZIL_STATE_CODES

# Pattern of the code, and the country that is certain when it is found.
POSTAL_CODES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"〒\s?(\d{3}\s?-?\s?\d{4})"), "Japan"),
    (re.compile(r"(?<![\d-])(\d{3}-\d{4})(?![\d-])(?=\W*(?:japan|$))", re.IGNORECASE), "Japan"),
    (re.compile(rf"^[^\d]{{0,8}}(\d{{3}}-\d{{4}})(?=\s?[{vocabulary.CJK}])"), "Japan"),
    (re.compile(r"\b(?:CEP\s*[:.]?\s*)?(\d{5}-\d{3})(?!\d)", re.IGNORECASE), "Brazil"),
    (re.compile(rf"(?:\b(?:{US_CODES})\.?,?\s*)(\d{{5}}(?:-\d{{4}})?)(?!\d)"), "United States"),
    (re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?\s?\d[ABD-HJLNP-UW-Z]{2})\b"), "United Kingdom"),
    (re.compile(r"\b([ABCEGHJ-NPRSTVXY]\d[A-Z]\s?\d[A-Z]\d)\b"), "Canada"),
    (re.compile(r"(?<![\d/-])(\d{3}\s\d{3})(?![\d/-])"), ""),
    (re.compile(r"(?<!\d)(\d{5}-\d{4}|\d{6})(?!\d)"), ""),
    (re.compile(r"\b(?:[A-Z]{1,2}-)?(\d{4,5})(?=\s+[^\W\d_]{3,}[^\d]*$)"), ""),
    (re.compile(r"(?<![\d/#-])(\d{5}|\d{4})(?=\W*$)"), ""),
)

CODE_LABEL = re.compile(
    r"(?:\b(?:cep|pin(?:\s?code)?|zip(?:\s?code)?|post(?:al)?\s?code|c\.p\.)|邮编|邮政编码|郵遞區號|"
    r"우편번호|\(우\))\W*$",
    re.IGNORECASE,
)
"""Words before a postal code."""


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


def _take_country(parts: list[str]) -> str:
    """The country printed last in the address, taken out of its line."""
    for index in range(len(parts) - 1, -1, -1):
        plain = vocabulary.plain(parts[index])
        start = places.country_at_end(plain)
        if start is not None and len(plain) == len(parts[index]):
            country = parts[index][start:].strip(" .,;-()")
            parts[index] = parts[index][:start]
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
            before = CODE_LABEL.sub("", line[:start])
            parts[index] = f"{before.rstrip(' -–,')}\t{line[found.end(1) :].lstrip(' .,-–')}"
            return found.group(1).strip(), country
    return "", ""


def _take_state(parts: list[str], country: str) -> str:
    codes = BRAZIL_CODES if country == "Brazil" else US_CODES
    listed = vocabulary.pattern(places.STATES).pattern
    by_name = re.compile(rf"(?:{listed})(?=\W*(?:state)?\W*(?:\t|$))")
    by_code = re.compile(rf"(?<=[\s,./-])(?:{codes}|{BRAZIL_CODES})(?=\.?\W*(?:\t|$))")
    prefecture = re.compile(
        r"東京都|北海道|大阪府|京都府|[一-龥]{2,3}県|[一-龥]{2,3}省|[가-힣]{2,4}도(?=\s)"
    )
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
    municipality = re.compile(r"\s*(?:[一-龥ぁ-んァ-ヶ]{1,6}?(?:市|[区郡])|[가-힣]{2,6}시(?=\s))")
    for index in range(len(parts) - 1, -1, -1):
        before = parts[index].partition("\t")[0]
        if place := municipality.match(parts[index].replace("\t", "")):
            line = parts[index].replace("\t", "")
            parts[index] = line[place.end() :]
            return place.group().strip()
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
