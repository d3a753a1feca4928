"""Where a value stands on the card."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from extraction.result import Box, Line, Point

CLOSE_ENOUGH = 0.8
"""Similarity from which text in a line counts as the value, misread; 1 is equal."""


def ground(text: str, lines: Sequence[Line]) -> tuple[Box, ...]:
    """The boxes of `text` among `lines`, one for each line it runs over; empty when not found.

    Spaces, punctuation, case and accents do not count. Looked for within one line, over lines
    that follow each other, part by part, and last with misread letters. The place within a line
    is estimated from the number of characters, so that a box may be off by a letter or two.
    """
    wanted = _letters(text)
    if not wanted:
        return ()
    read = [_letters(line.text) for line in lines]
    return (
        _within_a_line(wanted, lines, read)
        or _over_lines(wanted, lines, read)
        or _part_by_part(text, lines, read)
        or _misread(wanted, lines, read)
    )


def _within_a_line(wanted: str, lines: Sequence[Line], read: Sequence[str]) -> tuple[Box, ...]:
    holding = [index for index, letters in enumerate(read) if wanted in letters]
    if not holding:
        return ()
    # A line that is nothing but the value is a better place than one that mentions it.
    best = min(holding, key=lambda index: len(read[index]))
    start = read[best].index(wanted)
    return (_part(lines[best], read[best], start, start + len(wanted)),)


def _over_lines(wanted: str, lines: Sequence[Line], read: Sequence[str]) -> tuple[Box, ...]:
    """Boxes of a value that goes on at the start of a later line; lines in between may belong
    to another column."""
    for first, letters in enumerate(read):
        for length in range(min(len(letters), len(wanted) - 1), 2, -1):
            if letters.endswith(wanted[:length]):
                tail = _starting_with(wanted[length:], lines, read, first)
                if tail:
                    head = _part(lines[first], letters, len(letters) - length, len(letters))
                    return (head, *tail)
                break
    return ()


def _starting_with(
    wanted: str, lines: Sequence[Line], read: Sequence[str], after: int
) -> tuple[Box, ...]:
    for index in range(after + 1, min(len(lines), after + 6)):
        letters = read[index]
        if len(letters) >= 2 and letters.startswith(wanted):
            return (_part(lines[index], letters, 0, len(wanted)),)
        if len(letters) >= 2 and wanted.startswith(letters):
            tail = _starting_with(wanted[len(letters) :], lines, read, index)
            if tail:
                return (lines[index].box, *tail)
    return ()


def _part_by_part(text: str, lines: Sequence[Line], read: Sequence[str]) -> tuple[Box, ...]:
    """Boxes of a value made of several, such as two job titles joined by a comma."""
    parts = [letters for letters in map(_letters, text.replace("\n", ",").split(",")) if letters]
    if len(parts) < 2:
        return ()
    found = [_within_a_line(part, lines, read) for part in parts]
    return tuple(box for boxes in found for box in boxes) if all(found) else ()


def _misread(wanted: str, lines: Sequence[Line], read: Sequence[str]) -> tuple[Box, ...]:
    if len(wanted) < 4:
        return ()
    best, place = CLOSE_ENOUGH, None
    for index, letters in enumerate(read):
        for start, end in _windows(letters, wanted):
            similarity = SequenceMatcher(None, wanted, letters[start:end], autojunk=False).ratio()
            if similarity > best:
                best, place = similarity, (index, start, end)
    if place is None:
        return ()
    index, start, end = place
    return (_part(lines[index], read[index], start, end),)


def _windows(letters: str, wanted: str) -> Iterator[tuple[int, int]]:
    """Stretches of `letters` as long as `wanted` that share three letters at the same distance."""
    starts = {0}
    for offset in range(0, len(wanted) - 2, 2):
        place = letters.find(wanted[offset : offset + 3])
        if place >= 0:
            starts.add(max(0, place - offset))
    for start in sorted(starts):
        yield start, min(len(letters), start + len(wanted))


def _part(line: Line, letters: str, start: int, end: int) -> Box:
    """The part of the line's box that holds letters `start` to `end` of its `letters`."""
    if start <= 0 and end >= len(letters):
        return line.box
    # Letters stand at these places of the printed line, which has spaces and signs as well.
    places = [index for index, char in enumerate(line.text) for _ in _letters(char)]
    if len(places) == len(letters):
        total = len(line.text)
        from_share, to_share = places[start] / total, (places[end - 1] + 1) / total
    else:
        from_share, to_share = start / len(letters), end / len(letters)
    top_left, top_right, bottom_right, bottom_left = line.box.corners
    corners = (
        _between(top_left, top_right, from_share),
        _between(top_left, top_right, to_share),
        _between(bottom_left, bottom_right, to_share),
        _between(bottom_left, bottom_right, from_share),
    )
    return Box(line.box.side, corners)


def _between(start: Point, end: Point, share: float) -> Point:
    return (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share)


def _letters(text: str) -> str:
    """The letters and digits of the text, without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in decomposed if char.isalnum())
