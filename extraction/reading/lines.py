"""From the lines of a card to its fields.

E-mail addresses, web addresses and numbers are known by their form (`contacts`), addresses by
their words (`addresses`). Of the text that is left, a fitted reader (`reader`) says which span
(`spans`) is the name, the job title, the department and the company.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from extraction.reading import addresses, clues, contacts, plans, postal, spans, vocabulary
from extraction.reading.layout import Found, Piece, is_below, is_right_of, is_same_type, pieces
from extraction.reading.names import split_name
from extraction.reading.reader import Choice, Reader
from extraction.reading.spans import Span
from extraction.result import Line

JUNK = re.compile(
    r"\b(?:cam\s?scanner|scanned\s?(?:with|by)|scan(?:ned)?\s?me\b)|^\W*cs\W*$", re.IGNORECASE
)
"""Marks that scanning programs leave in pictures."""

FEW_SIGNS = re.compile(f"[{vocabulary.CJK}]{{1,3}}")

DEGREE = re.compile(rf"([{vocabulary.CJK}\s]{{2,8}}),\s*([A-Za-z][A-Za-z.\s]*)")
"""A name in Han, kana or hangul with a degree in Latin letters."""

SCRIPTS = (
    ("ja", re.compile("[\u3041-\u30ff]{2}|〒|株式会社|有限会社|携帯")),
    ("ko", re.compile("[\uac00-\ud7af]{2}")),
    ("zh", re.compile("[\u4e00-\u9fff]{2}")),
)
"""Languages by what is written in no other; Chinese has no such sign and comes last."""


@dataclass(frozen=True)
class Card:
    """The lines of a card sorted into what is known by its form and what only context tells."""

    seen: Sequence[Piece]
    around: spans.Surroundings

    @cached_property
    def address(self) -> dict[str, Found]:
        return postal.split(piece.text for piece in self.around.address)

    @cached_property
    def region(self) -> str | None:
        """The country whose numbering plan the card's numbers follow, as two letters."""
        known = self.around.known
        country = self.address["country"].text if "country" in self.address else ""
        return plans.region([*known.websites, *known.emails], country) or known.region

    @cached_property
    def candidates(self) -> list[Span]:
        return spans.candidates(self.around)


def sort_out(lines: Sequence[Line]) -> Card:
    """The pieces of all lines, with contacts and address taken out of those that are left."""
    seen = [piece.part(JUNK.sub(" ", piece.text).strip()) for piece in pieces(lines)]
    seen = [piece for piece in seen if piece.text]
    known = contacts.find(seen)
    rest = _split_pieces(known.rest, known)
    address = addresses.choose(rest)
    taken = {id(piece) for piece in address}
    free = [piece for piece in rest if id(piece) not in taken]
    left = {id(piece.line) for piece in rest}
    holding = [piece for piece in seen if id(piece.line) not in left]
    return Card(seen, spans.Surroundings(_joined(free), address, holding, known))


def fields(card: Card, reader: Reader) -> dict[str, Found]:
    """The fields found on a card, both sides together; `{}` for one without text.

    The texts are as printed: the caller normalises them.
    """
    found = card.address | contacts.as_fields(card.around.known, card.region)
    found |= _work_and_person(card, reader)
    if languages := _languages(card.seen):
        found["languages"] = Found(languages, 0.85)
    return found


def _work_and_person(card: Card, reader: Reader) -> dict[str, Found]:
    chosen = _with_a_person(reader.choose(card.candidates))
    found = {field: _found(field, choice) for field, choice in chosen.items()}
    if "full_name" in found:
        found |= _name_fields(chosen["full_name"].span, card, found["full_name"])
    return found


def _with_a_person(chosen: dict[str, Choice]) -> dict[str, Choice]:
    """The choices; a job title without a name takes what looks like a person from the company."""
    company = chosen.get("company")
    if company is None or "full_name" in chosen or "job_title" not in chosen:
        return chosen
    features = company.span.features
    if features["like_full_name"] <= features["like_company"]:
        return chosen
    others = {field: choice for field, choice in chosen.items() if field != "company"}
    person = replace(
        company,
        probability=company.other_probability,
        other_field="company",
        other_probability=company.probability,
    )
    return others | {"full_name": person}


def _found(field: str, choice: Choice) -> Found:
    """The text of the span, as sure as the reader is of it, and its doubt in plain words."""
    doubt = "little on the card speaks for it"
    if choice.other_probability > 0.25:
        other = choice.other_field.replace("_", " ").replace("full name", "name")
        doubt = f"could also be the {other}"
    elif choice.rival > 0.25:
        doubt = "another line looks just as likely"
    return Found(_text(field, choice.span), choice.probability, doubt)


def _text(field: str, span: Span) -> str:
    """The pieces of a span as one text; titles and departments of their own get a comma."""
    text, *others = span.texts
    for other in others:
        goes_on = spans.DANGLING.search(text) or other[:1].islower()
        is_list = field in ("job_title", "department") and not goes_on
        text = f"{text}, {other}" if is_list else f"{text} {other}"
    return text


def _name_fields(span: Span, card: Card, name: Found) -> dict[str, Found]:
    """The parts of the name, and the same name in the card's other script."""
    is_cjk = bool(vocabulary.HAS_CJK.search(name.text))
    others = [
        (card.around.clues[id(piece)]["like_full_name"], piece.text)
        for piece in card.around.free
        if bool(vocabulary.HAS_CJK.search(piece.text)) != is_cjk
        and any(_is_beside(piece, own) or piece.side != own.side for own in span.pieces)
    ]
    native = max(others)[1] if others and max(others)[0] > 0.5 else ""
    full, native = (native, name.text) if is_cjk and native else (name.text, native)
    parts = split_name(full)
    bare = full
    if not vocabulary.HAS_CJK.search(full):
        bare = f"{parts.first} {parts.last}".strip()
    texts = {
        "prefix": parts.prefix, "full_name": bare, "first_name": parts.first,
        "last_name": parts.last, "suffix": _suffix(parts.suffix, span, card),
        "native_name": native,
    }  # fmt: skip
    return {
        field: Found(text, name.sure, name.doubt) for field, text in texts.items() if text.strip()
    }


def _suffix(own: str, span: Span, card: Card) -> str:
    """What follows the name on its own line, and degrees on lines of their own below or beside."""
    degrees = [
        piece.text.strip(" ,")
        for piece in card.around.free
        if spans.is_degrees(piece, card.around)
        and any(_is_beside(piece, one) for one in span.pieces)
    ]
    return ", ".join(filter(None, [own, *degrees]))


def _is_beside(piece: Piece, other: Piece) -> bool:
    """Whether the two stand next to each other."""
    pairs = ((piece, other), (other, piece))
    return any(is_below(one, two) or is_right_of(one, two) for one, two in pairs)


def _split_pieces(rest: Sequence[Piece], known: contacts.Contacts) -> list[Piece]:
    """The pieces, with those cut in two that hold a name and a title, or other two fields."""
    found: list[Piece] = []
    for piece in rest:
        for part in re.split(r"\s*\|\s*", piece.text):
            found += [piece.part(text) for text in _cut(part, known) if contacts.strip_labels(text)]
    return found


def _cut(text: str, known: contacts.Contacts) -> list[str]:
    """The text in two when a name and a title, or a title and something else, stand in one line."""
    return (
        _cut_east_asian(text)
        or _cut_at_separator(text)
        or _cut_before_title(text, known.emails)
        or [text]
    )


def _cut_east_asian(text: str) -> list[str]:
    """A department and the title a space after it, or a name and the degree after its comma."""
    if not vocabulary.HAS_CJK.search(text):
        return []
    if name := DEGREE.fullmatch(text):
        return [name[1], name[2]]
    unit, _, title = text.strip().partition(" ")
    titles = [vocabulary.count(vocabulary.JOB_TITLES, part) for part in (unit, title)]
    is_unit = vocabulary.count(vocabulary.DEPARTMENTS, unit) and not titles[0]
    return [unit, title] if is_unit and titles[1] else []


def _cut_before_title(text: str, emails: Sequence[str]) -> list[str]:
    """A name and the title right after it, with nothing or a bracket between them."""
    title = vocabulary.pattern(vocabulary.JOB_TITLES).search(vocabulary.plain(text))
    if not title or len(vocabulary.plain(text)) != len(text):
        return []
    left, right = text[: title.start()].strip(" ([-–,"), text[title.start() :].strip(" )]")
    words = vocabulary.words(left)
    is_known = bool(vocabulary.listed_words(vocabulary.FIRST_NAMES) & set(words[:1]))
    by_email = max((clues.email_matches_name(email, left) for email in emails), default=0.0)
    is_name = 2 <= len(words) <= 4 and (is_known or by_email > 0.8)
    return [left, right] if is_name and not any(map(str.isdigit, text)) else []


def _cut_at_separator(text: str) -> list[str]:
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
    return []


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
    """Whether `piece` goes on with the text before: by its dangling "of" or "&", as a few signs of
    Han or kana beside others, or as a legal form alone on its line."""
    if not is_same_type(piece, before):
        return False
    both_cjk = all(FEW_SIGNS.fullmatch(text.strip()) for text in (piece.text, before.text))
    if both_cjk and is_right_of(piece, before, gap=2.0):
        return True
    if not is_below(piece, before, gap=0.8):
        return False
    if spans.DANGLING.search(before.text):
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
