"""A row of the list that is saved by itself."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cards.models import Card
from review import decisions, queue
from review.lists.cells import EDITABLE
from tests.cast import Person
from tests.review.conftest import MakeCard, SameForMore

pytestmark = pytest.mark.django_db


def send(client: Client, card: Card, **typed: Any) -> Any:
    """What the page sends for `card` as it was seen, and what was typed over that."""
    data = {"version": card.version, "seen_status": card.status}
    for name in EDITABLE:
        data[name] = data[f"initial-{name}"] = getattr(card, name)
    return client.post(reverse("admin:review_cells", args=(card.pk,)), {**data, **typed})


def now(card: Card) -> Card:
    return Card.objects.get(pk=card.pk)


def test_one_row_is_saved_and_says_when(card: Card, reviewer: Person) -> None:
    answer = send(reviewer.client, card, company="Nordlicht GmbH").json()
    assert now(card).company == answer["values"]["company"] == "Nordlicht GmbH"
    assert answer["version"] == now(card).version == 1
    assert len(answer["saved"]) == len("14:03")


def test_the_answer_has_the_doubts_that_are_left(card: Card, reviewer: Person) -> None:
    assert card.doubtful_fields == ["mobile"]
    answer = send(reviewer.client, card, mobile="+49 151 5550 98765").json()
    assert answer["marks"] == [["ok", "none"]]


def test_a_saved_row_is_a_review_like_any_other(card: Card, reviewer: Person) -> None:
    send(reviewer.client, card, company="Nordlicht GmbH")
    review = card.reviews.get()
    assert (review.decision, review.by) == ("corrected", reviewer.user)
    assert [c.field for c in review.corrections.all()] == ["company"]


def test_a_row_without_changes_writes_nothing(card: Card, reviewer: Person) -> None:
    answer = send(reviewer.client, card).json()
    assert "saved" not in answer
    assert not card.reviews.exists()


def test_a_saved_name_takes_its_parts_along(card: Card, reviewer: Person) -> None:
    send(reviewer.client, card, full_name="Nora Lindqvist")
    assert (now(card).first_name, now(card).last_name) == ("Nora", "Lindqvist")


def test_different_cells_of_two_people_both_stay(
    card: Card, reviewer: Person, manager: Person
) -> None:
    decisions.correct(card, {"company": "Theirs GmbH"}, version=0, by=manager.user)
    answer = send(reviewer.client, card, email="mira@nordlicht.example")
    assert answer.status_code == 200
    assert answer.json()["values"]["company"] == "Theirs GmbH"
    assert (now(card).company, now(card).email) == ("Theirs GmbH", "mira@nordlicht.example")


def test_the_same_cell_is_refused_with_both_values(
    card: Card, reviewer: Person, manager: Person
) -> None:
    decisions.correct(card, {"company": "Theirs GmbH"}, version=0, by=manager.user)
    answer = send(reviewer.client, card, company="Mine AG")
    assert answer.status_code == 409
    [sentence] = answer.json()["errors"]["company"]
    assert "Mona has put “Theirs GmbH” here meanwhile; you typed “Mine AG”" in sentence
    assert now(card).company == "Theirs GmbH"


def test_what_was_refused_can_be_sent_again_from_the_answer(
    card: Card, reviewer: Person, manager: Person
) -> None:
    decisions.correct(card, {"company": "Theirs GmbH"}, version=0, by=manager.user)
    refused = send(reviewer.client, card, company="Mine AG").json()
    seen = {"version": refused["version"], "seen_status": refused["status"]}
    again = {**seen, "initial-company": refused["values"]["company"], "company": "Mine AG"}
    assert send(reviewer.client, card, **again).status_code == 200
    assert now(card).company == "Mine AG"


def test_the_same_text_typed_by_both_is_no_collision(
    card: Card, reviewer: Person, manager: Person
) -> None:
    decisions.correct(card, {"company": "Nordlicht GmbH"}, version=0, by=manager.user)
    assert send(reviewer.client, card, company="Nordlicht GmbH").status_code == 200


def test_a_card_decided_meanwhile_is_refused(card: Card, reviewer: Person, manager: Person) -> None:
    decisions.approve(card, card.contact(), version=0, by=manager.user)
    answer = send(reviewer.client, card, company="Mine AG")
    assert answer.status_code == 409
    assert "moved this card to “Approved”" in answer.json()["errors"]["company"][0]
    assert (now(card).company, now(card).status) == ("Nordlicht Optik", "approved")


def test_a_card_changed_in_the_same_moment_is_merged_all_the_same(
    card: Card, reviewer: Person, manager: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The colleague's change falls between the look at the card and the writing."""
    correct, moments = decisions.correct, [None]

    def interrupted(target: Card, values: Any, **how: Any) -> Any:
        if moments:
            moments.pop()
            correct(target, {"company": "Theirs GmbH"}, version=target.version, by=manager.user)
        return correct(target, values, **how)

    monkeypatch.setattr(decisions, "correct", interrupted)
    assert send(reviewer.client, card, email="mira@nordlicht.example").status_code == 200
    assert (now(card).company, now(card).email) == ("Theirs GmbH", "mira@nordlicht.example")


def test_a_card_that_is_gone_is_said(card: Card, reviewer: Person) -> None:
    Card.objects.filter(pk=card.pk).delete()
    answer = send(reviewer.client, card, company="Mine AG")
    assert answer.status_code == 404
    assert "no longer here" in answer.json()["error"]


def test_10_000_characters_are_refused_in_their_cell(card: Card, reviewer: Person) -> None:
    answer = send(reviewer.client, card, company="x" * 10_000, email="mira@nordlicht.example")
    assert "at most 200 characters" in answer.json()["errors"]["company"][0]
    assert now(card).email == ""


def test_control_and_bidirectional_characters_do_not_get_in(card: Card, reviewer: Person) -> None:
    answer = send(reviewer.client, card, company="Nord\u202elicht\x07 GmbH").json()
    assert answer["values"]["company"] == now(card).company == "Nordlicht GmbH"


def test_a_request_without_a_version_is_refused(card: Card, reviewer: Person) -> None:
    url = reverse("admin:review_cells", args=(card.pk,))
    answer = reviewer.client.post(url, {"company": "Mine AG"})
    assert answer.status_code == 409
    assert now(card).company == "Nordlicht Optik"


def test_the_address_takes_no_get(card: Card, reviewer: Person) -> None:
    assert reviewer.client.get(reverse("admin:review_cells", args=(card.pk,))).status_code == 405


def test_a_row_needs_its_csrf_token(card: Card, reviewer: Person) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(reviewer.user)
    assert send(strict, card, company="Mine AG").status_code == 403
    assert now(card).company == "Nordlicht Optik"


@pytest.mark.parametrize("who", ["uploader", "analyst", "outsider"])
def test_only_reviewers_save_rows(who: str, card: Card, request: pytest.FixtureRequest) -> None:
    person: Person = request.getfixturevalue(who)
    assert send(person.client, card, company="Mine AG").status_code == 403
    assert now(card).company == "Nordlicht Optik"


def test_who_has_a_card_open_stands_in_its_row(
    card: Card, reviewer: Person, manager: Person
) -> None:
    queue.claim(card, manager.user)
    page = reviewer.client.get(reverse("admin:review_waitingcard_changelist"))
    assert "open by Mona" in page.content.decode()


def test_who_had_a_card_open_is_not_named_when_the_claim_has_expired(
    card: Card, reviewer: Person, manager: Person
) -> None:
    claim = queue.claim(card, manager.user)
    type(claim).objects.update(until=claim.since)
    page = reviewer.client.get(reverse("admin:review_waitingcard_changelist"))
    assert "open by" not in page.content.decode()


def test_the_badges_of_many_open_cards_take_no_further_queries(
    make_card: MakeCard, reviewer: Person, manager: Person, same_for_3_and_30: SameForMore
) -> None:
    page = reverse("admin:review_waitingcard_changelist")
    same_for_3_and_30(
        lambda: queue.claim(make_card(), manager.user), lambda: reviewer.client.get(page)
    )
    assert reviewer.client.get(page).content.decode().count("open by Mona") == 30
