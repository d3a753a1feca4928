"""Which cards a file becomes, by what was found on its pages."""

from __future__ import annotations

from cards import outlines
from cards.drafts import cards_on

LEFT = outlines.page_quad((90, 50))
RIGHT = outlines.turned(LEFT, 180)


def test_pages_are_the_sides_of_one_card() -> None:
    assert cards_on([[LEFT], []]) == [[(0, LEFT), (1, None)]]


def test_a_page_with_several_cards_makes_every_card_one_by_itself() -> None:
    assert cards_on([[], [LEFT, RIGHT]]) == [[(0, None)], [(1, LEFT)], [(1, RIGHT)]]
