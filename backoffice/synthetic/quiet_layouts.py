"""Layouts that leave the paper mostly empty."""

from __future__ import annotations

from backoffice.synthetic.drawing import Type
from backoffice.synthetic.palettes import mixed
from backoffice.synthetic.typesetting import (
    Design,
    Row,
    Stack,
    draw_columns,
    draw_company,
    draw_rows,
    draw_stack,
    name_stack,
    rows_height,
    stack_height,
)


def classic(design: Design) -> None:
    """Mark and company on top, name in the middle, two columns at the foot, all on the left."""
    sheet, margin, palette = design.sheet, design.margin, design.palette
    room, foot, head = sheet.width - 2 * margin, sheet.height - margin, margin + 140
    draw_company(design, (margin, margin + 70), diameter=140, room=room)
    stack = name_stack(design, 88)
    high = stack_height(stack) + 45
    top = draw_columns(
        design, (margin, foot), rooms=(room * 0.54, room * 0.46 - 50), anchor="bottom",
        height=foot - head - high - 110,
    )  # fmt: skip
    y = head + (top - head - high) * 0.47
    end = draw_stack(sheet, stack, (margin, y), room=room)
    sheet.rectangle(margin, end + 38, margin + 110, end + 45, palette.accent)


def centred(design: Design) -> None:
    """Everything on the middle axis, contact lines running on in two or three rows."""
    sheet, palette, middle = design.sheet, design.palette, design.sheet.width / 2
    room = sheet.width - 2 * design.margin
    design.place_mark((middle, sheet.height * 0.19), 170)
    company = Type(38, palette.quiet, 500, design.heading(1).face, 5)
    sheet.write(design.company, (middle, sheet.height * 0.335), company, align="center", room=room)
    top = sheet.height * 0.415
    end = draw_stack(sheet, name_stack(design, 92), (middle, top), room=room, align="center")
    sheet.line((middle - 70, end + 48), (middle + 70, end + 48), 4, palette.accent)
    _running_lines(design, end + 90, room)


def _running_lines(design: Design, top: float, room: float) -> None:
    """Contact lines side by side in centred pairs, the address below them in one line."""
    rows = [Row("", "", text) for text in _pairs(design)]
    joiner = " " if design.contact.is_japanese else ", "
    rows.append(Row("", "", joiner.join(design.contact.address)))
    foot = design.sheet.height - design.margin * 0.9
    draw_rows(
        design, rows, (design.sheet.width / 2, foot), room=room, size=44, height=foot - top,
        anchor="bottom", align="center",
    )  # fmt: skip


def _pairs(design: Design) -> list[str]:
    texts = [
        f"{row.label} {row.text}" if row.kind in ("phone", "mobile", "fax") else row.text
        for row in design.reach_rows()
    ]
    return ["   ·   ".join(texts[at : at + 2]) for at in range(0, len(texts), 2)]


def two_columns(design: Design) -> None:
    """Name and company above a hairline, two columns of lines below."""
    sheet, margin, palette = design.sheet, design.margin, design.palette
    room = sheet.width - 2 * margin
    draw_company(
        design, (margin, margin + 55), diameter=110, room=room, size=46,
        colours=(palette.accent, palette.ink),
    )  # fmt: skip
    end = draw_stack(
        sheet, name_stack(design, 84), (margin, margin + sheet.height * 0.19), room=room
    )
    rule = end + 60
    sheet.line(
        (margin, rule), (sheet.width - margin, rule), 3, mixed(palette.paper, palette.ink, 0.25)
    )
    draw_columns(design, (margin, rule + 62), rooms=(room * 0.54, room * 0.46 - 50), size=46,
                 height=sheet.height - margin - rule - 62)  # fmt: skip


def minimal(design: Design) -> None:
    """Small type in the corners, and nothing else."""
    sheet, margin, palette = design.sheet, design.margin, design.palette
    room = sheet.width - 2 * margin
    draw_stack(sheet, name_stack(design, 68), (margin, margin), room=room * 0.8)
    foot = sheet.height - margin
    rows = [*design.reach_rows(), *design.address_rows()]
    draw_rows(design, rows, (margin, foot), room=room * 0.6, size=40, anchor="bottom",
              height=sheet.height * 0.52)  # fmt: skip
    right = sheet.width - margin
    design.place_mark((right - 60, foot - 135), 120, (palette.accent, palette.accent))
    kind = design.heading(36, palette.ink, 500)
    sheet.write(design.company, (right, foot), kind, align="right", room=room * 0.42)


def framed(design: Design) -> None:
    """A fine frame around centred type."""
    sheet, palette, middle = design.sheet, design.palette, design.sheet.width / 2
    for inset, thickness in ((46, 4), (62, 2)):
        right, bottom = sheet.width - inset, sheet.height - inset
        corners = [(inset, inset), (right, inset), (right, bottom), (inset, bottom)]
        for start, end in zip(corners, corners[1:] + corners[:1], strict=True):
            sheet.line(start, end, thickness, palette.accent)
    room = sheet.width - 2 * design.margin - 60
    name = name_stack(design, 82)
    company = Type(44, palette.accent_ink, 600, design.heading(1).face, 6)
    stack: Stack = [(design.company, company, 0)]
    text, kind, _ = name[0]
    stack += [(text, kind, sheet.height * 0.085), *name[1:]]
    last = draw_stack(sheet, stack, (middle, sheet.height * 0.15), room=room, align="center")
    rows = [*design.reach_rows(), *_one_line_address(design)]
    draw_rows(design, rows, (middle, sheet.height * 0.875), room=room, size=44, align="center",
              height=sheet.height * 0.875 - last - 70, anchor="bottom")  # fmt: skip


def _one_line_address(design: Design) -> list[Row]:
    joiner = " " if design.contact.is_japanese else ", "
    return [Row("address", "", joiner.join(design.contact.address))]


def watermark(design: Design) -> None:
    """The company's mark, huge and pale, runs off the right edge behind the text."""
    sheet, margin, palette = design.sheet, design.margin, design.palette
    room = sheet.width - 2 * margin
    colours = (palette.accent, palette.accent)
    centre = (sheet.width * 0.86, sheet.height * 0.5)
    design.place_mark(centre, sheet.height * 1.12, colours, 0.14)
    kind = design.heading(50, palette.accent_ink)
    sheet.write(design.company, (margin, margin + 38), kind, room=room)
    rows = [*design.reach_rows(), *design.address_rows()]
    foot = sheet.height - margin
    stack = name_stack(design, 90)
    top = margin + sheet.height * 0.125
    limit = foot - top - stack_height(stack) - 70
    draw_stack(sheet, stack, (margin, top), room=room)
    if rows_height(rows, 44) > limit:
        columns = (room * 0.54, room * 0.46 - 50)
        draw_columns(design, (margin, foot), rooms=columns, size=46, height=limit, anchor="bottom")
        return
    draw_rows(design, rows, (margin, foot), room=room * 0.75, size=46, height=limit,
              anchor="bottom")  # fmt: skip
