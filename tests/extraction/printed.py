"""Cards drawn as text for the tests of the rules: pieces with a place, and no picture."""

from extraction.reading.layout import Piece, pieces
from extraction.result import Box, Line

HEIGHT_PX = 20.0


def line(text: str, *, left: float = 10.0, top: float = 0.0, read: float = 0.98) -> Line:
    """A line of type 20 px high, as wide as its letters; `read` is the OCR's confidence."""
    right, bottom = left + 0.5 * HEIGHT_PX * len(text), top + HEIGHT_PX
    return Line(text, read, Box(0, ((left, top), (right, top), (right, bottom), (left, bottom))))


def rows(*texts: str) -> list[Piece]:
    """The pieces of lines that stand one under the other."""
    return pieces([line(text, top=1.4 * HEIGHT_PX * row) for row, text in enumerate(texts)])
