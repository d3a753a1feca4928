"""The review page where its script does not run."""

from __future__ import annotations

import pytest
from django.urls import reverse

from cards.models import Card
from review.models import Draft
from tests.cast import Person

pytestmark = pytest.mark.django_db


def test_more_further_fields_than_a_card_keeps_are_shown_again_and_not_lost(
    card: Card, reviewer: Person
) -> None:
    names = [f"Room {number}" for number in range(70)]
    sent = {
        "action": "skip", "version": card.version, **card.contact(), "extra_sent": "1",
        "extra_name": names, "extra_value": [f"on floor {name}" for name in names],
    }  # fmt: skip
    url = reverse("admin:review_waitingcard_change", args=(card.pk,))
    page = reviewer.client.post(url, sent).text
    assert "A card keeps 30 further fields at the most." in page
    assert 'value="on floor Room 69"' in page
    assert not Draft.objects.exists()
