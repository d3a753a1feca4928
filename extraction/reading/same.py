"""Whether two texts say the same, by the rules of the labelled sets.

Text is compared by its letters and digits alone, after Unicode NFKC and case folding.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from extraction.reading import places, vocabulary

NEAR = 0.85
"""How near two addresses must be, from 0 to 1, to count as the same."""

_PHONE_DIGITS = 8


def text(one: str, other: str) -> bool:
    return key(one) == key(other) != ""


def phone(one: str, other: str) -> bool:
    """Whether all digits are the same or, of long numbers, the last eight."""
    first, second = _digits(one), _digits(other)
    if not first or not second:
        return text(one, other)
    long_enough = min(len(first), len(second)) >= _PHONE_DIGITS
    return first == second or (long_enough and first[-_PHONE_DIGITS:] == second[-_PHONE_DIGITS:])


def website(one: str, other: str) -> bool:
    """Whether both are the same without scheme and `www`."""
    return text(_bare(one), _bare(other))


def address(one: str, other: str) -> bool:
    """Whether both are nearly the same, with or without the country that `one` ends with.

    It is enough that their words, their pairs of neighbouring characters or their sequences of
    characters are.
    """
    plain = vocabulary.plain(one)
    start = places.country_at_end(plain)
    return _near(one, other) or bool(start and _near(plain[:start], vocabulary.plain(other)))


def _near(one: str, other: str) -> bool:
    first, second = key(one), key(other)
    return (
        _overlap(_tokens(one), _tokens(other)) >= NEAR
        or _overlap(_pairs(first), _pairs(second)) >= NEAR
        or SequenceMatcher(None, first, second, autojunk=False).ratio() >= NEAR
    )


def _overlap(one: Sequence[str], other: Sequence[str]) -> float:
    """The F1 of two bags of things, 0 to 1."""
    shared = sum((Counter(one) & Counter(other)).values())
    return 2 * shared / (len(one) + len(other)) if one or other else 0.0


def host(address: str) -> str:
    """The host in an e-mail or web address, folded and without `www`."""
    return re.split(r"[/?#\s]", _bare(address.rpartition("@")[2]), maxsplit=1)[0]


def key(text: str) -> str:
    """The letters and digits of `text`, folded, by which it is compared."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum())


def _tokens(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).casefold())


def _pairs(key: str) -> list[str]:
    return [first + second for first, second in pairwise(key)]


def _digits(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text) if c.isdecimal())


def _bare(website: str) -> str:
    folded = unicodedata.normalize("NFKC", website).casefold().strip()
    return re.sub(r"^(?:https?:?/*)?(?:www\.)?", "", folded)


def country_of(address: str) -> str | None:
    """The ISO 3166-1 code of the country that `address` ends with."""
    plain = vocabulary.plain(address)
    start = places.country_at_end(plain)
    return None if start is None else places.code(plain[start:])
