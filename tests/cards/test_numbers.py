"""What of a search is a number, and which digits of it every way of writing shares."""

from __future__ import annotations

import pytest
from django.urls import reverse

from cards.models import Batch, Card
from cards.numbers import number_in
from tests.cast import Person


@pytest.mark.parametrize(
    ("search", "digits"),
    [
        ("0301234", "301234"),
        ("+49 30 1234", "301234"),
        ("0049 30 1234", "301234"),
        ("+49 (0)30 1234", "301234"),
        ("(030) 1234", "301234"),
        ("+1 (212) 555-0123", "2125550123"),
        ("+353 1 555 0123", "15550123"),
        ("+81-3-5550-0123", "355500123"),
        ("+39 06 5550", "65550"),
        ("４９１５１５５５", "49151555"),
        ("Nordlicht 030 1234", "301234"),
        ("+49", None),
        ("007", None),
        ("rosa@northwind1234.example", None),
        ("Rosa Halloway", None),
        ("+", None),
    ],
)
def test_a_number_is_known_in_a_search(search: str, digits: str | None) -> None:
    number = number_in(search)
    assert (number.digits if number else None) == digits


@pytest.mark.django_db
def test_the_list_of_cards_finds_numbers_too(manager: Person) -> None:
    batch = Batch.objects.create(name="Fair")
    Card.objects.create(batch=batch, full_name="Rosa Halloway", phone="+49 (0)30 1234-567")
    Card.objects.create(batch=batch, full_name="Nora Lindqvist", phone="+49 (0)30 4321-567")
    page = manager.client.get(f"{reverse('admin:cards_card_changelist')}?q=0301234").text
    assert "Rosa Halloway" in page
    assert "Nora Lindqvist" not in page
