"""What is typed on a card is kept as a draft, for each person their own."""

from __future__ import annotations

import json

import pytest
from django.http import QueryDict
from django.urls import reverse

from cards.models import Card
from review import decisions
from review.models import Draft
from review.workspace import drafts
from review.workspace.drafts import Conflict
from tests.cast import Person
from tests.review.workspace.conftest import TYPED, ask, send

pytestmark = pytest.mark.django_db


def test_what_is_typed_later_takes_the_place_of_what_was_typed_before(
    card: Card, reviewer: Person
) -> None:
    drafts.save(card, reviewer.user, 0, {"company": ("Nordlicht Optik", "North")})
    drafts.save(card, reviewer.user, 0, TYPED)
    draft = Draft.objects.get()
    assert (draft.base, draft.values) == ({"company": "Nordlicht Optik"}, {"company": "Northwind"})


def test_a_draft_of_which_all_is_taken_back_is_dropped(card: Card, reviewer: Person) -> None:
    drafts.save(card, reviewer.user, 0, TYPED)
    assert drafts.save(card, reviewer.user, 0, dict.fromkeys(TYPED)) is None
    assert not Draft.objects.exists()


def test_a_draft_is_dropped_when_its_writer_asks(card: Card, reviewer: Person) -> None:
    drafts.save(card, reviewer.user, 0, TYPED)
    ask(reviewer.client, card, "draft", {"version": 0, "typed": {}, "drop": True})
    assert not Draft.objects.exists()


def test_two_tabs_with_one_card_keep_what_was_typed_in_each(card: Card, reviewer: Person) -> None:
    drafts.save(card, reviewer.user, 0, TYPED)
    drafts.save(card, reviewer.user, 0, {"city": ("", "Lund")})
    drafts.save(card, reviewer.user, 0, {"phone": ("", "12"), "city": None})
    assert Draft.objects.get().values == {"company": "Northwind", "phone": "12"}


def test_each_person_has_a_draft_of_their_own(
    card: Card, reviewer: Person, manager: Person
) -> None:
    drafts.save(card, reviewer.user, 0, TYPED)
    drafts.save(card, manager.user, 0, {"city": ("", "Lund")})
    drafts.discard(card, manager.user)
    draft = drafts.of(card, reviewer.user)
    assert draft is not None
    assert draft.values == {"company": "Northwind"}
    assert drafts.of(card, manager.user) is None


def test_a_draft_that_comes_after_ones_own_decision_is_not_kept(
    card: Card, reviewer: Person
) -> None:
    decisions.approve(card, card.contact(), version=0, by=reviewer.user)
    assert drafts.save(card, reviewer.user, 0, TYPED) is None
    assert not Draft.objects.exists()


def test_a_decision_drops_ones_own_draft_and_leaves_that_of_a_colleague(
    card: Card, reviewer: Person, manager: Person
) -> None:
    drafts.save(card, reviewer.user, 0, TYPED)
    drafts.save(card, manager.user, 0, TYPED)
    decisions.approve(card, card.contact(), version=0, by=reviewer.user)
    assert [draft.by for draft in Draft.objects.all()] == [manager.user]


def test_a_cell_corrected_in_the_list_leaves_ones_own_draft(card: Card, reviewer: Person) -> None:
    drafts.save(card, reviewer.user, 0, TYPED)
    decisions.correct(card, {"city": "Lund"}, version=0, by=reviewer.user)
    assert drafts.of(card, reviewer.user) is not None


def test_a_field_that_only_one_person_changed_is_no_conflict(card: Card) -> None:
    card.city = "Lund"
    base = card.contact() | {"city": ""}
    assert drafts.conflicts(card, {"company": "Northwind", "city": "Lund"}, base) == {}


def test_a_field_that_two_changed_has_base_and_theirs(card: Card) -> None:
    card.company = "Nordlicht AG"
    found = drafts.conflicts(card, {"company": "Northwind"}, {"company": "Nordlicht Optik"})
    assert found == {"company": Conflict("Nordlicht Optik", "Nordlicht AG")}


def test_a_field_of_which_nothing_is_known_counts_as_changed(card: Card) -> None:
    assert drafts.conflicts(card, {"company": "Northwind"}, {}) == {
        "company": Conflict("", "Nordlicht Optik")
    }


def test_further_fields_collide_too(card: Card) -> None:
    card.extra = {"Assistant": "Ilse Brandt"}
    found = drafts.conflicts(card, {"extra:Assistant": "Nils Berg"}, {"extra:Assistant": "Nils"})
    assert found == {"extra:Assistant": Conflict("Nils", "Ilse Brandt")}


def test_fields_that_were_left_alone_follow_a_colleague(card: Card) -> None:
    sent = QueryDict(mutable=True)
    sent.update({"company": "Northwind", "city": "", "extra_sent": "1"})
    base = {"company": "Nordlicht Optik", "city": ""}
    sent["base"] = json.dumps(base)
    card.company, card.city, card.extra = "Nordlicht AG", "Lund", {"Assistant": "Ilse Brandt"}
    drafts.follow(sent, card, 0)
    assert (sent["company"], sent["city"]) == ("Northwind", "Lund")
    assert (sent["extra_name"], sent["extra_value"]) == ("Assistant", "Ilse Brandt")


def test_a_further_field_that_was_removed_and_changed_meanwhile_is_shown_again(card: Card) -> None:
    sent = QueryDict(mutable=True)
    sent["extra_sent"] = "1"
    sent["base"] = json.dumps({"extra:Assistant": "Nils", "extra:Pager": "12"})
    card.extra = {"Assistant": "Ilse Brandt", "Pager": "12"}
    drafts.follow(sent, card, 0)
    assert (sent.getlist("extra_name"), sent.getlist("extra_value")) == (["Assistant"], [""])


@pytest.mark.parametrize("sent", ["", "nonsense", "[1]", "[" * 100_000])
def test_without_the_pages_word_a_decision_tells_how_it_stood(
    sent: str, card: Card, reviewer: Person
) -> None:
    decisions.correct(card, {"company": "Nordlicht AG"}, version=0, by=reviewer.user)
    assert drafts.base_of(card, 0, sent)["company"] == "Nordlicht Optik"
    assert drafts.base_of(card, 7, sent) == {}


def test_line_ends_of_browsers_are_no_change(card: Card) -> None:
    card.notes = "one\ntwo"
    sent = QueryDict(mutable=True)
    sent.update({"notes": "one\r\ntwo", "base": json.dumps({"notes": "one\ntwo"})})
    card.notes = "three"
    drafts.follow(sent, card, 0)
    assert sent["notes"] == "three"


def test_what_no_database_holds_is_taken_out() -> None:
    assert drafts.clean("a\0b\ud800c") == "ab\ufffdc"
    assert len(drafts.clean("x" * 50_000)) == drafts.LONGEST


# Without JavaScript ------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["skip", "take_over"])
def test_what_is_typed_stays_with_a_card_that_is_left_by_a_form(
    card: Card, reviewer: Person, action: str
) -> None:
    send(reviewer, card, action=action, company="Northwind")
    assert Draft.objects.get().values == {"company": "Northwind"}
    page = reviewer.client.get(reverse("admin:review_waitingcard_change", args=(card.pk,)))
    assert b'value="Northwind"' in page.content


def test_skipping_without_typing_leaves_no_draft(card: Card, reviewer: Person) -> None:
    send(reviewer, card, action="skip")
    assert not Draft.objects.exists()


def test_a_form_drops_a_draft(card: Card, reviewer: Person) -> None:
    drafts.save(card, reviewer.user, 0, TYPED)
    send(reviewer, card, action="drop_draft")
    assert not Draft.objects.exists()
