"""Letters that the OCR misread, set right by the web and e-mail addresses on the same card.

Where some words, written together, are nearly a registered name, the name is the better witness:
"Nortwind Boats" becomes "Northwind Boats" beside northwindboats.example.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from extraction.reading import vocabulary

SHORTEST = 6
"""Letters of a registered name below which likeness says little."""

NEARLY = 0.8
"""Similarity from which words are taken for a misread name; 1 is equal."""

SHARED = vocabulary.pattern("|".join((vocabulary.ORGANISATIONS, vocabulary.TOPICS)))
"""Words that many companies have in their names: they are no misread name themselves."""

MOST_LETTERS = 2
"""Letters by which the words may be longer or shorter than the name."""


def mended(texts: Sequence[str], hosts: Sequence[str]) -> tuple[str, ...]:
    """The texts of lines that belong together; what is nearly one of `hosts` is spelled like it."""
    words = [(row, word) for row, text in enumerate(texts) for word in text.split()]
    for host in hosts:
        core = re.sub(r"\W", "", vocabulary.plain(host))
        for start, end in _runs([word for _, word in words], core):
            new = _respelled([word for _, word in words[start:end]], core)
            if new:
                spelled = zip(words[start:end], new, strict=True)
                words[start:end] = [(row, word) for (row, _), word in spelled]
                rows = range(len(texts))
                return tuple(" ".join(w for at, w in words if at == row and w) for row in rows)
    return tuple(texts)


def _runs(words: Sequence[str], core: str) -> Iterator[tuple[int, int]]:
    """Runs of words that are nearly the letters of `core`; none when some are just these."""
    squeezed = [re.sub(r"[\W_]", "", vocabulary.plain(word)) for word in words]
    ends = [(start, end) for start in range(len(words)) for end in range(start + 1, len(words) + 1)]
    runs = {(start, end): "".join(squeezed[start:end]) for start, end in ends}
    if len(core) < SHORTEST or core in runs.values():
        return
    for place, letters in runs.items():
        # Names go on with what the company's does not, such as a place: northwind-uk.example.
        ending = squeezed[place[1] - 1] + core.removeprefix(letters)
        goes_on = core.startswith(letters) and not SHARED.fullmatch(ending)
        is_as_long = abs(len(letters) - len(core)) <= MOST_LETTERS and not goes_on
        is_name = not all(SHARED.fullmatch(word) for word in squeezed[place[0] : place[1]])
        if is_as_long and is_name and _likeness(letters, core) >= NEARLY:
            yield place


def _respelled(words: Sequence[str], core: str) -> list[str]:
    """The words with the letters of `core` and the capitals they had; empty when one of them would
    become another word instead of a better spelled one."""
    letters = [
        (number, char) for number, word in enumerate(words) for char in word if char.isalnum()
    ]
    plain = "".join(vocabulary.plain(char)[:1] for _, char in letters)
    found = ["" for _ in words]
    for _, start, end, from_, to in SequenceMatcher(
        None, plain, core, autojunk=False
    ).get_opcodes():
        if plain[start:end] == core[from_:to]:
            for number, char in letters[start:end]:
                found[number] += char
            continue
        # What was missed goes to the word that it stands in, or to the one that follows.
        number, near = letters[min(start, len(letters) - 1)]
        put = core[from_:to]
        found[number] += put.upper() if near.isupper() and words[number].isupper() else put
    capitals = [
        new[:1].upper() + new[1:] if word[:1].isupper() else new
        for word, new in zip(words, found, strict=True)
    ]
    same = [
        _likeness(vocabulary.plain(word), vocabulary.plain(new))
        for word, new in zip(words, capitals, strict=True)
    ]
    return capitals if min(same) >= 0.5 else []


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
