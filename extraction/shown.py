"""A reading as pages show it: the sides with shapes drawn on them, and the fields beside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cards.fields import CONTACT_COLUMNS, GROUPS
from cards.models import Card, Side
from extraction import extractors
from extraction.models import Extraction
from extraction.reading.confidence import DOUBT_BELOW
from extraction.result import Box, Result, Value


@dataclass(frozen=True, slots=True)
class Shape:
    """Four corners on a side. Shapes and rows with the same `key` light up together.

    `kind` is "field", "line" or "code"; `points` are the corners as SVG writes them, in pixels of
    the side's picture; `tone` is a further class for the style sheet.
    """

    kind: str
    key: str
    points: str
    title: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Pictured:
    """A side and what is drawn on it, in the order in which it is drawn."""

    side: Side
    shapes: Sequence[Shape]

    @property
    def name(self) -> str:
        position = self.side.position
        if position < 2:
            return (_("Front"), _("Back"))[position]
        return _("Side %(number)s") % {"number": position + 1}


@dataclass(frozen=True, slots=True)
class Row:
    """A field that was read. `beside` is what the bundled reader read where that differs."""

    name: str
    label: str
    group: str
    value: Value
    beside: str = ""

    @property
    def percent(self) -> int:
        return round(self.value.confidence * 100)

    @property
    def is_doubtful(self) -> bool:
        return self.value.confidence < DOUBT_BELOW

    @property
    def normalised(self) -> str:
        """The form for machines where it says more than the text."""
        return "" if self.value.normalised == self.value.text else self.value.normalised


def result_of(reading: Extraction) -> Result | None:
    """What `reading` found; None without a result, or with one that this program cannot read."""
    try:
        return Result.from_json(reading.result) if reading.result else None
    except (ValueError, KeyError, TypeError):
        return None


def rows(result: Result) -> list[Row]:
    """The fields that `result` or the bundled reader found, in the order of the screen."""
    return [
        Row(
            column.name,
            str(column.verbose_name),
            column.info.group,
            result.values.get(column.name) or Value("", 0.0),
            _other(result, column.name),
        )
        for column in CONTACT_COLUMNS
        if column.name in result.values or _other(result, column.name)
    ]


def grouped(found: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    """The rows by the headings under which forms show them; empty groups are left out."""
    found = list(found)
    groups = [(group, [row for row in found if row.group == group]) for group in GROUPS]
    return [(group, inside) for group, inside in groups if inside]


def pictured(card: Card, result: Result | None) -> list[Pictured]:
    """Each side of `card` with the shapes of `result` on it. One query."""
    drawn = list(_shapes(result)) if result else []
    return draw(card, drawn)


def draw(card: Card, shapes: Iterable[tuple[int, Shape]]) -> list[Pictured]:
    """Each side of `card` with those of the `shapes` that are on the side of this number."""
    shapes = list(shapes)
    return [
        Pictured(side, [shape for number, shape in shapes if number == side.position])
        for side in card.sides.order_by("position")
    ]


def field_shapes(
    values: Mapping[str, Value], labels: Mapping[str, str], *, tone: str = ""
) -> Iterator[tuple[int, Shape]]:
    """The places of the `values`, each with the number of its side."""
    for name, value in values.items():
        colour = tone or ("doubtful" if value.confidence < DOUBT_BELOW else "")
        title = f"{labels.get(name, name)}: {value.text}"
        for box in value.boxes:
            yield box.side, Shape("field", name, points(box), title, colour)


def points(box: Box) -> str:
    """The corners of `box` as SVG writes them."""
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in box.corners)


def labels() -> dict[str, str]:
    return {column.name: str(column.verbose_name) for column in CONTACT_COLUMNS}


def reader_names() -> dict[str, str]:
    """The extractors of this site by slug, as staff know them."""
    return dict(extractors.choices())


def reader(reading: Extraction, names: Mapping[str, str]) -> str:
    """Who read, with the model unless the reader is the one that came with the program."""
    name = names.get(reading.extractor, reading.extractor)
    is_bundled = reading.extractor == extractors.BUNDLED
    return f"{name}, {reading.model}" if reading.model and not is_bundled else name


def _shapes(result: Result) -> Iterator[tuple[int, Shape]]:
    """Lines below fields below codes: what is drawn last lies on top."""
    for line in result.seen.lines:
        title = f"{line.text} ({line.confidence:.0%})"
        yield line.box.side, Shape("line", "", points(line.box), title)
    yield from field_shapes(result.values, labels())
    for number, code in enumerate(result.seen.codes):
        yield code.box.side, Shape("code", f"code-{number}", points(code.box), code.format)


def _other(result: Result, name: str) -> str:
    """What the bundled reader read for a field, unless the result says the same."""
    beside = result.beside.get(name, "")
    value = result.values.get(name)
    return "" if value is not None and value.text == beside else beside
