"""What the workspace's script asks the site: to keep drafts, to claim, to check values."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cards.models import Card
from review import decisions, queue
from review.models import Claim, Draft
from review.workspace import drafts
from tests.cast import Person
from tests.review.conftest import MakeCard
from tests.review.workspace.conftest import ask

pytestmark = pytest.mark.django_db

NOWHERE = "00000000-0000-7000-8000-000000000000"


def typed(card: Card, **texts: str) -> dict[str, Any]:
    """A draft as the page sends it."""
    fields = {name: [getattr(card, name, ""), text] for name, text in texts.items()}
    return {"version": card.version, "typed": fields}


def test_a_draft_is_kept_and_the_answer_says_when(card: Card, reviewer: Person) -> None:
    answer = ask(reviewer.client, card, "draft", typed(card, company="Northwind")).json()
    assert answer["saved"] == f"{timezone.localtime():%H:%M}"
    assert (answer["is_whole"], answer["is_mine"], answer["version"]) == (True, True, 0)
    assert Draft.objects.get().values == {"company": "Northwind"}


def test_a_draft_says_when_a_colleague_has_the_card(
    card: Card, reviewer: Person, manager: Person
) -> None:
    queue.claim(card, manager.user)
    answer = ask(reviewer.client, card, "draft", typed(card, company="Northwind")).json()
    assert answer["is_mine"] is False
    assert Draft.objects.exists()


def test_a_draft_that_is_too_long_is_not_said_to_be_whole(card: Card, reviewer: Person) -> None:
    text = "x" * (drafts.LONGEST + 1)
    answer = ask(reviewer.client, card, "draft", typed(card, notes=text)).json()
    assert answer["is_whole"] is False


def test_a_late_draft_is_not_said_to_be_saved(card: Card, reviewer: Person) -> None:
    decisions.approve(card, card.contact(), version=0, by=reviewer.user)
    answer = ask(reviewer.client, card, "draft", typed(card, company="Northwind")).json()
    assert answer["saved"] == ""
    assert "You have decided on this card" in answer["error"]


def test_fields_that_are_none_are_not_kept(card: Card, reviewer: Person) -> None:
    ask(reviewer.client, card, "draft", typed(card, status="approved", city="Lund"))
    assert Draft.objects.get().values == {"city": "Lund"}


def test_a_claim_says_whose_the_card_is(card: Card, reviewer: Person, manager: Person) -> None:
    mine = ask(reviewer.client, card, "claim", {}).json()
    assert (mine["mine"], mine["renew_after"], mine["version"]) == (True, 60, 0)
    theirs = ask(manager.client, card, "claim", {}).json()
    assert (theirs["mine"], theirs["by"]) == (False, "Rui")


def test_a_claim_can_be_taken_over(card: Card, reviewer: Person, manager: Person) -> None:
    ask(reviewer.client, card, "claim", {})
    assert ask(manager.client, card, "claim", {"take_over": True}).json()["mine"] is True
    assert ask(reviewer.client, card, "claim", {}).json()["by"] == "Mona"


def test_a_claim_that_ran_out_is_anybodys(card: Card, reviewer: Person, manager: Person) -> None:
    queue.claim(card, reviewer.user)
    Claim.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert ask(manager.client, card, "claim", {}).json()["mine"] is True


def test_a_decided_card_is_claimed_by_nobody(make_card: MakeCard, reviewer: Person) -> None:
    card = make_card(status=Card.Status.APPROVED)
    answer = ask(reviewer.client, card, "claim", {}).json()
    assert answer == {"open": False, "status": "approved"}
    assert not Claim.objects.exists()


def test_the_form_of_a_value_is_checked(card: Card, reviewer: Person) -> None:
    wrong = ask(reviewer.client, card, "check", {"field": "email", "text": "rosa@@x"}).json()
    right = ask(reviewer.client, card, "check", {"field": "email", "text": "r@nord.example"}).json()
    assert wrong["doubt"]
    assert right["doubt"] == ""


ENDPOINTS = ("claim", "draft", "check", "spot")


@pytest.mark.parametrize("what", ENDPOINTS)
def test_a_card_that_was_erased_is_said_to_be_gone(what: str, reviewer: Person) -> None:
    answer = ask(reviewer.client, NOWHERE, what, {})
    assert answer.status_code == 404
    assert "was erased" in answer.json()["error"]


@pytest.mark.parametrize("what", ENDPOINTS)
@pytest.mark.parametrize("who", ["uploader", "analyst", "outsider"])
def test_only_reviewers_may_ask(
    who: str, what: str, card: Card, request: pytest.FixtureRequest
) -> None:
    person: Person = request.getfixturevalue(who)
    assert ask(person.client, card, what, {}).status_code == 403


@pytest.mark.parametrize("what", ENDPOINTS)
def test_visitors_are_sent_to_sign_in(what: str, card: Card, visitor: Client) -> None:
    assert "/login/" in ask(visitor, card, what, {}).url


@pytest.mark.parametrize("what", ENDPOINTS)
@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_foreign_methods_are_refused(method: str, what: str, card: Card, reviewer: Person) -> None:
    url = reverse(f"admin:review_{what}", args=(card.pk,))
    assert getattr(reviewer.client, method)(url).status_code == 405


@pytest.mark.parametrize(
    ("what", "data"),
    [
        ("claim", b"{"),
        ("claim", b"\xff\xfe"),
        ("claim", b"[" * 100_000),
        ("claim", []),
        ("draft", {}),
        ("draft", {"version": 0}),
        ("draft", {"version": 0, "typed": 3}),
        ("draft", {"version": 0, "typed": {"company": "x"}}),
        ("draft", {"version": 0, "typed": {"company": [1, 2, 3]}}),
        ("draft", {"version": "x", "typed": {}}),
        ("draft", {"version": -1, "typed": {"company": ["", "x"]}}),
        ("draft", {"version": 10**20, "typed": {"company": ["", "x"]}}),
        ("draft", b'{"version": 1e999, "typed": {}}'),
        ("draft", {"version": 0, "typed": {f"extra:{n}": ["", "x"] for n in range(200)}}),
        ("check", {"field": "status", "text": "x"}),
        ("check", {"field": "email"}),
        ("spot", {"side": 0}),
        ("spot", {"side": 0, "box": [1, 2]}),
        ("spot", {"side": 0, "box": "abcd"}),
        ("spot", b'{"side": 1e999, "box": [0, 0, 1, 1]}'),
    ],
)
def test_nonsense_is_answered_with_a_sentence(
    what: str, data: Any, card: Card, reviewer: Person
) -> None:
    answer = ask(reviewer.client, card, what, data)
    assert answer.status_code == 400
    assert "could not be understood" in answer.json()["error"]
    assert not Draft.objects.exists()
