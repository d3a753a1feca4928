import pytest

from extraction.reading import contacts, phones, plans
from extraction.reading.layout import pieces
from tests.extraction.printed import line, rows


def numbers(*texts: str) -> list[str]:
    return [number.text for number in contacts.find(rows(*texts)).numbers]


def kinds(*texts: str) -> dict[str, str]:
    found = contacts.as_fields(contacts.find(rows(*texts)))
    return {name: value.text for name, value in found.items()}


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("Tel. 030/1234567", ["030/1234567"]),
        ("+49 (0) 30 123 456-25", ["+49 (0) 30 123 456-25"]),
        ("Phone: (+)91-11-5550 1471", ["(+)91-11-5550 1471"]),
        ("Tel: 02-555-0123", ["02-555-0123"]),
        ("TEL06-5555-0123 FAX06-5555-0124", ["06-5555-0123", "06-5555-0124"]),
        ("T 212.555.0147 | F 212.555.0148", ["212.555.0147", "212.555.0148"]),
        ("Tel 0555-12-1150", ["0555-12-1150"]),
        ("Phone:+91-44-55501471(6Lines)", ["+91-44-55501471"]),
        ("Ph: 040-5550147 (O)", ["040-5550147"]),
        ("Te1: 217 555 0147", ["217 555 0147"]),
        ("Tel.: (11) 3241-0322 / 3241-0323", ["(11) 3241-0322", "3241-0323"]),
    ],
)
def test_numbers_are_found_as_they_are_printed(printed: str, expected: list[str]) -> None:
    assert numbers(printed) == expected


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("Phone O3 5555 0123", "03 5555 0123"),
        ("Tel: 217 555 O147", "217 555 0147"),
        ("Tel: 217 555 014O", "217 555 0140"),
        ("Tel: 2l7 5S5 0147", "217 555 0147"),
        ("Tel: 217,555,0147", "217.555.0147"),
        ("Tel: 217 555|0147", "217 555 0147"),
    ],
)
def test_letters_and_signs_that_were_digits_are_set_right(printed: str, expected: str) -> None:
    assert numbers(printed) == [expected]


def test_letters_right_before_digits_are_no_label() -> None:
    assert numbers("Lakeside Hill, Massachusetts O5550-0147") == []


def test_noise_that_was_read_as_digits_is_no_number() -> None:
    assert contacts.find(pieces([line("20111100", read=0.5)])).numbers == []
    assert contacts.find(pieces([line("Tel: 20111100", read=0.5)])).numbers != []


def test_other_endings_stay_with_their_number() -> None:
    assert numbers("Tel: 040-55512120/122") == ["040-55512120/122"]
    assert numbers("Tel: 2345 6789/90") == ["2345 6789/90"]


def test_endings_after_commas_make_doubtful_numbers() -> None:
    found = contacts.find(rows("Phones: 55501471, 72, 73")).numbers
    assert [number.text for number in found] == ["55501471", "55501472", "55501473"]
    assert [number.doubt for number in found] == ["", *["only its last digits are printed"] * 2]


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("Fax: (86-10)555-0147555-0148", ["(86-10)555-0147", "555-0148"]),
        ("217 555 0147 217 555 0148", ["217 555 0147", "217 555 0148"]),
        ("98480155509848015551", ["9848015550", "9848015551"]),
    ],
)
def test_numbers_that_ran_together_are_told_apart(printed: str, expected: list[str]) -> None:
    assert numbers(printed) == expected


@pytest.mark.parametrize(
    "printed",
    [
        "CNPJ 12.345.678/0001-90",
        "SIRET 123 456 789 00012",
        "ABN 12 345 678 901",
        "P.IVA 01234567890",
        "Regd.No 12345678",
        "ISO 9001 - 2000",
        "ISO 9001:2008",
        "登録番号：12345678",
        "2019-10-21",
        "Mon-Fri 9:00-17:00",
        "H.No: 2-6-555/12/3B, Harbour Road",
        "Springfield-555010 (A.P.) India",
    ],
)
def test_other_numbers_are_no_telephones(printed: str) -> None:
    assert numbers(printed) == []


def test_in_japan_a_number_without_a_label_begins_with_zero() -> None:
    assert numbers("株式会社 きたかぜ", "15550147") == []
    assert numbers("株式会社 きたかぜ", "03-5555-0123") == ["03-5555-0123"]


@pytest.mark.parametrize("printed", ["Mobitel : 5550147", "Stamped byPhones : 5550147"])
def test_a_label_that_ran_into_a_word_still_counts(printed: str) -> None:
    assert numbers(printed) == ["5550147"]


def test_an_extension_written_with_an_x_is_kept_apart() -> None:
    assert kinds("Office 217-555-0147 x123") == {"phone": "217-555-0147", "extension": "123"}


def test_a_mobile_number_after_a_general_label_is_a_mobile_number() -> None:
    assert kinds("Tel: +81-90-5555-0125") == {"mobile": "+81-90-5555-0125"}


@pytest.mark.parametrize("printed", ["090-5555-0125", "98480 55501", "(11) 95555-0124"])
def test_grouping_tells_a_mobile_number_where_no_country_does(printed: str) -> None:
    assert kinds(printed) == {"mobile": printed}


@pytest.mark.parametrize(
    ("printed", "field"),
    [
        ("T: 217 555 0147", "phone"),
        ("Ph. 217 555 0147", "phone"),
        ("Tél : 217 555 0147", "phone"),
        ("電話：217-555-0147", "phone"),
        ("217 555 0147 (Office)", "phone"),
        ("Tel/Fax: 217 555 0147", "phone"),
        ("M: 217 555 0147", "mobile"),
        ("Celular 217 555 0147", "mobile"),
        ("Mobil: 217 555 0147", "mobile"),
        ("Mobile No. 217 555 0147", "mobile"),
        ("手机：217-555-0147", "mobile"),
        ("F 217 555 0147", "fax"),
        ("传真：217-555-0147", "fax"),
        ("Telefax: 217 555 0147", "fax"),
    ],
)
def test_labels_tell_what_a_number_is(printed: str, field: str) -> None:
    assert list(kinds(printed)) == [field]


def test_a_label_in_the_line_above_counts_too() -> None:
    assert list(kinds("Fax:", "217 555 0147")) == ["fax"]


def test_the_same_number_twice_is_one() -> None:
    twice = [phones.Number("217 555 0147", "phone"), phones.Number("(217) 555-0147", "fax")]
    assert [number.kind for number in phones.unique(twice)] == ["phone"]


@pytest.mark.parametrize(
    ("internet", "country", "texts", "region"),
    [
        (["rosa@northwind.de"], "", [], "DE"),
        (["northwind.co.uk"], "", [], "GB"),
        (["northwind.de"], "Schweiz", [], "CH"),
        (["northwind.io"], "", ["+81 3 5555 0123"], "JP"),
        (["northwind.com"], "", ["Springfield, IL 62701"], "US"),
        (["northwind.com"], "", ["〒100-0001"], "JP"),
        (["northwind.com"], "", ["Harbour Street"], None),
    ],
)
def test_the_country_of_a_card_is_told_by_what_is_on_it(
    internet: list[str], country: str, texts: list[str], region: str | None
) -> None:
    assert plans.region(internet, country, texts) == region
