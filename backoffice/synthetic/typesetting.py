"""Sets the parts that every layout arranges: names, company, and lines with their labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backoffice.synthetic.drawing import Colour, Point, Sheet, Type, fitted, width
from backoffice.synthetic.marks import Drawer, draw_mark, icon_mask
from backoffice.synthetic.palettes import Palette
from backoffice.synthetic.people import Contact

LABELLINGS = ("letters", "icons", "words", "icons", "letters", "bare")
_LETTERS = {"phone": "T", "mobile": "M", "fax": "F", "email": "E", "website": "W"}
_JAPANESE_LETTERS = {
    "phone": "TEL", "mobile": "携帯", "fax": "FAX", "email": "Mail", "website": "URL",
}  # fmt: skip
_CAP_HEIGHT = 0.72
_LEADING = 1.46
_SMALLEST_PX = 33

Stack = list[tuple[str, Type, float]]
"""Lines of text with their type and the space above them in pixels."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the contact block; without `kind` it continues the one above."""

    kind: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Design:
    """A card about to be laid out: its sheet, who is on it, and how it is to look."""

    sheet: Sheet
    contact: Contact
    palette: Palette
    mark: Drawer
    labelling: str
    body_face: str
    name_weight: int

    @property
    def margin(self) -> int:
        return round(min(self.sheet.width, self.sheet.height) * 0.115)

    @property
    def title_line(self) -> str:
        return self.contact.truth["job_title"]

    @property
    def department(self) -> str:
        return self.contact.truth.get("department", "")

    @property
    def company(self) -> str:
        return self.contact.truth["company"]

    def body(self, size: int, colour: Colour | None = None, weight: int = 400) -> Type:
        return Type(size, colour or self.palette.ink, weight, self.body_face)

    def heading(self, size: int, colour: Colour | None = None, weight: int = 600) -> Type:
        face = "plain" if self.contact.is_japanese else "sans"
        return Type(size, colour or self.palette.ink, weight, face)

    def reach_rows(self) -> list[Row]:
        letters = _JAPANESE_LETTERS if self.contact.is_japanese else _LETTERS
        labels = self.contact.country.work.labels if self.labelling == "words" else letters
        rows = [Row(line.kind, labels.get(line.kind, ""), line.text) for line in self.contact.lines]
        if self.labelling != "bare":
            return rows
        # Nobody can tell a bare fax number from a telephone: only what speaks for itself is bare.
        return [row if "@" not in row.text and row.kind != "website" else
                Row(row.kind, "", row.text) for row in rows]  # fmt: skip

    def address_rows(self) -> list[Row]:
        kinds = ["address"] + [""] * len(self.contact.address)
        return [
            Row(kind, "", text) for kind, text in zip(kinds, self.contact.address, strict=False)
        ]

    def place_mark(
        self, at: Point, diameter: float, colours: tuple[Colour, ...] = (), opacity: float = 1.0
    ) -> None:
        colours = colours or (self.palette.accent, self.palette.ink)
        initial = self.contact.brand[0]
        draw_mark(
            self.sheet, self.mark, initial, at,
            diameter=round(diameter), colours=colours, opacity=opacity,
        )  # fmt: skip


def name_stack(design: Design, size: int, ink: Colour | None = None, quiet: Colour | None = None,
               accent: Colour | None = None) -> Stack:  # fmt: skip
    """Name, name in the other script, job title and department, in the order of the country."""
    palette, contact = design.palette, design.contact
    ink, quiet, accent = ink or palette.ink, quiet or palette.quiet, accent or palette.accent_ink
    small = round(size * 0.52)
    title = (design.title_line, design.body(small, accent, 500), size * 0.4)
    second = "" if contact.is_second_name_on_back else contact.second_name
    if contact.is_japanese:
        tracking = round(size * 0.12)
        name = Type(size, ink, design.name_weight, "plain", tracking)
        position = "　".join(filter(None, (design.department, design.title_line)))
        stack: Stack = [(position, design.body(small, accent), 0), (contact.name, name, size * 0.4)]
        if second:
            reading = Type(round(size * 0.42), quiet, 400, "sans", round(size * 0.05))
            stack.append((second, reading, size * 0.34))
        return stack
    stack = [(contact.name, design.heading(size, ink, design.name_weight), 0), title]
    if design.department:
        stack.append((design.department, design.body(small, quiet), size * 0.24))
    return stack


def stack_height(stack: Stack) -> float:
    return sum(gap + kind.size * _CAP_HEIGHT for _, kind, gap in stack)


def draw_stack(sheet: Sheet, stack: Stack, at: Point, *, room: float, align: str = "left") -> float:
    """Draw the lines under each other from their top; return the y where the last one stands."""
    y = at[1]
    for text, kind, gap in stack:
        y += gap + kind.size * _CAP_HEIGHT
        sheet.write(text, (at[0], y), kind, align=align, room=room)
    return y


def draw_company(
    design: Design, at: Point, *, diameter: float, room: float, ink: Colour | None = None,
    align: str = "left", size: int = 52, colours: tuple[Colour, ...] = (),
) -> None:  # fmt: skip
    """The mark with the company's name and slogan beside it, centred on a height.

    `at` is the outer end: the left one, or the right one when aligned to the right.
    """
    sign = 1 if align == "left" else -1
    design.place_mark((at[0] + sign * diameter / 2, at[1]), diameter, colours)
    x = at[0] + sign * (diameter + 34)
    kind = fitted(design.company, design.heading(size, ink), room - diameter - 34)
    stack: Stack = [(design.company, kind, 0)]
    if design.contact.slogan:
        face = "plain" if design.contact.is_japanese else "italic"
        slogan = Type(34, ink or design.palette.quiet, 400, face)
        stack.append((design.contact.slogan, slogan, 24))
    top = at[1] - stack_height(stack) / 2
    draw_stack(design.sheet, stack, (x, top), room=room - diameter - 34, align=align)


@dataclass(frozen=True, slots=True)
class Ink:
    """The colours of a contact block: its text and its labels."""

    text: Colour
    label: Colour


def rows_height(rows: Sequence[Row], size: int) -> float:
    return (len(rows) - 1) * size * _LEADING + size * _CAP_HEIGHT


def draw_rows(
    design: Design, rows: Sequence[Row], at: Point, *, room: float, size: int = 48,
    height: float = 0, anchor: str = "top", align: str = "left", ink: Ink | None = None,
) -> float:  # fmt: skip
    """Draw lines with their labels, all in one size that fits; return the block's top.

    `at` is the block's first top or, anchored at the bottom, where its last line stands.
    """
    if not rows:
        return at[1]
    ink = ink or Ink(design.palette.ink, design.palette.accent_ink)
    kind = design.body(_fitting_size(design, rows, room, size, height), ink.text)
    column = _label_column(design, rows, kind.size) if align == "left" else 0
    inset = [column if _is_indented(design, row) else 0 for row in rows]
    top = at[1] if anchor == "top" else at[1] - rows_height(rows, kind.size)
    y = top + kind.size * _CAP_HEIGHT
    for row, indent in zip(rows, inset, strict=True):
        _draw_row(design, row, (at[0], y), kind, indent=indent, ink=ink, align=align)
        y += kind.size * _LEADING
    return top


def draw_columns(
    design: Design, at: Point, *, rooms: tuple[float, float], size: int = 48, height: float = 0,
    anchor: str = "top", ink: Ink | None = None,
) -> float:  # fmt: skip
    """Telephone and the like in a column, the address in one beside it, both in one size.

    `rooms` are the widths of the columns, which stand 50 pixels apart; returns the upper top.
    """
    reach, address = design.reach_rows(), design.address_rows()
    size = min(
        _fitting_size(design, rows, room, size, height)
        for rows, room in zip((reach, address), rooms, strict=True)
    )
    second = (at[0] + rooms[0] + 50, at[1])
    return min(
        draw_rows(design, reach, at, room=rooms[0], size=size, anchor=anchor, ink=ink),
        draw_rows(design, address, second, room=rooms[1], size=size, anchor=anchor, ink=ink),
    )


def _fitting_size(
    design: Design, rows: Sequence[Row], room: float, size: int, height: float
) -> int:
    """The largest size up to `size` in which all rows fit the room and, if given, the height."""
    if height and rows_height(rows, size) > height:
        size = max(_SMALLEST_PX, int(size * height / rows_height(rows, size)))
    column = _label_column(design, rows, size)
    kind = design.body(size)
    for row in rows:
        kind = fitted(row.text, kind, room - (column if _is_indented(design, row) else 0))
    return kind.size


def _label_column(design: Design, rows: Sequence[Row], size: int) -> float:
    if design.labelling == "icons":
        return size * 1.55
    widest = max(width(row.label, _label_type(design, size, design.palette.ink)) for row in rows)
    return widest + size * 0.55 if widest else 0


def _label_type(design: Design, size: int, colour: Colour) -> Type:
    weight = 400 if design.labelling == "words" else 600
    face = "plain" if design.contact.is_japanese or weight == 400 else "sans"
    return Type(round(size * 0.94), colour, weight, face)


def _is_indented(design: Design, row: Row) -> bool:
    return design.labelling == "icons" or bool(row.label)


def _draw_row(
    design: Design, row: Row, at: Point, kind: Type, *, indent: float, ink: Ink, align: str
) -> None:
    sheet, (x, y) = design.sheet, at
    label = _label_type(design, kind.size, ink.label)
    if align != "left":
        _draw_aligned_row(design, row, at, kind, label=label, align=align)
        return
    if design.labelling == "icons":
        if row.kind:
            mask = icon_mask(row.kind, round(kind.size * 0.92))
            sheet.stamp(mask, (x + kind.size * 0.46, y - kind.size * 0.34), ink.label)
    elif row.label:
        sheet.write(row.label, at, label)
    sheet.write(row.text, (x + indent, y), kind)


def _draw_aligned_row(
    design: Design, row: Row, at: Point, kind: Type, *, label: Type, align: str
) -> None:
    """A line that is centred or flush right, its label going before it."""
    sheet, (x, y) = design.sheet, at
    has_icon = design.labelling == "icons" and bool(row.kind)
    gap = kind.size * 0.42
    lead = kind.size * 0.92 + gap if has_icon else 0.0
    if row.label and not has_icon:
        lead = width(row.label, label) + gap
    start = x - (lead + width(row.text, kind)) / (2 if align == "center" else 1)
    if has_icon:
        mask = icon_mask(row.kind, round(kind.size * 0.92))
        sheet.stamp(mask, (start + kind.size * 0.46, y - kind.size * 0.34), label.colour)
    elif row.label:
        sheet.write(row.label, (start, y), label)
    sheet.write(row.text, (start + lead, y), kind)
