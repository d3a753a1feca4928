import pytest

from extraction.reading import addresses, postal
from extraction.reading.layout import pieces
from tests.extraction.printed import line, rows


def chosen(*texts: str) -> list[str]:
    return [piece.text for piece in addresses.choose(rows(*texts))]


def split(*texts: str) -> dict[str, str]:
    return {name: found.text for name, found in postal.split(texts).items()}


@pytest.mark.parametrize(
    "lines",
    [
        ("12 Harbour Street", "Springfield, IL 62701"),
        ("Level 5, 123 Collins Street", "Melbourne VIC 3000"),
        ("Musterweg 12", "10115 Berlin"),
        ("12, rue de la Paix", "75002 Paris"),
        ("C/ Mayor, 12, 3º B", "28013 Madrid (España)"),
        ("Rua das Flores, 120 - Sala 6", "São Paulo - SP - 01310-100"),
        ("H.No. 8-2-120/A, Road No. 2,", "Lakeside Colony, Mumbai - 555 034"),
        ("〒100-0001", "東京都千代田区北町1-2-3", "北風ビル 5F"),
        ("北京市朝阳区北风路88号", "1203室"),
        ("서울특별시 강남구 북풍로 123",),
        ("Beside Harbour Club, Springfield.",),
        ("Opp. Northwind Bank,", "Behind Harbour Gate,", "Lakeside Nagar, SPRINGFIELD"),
    ],
)
def test_addresses_of_many_countries_are_found_whole(lines: tuple[str, ...]) -> None:
    assert chosen("Rosa Halloway", "Sales Manager", *lines) == list(lines)


@pytest.mark.parametrize(
    "line",
    [
        "NO WIN NO FEE",
        "May 2017",
        "Mon-Fri 9:00-17:00",
        "Lic. #0123456789",
        "Lisbon Madrid Paris Berlin",
        "Boston, Chicago, Houston",
        "Sails, Ropes, Anchors, Masts and Lanterns",
        "Sales Manager",
    ],
)
def test_other_lines_are_no_addresses(line: str) -> None:
    assert chosen(line) == []


def test_a_line_without_clues_between_two_of_an_address_belongs_to_it() -> None:
    lines = ["12, Fifth Floor, Harbour Court", "Old Ropery Quarter", "Springfield - 555 010"]
    assert chosen(*lines) == lines


def test_an_address_goes_on_after_a_comma() -> None:
    lines = ["12, Harbour Road,", "Ropery East,", "Northwind."]
    assert chosen(*lines) == lines


def test_lines_with_numbers_are_an_address_before_towns_without() -> None:
    street = "12 Harbour Street NW Springfield"
    towns = [line("Boston", left=600.0), line("Boston, MA", left=600.0, top=25.0)]
    found = addresses.choose([*pieces(towns), *rows(street)])
    assert [piece.text for piece in found] == [street]


def test_a_residence_is_not_the_first_address() -> None:
    office = ["Harbour Nagar, SPRINGFIELD - 555 011"]
    home = ["Res: Flat No. 7, Ropery Colony, SPRINGFIELD - 555 012"]
    assert chosen(*office, "Rosa Halloway", *home) == office


def test_a_labelled_branch_ends_the_first_address() -> None:
    head = ["Head Office 7-12 Harbour Street, Springfield", "Lakeside, 555-0147 JAPAN"]
    assert chosen(*head, "Lisbon Office: 9 Lake Road, Lisbon") == head


def test_a_second_street_begins_another_address() -> None:
    shops = ["Av. das Flores, 1200", "Av. do Porto, 450", "R. da Vela, 30"]
    assert chosen(*shops) == shops[:1]


def test_a_town_at_the_other_end_of_the_row_belongs_to_its_street() -> None:
    street = line("12 North Harbour Avenue")
    town = line("Springfield, IL 62701", left=400.0)
    found = addresses.choose(pieces([street, town]))
    assert [piece.text for piece in found] == [street.text, town.text]


def test_labels_are_no_part_of_the_address() -> None:
    assert split("Address: 12 Harbour Street", "Post Code : 555013") == {
        "address_1": "12 Harbour Street", "postal_code": "555013",
    }  # fmt: skip


def test_chinese_and_korean_cities_and_codes_are_told_apart() -> None:
    assert split("北京市朝阳区北风路88号", "邮编：100022") == {
        "city": "北京市", "address_1": "朝阳区北风路88号", "postal_code": "100022",
    }  # fmt: skip
    assert split("서울특별시 강남구 북풍로 123 (우) 06123") == {
        "city": "서울특별시", "address_1": "강남구 북풍로 123", "postal_code": "06123",
    }  # fmt: skip


@pytest.mark.parametrize("country", ["Japan", "Deutschland", "Brasil", "U.S.A.", "日本", "España"])
def test_a_country_is_known_in_the_languages_of_the_readers(country: str) -> None:
    assert split("12 Harbour Street", f"Springfield, {country}")["country"] == country.strip(".")


def test_a_state_of_the_same_name_is_no_country() -> None:
    assert "country" not in split("12 Harbour Street", "Springfield, Georgia")
