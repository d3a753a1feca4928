"""Cards drawn as text: one string a line, with the height of its type where it matters."""

import pytest

from extraction.lines import fields
from extraction.result import Box, Line

Row = str | tuple[str, float]


def card(*rows: Row, side: int = 0) -> list[Line]:
    """Lines one under the other; a row is a text, or a text and the height of its type in px."""
    lines: list[Line] = []
    top = 0.0
    for row in rows:
        text, height = row if isinstance(row, tuple) else (row, 20.0)
        width = 0.5 * height * len(text)
        right, bottom = 10.0 + width, top + height
        corners = ((10.0, top), (right, top), (right, bottom), (10.0, bottom))
        lines.append(Line(text, 0.98, Box(side, corners)))
        top += 1.5 * height
    return lines


def texts(*rows: Row) -> dict[str, str]:
    return {name: found.text for name, found in fields(card(*rows)).items()}


ENGLISH = (
    ("Northwind Boats Ltd", 34.0),
    ("Rosa Halloway", 30.0),
    "Sales Manager",
    "12 Harbour Street",
    "Springfield, IL 62701",
    "Tel: (217) 555-0147",
    "Fax: (217) 555-0148",
    "Cell: (217) 555-0149",
    "rosa.halloway@northwind.example",
    "www.northwind.example",
)


def test_an_english_card_is_read() -> None:
    found = texts(*ENGLISH)
    assert found == {
        "full_name": "Rosa Halloway", "first_name": "Rosa", "last_name": "Halloway",
        "job_title": "Sales Manager", "company": "Northwind Boats Ltd",
        "address_1": "12 Harbour Street", "city": "Springfield", "state": "IL",
        "postal_code": "62701", "country": "United States",
        "phone": "(217) 555-0147", "fax": "(217) 555-0148", "mobile": "(217) 555-0149",
        "email": "rosa.halloway@northwind.example", "website": "www.northwind.example",
    }  # fmt: skip


def test_a_japanese_card_is_read() -> None:
    found = texts(
        ("株式会社北風造船", 26.0), "営業部", "課長", ("山田 花子", 36.0),
        "〒100-0001 東京都千代田区北町1-2-3", "TEL 03-5555-0123", "FAX 03-5555-0124",
        "携帯 090-5555-0125",
    )  # fmt: skip
    assert found["company"] == "株式会社北風造船"
    assert found["full_name"] == "山田 花子"
    assert found["last_name"] == "山田"
    assert found["job_title"] == "課長"
    assert found["department"] == "営業部"
    assert found["postal_code"] == "100-0001"
    assert found["state"] == "東京都"
    assert found["mobile"] == "090-5555-0125"
    assert found["languages"] == "ja"


def test_a_portuguese_card_is_read() -> None:
    found = texts(
        ("Vento Norte Barcos Ltda.", 30.0), ("Rosa Maria Teixeira", 28.0), "Gerente de Vendas",
        "Rua das Flores, 120 - Sala 6", "CEP 01000-000 São Paulo - SP",
        "Telefone: (11) 5555-0123", "Celular: (11) 95555-0124", "rosa@ventonorte.example",
    )  # fmt: skip
    assert found["full_name"] == "Rosa Maria Teixeira"
    assert found["job_title"] == "Gerente de Vendas"
    assert found["company"] == "Vento Norte Barcos Ltda."
    assert found["phone"] == "(11) 5555-0123"
    assert found["mobile"] == "(11) 95555-0124"
    assert (found["postal_code"], found["state"], found["country"]) == (
        "01000-000", "SP", "Brazil",
    )  # fmt: skip


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
    found = texts(printed)
    assert [name for name in found if name in ("phone", "mobile", "fax")] == [field]


def test_several_numbers_in_a_line_are_told_apart() -> None:
    found = texts("Tel: 217 555 0147, Fax: 217 555 0148 | M 217 555 0149")
    assert (found["phone"], found["fax"], found["mobile"]) == (
        "217 555 0147", "217 555 0148", "217 555 0149",
    )  # fmt: skip


def test_an_extension_is_kept_apart() -> None:
    found = texts("Phone (217) 555-0147 ext. 255")
    assert (found["phone"], found["extension"]) == ("(217) 555-0147", "255")


def test_a_numbering_plan_tells_a_mobile_number_without_a_label() -> None:
    assert texts("+81 90-5555-0125")["mobile"] == "+81 90-5555-0125"


def test_house_numbers_and_postal_codes_are_not_telephones() -> None:
    found = texts("Plot 6-3-1090/1/1 Harbour Road", "Springfield, IL 62701-0147")
    assert not {"phone", "mobile", "fax"} & set(found)


def test_the_email_tells_who_the_person_is() -> None:
    found = texts(("Grace Marina", 30.0), "Odalys Brandt", "o.brandt@gracemarina.example")
    assert (found["full_name"], found["company"]) == ("Odalys Brandt", "Grace Marina")


def test_titles_and_degrees_leave_the_name() -> None:
    found = texts(("Dr. Rosa Halloway, PhD", 30.0), "Director")
    assert (found["prefix"], found["full_name"], found["suffix"]) == ("Dr.", "Rosa Halloway", "PhD")


def test_a_name_in_two_scripts_is_kept_in_both() -> None:
    found = texts(("山田 花子", 34.0), ("Hanako Yamada", 24.0), "hanako.yamada@northwind.example")
    assert (found["full_name"], found["native_name"]) == ("Hanako Yamada", "山田 花子")


def test_a_name_and_a_title_on_one_line_are_cut() -> None:
    found = texts("Rosa Halloway, Sales Manager", "rosa@northwind.example")
    assert (found["full_name"], found["job_title"]) == ("Rosa Halloway", "Sales Manager")


def test_a_company_broken_over_two_lines_is_put_together() -> None:
    found = texts(("Northwind Institute of", 30.0), ("Sail Making Ltd", 30.0))
    assert found["company"] == "Northwind Institute of Sail Making Ltd"


def test_the_first_of_two_addresses_is_taken() -> None:
    found = texts(
        "12 Harbour Street, Springfield, IL 62701", "Branch Office: 9 Lake Road, Chicago, IL 60601"
    )
    assert (found["address_1"], found["postal_code"]) == ("12 Harbour Street", "62701")


def test_profiles_on_social_networks_are_not_the_website() -> None:
    found = texts("linkedin.com/in/rosahalloway", "www.northwind.example")
    assert (found["social"], found["website"]) == (
        "linkedin.com/in/rosahalloway", "www.northwind.example",
    )  # fmt: skip


def test_marks_of_scanning_programs_are_no_company() -> None:
    assert texts(("Scanned with CamScanner", 40.0)) == {}


def test_a_rule_that_could_go_either_way_says_so() -> None:
    people = (("Rosa Halloway", 24.0), "Director", ("Carla Teixeira", 24.0), "Director")
    found = fields(card(("Northwind Boats Ltd", 30.0), *people))
    assert found["full_name"].doubt == "another line looks just as likely"


def test_a_card_without_lines_has_no_fields() -> None:
    assert fields([]) == {}


def test_the_letter_of_an_entrance_is_no_label_of_the_postal_code_below() -> None:
    found = texts("Alte Seilerei 50", "Aufgang B", "10977 Berlin", "www.northwind.example")
    assert "10977" not in (found.get("phone"), found.get("mobile"), found.get("phone_2"))
    assert found["postal_code"] == "10977"


@pytest.mark.parametrize("text", ["e-mail " * 60, "1" * 400, "a@" * 200, "www." * 100, "(" * 300])
def test_hostile_lines_are_read_in_no_time(text: str) -> None:
    assert isinstance(texts(text, "Tel: " + text), dict)
