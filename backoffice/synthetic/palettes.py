"""Colours that go together."""

from __future__ import annotations

import math
from dataclasses import dataclass

from backoffice.synthetic.drawing import Colour


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one card: paper, text, quieter text, accent, and text on the accent."""

    name: str
    paper: Colour
    ink: Colour
    quiet: Colour
    accent: Colour
    on_accent: Colour

    @property
    def is_dark(self) -> bool:
        return _luminance(self.paper) < 0.18

    @property
    def accent_ink(self) -> Colour:
        """The accent for small type: darkened or lightened where it would hardly be read."""
        a, b = sorted((_luminance(self.accent), _luminance(self.paper)))
        is_readable = (b + 0.05) / (a + 0.05) >= 3
        return self.accent if is_readable else mixed(self.accent, self.ink, 0.5)


def mixed(a: Colour, b: Colour, share: float) -> Colour:
    """Colour `a` with a share of `b`, from 0 (only a) to 1 (only b)."""
    red, green, blue = (round(x + (y - x) * share) for x, y in zip(a, b, strict=True))
    return red, green, blue


def _luminance(colour: Colour) -> float:
    """Relative luminance from 0 to 1, as WCAG 2 defines it (with a plain power as gamma)."""
    red, green, blue = (math.pow(value / 255, 2.2) for value in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _palette(name: str, *colours: str) -> Palette:
    paper, ink, quiet, accent, on_accent = (_colour(code) for code in colours)
    return Palette(name, paper, ink, quiet, accent, on_accent)


def _colour(code: str) -> Colour:
    return int(code[0:2], 16), int(code[2:4], 16), int(code[4:6], 16)


PALETTES = (
    _palette("ivory", "FAF6EC", "1B2740", "5D6474", "A9782F", "FFFDF6"),
    _palette("navy", "15203A", "F3EEE2", "AAB4C8", "D9AE62", "15203A"),
    _palette("coral", "FFFFFF", "2A2C31", "6B6E76", "E4573D", "FFFFFF"),
    _palette("lagoon", "FBFDFD", "12363B", "54727A", "00797A", "FFFFFF"),
    _palette("night", "17181A", "F5F5F3", "A9ABB0", "EF5142", "FFFFFF"),
    _palette("indigo", "F4F5FA", "20234A", "62668A", "4049C9", "FFFFFF"),
    _palette("forest", "F7F4EA", "1D3528", "5E7065", "2E7250", "FBFAF3"),
    _palette("pine", "17332A", "F2ECD8", "A9BBAA", "D2B874", "17332A"),
    _palette("wine", "FCF5F2", "3C1823", "7C5A63", "962A40", "FFF6F2"),
    _palette("sky", "F2F8FD", "14304A", "56718A", "1969B4", "FFFFFF"),
    _palette("slate", "25303A", "F1F5F7", "A4B2BD", "46C6D2", "1A242C"),
    _palette("clay", "F3EADD", "43291C", "7A6253", "B9572E", "FFF8EF"),
    _palette("mono", "FFFFFF", "161616", "6A6A6A", "161616", "FFFFFF"),
    _palette("plum", "34172F", "F9EDEF", "C3A7BC", "F29A7B", "34172F"),
    _palette("lilac", "F7F4FB", "2F2144", "6E6382", "6C46AA", "FFFFFF"),
    _palette("mint", "EFF8F4", "143A31", "557269", "0B8A6B", "FFFFFF"),
    _palette("sun", "FFFFFF", "242424", "6C6C6C", "F5B400", "242424"),
    _palette("petrol", "07404B", "F0F7F6", "9DC0C3", "FAC05A", "07404B"),
    _palette("rose", "FFF7F5", "402A30", "836A70", "D4486A", "FFFFFF"),
    _palette("graphite", "2B2D30", "F4F4F2", "AEB1B5", "B4D845", "23251F"),
)
