"""The other side of two-sided cards."""

from __future__ import annotations

from backoffice.synthetic.drawing import Type
from backoffice.synthetic.palettes import mixed
from backoffice.synthetic.typesetting import (
    Design,
    Stack,
    draw_stack,
    stack_height,
)


def english_side(design: Design) -> None:
    """A Japanese card's other side: the name in Latin letters with e-mail and website."""
    sheet, margin, palette = design.sheet, design.margin, design.palette
    design.place_mark((margin + 80, margin + 80), 160)
    kind = Type(56, palette.ink, 600, "sans")
    sheet.write(design.contact.brand, (margin + 200, margin + 100), kind)
    name = Type(100, palette.ink, 500, "sans")
    room = sheet.width - 2 * margin
    y = sheet.height * 0.56
    sheet.write(design.contact.truth["full_name"], (margin, y), name, room=room)
    sheet.rectangle(margin, y + 48, margin + 110, y + 55, palette.accent)
    online = [line.text for line in design.contact.lines if line.kind in ("email", "website")]
    stack: Stack = [(text, design.body(48), 30) for text in online]
    draw_stack(sheet, stack, (margin, sheet.height - margin - stack_height(stack)), room=room)


def offer_side(design: Design) -> None:
    """The mark and what the company sells, on the accent colour."""
    sheet, palette, middle = design.sheet, design.palette, design.sheet.width / 2
    sheet.pixels[:] = palette.accent
    tint = mixed(palette.on_accent, palette.accent, 0.35)
    huge = sheet.height * 1.25
    design.place_mark((sheet.width * 0.9, sheet.height * 0.85), huge, (tint, tint), 0.16)
    design.place_mark((middle, sheet.height * 0.33), 260, (palette.on_accent, tint))
    brand = Type(76, palette.on_accent, 600, "sans", 3)
    offer = Type(44, palette.on_accent, 400, design.body_face)
    products = "   ·   ".join(design.contact.products)
    stack: Stack = [(design.contact.brand, brand, 0), (products, offer, 70)]
    top = sheet.height * 0.74 - stack_height(stack) / 2
    draw_stack(sheet, stack, (middle, top), room=sheet.width - 2 * design.margin, align="center")
