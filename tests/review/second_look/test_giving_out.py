"""Who gets which second look, and who has which card open."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from cards.models import Card
from review import queue
from review.models import Claim
from review.quality import second_look
from tests.review.conftest import MakeCard
from tests.review.second_look.conftest import LIST, answer, approved, client_of, url

pytestmark = pytest.mark.django_db


def test_who_approved_a_card_does_not_look_again(card: Card, rosa: User, ilse: User) -> None:
    look = approved(card, rosa)
    assert second_look.next_for(rosa) is None
    assert second_look.next_for(ilse) == look


def test_two_reviewers_get_different_cards_the_oldest_first(
    make_card: MakeCard, rosa: User, ilse: User, nils: User
) -> None:
    first, second = approved(make_card(), rosa), approved(make_card(), rosa)
    assert second_look.take_next(ilse) == first
    assert second_look.take_next(nils) == second


@pytest.mark.django_db(transaction=True)
def test_a_card_that_is_erased_while_it_is_given_out_is_passed_over(
    make_card: MakeCard, rosa: User, ilse: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = approved(make_card(), rosa), approved(make_card(), rosa)
    claim = queue.claim

    def erase_and_claim(card: Card, user: User) -> Claim:
        if card == first.card:
            Card.objects.filter(pk=card.pk).delete()
        return claim(card, user)

    monkeypatch.setattr(queue, "claim", erase_and_claim)
    assert second_look.take_next(ilse) == second


def test_a_difference_goes_to_neither_of_the_two(
    card: Card, rosa: User, ilse: User, nils: User
) -> None:
    look = answer(approved(card, rosa), ilse, company="Nordlicht")
    assert second_look.next_for(rosa) is None
    assert second_look.next_for(ilse) is None
    assert second_look.next_for(nils) == look


def test_a_skipped_card_comes_again_when_no_other_waits(
    make_card: MakeCard, rosa: User, ilse: User
) -> None:
    first, second = approved(make_card(), rosa), approved(make_card(), rosa)
    assert second_look.next_for(ilse, after=first) == second
    assert second_look.next_for(ilse, after=second) == first


def test_opening_pages_claims_no_card(
    make_card: MakeCard, rosa: User, ilse: User, nils: User
) -> None:
    look = answer(approved(make_card(), rosa), ilse, company="Nordlicht")
    approved(make_card(), rosa)
    for user in (rosa, ilse, nils):
        client = client_of(user)
        for path in (LIST, LIST + "next/", url(look)):
            client.get(path, follow=True)
    assert not Claim.objects.exists()


def test_look_next_leaves_out_what_a_colleague_has_open(
    make_card: MakeCard, rosa: User, ilse: User, nils: User
) -> None:
    first, second = approved(make_card(), rosa), approved(make_card(), rosa)
    queue.claim(first.card, ilse)
    assert client_of(nils).get(LIST + "next/")["Location"] == url(second)
    assert client_of(ilse).get(LIST + "next/")["Location"] == url(first)


def test_the_page_keeps_its_card(card: Card, rosa: User, ilse: User, nils: User) -> None:
    look = approved(card, rosa)
    told = client_of(ilse).post(url(look) + "claim/").json()
    assert (told["refused"], bool(told["until"])) == ("", True)
    held = queue.holder(card)
    assert held
    assert held.by == ilse
    assert "A colleague" in client_of(nils).post(url(look) + "claim/").json()["refused"]


def test_a_claim_is_not_taken_on_a_look_that_has_ended(
    card: Card, rosa: User, ilse: User, nils: User
) -> None:
    look = approved(card, rosa)
    answer(look, ilse)
    told = client_of(nils).post(url(look) + "claim/").json()
    assert "A colleague has looked at this card" in told["refused"]
    assert not Claim.objects.exists()


def test_a_claim_is_refused_on_get(card: Card, rosa: User, ilse: User) -> None:
    look = approved(card, rosa)
    assert client_of(ilse).get(url(look) + "claim/").status_code == 405


def test_the_card_after_an_answer_is_claimed(make_card: MakeCard, rosa: User, ilse: User) -> None:
    look, following = approved(make_card(), rosa), approved(make_card(), rosa)
    client_of(ilse).post(url(look), {"action": "skip"})
    held = queue.holder(following.card)
    assert held
    assert held.by == ilse
