"""Codes on cards: found where they are, understood whatever wrote them, held against the print."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest
from PIL import Image

from backoffice import synthetic
from extraction.reading import codes
from extraction.reading.confidence import DOUBT_BELOW
from extraction.result import Box, Code, Value

VCARD = """\
BEGIN:VCARD
VERSION:3.0
N:Halloway;Rosa;;Dr.;
FN:Dr. Rosa Halloway
ORG:Northwind Boats Ltd.;Sails
TITLE:Boat Builder
TEL;TYPE=WORK,VOICE:+44 20 7946 0958
TEL;TYPE=CELL:+44 7700 900123
TEL;TYPE=WORK,FAX:+44 20 7946 0959
EMAIL;TYPE=INTERNET:rosa@northwind.example
URL:https://northwind.example
ADR;TYPE=WORK:;Unit 4;12 Harbour Road;London;;E1 6AN;United Kingdom
END:VCARD"""
PRINTED_AT = (Box(0, ((10, 10), (90, 10), (90, 20), (10, 20))),)
CODE_AT = Box(0, ((200, 200), (300, 200), (300, 300), (200, 300)))


def symbol(content: str | bytes, kind: str = "QRCode", *, scale: int = 5) -> Image.Image:
    import zxingcpp

    drawn = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat[kind])
    return Image.fromarray(np.array(drawn.to_image(scale=scale))).convert("RGB")


def card_with(content: str | bytes, kind: str = "QRCode", *, scale: int = 5) -> Image.Image:
    """A drawn card with a code at 40, 60 px."""
    card = synthetic.draw(3).front.copy()
    card.paste(symbol(content, kind, scale=scale), (40, 60))
    return card


def told(text: str) -> dict[str, str]:
    return codes.contacts([Code(text, "QRCode", CODE_AT)])


def printed(**texts: str) -> dict[str, Value]:
    return {name: Value(text, 0.7, PRINTED_AT, "hard to read") for name, text in texts.items()}


def applied(text: str, **texts: str) -> dict[str, Value]:
    return codes.apply(printed(**texts), [Code(text, "QRCode", CODE_AT)])


# finding


@pytest.mark.parametrize(
    "kind", ["QRCode", "MicroQRCode", "DataMatrix", "Aztec", "PDF417", "Code128"]
)
def test_codes_of_each_kind_are_read(kind: str) -> None:
    (code,) = codes.find(card_with("NORTHWIND 12", kind), 0)
    assert code.text == "NORTHWIND 12"
    assert code.format == kind


def test_an_article_number_is_read() -> None:
    (code,) = codes.find(card_with("4006381333931", "EAN13"), 0)
    assert code.text == "4006381333931"
    assert told(code.text) == {}


def test_a_code_has_its_place_and_side() -> None:
    edge = symbol("https://northwind.example").width
    (code,) = codes.find(card_with("https://northwind.example"), 1)
    assert code.box.side == 1
    (left, top), _, (right, bottom), _ = code.box.corners
    assert 40 <= left < right <= 40 + edge
    assert 60 <= top < bottom <= 60 + edge


def test_a_code_on_a_large_picture_has_its_place_in_that_picture() -> None:
    card = card_with("https://northwind.example")
    large = card.resize((card.width * 3, card.height * 3))
    small, big = (codes.find(picture, 0)[0].box.corners[0] for picture in (card, large))
    assert big == pytest.approx([3 * place for place in small], abs=8)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_code_on_a_photographed_card_is_read(seed: int) -> None:
    photo = synthetic.photograph(card_with(VCARD), Random(seed))
    (code,) = codes.find(photo, 0)
    assert code.text == VCARD


def test_japanese_bytes_in_shift_jis_come_out_right() -> None:
    text = "MECARD:N:山田,花子;TEL:03-1234-5678;ADR:東京都港区芝浦三丁目;;"
    (code,) = codes.find(card_with(text.encode("shift_jis")), 0)
    assert code.text == text


def test_japanese_in_utf_8_comes_out_right() -> None:
    (code,) = codes.find(card_with("北風造船".encode()), 0)
    assert code.text == "北風造船"


def test_binary_in_a_code_does_no_harm() -> None:
    found = codes.find(card_with(bytes(range(256)) * 2), 0)
    assert len(found) == 1
    assert not any(char < " " and char not in "\r\n\t" for char in found[0].text)
    assert codes.contacts(found) == {}


@pytest.mark.parametrize("size", [(1, 1), (400, 3), (300, 200)])
def test_a_picture_without_codes_has_none(size: tuple[int, int]) -> None:
    assert codes.find(Image.new("RGB", size, "white"), 0) == []


def test_the_same_code_twice_counts_once() -> None:
    card = card_with("https://northwind.example")
    card.paste(symbol("https://northwind.example"), (40, 500))
    assert len(codes.find(card, 0)) == 1


# understanding


def test_vcard_gives_its_fields() -> None:
    assert told(VCARD) == {
        "prefix": "Dr.",
        "full_name": "Rosa Halloway",
        "first_name": "Rosa",
        "last_name": "Halloway",
        "job_title": "Boat Builder",
        "department": "Sails",
        "company": "Northwind Boats Ltd.",
        "phone": "+44 20 7946 0958",
        "mobile": "+44 7700 900123",
        "fax": "+44 20 7946 0959",
        "email": "rosa@northwind.example",
        "website": "https://northwind.example",
        "address_1": "12 Harbour Road",
        "address_2": "Unit 4",
        "city": "London",
        "postal_code": "E1 6AN",
        "country": "United Kingdom",
    }


VCARDS: dict[str, tuple[str, dict[str, str]]] = {
    "line ends of Windows": ("FN:Rosa\r\nTITLE:Boat Builder", {"job_title": "Boat Builder"}),
    "a folded line": ("TITLE:Boat\r\n  Builder", {"job_title": "Boat Builder"}),
    "quoted-printable": (
        "TITLE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Gesch=C3=A4fts=\r\nf=C3=BChrerin",
        {"job_title": "Geschäftsführerin"},
    ),
    "quoted-printable Shift-JIS": (
        "ORG;ENCODING=QUOTED-PRINTABLE;CHARSET=SHIFT_JIS:=96k=95=97=91=A2=91D",
        {"company": "北風造船"},
    ),
    "an unknown encoding": (
        "TITLE;ENCODING=QUOTED-PRINTABLE;CHARSET=nonsense:Boat=20Builder",
        {"job_title": "Boat Builder"},
    ),
    "escaped signs": (r"ORG:North\, Wind\; Boats;Deck", {"company": "North, Wind; Boats"}),
    "a group": ("item1.EMAIL:rosa@northwind.example", {"email": "rosa@northwind.example"}),
    "types of version 2.1": ("TEL;CELL;VOICE:+44 7700 900123", {"mobile": "+44 7700 900123"}),
    "a number as an address": (
        'TEL;VALUE=uri;TYPE="voice,work":tel:+44-20-7946-0958;ext=12',
        {"phone": "+44-20-7946-0958", "extension": "12"},
    ),
    "a colon in quotes": (
        'ADR;LABEL="12: Harbour; Road":;;12 Harbour Road;London;;;',
        {"address_1": "12 Harbour Road", "city": "London"},
    ),
    "a street of two lines": (
        r"ADR:;;12 Harbour Road\nUnit 4;;;;",
        {"address_1": "12 Harbour Road", "address_2": "Unit 4"},
    ),
    "work before home": (
        "TEL;HOME:+44 20 7946 0001\nTEL;WORK:+44 20 7946 0958",
        {"phone": "+44 20 7946 0958", "phone_2": "+44 20 7946 0001"},
    ),
    "a name without FN": ("N:Halloway;Rosa;;;", {"full_name": "Rosa Halloway"}),
    "a Japanese name": ("N:山田;花子;;;", {"full_name": "山田 花子", "last_name": "山田"}),
    "a profile": ("URL:https://linkedin.com/in/rosa", {"social": "https://linkedin.com/in/rosa"}),
    "a picture, left out": ("PHOTO;ENCODING=b:AAAA\nORG:Northwind", {"company": "Northwind"}),
}  # fmt: skip


@pytest.mark.parametrize("written", VCARDS)
def test_vcard_is_read_with(written: str) -> None:
    body, fields = VCARDS[written]
    found = told(f"BEGIN:VCARD\n{body}\nEND:VCARD")
    assert {name: found.get(name) for name in fields} == fields


TEXTS: dict[str, dict[str, str]] = {
    "MECARD:N:山田,花子;SOUND:ﾔﾏﾀﾞ,ﾊﾅｺ;TEL:0312345678;EMAIL:hanako@kitakaze.example;;": {
        "last_name": "山田", "first_name": "花子", "full_name": "山田 花子",
        "phone": "0312345678", "email": "hanako@kitakaze.example",
    },
    r"MECARD:N:Halloway,Rosa;URL:https\://northwind.example;ADR:,,12 Harbour Road,London,,E1,;;": {
        "last_name": "Halloway", "first_name": "Rosa", "full_name": "Rosa Halloway",
        "website": "https://northwind.example", "address_1": "12 Harbour Road", "city": "London",
        "postal_code": "E1",
    },
    "MECARD:N:Rosa Halloway;ADR:12 Harbour Road London;;": {
        "first_name": "Rosa Halloway", "full_name": "Rosa Halloway",
        "address_1": "12 Harbour Road London",
    },
    "MEMORY:\r\nNAME1:山田花子\r\nNAME2:ﾔﾏﾀﾞﾊﾅｺ\r\nMAIL1:h@kitakaze.example\r\nTEL1:0312345678": {
        "full_name": "山田花子", "email": "h@kitakaze.example", "phone": "0312345678",
    },
    "BIZCARD:N:Rosa;X:Halloway;T:Boat Builder;C:Northwind;B:+442079460958;;": {
        "first_name": "Rosa", "last_name": "Halloway", "full_name": "Rosa Halloway",
        "job_title": "Boat Builder", "company": "Northwind", "phone": "+442079460958",
    },
    "mailto:rosa@northwind.example?subject=Boats": {"email": "rosa@northwind.example"},
    "MATMSG:TO:rosa@northwind.example;SUB:Boats;BODY:Hello;;": {"email": "rosa@northwind.example"},
    "tel:+442079460958": {"phone": "+442079460958"},
    "https://northwind.example/boats?utm_source=card": {"website": "https://northwind.example/boats"},
    "www.northwind.example": {"website": "www.northwind.example"},
    "https://www.facebook.com/northwind": {"social": "https://www.facebook.com/northwind"},
    "https://bit.ly/3xyz": {},
    "javascript:alert(1)": {},
    "WIFI:S:Northwind;T:WPA;P:secret;;": {},
    "Boats since 1908": {},
    "BEGIN:VCARD": {},
    "BEGIN:VCARD\n:::\n;;;=\nN\nADR:;;;;;;;;;;;;\nTEL:": {},
}  # fmt: skip


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[:24])
def test_text_of_a_code_is_understood(text: str) -> None:
    assert told(text) == TEXTS[text]


def test_control_and_direction_marks_in_a_code_reach_no_field() -> None:
    found = told("BEGIN:VCARD\nTITLE:Boat\u202e\x07 Builder\nEND:VCARD")
    assert found == {"job_title": "Boat Builder"}


def test_fields_of_a_code_are_no_longer_than_their_columns() -> None:
    found = told(f"BEGIN:VCARD\nTITLE:{'Boat ' * 900}\nEND:VCARD")
    assert len(found["job_title"]) <= 200


# against the print


def test_what_code_and_print_agree_on_is_certain() -> None:
    value = applied(VCARD, email="rosa@northwind.example")["email"]
    assert value == Value("rosa@northwind.example", codes.CONFIRMED, PRINTED_AT)


def test_the_print_keeps_its_form_where_the_code_has_another() -> None:
    values = applied(VCARD, phone="(020) 7946-0958", full_name="ROSA HALLOWAY")
    assert (values["phone"].text, values["full_name"].text) == ("(020) 7946-0958", "ROSA HALLOWAY")
    assert values["phone"].confidence == codes.CONFIRMED


@pytest.mark.parametrize(
    ("name", "misread", "text"),
    [
        ("email", "rosa@northwlnd.example", "rosa@northwind.example"),
        ("full_name", "Rosa HaIloway", "Rosa Halloway"),
        ("company", "Northwind 8oats Ltd.", "Northwind Boats Ltd."),
        ("phone", "+44 20 7946 0953", "+44 20 7946 0958"),
        ("website", "www.northwlnd.example", "www.northwind.example"),
    ],
)
def test_a_misreading_takes_the_text_of_the_code(name: str, misread: str, text: str) -> None:
    value = applied(VCARD, **{name: misread})[name]
    assert value == Value(text, codes.CONFIRMED, PRINTED_AT)


def test_the_form_for_machines_goes_with_the_misreading() -> None:
    misread = {"phone": Value("+44 20 7946 0953", 0.7, PRINTED_AT, "", "+442079460953")}
    assert codes.apply(misread, [Code(VCARD, "QRCode", CODE_AT)])["phone"].normalised == ""


def test_what_is_not_printed_is_filled_from_the_code_with_its_place() -> None:
    assert applied(VCARD)["job_title"] == Value("Boat Builder", codes.UNPRINTED, (CODE_AT,))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("email", "office@eastwind.example", "rosa@northwind.example"),
        ("full_name", "Piet de Vries", "Rosa Halloway"),
        ("phone", "+31 20 555 0101", "+44 20 7946 0958"),
        ("job_title", "Treasurer", "Boat Builder"),
        ("website", "www.eastwind.example", "https://northwind.example"),
    ],
)
def test_a_contradiction_keeps_the_print_and_says_why(name: str, text: str, said: str) -> None:
    value = applied(VCARD, **{name: text})[name]
    assert (value.text, value.boxes) == (text, PRINTED_AT)
    assert value.confidence < DOUBT_BELOW
    assert value.reason == f"the QR code says {said}"


def test_a_code_that_leads_elsewhere_says_nothing_about_the_website() -> None:
    before = printed(website="www.northwind.example")
    assert applied("https://cards.example/r/77", website="www.northwind.example") == before


def test_a_code_that_leads_to_a_page_of_the_site_confirms_it() -> None:
    value = applied("https://northwind.example/boats/7", website="www.northwind.example")["website"]
    assert (value.text, value.confidence) == ("www.northwind.example", codes.CONFIRMED)


def test_a_company_in_short_is_no_contradiction() -> None:
    before = printed(company="Northwind Boats Ltd. & Co. Sails")
    text = "BEGIN:VCARD\nORG:Northwind Boats\nEND:VCARD"
    assert applied(text, company=before["company"].text) == before


def test_a_number_printed_in_another_place_is_not_given_twice() -> None:
    values = applied("tel:+442079460958", mobile="+44 20 7946 0958")
    assert set(values) == {"mobile"}
    assert values["mobile"].confidence == codes.CONFIRMED


def test_a_further_number_in_the_code_goes_into_the_next_slot() -> None:
    text = "BEGIN:VCARD\nTEL:+44 20 7946 0958\nTEL:+44 20 7946 0001\nEND:VCARD"
    values = applied(text, phone="+44 20 7946 0001")
    assert values["phone"].confidence == codes.CONFIRMED
    assert values["phone_2"] == Value("+44 20 7946 0958", codes.UNPRINTED, (CODE_AT,))


def test_the_code_knows_the_order_of_a_name() -> None:
    values = applied(VCARD, full_name="HALLOWAY Rosa", first_name="HALLOWAY", last_name="Rosa")
    assert values["full_name"].text == "HALLOWAY Rosa"
    assert (values["first_name"].text, values["last_name"].text) == ("Rosa", "Halloway")


def test_a_name_in_another_script_is_the_native_name() -> None:
    values = applied("MECARD:N:山田,花子;;", full_name="Hanako Yamada")
    assert values["full_name"] == printed(full_name="Hanako Yamada")["full_name"]
    assert values["native_name"].text == "山田 花子"
    assert "first_name" not in values


def test_an_address_that_agrees_is_certain_in_all_its_parts() -> None:
    values = applied(
        VCARD, address_1="Unit 4, 12 Harbour Road", city="London", postal_code="E1 6AN"
    )
    assert values["city"].confidence == values["postal_code"].confidence == codes.CONFIRMED
    assert values["address_1"].text == "Unit 4, 12 Harbour Road"
    assert "address_2" not in values


def test_another_address_in_the_code_changes_nothing() -> None:
    before = printed(address_1="77 Dock Street", city="Rotterdam")
    after = applied(VCARD, address_1="77 Dock Street", city="Rotterdam")
    assert {name: after[name] for name in before} == before
    assert "postal_code" not in after


def test_an_address_in_the_code_alone_is_filled() -> None:
    assert applied(VCARD)["city"] == Value("London", codes.UNPRINTED, (CODE_AT,))


def test_without_codes_the_values_stay() -> None:
    values: dict[str, Any] = printed(full_name="Rosa Halloway")
    assert codes.apply(values, []) == values


def test_what_a_code_says_is_cut_in_the_reason() -> None:
    text = f"BEGIN:VCARD\nTITLE:{'Boat ' * 40}\nEND:VCARD"
    assert len(applied(text, job_title="Treasurer")["job_title"].reason) < 110
