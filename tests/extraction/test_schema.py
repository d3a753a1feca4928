"""What a model is asked: a schema and a prompt that follow from the contact fields."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cards.fields import CONTACT_COLUMNS, CONTACT_FIELDS
from extraction import schema
from extraction.result import Box, Code, Line, Seen


def _line(text: str, side: int = 0) -> Line:
    return Line(text, 0.9, Box(side, ((0, 0), (9, 0), (9, 9), (0, 9))))


def _schemas(part: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every schema in a schema, itself first."""
    yield part
    for inner in (*part.get("properties", {}).values(), *filter(None, [part.get("items")])):
        yield from _schemas(inner)


def _objects(part: dict[str, Any]) -> list[dict[str, Any]]:
    return [inner for inner in _schemas(part) if inner["type"] == "object"]


def _depth(part: dict[str, Any]) -> int:
    inner = (*part.get("properties", {}).values(), *filter(None, [part.get("items")]))
    return 1 + max(map(_depth, inner), default=0)


def test_schema_has_every_contact_field_in_order() -> None:
    fields = schema.json_schema()["properties"]["fields"]["properties"]
    assert tuple(fields) == CONTACT_FIELDS


def test_each_field_carries_its_instruction() -> None:
    fields = schema.json_schema()["properties"]["fields"]["properties"]
    for column in CONTACT_COLUMNS:
        assert fields[column.name]["description"] == column.help_text != ""


def test_every_object_is_strict() -> None:
    found = _objects(schema.json_schema())
    assert len(found) == 3
    for part in found:
        assert part["required"] == list(part["properties"])
        assert part["additionalProperties"] is False


def test_field_with_choices_may_be_left_empty() -> None:
    fields = schema.json_schema()["properties"]["fields"]["properties"]
    assert fields["contact_type"]["enum"] == ["", "B2B", "D2C"]


def test_only_contact_fields_can_be_called_doubtful() -> None:
    doubtful = schema.json_schema()["properties"]["doubtful"]
    assert doubtful["items"]["enum"] == list(CONTACT_FIELDS)


def test_schema_uses_only_words_that_structured_outputs_know() -> None:
    known = {"type", "properties", "required", "additionalProperties", "items", "enum"}
    known |= {"description"}
    assert {word for part in _schemas(schema.json_schema()) for word in part} <= known


def test_schema_stays_within_the_limits_of_structured_outputs() -> None:
    """The first limits that OpenAI set, which other servers have copied; its own are wider now:
    100 properties, 5 levels, 500 choices, 15,000 characters of names and choices."""
    parts = list(_schemas(schema.json_schema()))
    names = [name for part in parts for name in part.get("properties", ())]
    choices = [choice for part in parts for choice in part.get("enum", ())]
    assert len(names) <= 100
    assert len(choices) <= 500
    assert sum(map(len, names + choices)) <= 15_000
    assert _depth(schema.json_schema()) <= 5


def test_name_of_the_schema_has_only_letters_that_the_api_takes() -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", schema.NAME)


def test_lines_and_codes_stand_under_the_number_of_their_side() -> None:
    lines = (_line("Rosa Halloway"), _line("Boat Builder"), _line("北風造船", side=1))
    code = Code("https://northwind.example", "QRCode", lines[0].box)
    assert schema.seen_text(Seen(lines, (code,))) == (
        "<card>\nSide 1:\nRosa Halloway\nBoat Builder\nQRCode: https://northwind.example\n\n"
        "Side 2:\n北風造船\n</card>"
    )


def test_long_code_is_cut() -> None:
    code = Code("x" * 4_000, "QRCode", _line("").box)
    assert len(schema.seen_text(Seen((), (code,)))) < 2_100


def test_picture_without_text_gives_an_empty_block() -> None:
    assert schema.seen_text(Seen()) == "<card>\n\n</card>"
