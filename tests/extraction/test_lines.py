"""Cards drawn as text: one string a line, with the height of its type where it matters."""

import numpy as np
import pytest

from extraction.reading import lines as rules
from extraction.reading import reader
from extraction.reading.layout import Found
from extraction.reading.reader import FIELDS, Choice, Network, Reader
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


def fields(lines: list[Line]) -> dict[str, Found]:
    return rules.fields(rules.sort_out(lines), reader.shipped())


def texts(*rows: Row) -> dict[str, str]:
    return {name: found.text for name, found in fields(card(*rows)).items()}


def free(*rows: Row) -> list[str]:
    """The texts that are left for the reader when contacts and address are taken out."""
    return [piece.text for piece in rules.sort_out(card(*rows)).around.free]


def undecided(**likely: float) -> Reader:
    """A reader that holds every span this likely to be each field."""
    shares = [likely.get(field, 1e-9) for field in FIELDS]
    scores = np.log(np.array([*shares, 1 - sum(shares)]))
    nothing = Network(np.zeros((1, 1)), np.zeros(1), np.zeros((1, 5)), scores)
    return Reader(("always",), np.zeros(1), np.ones(1), (nothing,), {})


def fond_of_long_spans(field: str) -> Reader:
    """A reader for which a span is the field, the more so the more pieces it has."""
    output = np.array([[float(name == field) for name in (*FIELDS, "none")]])
    longest = Network(np.eye(1), np.zeros(1), output, np.zeros(5))
    return Reader(("pieces",), np.zeros(1), np.ones(1), (longest,), {})


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

JAPANESE = (
    ("株式会社北風造船", 26.0),
    "営業部",
    "課長",
    ("山田 花子", 36.0),
    "〒100-0001 東京都千代田区北町1-2-3",
    "TEL 03-5555-0123",
    "FAX 03-5555-0124",
    "携帯 090-5555-0125",
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
    found = texts(*JAPANESE)
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


def test_degrees_on_a_line_of_their_own_follow_the_name() -> None:
    found = texts(("Rosa Halloway, MBA", 30.0), "M. Tech., F.I.E.", "Director")
    assert (found["full_name"], found["suffix"]) == ("Rosa Halloway", "MBA, M. Tech., F.I.E.")


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


def test_the_reader_is_left_what_is_neither_contact_nor_address() -> None:
    assert free(*ENGLISH) == ["Northwind Boats Ltd", "Rosa Halloway", "Sales Manager"]
    assert free(*JAPANESE) == ["株式会社北風造船", "営業部", "課長", "山田 花子"]


@pytest.mark.parametrize(
    "printed",
    [
        "Rosa Halloway | Sales Manager",
        "Rosa Halloway, Sales Manager",
        "Rosa Halloway - Sales Manager",
        "Rosa Halloway (Sales Manager)",
        "Rosa Halloway Sales Manager",
    ],
)
def test_a_line_with_a_name_and_a_title_is_two_texts(printed: str) -> None:
    assert free(printed) == ["Rosa Halloway", "Sales Manager"]


@pytest.mark.parametrize(
    ("printed", "parts"),
    [
        ("営業部 部長", ["営業部", "部長"]),
        ("企画室 取締役 本部長", ["企画室", "取締役 本部長"]),
        ("山田 花子,MBA", ["山田 花子", "MBA"]),
        ("取締役 部長", ["取締役 部長"]),
        ("山田 花子", ["山田 花子"]),
    ],
)
def test_east_asian_lines_are_cut_at_what_they_hold(printed: str, parts: list[str]) -> None:
    assert free(printed) == parts


@pytest.mark.parametrize(
    "printed", ["Rosa Halloway-Brandt", "Purchasing, Logistics", "Manager", "Sales Manager"]
)
def test_other_lines_stay_whole(printed: str) -> None:
    assert free(printed) == [printed]


def test_a_legal_form_alone_on_its_line_belongs_to_the_line_above() -> None:
    assert free("Northwind Boats", "Ltd.") == ["Northwind Boats Ltd."]


def test_marks_of_scanning_programs_are_taken_out_of_a_line() -> None:
    assert free("Rosa Halloway CamScanner") == ["Rosa Halloway"]


def test_a_value_is_as_sure_as_the_reader_is_of_it() -> None:
    found = rules.fields(rules.sort_out(card("Northwind")), undecided(company=0.7))
    assert found["company"].sure == pytest.approx(0.7)


def test_a_text_that_could_be_another_field_says_which() -> None:
    reader = undecided(department=0.5, full_name=0.4)
    found = rules.fields(rules.sort_out(card("Northwind")), reader)
    assert found["department"].doubt == "could also be the name"


def test_a_text_that_is_only_the_likeliest_says_that_little_speaks_for_it() -> None:
    found = rules.fields(rules.sort_out(card("Northwind")), undecided(company=0.4))
    assert found["company"].doubt == "little on the card speaks for it"


def test_what_is_not_likely_enough_is_left_empty() -> None:
    assert rules.fields(rules.sort_out(card("Northwind")), undecided(company=0.1)) == {}


@pytest.mark.parametrize(
    ("field", "rows", "expected"),
    [
        ("job_title", ("Founder", "Owner"), "Founder, Owner"),
        ("job_title", ("Founder,", "Owner"), "Founder, Owner"),
        ("job_title", ("Director of", "Sales"), "Director of Sales"),
        ("job_title", ("Director", "and owner"), "Director and owner"),
        ("company", ("Northwind", "Sail Makers"), "Northwind Sail Makers"),
    ],
)
def test_titles_on_lines_of_their_own_get_a_comma(
    field: str, rows: tuple[Row, ...], expected: str
) -> None:
    found = rules.fields(rules.sort_out(card(*rows)), fond_of_long_spans(field))
    assert found[field].text == expected


def test_the_name_in_the_other_script_may_stand_on_the_back() -> None:
    front = card(("Hanako Yamada", 30.0), "Director", "hanako.yamada@northwind.example")
    found = fields([*front, *card(("山田 花子", 30.0), side=1)])
    assert (found["full_name"].text, found["native_name"].text) == ("Hanako Yamada", "山田 花子")


def test_a_degree_does_not_hide_the_name_in_the_other_script() -> None:
    front = card(("Hanako Yamada", 30.0), "Director", "hanako.yamada@northwind.example")
    found = fields([*front, *card(("山田花子,MBA", 30.0), side=1)])
    assert (found["full_name"].text, found["native_name"].text) == ("Hanako Yamada", "山田花子")


def test_two_whole_sides_in_two_scripts_are_merged_and_never_mixed_up() -> None:
    english = card(
        ("Northwind Boats Co., Ltd.", 30.0), ("Hanako Yamada", 30.0), "General Manager",
        "1-2-3 Kitamachi, Chiyoda-ku, Tokyo 100-0001, Japan", "Tel: +81-3-5555-0123",
        "Mobile: +81-90-5555-0125", "hanako.yamada@northwind.example",
    )  # fmt: skip
    japanese = card(*JAPANESE, "hanako.yamada@northwind.example", side=1)
    found = {name: value.text for name, value in fields([*english, *japanese]).items()}
    assert (found["full_name"], found["native_name"]) == ("Hanako Yamada", "山田 花子")
    assert (found["company"], found["job_title"]) == (
        "Northwind Boats Co., Ltd.",
        "General Manager",
    )
    assert (found["phone"], found["mobile"]) == ("+81-3-5555-0123", "+81-90-5555-0125")
    assert found["fax"] == "03-5555-0124"  # on the back alone
    assert not {"phone_2", "mobile_2", "email_2"} & set(found)


def test_both_sides_of_a_card_are_read_together() -> None:
    found = fields([*card(*ENGLISH[:3]), *card(*ENGLISH[3:], side=1)])
    assert (found["full_name"].text, found["fax"].text) == ("Rosa Halloway", "(217) 555-0148")


@pytest.mark.parametrize(
    ("printed", "region"),
    [
        ("rosa@northwind.de", "DE"),
        ("〒100-0001 東京都千代田区北町1-2-3", "JP"),
        ("12 Harbour Street, Springfield, IL 62701", "US"),
        ("Rosa Halloway", None),
    ],
)
def test_the_country_of_the_numbers_is_told_by_the_card(printed: str, region: str | None) -> None:
    assert rules.sort_out(card(printed)).region == region


@pytest.mark.parametrize(
    ("printed", "language"),
    [("営業部のやまだ", "ja"), ("김민수", "ko"), ("北京市朝阳区", "zh"), ("Rosa Halloway", None)],
)
def test_a_script_that_makes_the_language_certain_gives_it(
    printed: str, language: str | None
) -> None:
    found = texts(printed)
    assert found.get("languages") == language


def test_a_person_with_a_title_is_a_name_and_no_company() -> None:
    found = texts(("K.T. Ostrova", 22.0), "Jt. Harbour Commissioner", "Tel: 040 5550 0147")
    assert found["full_name"] == "K.T. Ostrova"
    assert "company" not in found


def test_a_person_taken_from_the_company_could_be_the_company() -> None:
    """Not the name, which it has become."""
    line = card("Kestrel Ostrova")
    (span,) = rules.sort_out(line).candidates
    title = Choice(span, 0.9, 0.0, "company", 0.0)
    company = Choice(span, 0.6, 0.0, "full_name", 0.3)
    found = rules._with_a_person({"job_title": title, "company": company})
    assert rules._found("full_name", found["full_name"]).doubt == "could also be the company"
