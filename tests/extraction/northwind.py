"""A card that nobody has printed: its two sides, and what the OCR saw on them."""

from __future__ import annotations

from PIL import Image

from extraction.result import Box, Line, Seen


def line(text: str, top: float, side: int = 0) -> Line:
    corners = ((10.0, top), (400.0, top), (400.0, top + 20), (10.0, top + 20))
    return Line(text, 0.98, Box(side, corners))


FRONT = Image.new("RGB", (90, 50), "white")
BACK = Image.new("RGB", (90, 50), "navy")
LINES = (
    line("Rosa Halloway", 10),
    line("Northwind Boats Ltd", 40),
    line("rosa@northwind.example", 70),
)
SEEN = Seen(LINES)
