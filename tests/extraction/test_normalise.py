import pytest

from extraction.reading.normalise import for_machines, normalise, normalise_field


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
    ("printed", "region", "machine"),
    [
        ("+44 20 7946 0123", None, "+442079460123"),
        ("(217) 555-0147", "US", "+12175550147"),
        ("03-5555-0123", "JP", "+81355550123"),
        ("０３−５５５５−０１２３".replace("−", "-"), "JP", "+81355550123"),
        ("+49 (0) 30 1234567", None, "+49301234567"),
        ("(+) 49 30 1234567", None, "+49301234567"),
        ("040-66612120/122", "IN", "+914066612120"),
        ("+1 (217) 555-0147 ext. 4", None, "+12175550147"),
    ],
)
def test_telephone_numbers_have_a_form_for_machines(
    printed: str, region: str | None, machine: str
) -> None:
    assert for_machines("phone", printed, region) == machine


@pytest.mark.parametrize(
    ("printed", "region"),
    [("(217) 555-0147", None), ("555-0147", "US"), ("0123", "DE"), ("", "DE")],
)
def test_a_number_that_is_not_certain_has_no_form_for_machines(
    printed: str, region: str | None
) -> None:
    assert for_machines("phone", printed, region) == ""


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("Brasil", "BR"), ("U.S.A.", "US"), ("Estados Unidos", "US"), ("Schweiz", "CH"),
        ("États-Unis", "US"), ("Nederland", "NL"), ("P.R. China", "CN"), ("日本", "JP"),
        ("대한민국", "KR"), ("英国", "GB"), ("Ruritania", ""), ("Georgia", "GE"),
    ],
)  # fmt: skip
def test_countries_have_a_code_for_machines(printed: str, code: str) -> None:
    assert for_machines("country", printed) == code


def test_other_fields_have_no_form_for_machines() -> None:
    assert for_machines("email", "rosa@northwind.com", "US") == ""
