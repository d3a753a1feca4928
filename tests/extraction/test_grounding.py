import pytest

from extraction.reading.grounding import ground
from extraction.result import Box, Line


def line(text: str, top: float = 0.0, side: int = 0, width: float = 100.0) -> Line:
    corners = ((0.0, top), (width, top), (width, top + 10.0), (0.0, top + 10.0))
    return Line(text, 0.99, Box(side, corners))


def test_a_value_that_is_the_whole_line_gets_its_box() -> None:
    only = line("Northwind Boats Ltd")
    assert ground("Northwind Boats Ltd", [only]) == (only.box,)


def test_a_value_within_a_line_gets_its_share_of_the_box() -> None:
    (box,) = ground("555", [line("Tel:  555x")])
    assert box.corners[0][0] == pytest.approx(60.0)
    assert box.corners[1][0] == pytest.approx(90.0)


def test_spaces_case_accents_and_punctuation_do_not_count() -> None:
    assert ground("Sao Paulo", [line("SÃO-PAULO")])


def test_a_value_over_two_lines_gets_a_box_on_each() -> None:
    lines = [line("Northwind Boats"), line("Tel 555", 20.0), line("and Sails Ltd", 40.0)]
    boxes = ground("Northwind Boats and Sails Ltd", lines)
    assert [box.corners[0][1] for box in boxes] == [0.0, 40.0]


def test_values_joined_by_a_comma_are_found_apart() -> None:
    lines = [line("Sail Maker"), line("Owner", 30.0)]
    assert len(ground("Owner, Sail Maker", lines)) == 2


def test_a_misread_value_is_found() -> None:
    assert ground("Northwind Boats", [line("Fax"), line("Norlhwind Boats", 20.0)])


def test_the_side_of_the_card_is_kept() -> None:
    (box,) = ground("Ana Souza", [line("Northwind"), line("Ana Souza", side=1)])
    assert box.side == 1


def test_what_is_not_on_the_card_has_no_box() -> None:
    assert ground("Fabrikam", [line("Northwind Boats"), line("Ana Souza")]) == ()


def test_nothing_is_nowhere() -> None:
    assert ground("", [line("Northwind")]) == ()
