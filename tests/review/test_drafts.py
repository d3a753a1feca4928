"""Drafts, claims, parts of the queue, undo, and what the workspace's script asks the site."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from cards.models import Batch, Card
from extraction.result import Value
from review import decisions, queue
from review.models import Claim, Draft, Review
from review.queue import Part
from review.workspace import drafts
from review.workspace.drafts import Conflict
from tests.cast import Person
from tests.review.conftest import MakeCard

pytestmark = pytest.mark.django_db

NOWHERE = "00000000-0000-7000-8000-000000000000"
TYPED = {"company": ("Nordlicht Optik", "Northwind")}


def ask(client: Client, card: Card | str, what: str, data: Any) -> Any:
    """Sends JSON, or bytes as they are, to one of the addresses of a card."""
    card_id = card.pk if isinstance(card, Card) else card
    body = data if isinstance(data, bytes) else json.dumps(data)
    url = reverse(f"admin:review_{what}", args=(card_id,))
    return client.post(url, body, content_type="application/json")


def typed(card: Card, **texts: str) -> dict[str, Any]:
    """A draft as the page sends it."""
    fields = {name: [getattr(card, name, ""), text] for name, text in texts.items()}
    return {"version": card.version, "typed": fields}


def approve(person: Person, card: Card, **values: Any) -> Any:
    """Sends the workspace's form as its script does."""
    return send(person, card, "application/json", **values)


def send(person: Person, card: Card, accept: str = "text/html", **values: Any) -> Any:
    data = card.contact() | {"version": card.version, "action": "approve"} | values
    url = reverse("admin:review_waitingcard_change", args=(card.pk,))
    return person.client.post(url, data, headers={"accept": accept})


# Drafts ------------------------------------------------------------------------------------------


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


# The addresses that the page asks ----------------------------------------------------------------


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


# The queue ---------------------------------------------------------------------------------------


def test_two_reviewers_never_get_the_same_card(
    make_card: MakeCard, reviewer: Person, manager: Person
) -> None:
    cards = {make_card(), make_card()}
    taken = [queue.take_next(person.user) for person in (reviewer, manager)]
    assert set(taken) == cards
    assert queue.take_next(reviewer.user, after=taken[0]) is None


def test_nothing_is_taken_when_colleagues_hold_all(
    card: Card, reviewer: Person, manager: Person
) -> None:
    queue.claim(card, manager.user)
    assert queue.take_next(reviewer.user) is None
    assert Claim.objects.get().by == manager.user


def test_a_part_is_what_its_address_says(make_card: MakeCard, reviewer: Person) -> None:
    fair = Batch.objects.create(name="Fair")
    make_card()
    card = make_card(batch=fair, languages="de, sv", values={"email": Value("x", 0.3)})
    query = {"batch": str(fair.pk), "language": "sv", "field": "email"}
    part = Part.from_query(query)
    assert part.query() == query
    assert list(part.of(queue.waiting())) == [card]
    assert queue.next_for(reviewer.user, part=part) == card


@pytest.mark.parametrize(
    "query",
    [{"batch": "x"}, {"batch": "²"}, {"batch": "9" * 30}, {"field": "status"}, {"other": "1"}],
)
def test_a_part_that_makes_no_sense_is_the_whole_queue(query: dict[str, str], card: Card) -> None:
    assert list(Part.from_query(query).of(queue.waiting())) == [card]


def test_going_on_stays_within_the_part(make_card: MakeCard, reviewer: Person) -> None:
    fair = Batch.objects.create(name="Fair")
    make_card(doubt=0.9)
    first, second = make_card(batch=fair), make_card(batch=fair)
    data = first.contact() | {"version": 0, "action": "approve"}
    url = reverse("admin:review_waitingcard_change", args=(first.pk,))
    response = reviewer.client.post(f"{url}?batch={fair.pk}", data)
    assert response.url.endswith(f"{second.pk}/change/?batch={fair.pk}")  # type: ignore[attr-defined]
    assert Claim.objects.get().card == second


def test_ones_own_cards_are_those_open_and_those_with_a_draft(
    make_card: MakeCard, reviewer: Person, manager: Person
) -> None:
    opened, begun, theirs, _ = (make_card() for _ in range(4))
    queue.claim(opened, reviewer.user)
    queue.claim(theirs, manager.user)
    drafts.save(begun, reviewer.user, 0, TYPED)
    assert set(queue.mine(reviewer.user)) == {opened, begun}


def test_null_characters_are_taken_out_of_what_is_approved(card: Card, reviewer: Person) -> None:
    approve(reviewer, card, company="Nord\0licht")
    card.refresh_from_db()
    assert (card.status, card.company) == ("approved", "Nordlicht")


# Deciding ----------------------------------------------------------------------------------------


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


def undo(person: Person, review: Review) -> Any:
    url = reverse("admin:review_undo", args=(review.card_id, review.number))
    return person.client.post(url, follow=True)


def test_undoing_brings_the_card_back_and_what_was_typed(card: Card, reviewer: Person) -> None:
    values = card.contact() | {"company": "Northwind", "extra": {"Assistant": "Ilse"}}
    review = decisions.approve(card, values, version=0, by=reviewer.user)
    page = undo(reviewer, review).content.decode()
    assert "Undone" in page
    card.refresh_from_db()
    assert (card.status, card.company, card.extra) == ("needs_review", "Nordlicht Optik", {})
    draft = Draft.objects.get()
    assert draft.values == {"company": "Northwind", "extra:Assistant": "Ilse"}
    assert 'value="Northwind"' in page
    assert 'value="Ilse"' in page


def test_undoing_twice_changes_nothing_more(card: Card, reviewer: Person) -> None:
    review = decisions.approve(card, card.contact(), version=0, by=reviewer.user)
    undo(reviewer, review)
    assert b"was changed by Rui" in undo(reviewer, review).content
    assert Review.objects.count() == 2


def test_an_old_decision_is_not_undone(card: Card, reviewer: Person, settings: Settings) -> None:
    review = decisions.approve(card, card.contact(), version=0, by=reviewer.user)
    past = timezone.now() - timedelta(seconds=settings.REVIEW_UNDO_SECONDS + 1)
    Review.objects.update(at=past)
    assert b"too long ago to be undone" in undo(reviewer, review).content
    assert decisions.undoable(reviewer.user) is None


def test_a_colleagues_decision_is_not_undone(card: Card, reviewer: Person, manager: Person) -> None:
    review = decisions.approve(card, card.contact(), version=0, by=manager.user)
    assert b"Only your own" in undo(reviewer, review).content


def test_a_decision_is_not_undone_by_looking(card: Card, reviewer: Person) -> None:
    review = decisions.approve(card, card.contact(), version=0, by=reviewer.user)
    url = reverse("admin:review_undo", args=(card.pk, review.number))
    assert reviewer.client.get(url).status_code == 405


def test_only_reviewers_undo(card: Card, reviewer: Person, uploader: Person) -> None:
    review = decisions.approve(card, card.contact(), version=0, by=reviewer.user)
    assert undo(uploader, review).status_code == 403


def test_the_last_decision_can_be_undone_where_nothing_more_waits(
    card: Card, reviewer: Person
) -> None:
    approve(reviewer, card)
    page = reviewer.client.get(reverse("admin:review_next")).content.decode()
    assert reverse("admin:review_undo", args=(card.pk, 1)) in page


def test_a_state_that_is_restored_is_whole(card: Card, reviewer: Person) -> None:
    before = Card.objects.get()
    values = card.contact() | {"company": "Northwind", "extra": {"Pager": "12"}}
    review = decisions.approve(card, values, version=0, by=reviewer.user)
    decisions.restore(card, review.before, version=1, by=reviewer.user)
    after = Card.objects.get()
    for name in ("status", "doubt", "doubtful_fields", "is_edited", "approved_at", "extra"):
        assert getattr(after, name) == getattr(before, name)
    assert after.contact() == before.contact()


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
