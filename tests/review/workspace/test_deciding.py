"""Deciding on a card in the workspace, or having it photographed again."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from cards.models import Batch, Card
from review import decisions, queue
from review.models import Review
from tests.cast import Person
from tests.review.conftest import MakeCard
from tests.review.workspace.conftest import approve

pytestmark = pytest.mark.django_db


def test_the_script_is_told_where_to_go_on_and_how_to_undo(
    make_card: MakeCard, reviewer: Person
) -> None:
    first, second = make_card(doubt=0.9), make_card(doubt=0.1)
    told = approve(reviewer, first).json()
    assert str(second.pk) in told["next"]
    assert told["said"] == "Approved: Mira Ahlstrom."
    assert told["undo"] == reverse("admin:review_undo", args=(first.pk, 1))


def test_a_card_that_a_colleague_holds_is_not_decided(
    card: Card, reviewer: Person, manager: Person
) -> None:
    queue.claim(card, manager.user)
    for action in ("approve", "reject", "send_back"):
        page = approve(reviewer, card, action=action, reason="Cut off", company="Northwind")
        assert b"Mona has this card open until" in page.content
        assert b'value="Northwind"' in page.content
    assert not Review.objects.exists()


def test_a_card_read_anew_fills_the_fields_that_were_left_alone(
    card: Card, reviewer: Person
) -> None:
    base = card.contact()
    Card.objects.filter(pk=card.pk).update(version=1, city="Lund", company="Read Again")
    values = {"company": "Northwind", "base": json.dumps(base)}
    page = approve(reviewer, card, **values).content.decode()
    assert 'value="Lund"' in page
    assert 'value="Northwind"' in page
    assert page.count('class="ws-theirs"') == 1


def test_null_characters_are_taken_out_of_what_is_approved(card: Card, reviewer: Person) -> None:
    approve(reviewer, card, company="Nord\0licht")
    card.refresh_from_db()
    assert (card.status, card.company) == ("approved", "Nordlicht")


def test_a_card_sent_back_is_rejected_with_a_notice(card: Card, reviewer: Person) -> None:
    review = decisions.send_back(card, " In the shade ", version=0, by=reviewer.user)
    card.refresh_from_db()
    assert (card.status, card.notice) == ("rejected", "To be photographed again: In the shade")
    assert (review.decision, review.reason) == ("retake", "In the shade")


def test_a_card_is_not_sent_back_without_a_reason(card: Card, reviewer: Person) -> None:
    with pytest.raises(decisions.DecisionError, match="the reason goes to the uploader"):
        decisions.send_back(card, " ", version=0, by=reviewer.user)


def test_a_card_sent_back_loses_its_notice_when_it_is_reopened(
    card: Card, reviewer: Person
) -> None:
    decisions.send_back(card, "In the shade", version=0, by=reviewer.user)
    decisions.reopen(card, version=1, by=reviewer.user)
    card.refresh_from_db()
    assert (card.status, card.notice) == ("needs_review", "")


def test_the_uploader_is_told_on_the_first_page(
    make_card: MakeCard, uploader: Person, reviewer: Person, manager: Person
) -> None:
    batch = Batch.objects.create(name="Fair", created_by=uploader.user)
    card = make_card(batch=batch, file_name="one.jpg")
    decisions.send_back(card, "In the shade", version=0, by=reviewer.user)
    sentence = "Photograph “one.jpg” of batch “Fair” again."
    assert sentence in uploader.client.get("/admin/").content.decode()
    assert sentence not in manager.client.get("/admin/").content.decode()
    decisions.reopen(card, version=1, by=reviewer.user)
    assert sentence not in uploader.client.get("/admin/").content.decode()
