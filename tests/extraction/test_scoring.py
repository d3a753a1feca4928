"""The rules by which a reading is held against a label."""

from __future__ import annotations

from typing import Any

import pytest

from extraction.measuring.scoring import Counts, Truth, micro, score, totals

RIGHT, WRONG, MISSED = Counts(tp=1), Counts(fp=1, fn=1), Counts(fn=1)


def truth(**fields: Any) -> Truth:
    return Truth.from_json({"truth": fields})


def counts(group: str, expected: Truth, **values: str) -> Counts:
    return score(expected, values).groups[group]


@pytest.mark.parametrize(
    ("printed", "read", "expected"),
    [
        ("Rosa Halloway", "ROSA HALLOWAY", RIGHT),
        ("Rosa Halloway", "Rosa-Halloway.", RIGHT),
        ("Rosa Halloway", "Ｒｏｓａ　Ｈａｌｌｏｗａｙ", RIGHT),
        ("Rosa Halloway", "Rosa Holloway", WRONG),
        ("Zoë Halloway", "Zoe Halloway", WRONG),
        ("Rosa Halloway", "", MISSED),
        ("Rosa Halloway", "—", MISSED),
        ("", "Rosa Halloway", Counts(fp=1)),
        ("", "", Counts()),
    ],
)
def test_text_is_compared_by_its_letters_and_digits(
    printed: str, read: str, expected: Counts
) -> None:
    assert counts("full_name", truth(full_name=printed), full_name=read) == expected


def test_a_field_that_the_label_leaves_out_is_not_on_the_card() -> None:
    assert counts("company", truth(full_name="Rosa Halloway"), company="Northwind") == Counts(fp=1)


@pytest.mark.parametrize("place", ["beside the truth", "in the truth"])
def test_another_accepted_value_is_right(place: str) -> None:
    alt = {"alt": {"company": ["Northwind"]}}
    label: dict[str, Any] = {"truth": {"company": "Northwind Trading Ltd."}}
    (label if place == "beside the truth" else label["truth"]).update(alt)
    assert counts("company", Truth.from_json(label), company="NORTHWIND") == RIGHT


def test_nothing_is_right_where_the_label_accepts_it() -> None:
    expected = truth(job_title="Purveyor of ideas", alt={"job_title": [""]})
    assert counts("job_title", expected) == Counts()
    assert counts("job_title", expected, job_title="Purveyor of ideas") == RIGHT
    assert counts("job_title", expected, job_title="Plumber") == Counts(fp=1)


def test_a_value_is_accepted_where_the_label_has_none() -> None:
    expected = truth(department="", alt={"department": ["Quality"]})
    assert counts("department", expected, department="Quality") == RIGHT
    assert counts("department", expected) == Counts()


def test_the_name_in_the_other_script_is_right() -> None:
    names = {"full_name": "Haruka Mizuno", "native_name": "水野 はるか"}
    assert counts("full_name", truth(full_name="水野はるか"), **names) == RIGHT
    assert counts("full_name", truth(full_name="Haruka MIZUNO"), **names) == RIGHT
    assert counts("full_name", truth(full_name="水野 あおい"), **names) == WRONG


def test_only_the_name_that_the_label_has_is_judged() -> None:
    names = {"full_name": "Haruka Mizuno", "native_name": "水野 はるか"}
    assert score(truth(full_name="水野 はるか"), names).right == {"native_name": True}
    assert score(truth(full_name="水野 あおい"), names).right == {
        "full_name": False,
        "native_name": False,
    }


@pytest.mark.parametrize(
    "printed", ["Rosa Halloway", "Dr. Rosa Halloway", "Rosa Halloway, PhD", "Dr Rosa Halloway PhD"]
)
def test_titles_around_the_name_may_be_in_the_label_or_not(printed: str) -> None:
    read = {"prefix": "Dr.", "full_name": "Rosa Halloway", "suffix": "PhD"}
    assert counts("full_name", truth(full_name=printed), **read) == RIGHT


def test_a_prefix_is_judged_where_the_label_speaks_of_it() -> None:
    read = {"full_name": "Rosa Halloway", "prefix": "Dr."}
    silent = truth(full_name="Rosa Halloway")
    assert score(silent, read).right == {"full_name": True}
    assert score(truth(full_name="Rosa Halloway", prefix="Dr"), read).right["prefix"]
    assert not score(truth(full_name="Rosa Halloway", prefix=""), read).right["prefix"]


@pytest.mark.parametrize(
    ("printed", "read", "expected"),
    [
        ("(555) 013-4477", "555 013 4477", RIGHT),
        ("(555) 013-4477", "+1 555-013-4477", RIGHT),
        ("0134-4477", "+55 11 0134-4477", RIGHT),
        ("(555) 013-4477", "555 013 4478", WRONG),
        ("4477", "013 4477", WRONG),
        ("４４７７ ０１３", "4477013", RIGHT),
    ],
)
def test_telephone_numbers_are_compared_by_their_digits(
    printed: str, read: str, expected: Counts
) -> None:
    expected_truth = truth(phones=[{"number": printed, "type": "work"}])
    assert counts("phones", expected_truth, phone=read) == expected


def test_a_number_may_be_in_any_of_the_telephone_fields() -> None:
    numbers = ["555 013 4401", "555 013 4402", "555 013 4403", "555 013 4404", "555 013 4405"]
    fields = ("fax", "mobile_2", "mobile", "phone_2", "phone")
    expected = truth(phones=[{"number": number, "type": "other"} for number in numbers])
    read = dict(zip(fields, numbers, strict=True))
    assert counts("phones", expected, **read) == Counts(tp=5)


def test_the_extension_may_stand_with_its_number_or_apart() -> None:
    together = truth(phones=[{"number": "555 013 4477 ext. 12", "type": "work"}])
    apart = truth(phones=[{"number": "555 013 4477", "type": "work"}])
    read = {"phone": "555 013 4477", "extension": "12"}
    assert counts("phones", together, **read) == counts("phones", apart, **read) == RIGHT


def test_an_item_of_the_truth_is_found_only_once() -> None:
    expected = truth(phones=[{"number": "555 013 4477", "type": "work"}])
    read = {"phone": "555 013 4477", "fax": "555 013 4477"}
    assert counts("phones", expected, **read) == Counts(tp=1, fp=1)


def test_items_are_counted_one_by_one() -> None:
    expected = truth(emails=["rosa@northwind.example", "sales@northwind.example"])
    read = {"email": "Rosa@Northwind.example", "email_2": "info@northwind.example"}
    result = score(expected, read)
    assert result.groups["emails"] == Counts(tp=1, fp=1, fn=1)
    assert result.right == {"email": True, "email_2": False}


def test_a_further_accepted_item_is_neither_right_nor_wrong() -> None:
    expected = truth(emails=["rosa@northwind.example"], alt={"emails": ["info@northwind.example"]})
    assert counts("emails", expected, email="info@northwind.example") == MISSED
    both = {"email": "info@northwind.example", "email_2": "rosa@northwind.example"}
    result = score(expected, both)
    assert result.groups["emails"] == RIGHT
    assert result.right == {"email": True, "email_2": True}


def test_an_empty_list_is_right_where_the_label_accepts_it() -> None:
    expected = truth(websites=["northwind.example"], alt={"websites": [""]})
    assert counts("websites", expected) == Counts()
    assert counts("websites", expected, website="southwind.example") == WRONG


@pytest.mark.parametrize(
    "read",
    ["northwind.example", "http://www.northwind.example/", "HTTPS://Northwind.example"],
)
def test_websites_are_compared_without_scheme_and_www(read: str) -> None:
    assert counts("websites", truth(websites=["www.northwind.example"]), website=read) == RIGHT


def test_a_profile_counts_only_where_it_is_a_printed_website() -> None:
    social = "linkedin.com/in/rosa, @rosa"
    printed = truth(websites=["www.linkedin.com/in/rosa"])
    assert counts("websites", printed, social=social) == RIGHT
    assert counts("websites", truth(), social=social) == Counts()
    assert score(truth(), {"social": social}).right == {}


PARTS = {
    "address_1": "12 Harbour Road",
    "address_2": "Floor 3",
    "city": "Windmere",
    "postal_code": "90210",
}


@pytest.mark.parametrize(
    "printed",
    [
        "12 Harbour Road, Floor 3, Windmere 90210",
        "12 Harbour Road, Floor 3, 90210 Windmere",
        "12 Harbour Road, Floor 3, Windmere 90210, Portugal",
        "Office: 12 Harbour Road, Floor 3, Windmere 90210",
    ],
)
@pytest.mark.parametrize("country", ["", "Portugal"])
def test_an_address_is_right_when_it_is_nearly_the_same(printed: str, country: str) -> None:
    assert counts("address", truth(address=printed), **PARTS, country=country) == RIGHT


def test_half_an_address_is_wrong() -> None:
    expected = truth(address="12 Harbour Road, Floor 3, Old Mill Estate, Windmere 90210")
    assert counts("address", expected, address_1="12 Harbour Road") == WRONG


def test_the_country_makes_no_difference_to_a_short_address() -> None:
    expected = truth(address="Pier 4, Porto, Portugal")
    assert counts("address", expected, address_1="Pier 4", city="Porto") == RIGHT


def test_an_address_from_the_large_to_the_small_is_right() -> None:
    expected = truth(address="〒100-0099 風見県水野市港町9-8-7")
    read = {
        "address_1": "港町9-8-7",
        "city": "水野市",
        "state": "風見県",
        "postal_code": "100-0099",
    }
    assert counts("address", expected, **read) == RIGHT


def test_a_part_of_an_address_is_right_when_it_is_printed() -> None:
    expected = truth(address="12 Harbour Road, Windmere 90210")
    right = score(expected, {**PARTS, "city": "Portland", "country": "Portugal"}).right
    assert right == {"address_1": True, "address_2": False, "city": False, "postal_code": True}


def test_a_country_is_judged_where_the_label_names_one() -> None:
    expected = truth(address="12 Harbour Road, Windmere 90210, Deutschland")
    assert score(expected, {**PARTS, "country": "Germany"}).right["country"]
    assert not score(expected, {**PARTS, "country": "Portugal"}).right["country"]


def test_a_card_is_perfect_without_anything_wrong_or_missed() -> None:
    expected = truth(full_name="Rosa Halloway", emails=["rosa@northwind.example"])
    read = {"full_name": "Rosa Halloway", "email": "rosa@northwind.example"}
    assert score(expected, {**read, "notes": "Closed on Mondays"}).is_perfect
    assert not score(expected, {**read, "company": "Northwind"}).is_perfect
    assert not score(expected, {"full_name": "Rosa Halloway"}).is_perfect


def test_micro_f1_counts_all_groups_of_all_cards_together() -> None:
    scores = [
        score(
            truth(full_name="Rosa Halloway", company="Northwind"), {"full_name": "Rosa Halloway"}
        ),
        score(truth(company="Northwind"), {"company": "Southwind"}),
    ]
    assert totals(scores)["company"] == Counts(fp=1, fn=2)
    assert micro(scores) == Counts(tp=1, fp=1, fn=2)
    assert micro(scores).f1 == pytest.approx(0.4)
    assert (micro(scores).precision, micro(scores).recall) == pytest.approx((1 / 2, 1 / 3))


def test_what_a_person_approved_is_the_truth_of_a_card() -> None:
    approved = {
        **PARTS,
        "prefix": "Dr.",
        "full_name": "Haruka Mizuno",
        "native_name": "水野 はるか",
        "company": "Northwind",
        "phone": "555 013 4401",
        "mobile": "555 013 4402",
        "fax": "555 013 4403",
        "email": "haruka@northwind.example",
        "website": "northwind.example",
    }
    contact = Truth.from_contact(approved)
    assert score(contact, approved).is_perfect
    assert counts("full_name", contact, native_name="水野 はるか") == RIGHT
