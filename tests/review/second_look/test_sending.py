"""What is sent from a page of a second look, and what comes back."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User

from cards.models import Card
from review import decisions, queue
from review.quality import second_look
from tests.review.conftest import MakeCard
from tests.review.second_look.conftest import (
    FIRST,
    LIST,
    answer,
    approved,
    client_of,
    colleague,
    fresh,
    settle,
    text_of,
    url,
)

pytestmark = pytest.mark.django_db


def test_sending_the_blind_form_answers_and_goes_on(
    make_card: MakeCard, rosa: User, ilse: User
) -> None:
    look, following = approved(make_card(), rosa), approved(make_card(), rosa)
    client = client_of(ilse)
    client.get(url(look))
    response = client.post(url(look), FIRST | {"action": "answer", "version": 1})
    assert response["Location"] == url(following)
    assert fresh(look).status == "agreed"


def test_a_name_corrected_whole_takes_its_parts_along(card: Card, rosa: User, ilse: User) -> None:
    look = approved(card, rosa)
    typed = FIRST | {"first_name": "Mira", "last_name": "Ahlstrom"}  # as the machine read them
    client_of(ilse).post(url(look), typed | {"action": "answer", "version": 1})
    assert fresh(look).status == "agreed"


@pytest.mark.parametrize(
    ("sent", "company"),
    [
        ({"choice-company": "0"}, "Nordlicht"),
        ({"choice-company": "1"}, "Nordlicht Optik"),
        ({"choice-company": "other", "typed-company": " North\u202ewind "}, "Northwind"),
        ({"choice-company": "other", "typed-company": ""}, ""),
        ({"typed-company": "Northwind"}, "Northwind"),
        ({"choice-company": "0", "typed-company": "Northwind"}, "Nordlicht"),
    ],
)
def test_the_third_chooses_or_types(
    sent: dict[str, str], company: str, card: Card, rosa: User, ilse: User, nils: User
) -> None:
    look = answer(approved(card, rosa), ilse, company="Nordlicht")
    client_of(nils).post(url(look), {"action": "settle", "version": 1, **sent})
    assert (Card.objects.get(pk=card.pk).company, fresh(look).status) == (company, "settled")


def test_the_third_is_asked_again_without_losing_what_was_typed(
    card: Card, rosa: User, ilse: User, nils: User
) -> None:
    look = answer(approved(card, rosa), ilse, company="Nordlicht", job_title="Optician")
    sent = {"choice-company": "other", "typed-company": "Northwind"}
    page = text_of(client_of(nils).post(url(look), {"action": "settle", "version": 1, **sent}))
    assert "Choose one of the values, or type another." in page
    assert 'value="Northwind"' in page
    assert fresh(look).status == "differs"


def test_an_answer_to_a_card_changed_meanwhile_is_explained(
    card: Card, rosa: User, ilse: User
) -> None:
    look = approved(card, rosa)
    decisions.reopen(card, version=1, by=rosa)
    sent = FIRST | {"action": "answer", "version": 1}
    page = text_of(client_of(ilse).post(url(look), sent, follow=True))
    assert "This card was changed while you looked at it" in page


def test_what_was_typed_for_a_card_changed_meanwhile_can_be_read_and_left(
    card: Card, rosa: User, ilse: User
) -> None:
    look = approved(card, rosa)
    decisions.reopen(card, version=1, by=rosa)
    sent = FIRST | {"company": "Northwind", "action": "answer", "version": 1}
    response = client_of(ilse).post(url(look), sent)
    page = text_of(response)
    assert re.search('<input[^>]*name="company"[^>]*value="Northwind"[^>]*readonly', page)
    assert 'value="answer"' not in page
    assert f'href="{LIST}next/"' in page


def test_what_was_typed_when_a_colleague_was_quicker_can_be_read(
    card: Card, rosa: User, ilse: User, nils: User
) -> None:
    look = approved(card, rosa)
    answer(look, ilse, company="Typed-By-Ilse")
    sent = FIRST | {"company": "Northwind", "action": "answer", "version": 1}
    page = text_of(client_of(nils).post(url(look), sent))
    assert "A colleague has looked at this card in the meantime." in page
    assert 'value="Northwind"' in page
    assert "Typed-By-Ilse" not in page


def test_what_the_third_typed_when_a_colleague_was_quicker_can_be_read(
    card: Card, rosa: User, ilse: User, nils: User
) -> None:
    look = answer(approved(card, rosa), ilse, company="Nordlicht")
    settle(look, colleague("Ada"), company="Nordlicht")
    sent = {"choice-company": "other", "typed-company": "Northwind"}
    response = client_of(nils).post(url(look), {"action": "settle", "version": 1, **sent})
    page = text_of(response)
    assert "A colleague has looked at this card in the meantime." in page
    assert 'value="Northwind"' in page
    assert response.context["rows"][0].is_other


def test_a_card_that_a_colleague_has_open_says_so(
    card: Card, rosa: User, ilse: User, nils: User
) -> None:
    look = approved(card, rosa)
    queue.claim(card, ilse)
    page = text_of(client_of(nils).get(url(look), follow=True))
    assert "A colleague has this card open just now" in page


def test_an_answer_to_a_card_that_a_colleague_has_open_is_refused_and_shown_again(
    card: Card, rosa: User, ilse: User, nils: User
) -> None:
    look = approved(card, rosa)
    queue.claim(card, ilse)
    sent = FIRST | {"company": "Northwind", "action": "answer", "version": 1}
    page = text_of(client_of(nils).post(url(look), sent))
    assert "so nothing of yours was written" in page
    assert 'value="Northwind"' in page
    assert 'value="answer"' in page  # it can be sent again
    assert fresh(look).status == "waiting"


def test_an_answer_is_taken_without_a_claim(card: Card, rosa: User, ilse: User) -> None:
    look = approved(card, rosa)
    client_of(ilse).post(url(look), FIRST | {"action": "answer", "version": 1})
    assert fresh(look).status == "agreed"


def test_skipping_lets_the_card_go(card: Card, rosa: User, ilse: User, nils: User) -> None:
    look = approved(card, rosa)
    client = client_of(ilse)
    client.get(url(look))
    assert client.post(url(look), {"action": "skip"})["Location"] == LIST
    assert second_look.next_for(nils) == look


def test_neither_a_choice_nor_a_text_is_asked_for(
    card: Card, rosa: User, ilse: User, nils: User
) -> None:
    look = answer(approved(card, rosa), ilse, company="Nordlicht")
    sent = {"action": "settle", "version": 1, "typed-company": " \u200b "}
    page = text_of(client_of(nils).post(url(look), sent))
    assert "Choose one of the values, or type another." in page
    assert fresh(look).status == "differs"


def test_the_script_of_the_page_is_told_where_to_go_on(
    make_card: MakeCard, rosa: User, ilse: User
) -> None:
    look, following = approved(make_card(), rosa), approved(make_card(), rosa)
    sent, wanted = FIRST | {"action": "answer", "version": 1}, {"Accept": "application/json"}
    client = client_of(ilse)
    assert client.post(url(look), sent, headers=wanted).json() == {"next": url(following)}
    assert client.post(url(following), {"action": "skip"}, headers=wanted).json() == {"next": LIST}


def test_an_answer_sent_again_because_nothing_came_back_is_given_once(
    card: Card, rosa: User, ilse: User
) -> None:
    look, client = approved(card, rosa), client_of(ilse)
    sent = FIRST | {"company": "Nordlicht", "action": "answer", "version": 1}
    for _ in range(2):
        page = text_of(client.post(url(look), sent, follow=True))
        assert "One field differs" in page
    assert fresh(look).status == "differs"
