"""What is kept in English for everybody, told in the language of whoever reads it.

Why a file was refused or a reading failed is stored as it was said, in one language. Pages pass it
through `told`, which knows the sentences by their blanks: each app has its own in `SENTENCES`, and
hands them to `learn`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils.translation import get_language, gettext, gettext_noop

SENTENCES = (
    gettext_noop("The ZIP is larger than %(size)s MB; send it in parts."),
    gettext_noop("The ZIP is damaged or cut off; make it again."),
    gettext_noop("The ZIP holds no files."),
    gettext_noop("The ZIP holds %(number)s files and the limit is %(limit)s; send it in parts."),
    gettext_noop("The ZIP unpacks to more than %(size)s MB; send it in parts."),
    gettext_noop("The file is empty."),
    gettext_noop("The file is larger than %(size)s MB; make it smaller and try again."),
    gettext_noop("Its name in the ZIP points outside of the ZIP; rename it and try again."),
    gettext_noop("It is a link, not a file; put the file itself into the ZIP."),
    gettext_noop("It is protected with a password; make the ZIP without one."),
    gettext_noop("It is damaged in the ZIP; make the ZIP again."),
    gettext_noop("A ZIP inside a ZIP is not opened; send it by itself."),
    gettext_noop("This is no picture of a kind we can read; send %(kinds)s."),
    gettext_noop("JPEG, PNG, WebP, TIFF, HEIC, PDF or ZIP"),
    gettext_noop("The same picture came in on %(day)s in “%(batch)s”."),
    gettext_noop(
        "The pictures cannot be stored just now, so this file was not taken in; what came before"
        " it is safe. Try again in a minute, and tell your administrator if it goes on."
    ),
    gettext_noop(
        "The disk is nearly full, so this file was not taken in; what came before it is safe. Tell"
        " your administrator to make room, then try again."
    ),
    gettext_noop("The file is damaged: it cannot be opened as a picture."),
    gettext_noop("The file is damaged or cut off; copy it again from where it came from."),
    gettext_noop("The PDF is protected with a password; save it without one and try again."),
    gettext_noop("The PDF is damaged or cut off; export it again."),
    gettext_noop("A page of the PDF is damaged; export it again."),
    gettext_noop("A page of the PDF has no size; export it again."),
    gettext_noop("The PDF takes too much time or memory; send a picture of each page instead."),
    gettext_noop("The file has no pages."),
    gettext_noop(
        "The file has more than %(pages)s pages, and a card has no more sides than that; split it"
        " and try again."
    ),
    gettext_noop(
        "The picture has %(pixels)s megapixels and the limit is %(limit)s; scale it down and try"
        " again."
    ),
    gettext_noop(
        "The picture is too blurred to read; take it again with more light and a steady hand."
    ),
    gettext_noop("The print is too small to read; take the picture again from nearer by."),
    gettext_noop("The print is too faint to read; take the picture again in better light."),
    gettext_noop(
        "The card is cut off at the edge; take the picture again with all of the card on it."
    ),
    gettext_noop("The vault could not give %(file)s: %(error)s"),
    gettext_noop("The vault could not keep %(file)s: %(error)s"),
    gettext_noop("it is slow just now. Try again in a moment."),
    gettext_noop(
        "%(file)s is damaged in the vault: %(error)s. Nothing was changed; `manage.py verify` looks"
        " for more, and `verify --repair` puts it right from a second copy."
    ),
    gettext_noop("its bytes are not those that were kept"),
    gettext_noop("another object lies in its place"),
    gettext_noop("its bytes are not those of the picture"),
)

TOLD_TOO = {"country", "decision", "error", "field", "kinds", "what", "why"}
"""Blanks that hold words of the program; what stands in others is a name, a number, or a text that
somebody wrote, and stays as it is."""

_BLANK = re.compile(r"%\((\w+)\)s")
_whole: set[str] = set()
_patterns: list[tuple[re.Pattern[str], str]] = []


def learn(sentences: Iterable[str]) -> None:
    """Know these sentences from now on; in English, with named blanks where they have any."""
    for sentence in sentences:
        if not _BLANK.search(sentence):
            _whole.add(sentence)
            continue
        pieces = _BLANK.split(sentence)
        pattern = "".join(
            f"(?P<{piece}>.+?)" if place % 2 else re.escape(piece)
            for place, piece in enumerate(pieces)
        )
        _patterns.append((re.compile(pattern, re.DOTALL), sentence))
    # What says more of its own goes first: it tells more than what is mostly a blank.
    _patterns.sort(key=lambda known: -len(_BLANK.sub("", known[1])))


def told(text: str) -> str:
    """`text` in the language of the page, and what stands in blanks of `TOLD_TOO`, as far as it is
    known; anything else as it is."""
    if (get_language() or "en").startswith("en"):
        return text
    if text in _whole:
        return gettext(text)
    for pattern, sentence in _patterns:
        if found := pattern.fullmatch(text):
            blanks = found.groupdict()
            return gettext(sentence) % {
                name: told(blank) if name in TOLD_TOO else blank for name, blank in blanks.items()
            }
    return text


learn(SENTENCES)
