from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extraction.reading import contacts, spans
from extraction.reading.layout import Piece, is_below, pieces
from extraction.reading.lines import sort_out
from extraction.reading.spans import Span
from extraction.result import Box, Line
from tests.extraction.printed import line, rows


def candidates(*texts: str) -> list[Span]:
    """The spans of lines that stand one under the other."""
    return among(rows(*texts))


def among(free: list[Piece], address: list[Piece] | None = None) -> list[Span]:
    """The spans of free pieces on a card without contacts."""
    return spans.candidates(spans.Surroundings(free, address or [], [], contacts.find([])))


def texts(found: list[Span]) -> set[str]:
    return {span.text for span in found}


@st.composite
def printed_lines(draw: st.DrawFn) -> list[Line]:
    """Lines from top to bottom of any size, in one or two columns, on one or both sides."""
    words = st.sampled_from(("Rosa", "Northwind", "Boats of", "Sales", "営業部", "12", "&", "x.y"))
    text = st.one_of(
        st.lists(words, min_size=1, max_size=4).map(" ".join), st.text(min_size=1, max_size=20)
    )
    lines: list[Line] = []
    top = 0.0
    for _ in range(draw(st.integers(0, 8))):
        height, gap = draw(st.floats(6, 60)), draw(st.floats(0, 60))
        for left in draw(st.sampled_from(((0.0,), (500.0,), (0.0, 500.0)))):
            printed = draw(text)
            right = left + 10 + min(450.0, 0.5 * height * len(printed))
            low = top + height
            box = Box(
                draw(st.integers(0, 1)), ((left, top), (right, top), (right, low), (left, low))
            )
            lines.append(Line(printed, draw(st.floats(0, 1)), box))
        top += height + gap
    return lines


def test_one_line_gives_one_span() -> None:
    assert texts(candidates("Rosa Halloway")) == {"Rosa Halloway"}


def test_a_card_without_free_text_gives_none() -> None:
    assert candidates() == []


def test_neighbours_are_spans_alone_and_together() -> None:
    assert texts(candidates("Northwind", "Sail Makers")) == {
        "Northwind", "Northwind Sail Makers", "Sail Makers",
    }  # fmt: skip


def test_a_span_has_three_pieces_at_the_most() -> None:
    found = candidates("One", "Two", "Three", "Four", "Five")
    assert max(len(span.pieces) for span in found) == 3
    assert "Three Four Five" in texts(found)


def test_a_span_leaves_no_line_out_between_two() -> None:
    assert "Northwind Makers" not in texts(candidates("Northwind", "Sail", "Makers"))


@pytest.mark.parametrize("logo", ["Northwind", "NBL", "Northwind Boats Ltd"])
def test_a_logo_makes_no_span_with_the_name_it_stands_for(logo: str) -> None:
    assert texts(candidates(logo, "Northwind Boats Ltd")) == {logo, "Northwind Boats Ltd"}


def test_a_line_of_degrees_is_in_no_span() -> None:
    assert texts(candidates("Rosa Halloway", "M.Tech., F.I.E.")) == {"Rosa Halloway"}


def test_lines_far_apart_make_no_span() -> None:
    assert texts(among(pieces([line("Northwind"), line("Makers", top=300.0)]))) == {
        "Northwind", "Makers",
    }  # fmt: skip


def test_what_stands_close_beside_a_piece_may_go_on_with_it() -> None:
    beside = among(pieces([line("Northwind"), line("Boats", left=130.0)]))
    assert "Northwind Boats" in texts(beside)


def test_lines_on_two_sides_make_no_span() -> None:
    front, back = rows("Northwind", "Boats")
    turned = pieces([front.line, Line("Boats", 0.98, Box(1, back.line.box.corners))])
    assert texts(among(turned)) == {"Northwind", "Boats"}


def test_spans_overlap_when_they_share_a_piece() -> None:
    by_text = {span.text: span for span in candidates("One", "Two", "Three")}
    assert by_text["One Two"].overlaps(by_text["Two Three"])
    assert by_text["Two Three"].overlaps(by_text["One Two"])
    assert not by_text["One Two"].overlaps(by_text["Three"])


def test_the_same_text_printed_twice_does_not_overlap() -> None:
    first, second = (span for span in candidates("Rosa", "Rosa") if len(span.pieces) == 1)
    assert not first.overlaps(second)


def test_a_text_printed_twice_is_marked() -> None:
    found = {span.text: span.features["repeated"] for span in candidates("Rosa", "ROSA", "Ines")}
    assert (found["Rosa"], found["ROSA"], found["Ines"]) == (1.0, 1.0, 0.0)


def test_place_is_told_from_the_edges_of_all_text() -> None:
    found = {span.text: span.features for span in candidates("One", "Two", "Three")}
    assert (found["One"]["from_top"], found["Three"]["to_bottom"]) == (0.0, 0.0)
    assert 0 < found["Two"]["from_top"] < found["Three"]["from_top"] < 1


def test_neighbours_speak_for_a_span() -> None:
    alone, above = candidates("Rosa Halloway"), candidates("Rosa Halloway", "Sales Manager")
    assert alone[0].features["below_none"] == 1.0
    assert above[0].features["below_none"] == 0.0
    assert above[0].features["below_like_job_title"] > 0.5


def test_an_address_below_is_seen() -> None:
    company, street = rows("Northwind Boats", "12 Harbour Street")
    assert among([company], [street])[0].features["address_below"] == 1.0
    assert among([company])[0].features["address_below"] == 0.0


def test_the_largest_type_is_known() -> None:
    large = Line("Rosa", 0.98, Box(0, ((0, 0), (200, 0), (200, 60), (0, 60))))
    found = {span.text: span.features for span in among(pieces([large, line("Ines", top=90.0)]))}
    assert (found["Rosa"]["size_of_largest"], found["Rosa"]["larger"]) == (1.0, 0)
    assert found["Ines"]["size_of_largest"] == pytest.approx(1 / 3)
    assert found["Ines"]["larger"] == 1


@settings(deadline=None)
@given(printed_lines())
def test_every_span_has_the_same_features_and_all_are_finite_numbers(lines: list[Line]) -> None:
    names = list(candidates("Rosa Halloway")[0].features)
    found = sort_out(lines).candidates
    assert all(list(span.features) == names for span in found)
    numbers = [number for span in found for number in span.features.values()]
    assert all(isinstance(number, int | float) for number in numbers)
    assert np.isfinite(np.array(numbers, dtype=np.float64)).all()


@settings(deadline=None)
@given(printed_lines())
def test_no_line_is_left_out_of_any_span(lines: list[Line]) -> None:
    card = sort_out(lines)
    for span in card.candidates:
        for upper, lower in pairwise(span.pieces):
            between = [p for p in card.around.free if is_below(p, upper) and is_below(lower, p)]
            assert between == []


@settings(deadline=None)
@given(printed_lines())
def test_no_span_comes_twice(lines: list[Line]) -> None:
    found = sort_out(lines).candidates
    assert not any(
        len(one.pieces) == len(two.pieces)
        and all(first is second for first, second in zip(one.pieces, two.pieces, strict=True))
        for one, two in combinations(found, 2)
    )
