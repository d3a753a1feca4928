"""Numbering plans: whose a card follows, and what they say of a number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from extraction.reading import places

ALWAYS_BEGIN_WITH_ZERO = frozenset({"JP", "FR"})
"""Countries where a number without a country code always begins with 0 (ITU-T E.129)."""

LONGEST = 15
"""Digits of the longest number with its country code (ITU-T E.164)."""

OTHER_NUMBERS = (
    r"(?<![^\W_])(?:reg[a-z]*|lic[a-z]*|gst[a-z]*|cnpj|cpf|crm|oab|iso|iec|vat|ust[a-z-]*|hrb|siret|"
    r"siren|tva|rcs|nif|cif|rfc|ruc|cuit|iban|bic|abn|acn|cin|tan|tin|tax|ein|npi|mls|p\.?\s?iva|"
    r"partita iva|c\.?f)(?:\W{0,2}(?:no|nr|id|number|idnr))?|番号|编号|編號|등록번호"
)
"""Words before numbers that are no telephone's: registers, taxes, licences, standards."""

SHORTEST = 6
"""Digits of the shortest number with its area code that is taken for a whole one."""

CLUES = (
    ("JP", re.compile("〒|[ぁ-んァ-ヶ]{2}|都.{1,4}区|県.{1,4}市")),
    ("KR", re.compile("[가-힣]{2}")),
    ("BR", re.compile(r"\bcep\b|\b\d{5}-\d{3}\b(?!\s?-?\d)|\bltda\b", re.IGNORECASE)),
    ("US", re.compile(rf"\b(?:{places.US_STATE_CODES})\W{{1,2}}\d{{5}}(?!\d)")),
    (
        "IN",
        re.compile(
            r"\b(?:pvt|nagar|marg|chowk|bhavan|bhawan|colony|mandal|taluk|andhra|telangana|karnataka|"
            r"kerala|tamil\s?nadu|maharashtra|gujarat|rajasthan|punjab|haryana|hyderabad|bangalore|"
            r"bengaluru|chennai|mumbai|new delhi|kolkata|pune)\b",
            re.IGNORECASE,
        ),
    ),
    ("DE", re.compile(r"\bgmbh\b|\bstra(?:ß|ss)e\b", re.IGNORECASE)),
)
"""What on a card tells its country where neither address nor domain does."""


def region(internet: Sequence[str], country: str = "", texts: Sequence[str] = ()) -> str | None:
    """The card's country as two letters: from its address, else from its e-mail and web ones,
    else from the country codes and the words in its `texts`."""
    if known := places.code(country):
        return known
    endings = {"uk": "GB"} | {code.lower(): code for code in places.names_by_code()}
    for address in internet:
        ending = re.sub(r"^https?://", "", address.lower()).split("/")[0].rpartition(".")[2]
        if ending in endings and ending not in _FOR_ANYBODY:
            return endings[ending]
    whole = "\n".join(texts)
    return _by_country_code(whole) or next(
        (code for code, clue in CLUES if clue.search(whole)), None
    )


_FOR_ANYBODY = frozenset({"ai", "co", "cc", "fm", "io", "me", "tv", "ws", "gg", "ly", "to"})
"""Endings of countries that are used everywhere."""


def is_valid(text: str, region: str | None) -> bool:
    """Whether the plan of its country has the number in use."""
    import phonenumbers

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, region))
    except phonenumbers.NumberParseException:
        return False


def first(text: str) -> str:
    """The first of several numbers that are printed as one with other endings: 2345 6789/90."""
    return re.sub(r"\s?[/–—-]\s?\d{1,3}$", "", text)


def kind_by_plan(text: str, region: str | None) -> str:
    """Mobile when the numbering plan says so, else phone."""
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return "mobile" if region is None and MOBILE.fullmatch(text) else "phone"
    is_mobile = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    return "mobile" if is_mobile else "phone"


MOBILE = re.compile(
    r"0[5789]0-\d{4}-\d{4}|07\d{3}\s?\d{6}|[6-9]\d{4}\s?\d{5}|(?:\(?\d{2}\)?\s?)?9[\s.]?\d{4}-\d{4}"
)
"""Mobile numbers that are told by their grouping alone: Japan, Britain, India and Brazil."""


def e164(text: str, region: str | None) -> str:
    """The number, the first one of several, as in E.164; "" when no plan makes it possible."""
    import phonenumbers

    if not is_valid(text, region) and is_valid(first(text), region):
        text = first(text)
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return ""
    verdict = phonenumbers.is_possible_number_with_reason(number)
    is_whole = len(str(number.national_number)) >= SHORTEST
    if verdict != phonenumbers.ValidationResult.IS_POSSIBLE or not is_whole:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def apart(run: str, region: str | None) -> list[tuple[int, int]]:
    """The start and end of each number in a run of digits, which the OCR may have made of two.

    A run is only cut when it is too long for one number, or no number in use while its parts are.
    """
    digits = sum(char.isdigit() for char in run)
    whole = [(0, len(run))]
    if not 9 < digits <= 3 * LONGEST or (digits <= LONGEST and is_valid(run, region)):
        return whole
    if digits <= LONGEST + 3 and is_valid(first(run), region):
        return whole
    for cut in _cuts(run):
        left, right = run[:cut], run[cut:].lstrip(" -–.)")
        start = len(run) - len(right)
        count = sum(char.isdigit() for char in left)
        if is_valid(right, region) and digits > 12 and count in (5, 6, 7) and region == "IN":
            return [(start, len(run))]
        if (_is_twin(left, right) and digits > 11) or _are_valid(left, right, region):
            rest = apart(right, region)
            ended = len(left.rstrip(" -–."))
            return [(0, ended), *((start + one, start + two) for one, two in rest)]
    return whole


def _are_valid(left: str, right: str, region: str | None) -> bool:
    longest = sum(char.isdigit() for char in left + right) > 12
    return longest and is_valid(left, region) and is_valid(right, region)


def _is_twin(left: str, right: str) -> bool:
    """Whether `right` has the shape that `left` ends with: 0 for a digit, signs as they are."""
    one, two = (re.sub(r"\d", "0", part.strip(" .")) for part in (left, right))
    shortest = 6 if left.endswith(".") else 7
    return two.count("0") >= shortest and one.endswith(two)


def _cuts(run: str) -> Iterator[int]:
    """Where the run may be cut: at its gaps first, then before any digit or sign."""
    gaps = [found.end() for found in re.finditer(r"\s+|(?<=\d)(?=[(+])", run)]
    yield from gaps
    yield from (at for at in range(5, len(run) - 5) if at not in gaps and run[at].isdigit())


def _by_country_code(text: str) -> str | None:
    import phonenumbers

    for found in re.finditer(r"(?:\+|(?<![\w-])00)\s?([1-9]\d{0,2})(?=[\d\s().-]{5})", text):
        for length in (1, 2, 3):
            code = phonenumbers.region_code_for_country_code(int(found.group(1)[:length]))
            if code not in ("ZZ", "001"):
                return code
    return None
