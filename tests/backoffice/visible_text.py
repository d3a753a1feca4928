"""The words of a template that stand outside of any translation.

A template is made plain first: what is translated goes, every other tag and variable is blanked,
and what two letters in a row are left in, where people see or hear it, is reported.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

ALLOWED = {"Card Desk", "Ctrl", "Enter", "Esc", "Tab", "Shift", "Alt"}
"""Names, and keys as they are printed on keyboards."""

SPOKEN = {"title", "aria-label", "placeholder", "alt", "aria-description", "aria-roledescription"}
"""Attributes that people see or hear."""

TRANSLATED = re.compile(
    r"{%\s*comment\b.*?{%\s*endcomment\s*%}"
    r"|{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}"
    r"|{%\s*trans(?:late)?\b.*?%}"
    r"|{%\s*block bodyclass\s*%}.*?{%\s*endblock\s*%}"  # classes, for the style sheets
    r"|{#.*?#}",
    re.DOTALL,
)
TAG = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
LITERAL = re.compile(r"""(_\()?("[^"]*"|'[^']*')""")
WORD = re.compile(r"[^\W\d_]{2}")
UNSEEN = {"script", "style", "template"}
BUTTONS = {"submit", "button", "reset"}


def left_in_english(template: str) -> list[str]:
    """The words, each in its place: text, attribute, or the literals within a variable."""
    plain = TRANSLATED.sub("", template)
    page = _Page()
    page.feed(TAG.sub("", plain))
    page.close()
    return [*page.words, *_literals(plain)]


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.unseen += tag in UNSEEN
        kind = dict(attrs).get("type")
        for name, text in attrs:
            is_label = name == "value" and tag == "input" and kind in BUTTONS
            is_sentence = name.startswith("data-") and " " in (text or "").strip()
            if name in SPOKEN or is_label or is_sentence:
                self._look_at(text or "")

    def handle_endtag(self, tag: str) -> None:
        self.unseen -= tag in UNSEEN

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self._look_at(data)

    def _look_at(self, text: str) -> None:
        for line in text.splitlines():
            rest = line.strip()
            for name in ALLOWED:
                rest = rest.replace(name, "")
            if WORD.search(rest):
                self.words.append(line.strip())


def _literals(plain: str) -> list[str]:
    """Words written into variables and into the tags that show their arguments."""
    shown = [
        tag
        for tag in TAG.findall(plain)
        if tag.startswith("{{") or re.match(r"{%\s*(firstof|include|cycle)\b", tag)
    ]
    return [
        tag
        for tag in shown
        for marked, literal in LITERAL.findall(_without_formats(tag))
        if not marked and re.search(r"[^\W\d_]{2,} |[A-Z][a-z]|^.[a-z]{3,}.$", literal)
    ]


def _without_formats(tag: str) -> str:
    """`tag` without what names templates, CSS classes and formats."""
    tag = re.sub(r"""{%\s*include\s+("[^"]*"|'[^']*')""", "", tag)
    return re.sub(r"""\|(date|time|stringformat|cut):("[^"]*"|'[^']*')""", "", tag)
