"""Two readings of a card side by side: what differs is marked, to the character."""

from __future__ import annotations

from html import unescape

import pytest
from django.urls import reverse

from cards.models import Card
from extraction.comparison import compare, mark
from extraction.models import Extraction
from tests.cast import Person
from tests.extraction.readings import HOSTILE, count_queries, put_card, put_reading, result


def url(a: Extraction, b: Extraction | None = None) -> str:
    return f"{reverse('admin:extraction_compare')}?a={a.pk}{f'&b={b.pk}' if b else ''}"


def test_only_the_characters_that_differ_are_marked() -> None:
    assert mark("r0sa@northwind.example", "rosa@northwind.example") == (
        ("r", False), ("0", True), ("sa@northwind.example", False),
    )  # fmt: skip


def test_equal_texts_are_not_marked() -> None:
    assert mark("Rosa", "Rosa") == (("Rosa", False),)


def test_a_text_without_a_counterpart_is_marked_as_a_whole() -> None:
    assert mark("Rosa", "") == (("Rosa", True),)
    assert mark("", "Rosa") == ()


def test_a_very_long_text_is_marked_as_a_whole() -> None:
    assert mark("a" * 5000, "a" * 4999) == (("a" * 5000, True),)


def test_a_line_says_with_which_reading_the_card_agrees() -> None:
    card = Card(full_name="Rosa", company="Northwind", email="typed@northwind.example")
    a = result(full_name="Rosa", company="Northwlnd", email="r@northwind.example")
    b = result(full_name="Rosa", company="Northwind", email="s@northwind.example")
    lines = {line.name: (line.agrees, line.differs) for line in compare(card, a, b)}
    assert lines == {
        "full_name": ("A and B", False),
        "company": ("B", True),
        "email": ("", True),
    }


def test_a_field_that_one_reading_lacks_differs() -> None:
    (line,) = compare(Card(), result(), result(fax="+49 30 5550 1234"))
    assert line.differs
    assert line.a.value is None


@pytest.mark.django_db
def test_the_page_shows_both_readings_and_marks_what_differs(reviewer: Person) -> None:
    card = put_card(email="rosa@northwind.example")
    a = put_reading(card, result(0.6, email="r0sa@northwind.example"))
    b = put_reading(card, result(email="rosa@northwind.example"))
    text = unescape(reviewer.client.get(url(a, b)).content.decode())
    assert "r<mark>0</mark>sa@northwind.example" in text
    assert "1 field differs." in text
    assert "60 %" in text


@pytest.mark.django_db
def test_without_a_second_reading_the_latest_other_one_is_taken(reviewer: Person) -> None:
    card = put_card()
    a, _, latest = (put_reading(card) for _ in range(3))
    assert reviewer.client.get(url(a)).context["b"] == latest


@pytest.mark.django_db
def test_readings_of_different_cards_are_not_compared(reviewer: Person) -> None:
    assert (
        reviewer.client.get(url(put_reading(put_card()), put_reading(put_card()))).status_code
        == 404
    )


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "?a=x", "?a=1&b=-1", "?a=99999999999999999999"])
def test_a_broken_address_finds_nothing(query: str, reviewer: Person) -> None:
    assert reviewer.client.get(reverse("admin:extraction_compare") + query).status_code == 404


@pytest.mark.django_db
def test_text_of_a_card_is_not_markup(reviewer: Person) -> None:
    card = put_card(company=HOSTILE)
    a, b = put_reading(card, result(company=HOSTILE)), put_reading(card, result(company="x"))
    assert "<script>alert" not in reviewer.client.get(url(a, b)).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["uploader", "analyst", "outsider"])
def test_others_see_no_comparison(who: str, request: pytest.FixtureRequest) -> None:
    person: Person = request.getfixturevalue(who)
    card = put_card()
    assert person.client.get(url(put_reading(card), put_reading(card))).status_code == 403


@pytest.mark.django_db
def test_the_page_costs_the_same_for_3_readings_and_for_30(reviewer: Person) -> None:
    card = put_card()
    first, counts = put_reading(card), []
    for more in (2, 27):
        for _ in range(more):
            put_reading(card)
        counts.append(count_queries(reviewer.client, url(first)))
    assert counts[0] == counts[1] <= 10
