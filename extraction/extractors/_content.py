"""What a model wrote, held against the schema that it was given."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from extraction import schema
from extraction.extractors._wire import ill_formed
from extraction.reading.printable import printable

MOST_EXTRA = 20
LONGEST_EXTRA_NAME, LONGEST_EXTRA_TEXT = 60, 500
"""Further fields kept of one card, and characters of each: a card is no place for a novel."""


@dataclass(frozen=True, slots=True)
class Content:
    """The texts of the contact fields and of further ones by name, and the doubtful fields."""

    fields: Mapping[str, str]
    extra: Mapping[str, str]
    doubtful: frozenset[str]


def read(text: str) -> Content:
    """The content that `text` holds as JSON. Raises BadAnswer.

    Not every server keeps to the schema by itself. What is left out counts as empty and keys
    nobody asked for are dropped; a value of another kind than agreed spoils the answer.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ill_formed("it is not JSON") from error
    try:
        return Content(
            fields=_fields(found["fields"]),
            extra=_extra(found.get("extra", [])),
            doubtful=_doubtful(found.get("doubtful", [])),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ill_formed("it does not follow the schema") from error


def _fields(found: Any) -> dict[str, str]:
    wanted = schema.json_schema()["properties"]["fields"]["properties"]
    texts = {name: _text(text) for name, text in found.items() if name in wanted}
    for name, text in texts.items():
        if text not in wanted[name].get("enum", (text,)):
            raise ill_formed(f"{name} holds a value that is none of the choices")
    return texts


def _extra(found: Any) -> dict[str, str]:
    entries = [(_text(entry["name"]), _text(entry["text"])) for entry in found]
    cleaned: dict[str, str] = {}
    for name, text in entries:
        tidy_name, tidy_text = _cut(name, LONGEST_EXTRA_NAME), _cut(text, LONGEST_EXTRA_TEXT)
        if tidy_name and tidy_text and len(cleaned) < MOST_EXTRA:
            cleaned.setdefault(tidy_name, tidy_text)
    return cleaned


def _cut(text: str, length: int) -> str:
    """At most `length` readable characters; of one with more to drop, some are lost with it."""
    return printable(text[: 2 * length])[:length].strip()


def _doubtful(found: Any) -> frozenset[str]:
    known = schema.json_schema()["properties"]["doubtful"]["items"]["enum"]
    names = frozenset(_text(name) for name in found)
    if not names <= set(known):
        raise ill_formed("it doubts a field that there is not")
    return names


def _text(found: Any) -> str:
    if not isinstance(found, str):
        raise TypeError
    return found
