"""Draws the card with a given number: who is on it, in which layout, colours and labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PIL import Image

from backoffice.synthetic import backs, bold_layouts, quiet_layouts
from backoffice.synthetic.drawing import PX_PER_MM, Sheet
from backoffice.synthetic.marks import MARKS
from backoffice.synthetic.palettes import PALETTES
from backoffice.synthetic.people import Contact, deal, dice, invent
from backoffice.synthetic.typesetting import LABELLINGS, Design

LAYOUTS: tuple[Callable[[Design], None], ...] = (
    quiet_layouts.classic,
    quiet_layouts.centred,
    quiet_layouts.two_columns,
    quiet_layouts.minimal,
    quiet_layouts.framed,
    quiet_layouts.watermark,
    bold_layouts.accent_bar,
    bold_layouts.logo_block,
    bold_layouts.stripes,
    bold_layouts.portrait,
    bold_layouts.diagonal,
    bold_layouts.footer_band,
    bold_layouts.name_plate,
)


@dataclass(frozen=True, slots=True)
class DrawnCard:
    """A card of an invented person.

    `truth` says by contact field what is printed on it, besides `business_type` and
    `contact_type`, which are what a reader would conclude. `address` holds the address as
    printed, in one line. `traits` are words about its look: the layout's name, and "dark",
    "portrait" and "two-sided" where they apply.
    """

    number: int
    front: Image.Image
    back: Image.Image | None
    truth: dict[str, str]
    address: str
    traits: tuple[str, ...]


def draw(number: int, *, seed: int = 0) -> DrawnCard:
    """The card with this number, always the same one for the same number and seed.

    Cards are dealt rather than drawn at random: thirteen in a row show every layout, four
    have at least one with two sides. Raises ValueError for a number below zero.
    """
    if number < 0:
        raise ValueError(f"A card's number is 0 or more, not {number}.")
    is_two_sided = deal((True, False, False, False), number, seed, "two-sided")
    contact = invent(number, seed, is_two_sided=is_two_sided)
    layout = deal(LAYOUTS, number, seed, "layout")
    design = _design(contact, number, seed, is_upright=layout is bold_layouts.portrait)
    layout(design)
    truth, back = dict(contact.truth), None
    # Only some layouts have room for the slogan, so it is looked up where it was printed.
    if "notes" in truth and layout not in _WITH_SLOGAN:
        del truth["notes"]
    if is_two_sided:
        back = _blank(design)
        if contact.is_japanese:
            backs.english_side(back)
        else:
            backs.offer_side(back)
            truth["products"] = ", ".join(contact.products)
    traits = {"dark": design.palette.is_dark, "two-sided": is_two_sided}
    return DrawnCard(
        number=number,
        front=design.sheet.image(),
        back=back.sheet.image() if back else None,
        truth=truth,
        address=(" " if contact.is_japanese else ", ").join(contact.address),
        traits=(
            layout.__name__.replace("_", "-"),
            *(t for t, applies in traits.items() if applies),
        ),
    )


_WITH_SLOGAN = (
    quiet_layouts.classic,
    quiet_layouts.two_columns,
    bold_layouts.accent_bar,
    bold_layouts.footer_band,
)


def _design(contact: Contact, number: int, seed: int, *, is_upright: bool) -> Design:
    random = dice("design", seed, number)
    palette = deal(PALETTES, number, seed, "palette")
    long, short = (round(side * PX_PER_MM) for side in contact.country.card_mm)
    # The other face sets brackets so wide that telephone numbers fall apart.
    has_brackets = any("(" in line.text for line in contact.lines)
    is_plain = contact.is_japanese or has_brackets or random.random() < 0.6
    return Design(
        sheet=Sheet((short, long) if is_upright else (long, short), palette.paper),
        contact=contact,
        palette=palette,
        mark=deal(MARKS, number, seed, "mark"),
        labelling=deal(LABELLINGS, number, seed, "labelling"),
        body_face="plain" if is_plain else "sans",
        name_weight=random.choice((300, 500, 600, 700)),
    )


def _blank(design: Design) -> Design:
    """The same design on an empty sheet of the same size."""
    size = design.sheet.width, design.sheet.height
    return replace(design, sheet=Sheet(size, design.palette.paper))
