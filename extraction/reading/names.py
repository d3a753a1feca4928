"""The parts of a person's name, in the orders of its script."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from extraction.reading import vocabulary
from extraction.reading.printable import printable


class Name(NamedTuple):
    """A full name in its parts; all are empty for an empty name."""

    prefix: str
    first: str
    last: str
    suffix: str


def split_name(full_name: str) -> Name:
    """The parts of a name: Western order, "Last, First", or Chinese, Japanese and Korean order.

    A name of one word is a first name. Prefix and suffix are recognised by a word list. Romanised
    names keep the order of print, unless the surname is told by its capitals.
    """
    name = re.sub(r"[(（][^()（）]*[)）]?", " ", printable(full_name))
    name = name if name.strip() else printable(full_name)
    if vocabulary.HAS_CJK.search(name):
        return _split_cjk_name(name)
    words = name.replace(",", ", ").split()
    prefix: list[str] = []
    suffix: list[str] = []
    while len(words) > 1 and (is_prefix(words[0]) or (prefix and words[0] == "h.c.")):
        prefix.append(words.pop(0))
    while len(words) > 1 and is_suffix(words[-1], after_comma=_is_set_off(words)):
        suffix.insert(0, words.pop().strip(","))
    first, last = _first_and_last(" ".join(words).strip(" ,"))
    return Name(" ".join(prefix), first, last, ", ".join(suffix))


def is_prefix(word: str) -> bool:
    """Whether the word is a title before a name: "Dr." or "Dr.-Ing.", but not an initial like
    "M."."""
    listed = vocabulary.pattern(vocabulary.NAME_PREFIXES)
    bare = vocabulary.plain(word).strip(".,()")
    parts = re.split(r"\.?-", bare)
    return len(bare) > 1 and (
        bool(listed.fullmatch(bare)) or all(listed.fullmatch(part) for part in parts)
    )


def is_suffix(word: str, *, after_comma: bool = True) -> bool:
    """Whether the word is a degree or the like after a name. Short ones could be a name or
    initials, so that they need the comma or dots."""
    bare = vocabulary.plain(word).strip(".,()")
    listed = vocabulary.pattern(vocabulary.NAME_SUFFIXES).fullmatch(bare)
    certain = after_comma or "." in word.strip(".") or bare in _CERTAIN_SUFFIXES
    return bool(listed) and certain


def is_degrees(text: str) -> bool:
    """Whether nothing but degrees stand in the text: "M. Tech., F.I.E. (India), MISTE".

    The first one must be listed; of those that follow it is enough that they are abbreviations,
    with dots or after a comma.
    """
    bare = _SPACED_DEGREE.sub(r"\1.", re.sub(r"\s*[(（][^()（）]*[)）]?", "", text))
    words = re.findall(r"[^\s,;&]+[,;&]?", bare)
    return (
        bool(words)
        and is_suffix(words[0])
        and all(
            is_suffix(word, after_comma=before[-1] in ",;&")
            or _ABBREVIATION.fullmatch(word.rstrip(",;&"))
            or (before[-1] in ",;&" and word.isupper() and len(word) < 8)
            for before, word in pairwise(words)
        )
    )


_SPACED_DEGREE = re.compile(r"\b([A-Z]h?)\.\s+(?=[A-Z])")
_ABBREVIATION = re.compile(r"(?:[A-Z][A-Za-z]{0,3}\.)+(?:[A-Z][A-Za-z]{0,4})?\.?")

_CERTAIN_SUFFIXES = {
    "jr", "sr", "ii", "iii", "iv", "phd", "mba", "cpa", "esq", "mbbs", "aia", "filho", "neto",
    "junior",
}  # fmt: skip

_PARTICLES = {
    "da", "de", "del", "della", "der", "di", "dos", "das", "do", "du", "la", "le", "van", "von",
    "den", "ten", "ter", "zu", "bin", "ibn", "al", "el", "st", "e", "y",
}  # fmt: skip


_SPANISH_SURNAME = re.compile(
    r"[^\W\d_]{2,}[aeio]z|garcia|torres|romero|flores|vargas|rojas|reyes|morales|herrera|medina|"
    r"aguilar|vega|moreno|molina|navarro|dominguez|blanco|serrano|castillo|delgado|guerrero|mendoza"
)
"""Frequent surnames of Spain and Spanish America that are not Portuguese as well."""


def _is_set_off(words: Sequence[str]) -> bool:
    """Whether the last word is set off from the name by a comma, or by its capitals."""
    *name, last = words
    return name[-1].endswith(",") or (
        len(name) > 1 and last.isupper() and not any(word.isupper() for word in name if word[2:])
    )


def _first_and_last(name: str) -> tuple[str, str]:
    if ", " in name:
        last, _, first = name.partition(", ")
        return first, last
    words = name.split()
    if len(words) == 1:
        return name, ""
    start, end = _in_capitals(words) or (_surname_start(words), len(words))
    return " ".join(words[:start] + words[end:]), " ".join(words[start:end])


def _in_capitals(words: Sequence[str]) -> tuple[int, int] | None:
    """The start and end of the surname when it alone is set in capitals: "HALLOWAY Rosa"."""
    upper = [word.isupper() and len(word.strip(".")) > 1 and word.count(".") < 2 for word in words]
    start = upper.index(True) if any(upper) else 0
    end = start + sum(upper)
    is_one_run = all(upper[start:end]) and (start == 0 or end == len(words))
    is_word = any(len(word) > 2 for word in words[start:end])
    has_others = any(not word.isupper() for word in words if len(word.strip(".")) > 1)
    return (start, end) if any(upper) and is_one_run and is_word and has_others else None


def _surname_start(words: Sequence[str]) -> int:
    """Where the surname begins: with its particles, both of a Spanish pair, at least one word
    left to the first name."""
    start = _with_particles(words, len(words) - 1)
    if start > 1 and _SPANISH_SURNAME.fullmatch(vocabulary.plain(words[start - 1])):
        start = _with_particles(words, start - 1)
    return start


def _with_particles(words: Sequence[str], start: int) -> int:
    while start > 1 and words[start - 1].casefold() in _PARTICLES:
        # "Teixeira e Souza": the word before "e" is one of the surnames.
        start -= 2 if words[start - 1].casefold() in ("e", "y") and start > 2 else 1
    return start


_CJK_TITLE = (
    "(?:[工理医文法農薬]学|経済学|名誉)?(?:博士|修士|教授)|"
    "先生|女士|小姐|様|さん|氏|교수|박사|선생|씨|님"
)
_LONG_SURNAMES = (
    "欧阳|歐陽|司马|司馬|上官|诸葛|諸葛|司徒|皇甫|尉迟|东方|夏侯|慕容|令狐|"
    "남궁|황보|제갈|선우|독고|서문|사공"
)
"""Chinese and Korean surnames of two characters."""


def _split_cjk_name(name: str) -> Name:
    found = re.fullmatch(
        rf"(?P<prefix>(?:{_CJK_TITLE})\s*)?(?P<name>.+?)(?P<suffix>\s*(?:{_CJK_TITLE}))?",
        name.strip(),
    )
    if found is None:
        return Name("", name.strip(), "", "")
    prefix, bare, suffix = ((found[part] or "").strip() for part in ("prefix", "name", "suffix"))
    spaced = bare.split()
    if len(spaced) > 1:
        return Name(prefix, " ".join(spaced[1:]), spaced[0], suffix)
    listed = f"{vocabulary.CJK_SURNAMES}|{_LONG_SURNAMES}"
    surnames = [word.strip() for word in listed.split("|")]
    if suffix and bare in surnames:
        return Name(prefix, "", bare, suffix)
    known = [surname for surname in surnames if bare.startswith(surname) and surname != bare]
    # Two characters is the commonest length in Japanese names of four; elsewhere it is one.
    length = max(map(len, known), default=2 if len(bare) >= 4 else 1)
    if len(bare) == 1:
        return Name(prefix, bare, "", suffix)
    return Name(prefix, bare[length:], bare[:length], suffix)
