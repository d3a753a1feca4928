"""Candidates for name, job title, department and company, with what speaks for each.

A candidate is a span: one piece of text, or two or three that stand right below each other or
side by side. Its features are numbers that can be read off its words, its type, its place and its
neighbours; the reader (`reader.py`) weighs them. No feature is a word itself, so that weights hold
nothing of the cards they were fitted on.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from extraction.reading import clues, misread, vocabulary
from extraction.reading.contacts import Contacts, hosts
from extraction.reading.layout import Piece, is_below, is_right_of, is_same_type

MOST_PIECES = 3

DANGLING = re.compile(r"(?:\b(?:of|and|for|the|de|da|do|e|y|et|und)|[&,-])\s*$", re.IGNORECASE)
"""The end of a line whose text goes on in the next."""

Features = dict[str, float]


@dataclass(frozen=True, slots=True)
class Span:
    """One candidate: its pieces from top to bottom, and its features."""

    pieces: tuple[Piece, ...]
    texts: tuple[str, ...]
    """Of each piece, with letters set right that a web or e-mail address shows to be misread."""

    features: Features

    @property
    def text(self) -> str:
        return " ".join(self.texts)

    def overlaps(self, other: Span) -> bool:
        return any(piece is one for piece in self.pieces for one in other.pieces)


@dataclass(frozen=True)
class Surroundings:
    """All that stands on a card: the `free` pieces, which may be name, title, department or
    company, those of the `address`, and those that hold `contacts`."""

    free: Sequence[Piece]
    address: Sequence[Piece]
    contacts: Sequence[Piece]
    known: Contacts

    @cached_property
    def hosts(self) -> list[str]:
        return hosts(self.known)

    @cached_property
    def clues(self) -> dict[int, Features]:
        """What each free piece says by itself, by the `id` of the piece."""
        return {id(piece): _alone(piece.text, self) for piece in self.free}

    @cached_property
    def extents(self) -> dict[int, tuple[float, float, float, float]]:
        """Left, right, top and bottom of all the text on each side."""
        pieces = [*self.free, *self.address, *self.contacts]
        found = {}
        for side in {piece.side for piece in pieces}:
            here = [piece for piece in pieces if piece.side == side]
            found[side] = (
                min(piece.left for piece in here),
                max(piece.right for piece in here),
                min(piece.top for piece in here),
                max(piece.bottom for piece in here),
            )
        return found


def candidates(around: Surroundings) -> list[Span]:
    """Every span of the free pieces of a card that may be a field of its own."""
    free = [piece for piece in around.free if not is_degrees(piece, around)]
    return [_span(chain, around) for piece in free for chain in _chains((piece,), free)]


def is_degrees(piece: Piece, around: Surroundings) -> bool:
    """Whether nothing but degrees stand in the piece: they belong to the name beside it."""
    return around.clues[id(piece)]["degrees"] > 0


def _span(chain: tuple[Piece, ...], around: Surroundings) -> Span:
    texts = misread.mended([piece.text for piece in chain], around.hosts)
    return Span(chain, texts, _features(chain, texts, around))


def _chains(chain: tuple[Piece, ...], free: Sequence[Piece]) -> Iterator[tuple[Piece, ...]]:
    """`chain` itself, and every longer one that goes on with the next piece below it or beside."""
    yield chain
    if len(chain) == MOST_PIECES:
        return
    last = chain[-1]
    below = [piece for piece in free if is_below(piece, last)]
    beside = [piece for piece in free if is_right_of(piece, last, gap=2.5)]
    first = sorted(below, key=lambda piece: piece.top)[:2]
    if len(first) == 2 and is_below(first[1], first[0], gap=2.0):
        first.pop()  # nothing is left out between two pieces of a span
    for piece in first + beside[:1]:
        is_again = any(_says_again(one.text, piece.text) for one in chain)
        if not is_again and 0.25 < piece.height / max(1.0, last.height) < 3.0:
            yield from _chains((*chain, piece), free)


def _features(chain: tuple[Piece, ...], texts: Sequence[str], around: Surroundings) -> Features:
    is_as_printed = len(chain) == 1 and texts[0] == chain[0].text
    own = around.clues[id(chain[0])] if is_as_printed else _alone(" ".join(texts), around)
    return {
        **own,
        **_set_in_type(chain, around),
        **_place(chain, around),
        **_inside(chain, around),
        **_neighbours(chain, around),
        **_rivals(chain, own, around),
    }


def _alone(text: str, around: Surroundings) -> Features:
    """What the words say, whatever stands around them."""
    found = clues.of_words(text) | clues.of_letters(text)
    found |= clues.of_internet(text, around.known.emails, around.hosts)
    return found | clues.likeness(found)


def _set_in_type(chain: tuple[Piece, ...], around: Surroundings) -> Features:
    """How large the type is, beside the rest of the card."""
    height = max(piece.height for piece in chain)
    sizes = sorted((piece.height for piece in around.free), reverse=True)
    return {
        "size": math.log2(max(0.25, *(piece.size for piece in chain))),
        "size_of_largest": height / sizes[0],
        "larger": sum(size > 1.08 * height for size in sizes),
        "ocr": min(piece.line.confidence for piece in chain),
    }


def _place(chain: tuple[Piece, ...], around: Surroundings) -> Features:
    """Where on the card it stands; 0 is the top or left of all text, 1 the bottom or right."""
    left, right, top, bottom = around.extents[chain[0].side]
    width, height = max(1.0, right - left), max(1.0, bottom - top)
    from_x = min(piece.left for piece in chain)
    to_x = max(piece.right for piece in chain)
    order = next(place for place, piece in enumerate(around.free) if piece is chain[0])
    return {
        "from_top": (chain[0].top - top) / height,
        "to_bottom": (bottom - chain[-1].bottom) / height,
        "from_left": (from_x - left) / width,
        "to_right": (right - to_x) / width,
        "width": (to_x - from_x) / width,
        "off_centre": abs((from_x + to_x) / 2 - (left + right) / 2) / width,
        "order": min(order, 8),
        "from_last": min(len(around.free) - order - len(chain), 8),
        "back": float(chain[0].side > 0),
        "free": min(len(around.free), 15),
    }


def _inside(chain: tuple[Piece, ...], around: Surroundings) -> Features:
    """How well the pieces of a span go together; zeros for a single one."""
    found: Features = {"pieces": len(chain)}
    found["dangling"] = float(bool(DANGLING.search(chain[-1].text)))
    own = [around.clues[id(piece)] for piece in chain]
    pairs = list(pairwise(chain))
    found["joined_dangling"] = float(any(DANGLING.search(upper.text) for upper, _ in pairs))
    found["joined_type"] = float(all(is_same_type(one, two) for one, two in pairs))
    found["joined_ratio"] = max(
        (abs(math.log2(two.height / max(1.0, one.height))) for one, two in pairs), default=0.0
    )
    found["joined_gap"] = max(
        ((two.top - one.bottom) / max(1.0, one.height) for one, two in pairs), default=0.0
    )
    found["joined_left"] = max(
        (abs(two.left - one.left) / max(1.0, one.height) for one, two in pairs), default=0.0
    )
    found["joined_beside"] = float(any(is_right_of(two, one, gap=2.5) for one, two in pairs))
    found["joined_case"] = float(any(a["upper"] != b["upper"] for a, b in pairwise(own)))
    for name in (*LIKENESSES, "generic", "slogan", "one_word", "legal_form"):
        found[f"head_{name}"] = own[0][name] if pairs else 0.0
        found[f"tail_{name}"] = own[-1][name] if pairs else 0.0
    return found


def _says_again(one: str, other: str) -> bool:
    """Whether one text begins the other, or is the initials of its words: a logo beside the name
    that it stands for."""
    first, second = vocabulary.words(one), vocabulary.words(other)
    letters = "".join(first)
    initials = "".join(word[0] for word in second)
    is_start = len(letters) > 2 and "".join(second[: len(first)]) == letters
    return is_start or (len(letters) > 2 and initials.startswith(letters))


LIKENESSES = tuple(f"like_{field}" for field in clues.LIKENESS)
NEIGHBOUR_CLUES = (*LIKENESSES, "generic", "degrees", "slogan", "upper")


def _neighbours(chain: tuple[Piece, ...], around: Surroundings) -> Features:
    """What stands right above, right below and beside."""
    others = [piece for piece in around.free if not any(piece is one for one in chain)]
    found: Features = {}
    for name, near, edge in (
        ("above", [p for p in others if is_below(chain[0], p, gap=2.5)], chain[0]),
        ("below", [p for p in others if is_below(p, chain[-1], gap=2.5)], chain[-1]),
    ):
        nearest = min(near, key=lambda piece: abs(piece.middle - edge.middle), default=None)
        theirs = around.clues[id(nearest)] if nearest else {}
        for clue in NEIGHBOUR_CLUES:
            found[f"{name}_{clue}"] = theirs.get(clue, 0.0)
        found[f"{name}_none"] = float(nearest is None)
        found[f"{name}_size"] = (
            math.log2(max(0.2, nearest.height / max(1.0, edge.height))) if nearest else 0.0
        )
        found[f"{name}_gap"] = _gap(nearest, edge) / max(1.0, edge.height) if nearest else 3.0
        found[f"{name}_same_type"] = float(nearest is not None and is_same_type(nearest, edge))
    last, first = chain[-1], chain[0]
    found["address_below"] = float(any(is_below(p, last, gap=2.0) for p in around.address))
    found["address_above"] = float(any(is_below(first, p, gap=2.0) for p in around.address))
    found["contact_below"] = float(any(is_below(p, last, gap=2.0) for p in around.contacts))
    found["contact_above"] = float(any(is_below(first, p, gap=2.0) for p in around.contacts))
    found["beside"] = float(
        any(is_right_of(p, one) or is_right_of(one, p) for p in others for one in chain)
    )
    return found


def _gap(one: Piece, other: Piece) -> float:
    upper, lower = sorted((one, other), key=lambda piece: piece.middle)
    return lower.top - upper.bottom


def _rivals(chain: tuple[Piece, ...], own: Features, around: Surroundings) -> Features:
    """How the best of the other pieces compares, clue by clue."""
    others = [around.clues[id(p)] for p in around.free if not any(p is one for one in chain)]
    found: Features = {
        f"rival_{name}": max((clue[name] for clue in others), default=0.0)
        for name in (*LIKENESSES, "host", "email_name", "local")
    }
    found["has_email"] = float(bool(around.known.emails))
    found["has_host"] = float(bool(around.hosts))
    found["host_leads"] = own["host"] - found["rival_host"]
    found["email_leads"] = own["email_name"] - found["rival_email_name"]
    found["local_leads"] = own["local"] - found["rival_local"]
    for name in LIKENESSES:
        found[f"{name}_leads"] = own[name] - found[f"rival_{name}"]
    same = vocabulary.plain(chain[0].text)
    found["repeated"] = float(
        sum(vocabulary.plain(piece.text) == same for piece in around.free) > 1
    )
    return found
