"""Layouts with large areas of colour."""

from __future__ import annotations

from backoffice.synthetic.drawing import Point, Type
from backoffice.synthetic.palettes import mixed
from backoffice.synthetic.typesetting import (
    Design,
    Ink,
    Stack,
    draw_columns,
    draw_company,
    draw_rows,
    draw_stack,
    name_stack,
    rows_height,
    stack_height,
)


def accent_bar(design: Design) -> None:
    """A bar of colour along the foot, the name low on the left, lines on the right."""
    sheet, margin, palette = design.sheet, design.margin, design.palette
    bar = sheet.height - 62
    sheet.rectangle(0, bar, sheet.width, sheet.height, palette.accent)
    room = sheet.width - 2 * margin
    draw_company(design, (margin, margin + 65), diameter=130, room=room, size=50)
    foot = bar - margin * 0.8
    split = sheet.width * 0.5
    rows = [*design.reach_rows(), *design.address_rows()]
    draw_rows(design, rows, (split + 40, foot), room=sheet.width - margin - split - 40, size=44,
              height=foot - margin - 190, anchor="bottom")  # fmt: skip
    stack = name_stack(design, 78)
    top = foot - stack_height(stack)
    draw_stack(sheet, stack, (margin, top), room=split - margin - 30)
    sheet.rectangle(margin, top - 56, margin + 90, top - 48, palette.accent)


def logo_block(design: Design) -> None:
    """A coloured panel with a big mark takes the left third."""
    sheet, margin, palette = design.sheet, design.margin, design.palette
    edge = sheet.width * 0.36
    sheet.rectangle(0, 0, edge, sheet.height, palette.accent)
    tint = mixed(palette.on_accent, palette.accent, 0.35)
    design.place_mark((edge / 2, sheet.height * 0.42), 300, (palette.on_accent, tint))
    kind = design.heading(50, palette.on_accent)
    lines = _wrapped(design.company)
    stack: Stack = [(text, kind, 22) for text in lines]
    draw_stack(sheet, stack, (edge / 2, sheet.height * 0.62), room=edge - 90, align="center")
    left = edge + margin * 0.8
    room = sheet.width - left - margin * 0.7
    end = draw_stack(sheet, name_stack(design, 80), (left, margin), room=room)
    rows = [*design.reach_rows(), *design.address_rows()]
    foot = sheet.height - margin
    draw_rows(design, rows, (left, foot), room=room, size=46, height=foot - end - 75,
              anchor="bottom")  # fmt: skip


def _wrapped(company: str) -> list[str]:
    """The company in one or two lines, broken at the space nearest to the middle."""
    if len(company) < 15 or " " not in company:
        return [company]
    spaces = [at for at, sign in enumerate(company) if sign == " "]
    middle = min(spaces, key=lambda at: abs(at - len(company) / 2))
    return [company[:middle], company[middle + 1 :]]


def stripes(design: Design) -> None:
    """Upright stripes of one colour on the left, fading towards the text."""
    sheet, margin, palette = design.sheet, design.margin, design.palette
    left = 0.0
    for wide, fade, gap in ((92, 0.0, 16), (34, 0.35, 16), (14, 0.6, 0)):
        colour = mixed(palette.accent, palette.paper, fade)
        sheet.rectangle(left, 0, left + wide, sheet.height, colour)
        left += wide + gap
    x = left + margin * 0.75
    right = sheet.width - margin * 0.8
    stack = name_stack(design, 86)
    end = draw_stack(sheet, stack, (x, margin), room=right - x - 220)
    design.place_mark((right - 85, margin + 80), 170)
    foot = sheet.height - margin
    kind = design.heading(46)
    sheet.write(design.company, (x, foot), kind, room=right - x)
    foot -= 88
    room = right - x
    draw_columns(design, (x, foot), rooms=(room * 0.54, room * 0.46 - 50), size=46,
                 height=foot - end - 60, anchor="bottom")  # fmt: skip


def portrait(design: Design) -> None:
    """Upright: a coloured head with the mark, the name across the middle, lines at the foot."""
    sheet, margin, palette = design.sheet, design.margin, design.palette
    middle, edge = sheet.width / 2, sheet.height * 0.36
    sheet.rectangle(0, 0, sheet.width, edge, palette.accent)
    tint = mixed(palette.on_accent, palette.accent, 0.35)
    design.place_mark((middle, edge * 0.43), 270, (palette.on_accent, tint))
    kind = design.heading(50, palette.on_accent)
    sheet.write(design.company, (middle, edge * 0.86), kind, align="center",
                room=sheet.width - 1.4 * margin)  # fmt: skip
    room = sheet.width - 1.6 * margin
    stack = name_stack(design, 88)
    end = draw_stack(sheet, stack, (middle, edge + 110), room=room, align="center")
    sheet.line((middle - 55, end + 62), (middle + 55, end + 62), 5, palette.accent)
    rows = [*design.reach_rows(), *design.address_rows()]
    foot = sheet.height - margin
    draw_rows(design, rows, (margin, foot), room=sheet.width - 2 * margin, size=46,
              height=foot - end - 130, anchor="bottom")  # fmt: skip


def diagonal(design: Design) -> None:
    """A slanted field of colour on the right carries the mark and the company."""
    sheet, margin, palette = design.sheet, design.margin, design.palette
    wide, high = sheet.width, sheet.height
    shade = mixed(palette.accent, palette.paper, 0.55)
    sheet.polygon([(wide * 0.735, 0), (wide, 0), (wide, high), (wide * 0.585, high)], shade)
    sheet.polygon(
        [(wide * 0.765, 0), (wide, 0), (wide, high), (wide * 0.615, high)], palette.accent
    )
    tint = mixed(palette.on_accent, palette.accent, 0.35)
    centre: Point = (wide * 0.845, high * 0.4)
    design.place_mark(centre, 250, (palette.on_accent, tint))
    stack: Stack = [
        (text, design.heading(46, palette.on_accent), 20) for text in _wrapped(design.company)
    ]
    draw_stack(sheet, stack, (wide * 0.835, high * 0.575), room=wide * 0.265, align="center")
    end = draw_stack(sheet, name_stack(design, 80), (margin, margin), room=wide * 0.655 - margin)
    rows = [*design.reach_rows(), *design.address_rows()]
    foot = high - margin
    draw_rows(design, rows, (margin, foot), room=wide * 0.57 - margin, size=46,
              height=foot - end - 75, anchor="bottom")  # fmt: skip


def footer_band(design: Design) -> None:
    """The lines stand in a coloured band at the foot, in two columns."""
    sheet, margin, palette = design.sheet, design.margin, design.palette
    reach, address = design.reach_rows(), design.address_rows()
    band = rows_height(reach if len(reach) > len(address) else address, 44) + 1.35 * margin
    top = sheet.height - band
    sheet.rectangle(0, top, sheet.width, sheet.height, palette.accent)
    label = mixed(palette.on_accent, palette.accent, 0.2)
    ink = Ink(palette.on_accent, label)
    room = sheet.width - 2 * margin
    draw_columns(design, (margin, top + 0.675 * margin), rooms=(room * 0.54, room * 0.46 - 50),
                 size=44, ink=ink)  # fmt: skip
    draw_company(design, (margin, margin * 0.85 + 50), diameter=100, room=room, size=46)
    stack = name_stack(design, 82)
    space = top - margin * 0.85 - 100
    y = margin * 0.85 + 100 + (space - stack_height(stack)) * 0.52
    draw_stack(sheet, stack, (margin, y), room=room)


def name_plate(design: Design) -> None:
    """The name large on colour above, company and lines on paper below."""
    sheet, margin, palette = design.sheet, design.margin, design.palette
    edge = sheet.height * 0.4
    sheet.rectangle(0, 0, sheet.width, edge, palette.accent)
    soft = mixed(palette.on_accent, palette.accent, 0.12)
    room = sheet.width - 2 * margin
    stack = name_stack(design, 96, palette.on_accent, soft, soft)
    draw_stack(sheet, stack, (margin, (edge - stack_height(stack)) / 2), room=room)
    sheet.rectangle(0, edge, sheet.width, edge + 10, mixed(palette.accent, palette.ink, 0.35))
    foot, right = sheet.height - margin, sheet.width - margin
    split = margin + room * 0.6
    rows = [*design.reach_rows(), *design.address_rows()]
    draw_rows(design, rows, (margin, foot), room=split - margin - 40, size=44,
              height=foot - edge - 75, anchor="bottom")  # fmt: skip
    design.place_mark((right - 95, edge + (foot - edge) * 0.45), 190)
    kind = Type(42, palette.ink, 600, design.heading(1).face)
    stack = [(text, kind, 16) for text in _wrapped(design.company)]
    draw_stack(sheet, stack, (right, foot - stack_height(stack)), room=right - split, align="right")
