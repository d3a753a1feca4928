"""Business cards of invented people, for demonstrations, tests, benchmarks and the documents.

`draw` gives the card with a number, `photograph` makes a picture of it look taken with a phone,
`save` writes a card to a file, and `write_cards` does all three for many, with labels. Names are
put together from common ones, companies are made up, web addresses end in `.example`, and
nobody answers the telephone numbers.
"""

from __future__ import annotations

from backoffice.synthetic.card import DrawnCard, draw
from backoffice.synthetic.files import LABELS_NAME, photographed, save, write_cards
from backoffice.synthetic.photograph import photograph

__all__ = [
    "LABELS_NAME",
    "DrawnCard",
    "draw",
    "photograph",
    "photographed",
    "save",
    "write_cards",
]
