"""How sure a value is, and why it is not."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from extraction.reading import plans, same
from extraction.reading.normalise import EMAIL
from extraction.result import Box, Line, Result, Value

DOUBT_BELOW = 0.8
"""Values below it are marked doubtful."""

DEDUCED = frozenset({"languages", "choice", "country"})
"""Kinds of field whose text need not be printed on the card."""

_GROUPS = {
    field: group
    for group, fields in {
        "full_name": "full_name first_name last_name native_name prefix suffix",
        "job_title": "job_title",
        "department": "department",
        "company": "company",
        "email": "email email_2",
        "phone": "phone phone_2 mobile mobile_2 fax extension",
        "website": "website social",
        "address": "address_1 address_2 address_3 city state postal_code",
    }.items()
    for field in fields.split()
}
"""Fields that are right and wrong in the same ways."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A confidence from 0 to 1, and the reason in plain words when it is doubtful."""

    confidence: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about a value before it is called sure or not.

    `sure` is how likely the rule or model that chose it held it to be (0 to 1), `reading` how
    sure the OCR was of its lines, `form` how well-formed it is, `is_found` whether it stands on
    the card. `problem` names what is wrong in plain words.
    """

    field: str
    sure: float
    reading: float
    form: float
    is_found: bool
    problem: str

    def numbers(self) -> dict[str, float]:
        """The evidence as numbers that a logistic regression can weigh."""
        group = _GROUPS.get(self.field, "other")
        odds = _log_odds(self.sure)
        return {
            f"is_{group}": 1.0,
            f"sure_{group}": odds,
            "sure": odds,
            "reading": _log_odds(min(self.reading, 0.998)) / 3,
        }


def evidence(
    field: str,
    text: str,
    boxes: Sequence[Box],
    lines: Sequence[Line],
    *,
    sure: float,
    region: str | None = None,
) -> Evidence:
    """What speaks for and against `text` in `field`; `region` is the country of the card as two
    letters, for numbers without a country code."""
    kind = kind_of(field)
    problem, form = _form(kind, text, region)
    read = reading(boxes, lines) if boxes else 1.0
    is_found = bool(boxes) or kind in DEDUCED
    if not is_found:
        problem = problem or "not found on the card"
    elif read < 0.8:
        problem = problem or "hard to read"
    return Evidence(field, sure, read, form, is_found, problem)


def judge(
    found: Evidence, weights: Mapping[str, float] | None = None, doubt: str = ""
) -> Judgement:
    """How likely the value is right, and why it is doubtful.

    With `weights`, fitted on labelled cards, it is a calibrated probability. Without, it is as
    sure as what chose it and as the OCR was. Either is less for a form that is wrong, and for
    what is not found on the card.
    """
    if weights:
        numbers = found.numbers()
        total = sum(weights.get(name, 0.0) * number for name, number in numbers.items())
        confidence = 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
    else:
        confidence = found.sure * (0.4 + 0.6 * min(1.0, found.reading / 0.95))
    # Both are too rare on labelled cards to be weighed there.
    confidence *= found.form * (1.0 if found.is_found else 0.6)
    if confidence >= DOUBT_BELOW:
        return Judgement(confidence)
    return Judgement(confidence, found.problem or doubt or "the machine is not sure")


def problem(field: str, text: str, region: str | None = None) -> str:
    """What is wrong with the form of `text` in `field`, in plain words; "" for nothing."""
    return _form(kind_of(field), text, region)[0]


def kind_of(field: str) -> str:
    """The kind of a contact field, such as "phone"."""
    from cards.fields import CONTACT_COLUMNS

    return next(column.info.kind for column in CONTACT_COLUMNS if column.name == field)


def _log_odds(probability: float) -> float:
    bounded = max(0.02, min(0.998, probability))
    return math.log(bounded / (1 - bounded))


def doubts(result: Result) -> tuple[float, list[str]]:
    """1 minus the lowest confidence of a result (1 without values), and its doubtful fields."""
    lowest = min((value.confidence for value in result.values.values()), default=0.0)
    names = [name for name, value in result.values.items() if value.confidence < DOUBT_BELOW]
    if "full_name" in names:  # that its parts are doubtful too says nothing new
        names = [name for name in names if name not in ("first_name", "last_name")]
    return round(1 - lowest, 4), names


AGREED, CONTRADICTED = 0.3, 0.85
"""What agreement leaves of the doubt in a value, and contradiction of its confidence."""


def agree(result: Result, beside: Result) -> Result:
    """`result` with what the bundled reader made of the same card beside it.

    Where two that work in different ways read the same, it is less doubtful; where they read
    different things it is more so.
    """
    texts = {name: value.text for name, value in beside.values.items()}
    values = {
        name: _compared(value, texts[name]) if name in texts else value
        for name, value in result.values.items()
    }
    return replace(result, values=values, beside=texts)


def _compared(value: Value, other: str) -> Value:
    if same.text(value.text, other):
        confidence = 1 - (1 - value.confidence) * AGREED
        return replace(
            value, confidence=confidence, reason=value.reason if confidence < DOUBT_BELOW else ""
        )
    confidence = value.confidence * CONTRADICTED
    if confidence >= DOUBT_BELOW:
        return replace(value, confidence=confidence)
    reason = value.reason or f"the bundled reader read “{other[:60]}”"
    return replace(value, confidence=confidence, reason=reason)


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
    if not plans.is_valid(text, region):
        text = plans.first(text)
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
