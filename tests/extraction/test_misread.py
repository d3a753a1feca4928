"""Letters set right by the web and e-mail addresses on the same card, and left alone otherwise."""

import pytest

from extraction.reading.misread import mended


@pytest.mark.parametrize(
    ("texts", "host", "expected"),
    [
        (["Nortwind Boats Ltd"], "northwindboats", ("Northwind Boats Ltd",)),
        (["NORTWIND", "BOATS"], "northwindboats", ("NORTHWIND", "BOATS")),
        (["orthwind", "boats"], "northwindboats", ("northwind", "boats")),
        (["oNorthwind Boats"], "northwindboats", ("Northwind Boats",)),
        (["Northwjnd", "Boat Works, LLC"], "northwind-boat", ("Northwind", "Boat Works, LLC")),
        (["Northwind", "Technologi"], "northwindtechnologies", ("Northwind", "Technologies")),
    ],
)
def test_words_that_are_nearly_a_registered_name_are_spelled_like_it(
    texts: list[str], host: str, expected: tuple[str, ...]
) -> None:
    assert mended(texts, [host]) == expected


@pytest.mark.parametrize(
    ("texts", "host"),
    [
        (["Northwind Boats"], "northwindboats"),
        (["Northwind Boats"], "northwind"),
        (["Northwind"], "northwinduk"),
        (["Southland Boats"], "northwindboats"),
        (["Northwind LLC"], "northwindnj"),
        (["Fabrikam"], "northwind"),
        (["Ahoi"], "ahoy"),
        (["Solutions"], "nwsolutions"),
        ([""], "northwind"),
    ],
)
def test_other_words_are_left_alone(texts: list[str], host: str) -> None:
    assert mended(texts, [host]) == tuple(texts)


def test_without_an_address_nothing_is_changed() -> None:
    assert mended(["Nortwind", "Boats"], []) == ("Nortwind", "Boats")
