"""Text from a card or a machine, made safe to keep and to show."""

from __future__ import annotations

import re
import unicodedata


def printable(text: str, *, keep_lines: bool = False) -> str:
    """`text` without control, direction and other invisible characters, spaces collapsed; line
    ends become spaces too unless `keep_lines`."""
    composed = unicodedata.normalize("NFC", text)
    visible = "".join(
        char if char == "\n" else " " if char.isspace() else char
        for char in composed
        if char.isspace() or not unicodedata.category(char).startswith("C")
    )
    lines = [re.sub(r" +", " ", line).strip() for line in visible.split("\n")]
    return ("\n" if keep_lines else " ").join(filter(None, lines))
