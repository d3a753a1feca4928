"""What speaks for a text being the name, the job title, the department or the company.

Each clue is a number, mostly from 0 to 1, that can be read off the words and letters of a text or
off the e-mail and web addresses on the same card. No clue is a word itself.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

from extraction.reading import addresses, places, vocabulary
from extraction.reading.names import is_degrees, is_prefix, is_suffix

Clues = dict[str, float]


LISTS: Mapping[str, str] = {
    "topic": vocabulary.TOPICS,
    "department": vocabulary.DEPARTMENTS,
    "legal_form": vocabulary.LEGAL_FORMS,
    "organisation": vocabulary.ORGANISATIONS,
    "slogan": vocabulary.SLOGAN_WORDS,
    "places": places.CITIES,
}
"""Clues that are 1 when a word of the list stands in the text."""

COMMON_WORDS = vocabulary.listed_words(
    "the|a|an|of|and|or|in|on|at|to|for|with|by|from|your|our|we|you|is|are|be|all|more|new|no|"
    "not|this|that|it|as|de|da|do|e|em|para|com|los|las|el|la|y|en|por|le|les|des|et|pour|und|der|"
    "die|das|für|mit"
)
"""Words that sentences are made with and names are not."""

ROLES = vocabulary.listed_words(
    "info|sales|office|contact|support|service|export|import|admin|mail|enquiry|enquiries|inquiry|"
    "marketing|accounts|hr|jobs|team|help|hello|reception|booking|bookings|reservations|orders|"
    "contato|vendas|comercial|atendimento|ventas|kontakt|verkauf|vertrieb|buero|accueil|webmaster"
)
"""Mailboxes that are no person's."""

LEADING_INITIALS = re.compile(r"^\s*(?:[A-Z]\.\s?){1,3}(?=[A-Z])")

INITIALS = re.compile(r"^(?:[A-Z]\.\s?){1,3}[A-Z]|^[A-Z]\s[A-Z][a-z]|[a-z][\s.]+(?:[A-Z]\.?){1,2}$")
"""Initials before or after a name."""

LIKENESS: Mapping[str, Mapping[str, float]] = {
    "full_name": {
        "always": -2.0, "first_name": 2.0, "email_name": 2.5, "prefix": 1.5, "degree": 1.0,
        "initials": 1.5, "capitalised": 0.7, "cjk_name": 4.0, "legal_form": -4.0, "title": -2.5,
        "organisation": -2.5, "department": -2.0, "topic": -1.5, "digits": -1.5, "address": -1.5,
        "slogan": -1.5, "degrees": -4.0, "common_words": -1.0, "one_word": -0.7, "sign": -1.0,
        "host": -0.7, "places": -1.0, "surname": 1.2, "and": -1.5,
    },
    "job_title": {
        "always": -2.0, "title": 4.0, "title_words": 1.5, "legal_form": -3.0, "digits": -1.0,
        "address": -1.5, "slogan": -1.5, "email_name": -1.0, "host": -1.0, "department": -0.5,
    },
    "department": {
        "always": -2.5, "department": 4.0, "topic": 2.5, "title": -2.0, "legal_form": -2.5,
        "digits": -1.0, "address": -1.0, "slogan": -1.0, "host": -1.5, "first_name": -1.0,
        "one_word": -0.7,
    },
    "company": {
        "always": -2.0, "legal_form": 4.0, "host": 3.0, "local": 1.0, "organisation": 2.0,
        "title": -1.5, "digits": -0.7, "address": -1.0, "slogan": -1.5, "first_name": -0.7,
        "prefix": -1.5, "common_words": -0.4, "generic": -1.0,
    },
}  # fmt: skip
"""What speaks for a field by common knowledge, each clue with its weight: set by hand."""


def of_words(text: str) -> Clues:
    """What the words of a text say."""
    words, found = _lettered(text), vocabulary.words(text)
    is_titled = len(words) > 2 and is_prefix(words[0])
    titles = vocabulary.count(vocabulary.JOB_TITLES, " ".join(words[is_titled:]))
    first_names = sum(word in vocabulary.listed_words(vocabulary.FIRST_NAMES) for word in found)
    surnames = vocabulary.listed_words(vocabulary.SURNAMES)
    has_degree = len(words) > 1 and is_suffix(words[-1], after_comma="," in text)
    # At the beginning "N.V." and "S.A." are a person's initials.
    counted = LEADING_INITIALS.sub("", text)
    counts = {name: vocabulary.count(listed, counted) for name, listed in LISTS.items()}
    return {
        "always": 1.0,
        "first_name": float(first_names > 0),
        "first_names": float(first_names),
        "surname": float(any(word in surnames for word in found[1:])),
        "prefix": float(len(words) > 1 and is_prefix(words[0])),
        "degree": float(has_degree),
        "degrees": float(is_degrees(text) and not titles),
        "title": min(1.0, titles),
        "titles": float(titles),
        "title_words": min(1.0, titles / max(1, len(words))),
        "topics": float(counts["topic"]),
        "organisations": float(counts["organisation"]),
        "address": min(1.5, max(0.0, addresses.score(text))),
        "cjk_name": cjk_name(text),
        "generic": _generic_share(found),
        "common_words": float(sum(word in COMMON_WORDS for word in found)),
        **{name: float(count > 0) for name, count in counts.items()},
    }


def of_letters(text: str) -> Clues:
    """What the letters of a text and their number say."""
    bare = _bare(text)
    letters = [char for char in text if char.isalpha()]
    is_latin = not vocabulary.HAS_CJK.search(text)
    return {
        "initials": float(bool(INITIALS.search(text))),
        "words": float(min(8, len(bare))),
        "one_word": float(len(bare) == 1 and is_latin),
        "capitalised": float(bool(bare) and all(word[:1].isupper() for word in bare)),
        "upper": float(bool(letters) and is_latin and text.upper() == text),
        "lower": float(bool(letters) and is_latin and text.lower() == text),
        "cjk": float(not is_latin),
        "digits": float(sum(char.isdigit() for char in text)),
        "sign": float(bool(re.search(r"[|/#*!?%@:]", text))),
        "and": float("&" in text),
        "comma": float("," in text),
        "dot": float("." in text),
        "brackets": float(bool(re.search(r"[()]", text))),
        "letters": float(min(60, len(letters))),
        "letter_share": len(letters) / max(1, len(text)),
        "longest_word": float(max((len(word) for word in bare), default=0)),
        "shortest_word": float(min((len(word) for word in bare), default=0)),
    }


def of_internet(text: str, emails: Sequence[str], hosts: Sequence[str]) -> Clues:
    """How well a text fits the e-mail and web addresses on the card."""
    locals = [email.partition("@")[0].rstrip("0123456789") for email in emails]
    return {
        "email_name": max((email_matches_name(email, text) for email in emails), default=0.0),
        "host": max((host_matches(host, text) for host in hosts), default=0.0),
        "local": max((host_matches(local, text) for local in locals), default=0.0),
    }


def likeness(clues: Clues) -> Clues:
    """How much a text looks like each field by its `clues` alone, 0 to 1."""
    return {
        f"like_{field}": 1 / (1 + math.exp(-sum(w * min(2.0, clues[n]) for n, w in row.items())))
        for field, row in LIKENESS.items()
    }


def email_matches_name(email: str, name: str) -> float:
    """How well the part before the @ fits the words of a name, 0 to 1.

    A mailbox of a role, such as sales@, fits nobody. An umlaut may stand there without its dots
    or spelled out: mueller and muller are Müller.
    """
    if vocabulary.plain(email.partition("@")[0]).strip("0123456789") in ROLES:
        return 0.0
    spelled_out = unicodedata.normalize("NFC", name).lower().translate(_SPELLED_OUT)
    return max(_local_part_fits(email, name), _local_part_fits(email, spelled_out))


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
    if len(core) >= 6 and _begins_words(core, names):
        return 0.8
    if len(names[0]) >= 4 and names[0] in core:
        return 0.6
    return 0.6 if SequenceMatcher(None, core, squeezed).ratio() > 0.72 else 0.0


def cjk_name(text: str) -> float:
    """How much a text in Han, kana or hangul looks like a person's name, 0 to 1."""
    squeezed = re.sub(r"\s", "", text)
    if not 2 <= len(squeezed) <= 6 or not re.fullmatch(f"[{vocabulary.CJK}]+", squeezed):
        return 0.0
    surnames = vocabulary.listed_words(vocabulary.CJK_SURNAMES)
    known = any(squeezed[:length] in surnames for length in (1, 2, 3) if length < len(squeezed))
    return 1.0 if known and len(squeezed) <= 5 else 0.5 if " " in text.strip() else 0.1


def _begins_words(core: str, names: Sequence[str], *, least: int = 2) -> bool:
    """Whether `core` is made of the beginnings of two or more words in their order: nortbotrad for
    Northwind Boat Trading. A beginning has at least `least` letters."""
    if len(names) < 2:
        return False
    longest = next((n for n, char in enumerate(names[0]) if core[n : n + 1] != char), len(names[0]))
    return any(
        core[length:]
        and (names[1].startswith(core[length:]) or _begins_words(core[length:], names[1:]))
        for length in range(least, longest + 1)
    )


_SPELLED_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "å": "aa", "æ": "ae"}
)


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


def _generic_share(found: Sequence[str]) -> float:
    """The share of words that many companies have in their names."""
    lists = (vocabulary.ORGANISATIONS, vocabulary.LEGAL_FORMS, vocabulary.TOPICS, "and|of|the")
    shared = vocabulary.pattern("|".join(lists))
    return sum(bool(shared.fullmatch(word)) for word in found) / max(1, len(found))


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
