"""Finding contacts by a telephone number, however it is written here and there.

No column holds bare digits, and none is needed: LIKE with a wildcard between the digits leaves a
few rows of 100,000, and a regular expression decides on those. Measured on 90,000 waiting cards:
90 ms in SQLite together with the search for words, which alone takes 65 (the regular expression
alone 500, taking the separators out with REPLACE 250); in PostgreSQL 260 to 370, the words 260.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import BooleanField, F, Func, Q, QuerySet, Value
from django.http import HttpRequest
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from cards.fields import CONTACT_COLUMNS

FIELDS = tuple(column.name for column in CONTACT_COLUMNS if column.info.kind == "phone")
SHORTEST = 4
"""Digits, zeros in front left out: fewer are in every other number."""

_NUMBER = re.compile(r"(?<!\w)[+(]?[0-9][0-9\s()./+-]*[0-9](?!\w)")
_BETWEEN = r"(\(0\)|[^0-9])*"
"""What may stand between two digits: the zero in brackets is not dialled from abroad."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number within a search: as it was written, and the digits that every way shares."""

    text: str
    digits: str


def number_in(search: str) -> Number | None:
    """The first number in what somebody searches for.

    Of “+49 30 1234”, “0049 (0)30 1234” and “030 1234” the digits are 301234: a card may have it
    with or without the country.
    """
    found = _NUMBER.search(unicodedata.normalize("NFKC", search))
    if not found:
        return None
    text = found[0]
    digits = re.sub(r"[^0-9]", "", re.sub(r"\(\s*0\s*\)", "", text))
    if text.startswith("+") or digits.startswith("00"):
        digits = _without_country(digits.lstrip("0"))
    digits = digits.lstrip("0")
    return Number(text, digits) if len(digits) >= SHORTEST else None


def matching(digits: str) -> Q:
    """The cards with these digits one after the other in one of their numbers."""
    sieve, exact = Value("%{}%".format("%".join(digits))), _BETWEEN.join(digits)
    like = {"arg_joiner": " LIKE ", "template": "(%(expressions)s)"}
    return reduce(
        or_,
        (
            Q(Func(F(name), sieve, output_field=BooleanField(), **like))
            & Q(**{f"{name}__regex": exact})
            for name in FIELDS
        ),
    )


class NumberSearchMixin:
    """For an admin of cards: a number in the search is found however it is written."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        search = unicodedata.normalize("NFKC", search_term)
        number = number_in(search)
        words = search.replace(number.text, " ", 1) if number else search_term
        found, may_repeat = super().get_search_results(  # type: ignore[misc]
            request, queryset, words
        )
        if number:  # it may be a house number or part of a name as well
            names = self.get_search_fields(request)  # type: ignore[attr-defined]
            bits = (
                reduce(or_, (Q(**{f"{name}__icontains": bit}) for name in names))
                for bit in number.text.split()
            )
            found = found.filter(matching(number.digits) | reduce(and_, bits))
        return found, may_repeat


def _without_country(digits: str) -> str:
    """The digits after the country's calling code. No code is the beginning of another."""
    for length in (1, 2, 3):
        if int(digits[:length] or 0) in COUNTRY_CODE_TO_REGION_CODE:
            return digits[length:]
    return digits
