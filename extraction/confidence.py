"""How sure a value is, and why it is not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from extraction.normalise import EMAIL
from extraction.result import Box, Line, Result

DOUBT_BELOW = 0.8
"""Values below it are marked doubtful."""

_DEDUCED = frozenset({"languages", "choice", "country"})
"""Kinds of field whose text need not be printed on the card."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A confidence from 0 to 1, and the reason in plain words when it is doubtful."""

    confidence: float
    reason: str = ""


def judge(
    kind: str,
    text: str,
    boxes: Sequence[Box],
    lines: Sequence[Line],
    *,
    sure: float,
    doubt: str = "",
    region: str | None = None,
) -> Judgement:
    """How sure a value is: as sure as the rule or model that chose it (`sure`, 0 to 1) and as
    the OCR was of its lines, less when its form is wrong or it is not found on the card.

    `region` is the country of the card as two letters, for numbers without a country code.
    """
    problem, factor = _form(kind, text, region)
    confidence = sure * factor
    if not boxes:
        if kind not in _DEDUCED:
            confidence *= 0.6
            problem = problem or "not found on the card"
    else:
        read = reading(boxes, lines)
        confidence *= 0.4 + 0.6 * min(1.0, read / 0.95)
        if read < 0.8:
            problem = problem or "hard to read"
    confidence = max(0.0, min(1.0, confidence))
    if confidence >= DOUBT_BELOW:
        return Judgement(confidence)
    return Judgement(confidence, problem or doubt or "the machine is not sure")


def doubts(result: Result) -> tuple[float, list[str]]:
    """1 minus the lowest confidence of a result (1 without values), and its doubtful fields."""
    lowest = min((value.confidence for value in result.values.values()), default=0.0)
    names = [name for name, value in result.values.items() if value.confidence < DOUBT_BELOW]
    if "full_name" in names:  # that its parts are doubtful too says nothing new
        names = [name for name in names if name not in ("first_name", "last_name")]
    return round(1 - lowest, 4), names


def reading(boxes: Sequence[Box], lines: Sequence[Line]) -> float:
    """The lowest OCR confidence among the lines that hold the boxes; 1 when none does."""
    return min((line.confidence for line in lines if _holds_any(line.box, boxes)), default=1.0)


def _form(kind: str, text: str, region: str | None) -> tuple[str, float]:
    """What is wrong with the form of the text, and the factor on its confidence."""
    if kind == "phone":
        return _phone_form(text, region)
    if kind == "email" and not EMAIL.fullmatch(text):
        return "not a valid e-mail address", 0.5
    if kind == "url" and not re.search(r"[\w-]+\.[A-Za-z]{2,}", text):
        return "not a valid web address", 0.6
    if kind == "name" and any(char.isdigit() for char in text):
        return "a name with digits in it", 0.6
    return "", 1.0


def _phone_form(text: str, region: str | None) -> tuple[str, float]:
    """Judged by the numbering plan when the country is known, by length otherwise."""
    import phonenumbers

    digits = sum(char.isdigit() for char in text)
    if digits < 6:
        return "shorter than any telephone number", 0.5
    if not text.startswith("+") and region is None:
        return ("shorter than most telephone numbers", 0.8) if digits < 7 else ("", 1.0)
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return "not a valid telephone number", 0.6
    country = _country(phonenumbers.region_code_for_country_code(number.country_code or 0))
    verdict = phonenumbers.is_possible_number_with_reason(number)
    if verdict == phonenumbers.ValidationResult.TOO_SHORT:
        return f"shorter than {country} numbers", 0.6
    if verdict == phonenumbers.ValidationResult.TOO_LONG:
        return f"longer than {country} numbers", 0.6
    if verdict == phonenumbers.ValidationResult.INVALID_COUNTRY_CODE:
        return "no country has this code", 0.6
    if not phonenumbers.is_valid_number(number):
        return f"not a number in use among {country} ones", 0.85
    return "", 1.0


_ADJECTIVES = {
    "DE": "German", "FR": "French", "GB": "British", "US": "American", "BR": "Brazilian",
    "JP": "Japanese", "CN": "Chinese", "KR": "Korean", "IN": "Indian", "ES": "Spanish",
    "PT": "Portuguese", "IT": "Italian", "MX": "Mexican", "AU": "Australian", "CA": "Canadian",
    "CH": "Swiss", "AT": "Austrian", "NL": "Dutch",
}  # fmt: skip


def _country(region: str) -> str:
    return _ADJECTIVES.get(region, "this country's")


def _holds_any(outer: Box, boxes: Sequence[Box]) -> bool:
    """Whether the middle of one of the boxes lies within `outer`."""
    xs = [x for x, _ in outer.corners]
    ys = [y for _, y in outer.corners]
    for box in boxes:
        x = sum(x for x, _ in box.corners) / 4
        y = sum(y for _, y in box.corners) / 4
        inside = min(xs) <= x <= max(xs) and min(ys) <= y <= max(ys)
        if box.side == outer.side and inside:
            return True
    return False
