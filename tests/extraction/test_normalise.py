import pytest

from extraction.normalise import normalise, normalise_field, split_name


@pytest.mark.parametrize(
    ("printed", "tidy"),
    [
        ("Tel: +44 20 7946 0123", "+44 20 7946 0123"),
        ("(212) 555-0147", "(212) 555-0147"),
        ("携帯：０９０−５５５−０１２３", "090-555-0123"),
        ("+ 1  212 555 0147", "+1 212 555 0147"),
    ],
)
def test_phones_keep_their_grouping_and_lose_their_label(printed: str, tidy: str) -> None:
    assert normalise("phone", printed.replace("−", "-")) == tidy


@pytest.mark.parametrize(
    ("printed", "tidy"),
    [
        ("E-mail: Ana@Northwind.Example", "ana@northwind.example"),
        ("ana @ northwind. example", "ana@northwind.example"),
        ("ana@northwind,example", "ana@northwind.example"),
    ],
)
def test_emails_are_lower_case_and_repaired(printed: str, tidy: str) -> None:
    assert normalise("email", printed) == tidy


def test_an_email_that_cannot_be_repaired_stays_as_printed() -> None:
    assert normalise("email", "ana at, northwind") == "ana at, northwind"


def test_web_addresses_lose_spaces_and_the_misread_icon_before_them() -> None:
    assert normalise("url", "@www. northwind.example/") == "@www.northwind.example"
    assert normalise("url", "Cwww.northwind.example") == "www.northwind.example"


def test_names_keep_their_case() -> None:
    assert normalise("name", "  ANA   DE SOUZA, ") == "ANA DE SOUZA"


def test_countries_are_named_in_english() -> None:
    assert normalise("country", "BRASIL") == "Brazil"


def test_a_country_nobody_knows_stays_as_printed() -> None:
    assert normalise("country", "Ruritania") == "Ruritania"


@pytest.mark.parametrize("kind", ["text", "name", "url", "long"])
def test_control_and_direction_characters_are_removed(kind: str) -> None:
    assert normalise(kind, "Ana\u202e\x00 Souza\u200b") in ("Ana Souza", "AnaSouza")


def test_a_value_without_letters_or_digits_is_empty() -> None:
    assert normalise("text", " -- | ") == ""


def test_nothing_is_longer_than_its_column() -> None:
    assert len(normalise_field("postal_code", "9" * 50)) == 20


def test_long_texts_keep_their_lines() -> None:
    assert normalise("long", "Boats\n Sails ") == "Boats\nSails"


@pytest.mark.parametrize(
    ("full_name", "parts"),
    [
        ("Ana Souza", ("", "Ana", "Souza", "")),
        ("Dr. Ana Maria Souza, PhD", ("Dr.", "Ana Maria", "Souza", "PhD")),
        ("Souza, Ana", ("", "Ana", "Souza", "")),
        ("Karl von der Heide Jr.", ("", "Karl", "von der Heide", "Jr.")),
        ("M. S. Example", ("", "M. S.", "Example", "")),
        ("Ana", ("", "Ana", "", "")),
        ("山田 花子", ("", "花子", "山田", "")),
        ("山田花子", ("", "花子", "山田", "")),
        ("王小明", ("", "小明", "王", "")),
        ("김하늘", ("", "하늘", "김", "")),
        ("", ("", "", "", "")),
    ],
)
def test_names_are_split_in_western_and_east_asian_order(
    full_name: str, parts: tuple[str, str, str, str]
) -> None:
    assert tuple(split_name(full_name)) == parts
