"""Rules from the lines of a card to its fields.

E-mail addresses, web addresses and numbers are known by their form (`contacts`), addresses by
their words (`addresses`). Each piece of text that is left gets a score for being the name, the
job title, the department and the company (`clues`). The best-scoring pieces take the fields.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from extraction import addresses, clues, contacts, phones, vocabulary
from extraction.layout import Found, Piece, is_below, is_right_of, is_same_type, pieces
from extraction.normalise import split_name
from extraction.result import Line

VERSION = 1
"""Raised when the rules give other fields for the same lines."""

THRESHOLD = 0.0
"""A piece takes a field only with a score above this."""

JUNK = re.compile(
    r"\b(?:cam\s?scanner|scanned\s?(?:with|by)|scan(?:ned)?\s?me)\b|^\W*cs\W*$", re.IGNORECASE
)
"""Marks that scanning programs leave in pictures."""

DANGLING = re.compile(r"(?:\b(?:of|and|for|the|de|da|do|e|y|et|und)|[&,-])\s*$", re.IGNORECASE)
"""The end of a line whose text goes on in the next."""

SCRIPTS = (
    ("ja", re.compile("[\u3041-\u30ff]{2}|〒|株式会社|有限会社|携帯")),
    ("ko", re.compile("[\uac00-\ud7af]{2}")),
    ("zh", re.compile("[\u4e00-\u9fff]{2}")),
)
"""Languages by what is written in no other; Chinese has no such sign and comes last."""


def fields(lines: Sequence[Line]) -> dict[str, Found]:
    """The fields found in the lines of one card, both sides together; `{}` without lines.

    The texts are as printed: the caller normalises them.
    """
    seen = [piece.part(JUNK.sub(" ", piece.text).strip()) for piece in pieces(lines)]
    seen = [piece for piece in seen if piece.text]
    known = contacts.find(seen)
    rest = _split_pieces(known.rest)
    address = addresses.choose(rest)
    found = addresses.split(piece.text for piece in address)
    country = found["country"].text if "country" in found else ""
    found |= contacts.as_fields(known, phones.region([*known.websites, *known.emails], country))
    rest = [piece for piece in rest if piece not in address]
    found |= _work_and_person(_joined(rest), known)
    if languages := _languages(seen):
        found["languages"] = Found(languages, 0.85)
    return found


def _work_and_person(rest: Sequence[Piece], known: contacts.Contacts) -> dict[str, Found]:
    scores = clues.scores(rest, known)
    picked = _pick(scores)
    found: dict[str, Found] = {}
    for field, index in picked.items():
        found[field] = _found(field, index, scores, rest)
    if "full_name" in found:
        found |= _name_fields(picked["full_name"], rest, scores, found["full_name"])
    for field in ("job_title", "department"):
        if field in found:
            found[field] = _with_next_line(field, picked, rest, scores, found[field])
    if "company" in found:
        found["company"] = _whole_company(picked, rest, found["company"])
    return found


def _pick(scores: Mapping[str, Sequence[float]]) -> dict[str, int]:
    """The piece (by index) for each field: the surest pair of field and piece first."""
    pairs = sorted(
        ((score, field, index) for field, row in scores.items() for index, score in enumerate(row)),
        reverse=True,
    )
    picked: dict[str, int] = {}
    for score, field, index in pairs:
        if score > THRESHOLD and field not in picked and index not in picked.values():
            picked[field] = index
    return picked


def _found(
    field: str, index: int, scores: Mapping[str, Sequence[float]], rest: Sequence[Piece]
) -> Found:
    """The piece for a field, as sure as it leads over the other pieces and other fields."""
    score = scores[field][index]
    rivals = [other for place, other in enumerate(scores[field]) if place != index]
    by_field = {name: row[index] for name, row in scores.items() if name != field}
    other_field = max(by_field, key=lambda name: by_field[name])
    lead = min(score, score - max(rivals, default=-1.0), score - by_field[other_field])
    doubt = ""
    if score - by_field[other_field] < 1.0:
        doubt = f"could also be the {other_field.replace('_', ' ').replace('full name', 'name')}"
    elif score - max(rivals, default=-1.0) < 0.7:
        doubt = "another line looks just as likely"
    elif score < 1.0:
        doubt = "little on the card speaks for it"
    return Found(rest[index].text, 0.5 + 0.5 * math.tanh(lead / 2.0), doubt)


def _name_fields(
    index: int, rest: Sequence[Piece], scores: Mapping[str, Sequence[float]], name: Found
) -> dict[str, Found]:
    """The parts of the name, and the same name in the card's other script."""
    native = ""
    is_cjk = bool(vocabulary.HAS_CJK.search(name.text))
    others = [
        (scores["full_name"][place], piece.text)
        for place, piece in enumerate(rest)
        if bool(vocabulary.HAS_CJK.search(piece.text)) != is_cjk and _is_beside(piece, rest[index])
    ]
    if others and max(others)[0] > 0.8:
        native = max(others)[1]
    full, native = (native, name.text) if is_cjk and native else (name.text, native)
    parts = split_name(full)
    bare = full
    if not vocabulary.HAS_CJK.search(full):
        bare = f"{parts.first} {parts.last}".strip()
    texts = {
        "prefix": parts.prefix, "full_name": bare, "first_name": parts.first,
        "last_name": parts.last, "suffix": parts.suffix, "native_name": native,
    }  # fmt: skip
    return {
        field: Found(text, name.sure, name.doubt) for field, text in texts.items() if text.strip()
    }


def _is_beside(piece: Piece, other: Piece) -> bool:
    """Whether the two stand next to each other, or on the two sides of the card."""
    pairs = ((piece, other), (other, piece))
    touching = any(is_below(one, two) or is_right_of(one, two) for one, two in pairs)
    return touching or piece.side != other.side


def _with_next_line(
    field: str,
    picked: Mapping[str, int],
    rest: Sequence[Piece],
    scores: Mapping[str, Sequence[float]],
    found: Found,
) -> Found:
    """A title or department with the lines under it that are one of their own in the same type."""
    here = rest[picked[field]]
    texts = [found.text]
    for place, piece in enumerate(rest):
        is_free = place not in picked.values() and scores[field][place] > 0.0
        if is_free and is_below(piece, here, gap=0.8) and is_same_type(piece, here):
            texts.append(piece.text)
            here = piece
    return Found(", ".join(text.strip(" ,") for text in texts), found.sure, found.doubt)


def _whole_company(picked: Mapping[str, int], rest: Sequence[Piece], found: Found) -> Found:
    """The company with the line above it, when it has only words that many companies share, such
    as "Solutions Limited"."""
    here = rest[picked["company"]]
    shared = "|".join((vocabulary.ORGANISATIONS, vocabulary.LEGAL_FORMS, "and", vocabulary.TOPICS))
    own = vocabulary.pattern(shared).sub("", vocabulary.plain(here.text))
    if any(char.isalpha() for char in own):
        return found
    for place, piece in enumerate(rest):
        is_free = place not in picked.values() and is_below(here, piece, gap=1.0)
        if is_free and len(piece.text.split()) <= 4:
            return Found(f"{piece.text} {here.text}", found.sure, found.doubt)
    return found


def _split_pieces(rest: Sequence[Piece]) -> list[Piece]:
    """The pieces, with those cut in two that hold a name and a title, or other two fields."""
    found: list[Piece] = []
    for piece in rest:
        for part in re.split(r"\s*\|\s*", piece.text):
            found += [piece.part(text) for text in _cut(part) if contacts.strip_labels(text)]
    return found


def _cut(text: str) -> list[str]:
    """The text in two when a separator stands between a title and something that is none."""
    for separator in re.finditer(r"\s*[,:•·]\s*|\s+[-–—]\s*|\s*[-–—]\s+", text):
        left, right = text[: separator.start()], text[separator.end() :]
        if len(left) < 4 or len(right) < 3 or any(char.isdigit() for char in text):
            continue
        titles = [vocabulary.count(vocabulary.JOB_TITLES, part) for part in (left, right)]
        units = [vocabulary.count(vocabulary.DEPARTMENTS, part) for part in (left, right)]
        words = len(left.split())
        if (
            titles[1]
            and not titles[0]
            and words <= 4
            and not vocabulary.count("|".join((vocabulary.TOPICS, vocabulary.ORGANISATIONS)), left)
        ):
            return [left, right]
        is_name = ":" in separator.group() and 2 <= len(right.split()) <= 4
        if titles[0] and not titles[1] and (units[1] or is_name):
            return [left, right]
    return [text]


def _joined(rest: Sequence[Piece]) -> list[Piece]:
    """The pieces, with lines put together that are one text broken in two."""
    found: list[Piece] = []
    for piece in rest:
        before = next((p for p in reversed(found) if _continues(piece, p)), None)
        if before is not None:
            found[found.index(before)] = before.part(f"{before.text} {piece.text}")
        else:
            found.append(piece)
    return found


def _continues(piece: Piece, before: Piece) -> bool:
    """Whether `piece` goes on with the text of the line above: by a dangling "of" or "&", or a
    legal form alone on its line."""
    if not is_same_type(piece, before):
        return False
    short = re.compile(f"[{vocabulary.CJK}]{{1,3}}")
    both_cjk = all(short.fullmatch(text.strip()) for text in (piece.text, before.text))
    if both_cjk and is_right_of(piece, before, gap=2.0):
        return True
    if not is_below(piece, before, gap=0.8):
        return False
    if DANGLING.search(before.text):
        return True
    bare = vocabulary.pattern(vocabulary.LEGAL_FORMS).sub("", vocabulary.plain(piece.text))
    return len(re.sub(r"\W", "", bare)) <= 1


def _languages(seen: Sequence[Piece]) -> str:
    """Languages that the scripts on the card make certain."""
    text = " ".join(piece.text for piece in seen)
    for tag, signs in SCRIPTS:
        if signs.search(text):
            return tag
    return ""
