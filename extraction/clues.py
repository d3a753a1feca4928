"""What speaks for a piece of text being the name, the job title, the department or the company.

Each clue is a number from 0 to about 1 that can be read off the words, the type or the
neighbours of a piece. A score is the weighted sum of the clues; the weights were fitted on
labelled cards by multinomial regression, with hand-set weights as its starting point.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

from extraction import addresses, contacts, vocabulary
from extraction.layout import Piece, is_below
from extraction.normalise import is_prefix, is_suffix

Clues = dict[str, float]

WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "full_name": {
        "always": -3.2, "above_title": 3.0, "address": -1.2, "below_person": -0.7,
        "below_title": 0.5, "capitalised": 1.5, "cjk_name": 3.2, "degree": 1.6, "degrees": -4.0,
        "department": -1.6, "digits": -2.4, "email_name": 2.6, "first": 1.7, "first_name": 2.8,
        "host": -1.1, "initials": 1.5, "largest": -0.3, "legal_form": -2.7, "long": -0.4,
        "many_words": -2.8, "one_word": -1.7, "organisation": -2.1, "prefix": 1.6, "sign": -1.5,
        "size": 0.9, "slogan": -1.7, "title": -1.2, "title_words": 0.5, "topic": 0.2,
        "upper": -0.3,
    },
    "job_title": {
        "always": -2.9, "above_title": 0.4, "address": -1.3, "below_person": 2.4,
        "below_title": 0.8, "cjk_name": 0.3, "degree": 0.5, "degrees": 0.3, "department": 0.5,
        "digits": -1.1, "email_name": -1.6, "few_words": -0.2, "first": -0.5, "first_name": -0.3,
        "host": -1.8, "initials": -1.1, "largest": 0.8, "legal_form": -2.5, "long": -1.8,
        "many_words": -2.0, "one_word": -0.9, "prefix": 0.4, "sign": -0.5, "size": -0.6,
        "slogan": -2.1, "title": 3.5, "title_words": 1.5, "topic": 1.1, "upper": -0.4,
    },
    "department": {
        "always": -3.1, "above_title": 1.2, "address": -1.6, "below_person": 0.4,
        "below_title": 1.2, "capitalised": 0.2, "cjk_name": 0.3, "degree": 0.3, "degrees": -0.4,
        "department": 3.5, "digits": -1.4, "email_name": 0.2, "few_words": -0.7, "first": 0.6,
        "host": -1.3, "initials": -0.5, "largest": 0.8, "legal_form": -2.0, "long": -1.3,
        "many_words": -0.8, "one_word": -1.6, "organisation": 0.6, "size": -0.5, "slogan": -1.4,
        "title": -1.4, "title_words": 0.2, "topic": 1.7, "upper": 0.4,
    },
    "company": {
        "always": -1.9, "address": -0.7, "below_person": -1.0, "capitalised": 0.6,
        "cjk_name": -1.3, "degree": -1.2, "degrees": -0.4, "department": 0.3, "digits": -1.5,
        "email_name": 0.6, "few_words": -0.7, "first": 1.1, "first_name": -0.4, "host": 2.9,
        "initials": -0.8, "largest": 0.9, "legal_form": 2.9, "long": -0.9, "many_words": -1.0,
        "one_word": -1.3, "organisation": 1.3, "prefix": -1.7, "size": 1.2, "slogan": -1.2,
        "title": -0.7, "title_words": 0.3, "topic": 0.8, "upper": 1.0,
    },
}  # fmt: skip
"""The weight of each clue for each field."""

VOCABULARY_CLUES: Mapping[str, str] = {
    "topic": vocabulary.TOPICS,
    "department": vocabulary.DEPARTMENTS,
    "legal_form": vocabulary.LEGAL_FORMS,
    "organisation": vocabulary.ORGANISATIONS,
    "slogan": vocabulary.SLOGAN_WORDS,
}
"""Clues that are 1 when a word of the list stands in the piece."""


def scores(rest: Sequence[Piece], known: contacts.Contacts) -> dict[str, list[float]]:
    """For each field of WEIGHTS the score of each piece; above 0 it speaks for the field.

    `rest` are the pieces left after addresses and contacts, which `known` holds.
    """
    hosts = contacts.hosts(known)
    alone = [
        _words(piece.text) | _form(piece, rest) | _matches(piece.text, known.emails, hosts)
        for piece in rest
    ]
    clues = [
        clue | _neighbours(piece, rest, alone) for piece, clue in zip(rest, alone, strict=True)
    ]
    return {
        field: [sum(weights.get(name, 0.0) * clue[name] for name in clue) for clue in clues]
        for field, weights in WEIGHTS.items()
    }


_SPELLED_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "å": "aa", "æ": "ae"}
)


def email_matches_name(email: str, name: str) -> float:
    """How well the part before the @ fits the words of a name, 0 to 1.

    An umlaut may stand there without its dots or spelled out: mueller and muller are Müller.
    """
    spelled_out = unicodedata.normalize("NFC", name).lower().translate(_SPELLED_OUT)
    return max(_local_part_fits(email, name), _local_part_fits(email, spelled_out))


def _local_part_fits(email: str, name: str) -> float:
    local = re.sub(r"\d+", "", vocabulary.plain(email.partition("@")[0]))
    tokens = [token for token in re.split(r"[._+-]", local) if token]
    names = [re.sub(r"\W", "", vocabulary.plain(word)) for word in _bare(name)]
    names = [name for name in names if name]
    if not names or len(names) > 5:
        return 0.0
    together = "".join(tokens)
    initials = "".join(name[0] for name in names)
    if any(token in names and len(token) >= 3 for token in tokens):
        return 1.0
    if len(names) > 1 and together in _short_forms(names):
        return 1.0
    if any(len(name) >= 4 and name in together for name in names):
        return 0.9
    if len(initials) >= 2 and initials in (together, together[::-1]):
        return 0.7
    orders = ("".join(names), "".join(reversed(names)))
    similarity = max(SequenceMatcher(None, together, order).ratio() for order in orders)
    return 0.6 if similarity > 0.75 else 0.0


def host_matches(host: str, text: str) -> float:
    """How well a registered name such as "northwind" fits the words of a company, 0 to 1."""
    core = re.sub(r"\W", "", vocabulary.plain(host))
    names = vocabulary.words(text)
    squeezed = "".join(names)
    if not squeezed or len(core) < 2:
        return 0.0
    if core == squeezed:
        return 1.0
    if len(core) >= 4 and (core in squeezed or (len(squeezed) >= 4 and squeezed in core)):
        return 0.85
    if len(core) >= 3 and core == "".join(name[0] for name in names)[: len(core)]:
        return 0.8
    if len(names[0]) >= 4 and names[0] in core:
        return 0.6
    return 0.6 if SequenceMatcher(None, core, squeezed).ratio() > 0.72 else 0.0


def _matches(text: str, emails: Sequence[str], hosts: Sequence[str]) -> Clues:
    """How well a piece fits the internet addresses on the card."""
    return {
        "email_name": max((email_matches_name(email, text) for email in emails), default=0.0),
        "host": max((host_matches(host, text) for host in hosts), default=0.0),
    }


def _words(text: str) -> Clues:
    """What the words of a piece say."""
    words, bare = _lettered(text), _bare(text)
    has_comma = "," in text
    is_titled = len(words) > 2 and is_prefix(words[0])
    titles = vocabulary.count(vocabulary.JOB_TITLES, " ".join(words[is_titled:]))
    first_names = vocabulary.listed_words(vocabulary.FIRST_NAMES)
    return {
        "always": 1.0,
        "first_name": float(any(word in first_names for word in vocabulary.words(text))),
        "prefix": float(len(words) > 1 and is_prefix(words[0])),
        "degree": float(len(words) > 1 and is_suffix(words[-1], after_comma=has_comma)),
        "degrees": float(bool(words) and 2 * len(bare) <= len(words)),
        "title": min(1.0, titles),
        "title_words": min(1.0, titles / max(1, len(words))),
        "address": min(1.5, max(0.0, addresses.score(text))),
        "cjk_name": cjk_name(text),
        **{
            clue: float(vocabulary.count(listed, text) > 0)
            for clue, listed in VOCABULARY_CLUES.items()
        },
    }


def _form(piece: Piece, rest: Sequence[Piece]) -> Clues:
    """What the letters, the number of words, the size and the place of a piece say."""
    text, bare = piece.text, _bare(piece.text)
    letters = [char for char in text if char.isalpha()]
    is_latin = not vocabulary.HAS_CJK.search(text)
    return {
        "initials": float(bool(INITIALS.search(text))),
        "few_words": float(2 <= len(bare) <= 4 and is_latin),
        "many_words": float(len(bare) > 4),
        "one_word": float(len(bare) == 1 and is_latin),
        "capitalised": float(bool(bare) and all(word[:1].isupper() for word in bare)),
        "upper": float(bool(letters) and is_latin and text.upper() == text),
        "digits": float(any(char.isdigit() for char in text)),
        "sign": float(bool(re.search(r"[|&/#*!?%@:]", text))),
        "long": float(len(text) > 50),
        "size": max(-1.0, min(1.2, math.log2(max(0.3, piece.size)))),
        "largest": float(piece.height >= 0.95 * max(other.height for other in rest)),
        "first": float(piece is rest[0]),
    }


INITIALS = re.compile(r"^(?:[A-Z]\.\s?){1,3}[A-Z]|^[A-Z]\s[A-Z][a-z]|[a-z][\s.]+(?:[A-Z]\.?){1,2}$")
"""Initials before or after a name."""


def _neighbours(piece: Piece, rest: Sequence[Piece], clues: Sequence[Clues]) -> Clues:
    """What the lines right above and below a piece say about it."""
    found: Clues = {}
    for other, theirs in zip(rest, clues, strict=True):
        is_person = max(theirs["email_name"], theirs["first_name"], theirs["prefix"]) > 0.5
        if theirs["title"] and not theirs["legal_form"] and is_below(other, piece):
            found["above_title"] = 1.0
        if (is_person or theirs["title"]) and is_below(piece, other):
            found |= {"below_person": 1.0} if is_person else {}
            found |= {"below_title": 1.0} if theirs["title"] else {}
    return found


def cjk_name(text: str) -> float:
    """How much a text in Han, kana or hangul looks like a person's name, 0 to 1."""
    squeezed = re.sub(r"\s", "", text)
    if not 2 <= len(squeezed) <= 6 or not re.fullmatch(f"[{vocabulary.CJK}]+", squeezed):
        return 0.0
    surnames = vocabulary.listed_words(vocabulary.CJK_SURNAMES)
    known = any(squeezed[:length] in surnames for length in (1, 2, 3) if length < len(squeezed))
    return 1.0 if known and len(squeezed) <= 5 else 0.5 if " " in text.strip() else 0.1


def _lettered(text: str) -> list[str]:
    return [word for word in re.split(r"[\s,]+", text) if any(char.isalpha() for char in word)]


def _bare(text: str) -> list[str]:
    """The words without titles before a name and degrees after it."""
    has_comma = "," in text
    return [
        word
        for word in _lettered(text)
        if not is_prefix(word) and not is_suffix(word, after_comma=has_comma)
    ]


def _short_forms(names: Sequence[str]) -> set[str]:
    """What people make of their names in addresses: jdoe, johnd, doej, johndoe."""
    first, last = names[0], names[-1]
    parts = [(first[0], last), (first, last[0]), (first, last)]
    return {one + other for one, other in parts} | {other + one for one, other in parts}
