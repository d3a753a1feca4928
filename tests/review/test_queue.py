"""The list of waiting cards, corrected in place without losing a colleague's edit."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cards.models import Batch, Card
from review import decisions, queue
from tests.cast import Person
from tests.review.conftest import MakeCard, SameForMore

pytestmark = pytest.mark.django_db

EDITABLE = ("full_name", "company", "job_title", "email", "phone", "mobile")
QUEUE = "/admin/review/waitingcard/"


def form_of(cards: list[Card]) -> dict[str, Any]:
    """What a browser would send back for `cards` as they are now, untouched."""
    data: dict[str, Any] = {
        "form-TOTAL_FORMS": len(cards),
        "form-INITIAL_FORMS": len(cards),
        "_save": "Save",
    }
    for index, card in enumerate(cards):
        data[f"form-{index}-id"] = str(card.pk)
        data[f"form-{index}-version"] = card.version
        data[f"form-{index}-seen_status"] = card.status
        for name in EDITABLE:
            data[f"form-{index}-{name}"] = getattr(card, name)
            data[f"initial-form-{index}-{name}"] = getattr(card, name)
    return data


def save(client: Client, data: dict[str, Any]) -> Any:
    return client.post(QUEUE, data)


def text_of(response: Any) -> str:
    return html.unescape(response.content.decode())


def test_the_list_is_in_the_order_of_urgency(make_card: MakeCard, reviewer: Person) -> None:
    old, new = Batch.objects.create(name="old"), Batch.objects.create(name="new")
    make_card(batch=new, doubt=0.9, company="third")
    make_card(batch=old, doubt=0.1, company="second")
    make_card(batch=old, doubt=0.5, company="first")
    page = text_of(reviewer.client.get(QUEUE))
    assert re.findall(r'name="form-\d-company" value="(\w+)"', page) == ["first", "second", "third"]


def test_urgent_batches_come_first_whenever_they_came(
    make_card: MakeCard, reviewer: Person
) -> None:
    old = make_card(batch=Batch.objects.create(name="old"), doubt=0.9)
    urgent = Batch.objects.create(name="urgent", priority=Batch.Priority.URGENT)
    less, more = make_card(batch=urgent, doubt=0.1), make_card(batch=urgent, doubt=0.2)
    later = make_card(batch=Batch.objects.create(name="later", priority=Batch.Priority.LOW))
    for expected in (more, less, old, later):
        card = queue.next_for(reviewer.user)
        assert card == expected
        decisions.approve(card, card.contact(), version=0, by=reviewer.user)


def test_a_batch_made_urgent_comes_next(
    make_card: MakeCard, reviewer: Person, manager: Person
) -> None:
    make_card(batch=Batch.objects.create(name="old"))
    new = make_card(batch=Batch.objects.create(name="new"))
    url = reverse("admin:cards_batch_change", args=(new.batch_id,))
    form = {"priority": "1", "arrivals-TOTAL_FORMS": "0", "arrivals-INITIAL_FORMS": "0"}
    assert manager.client.post(url, form).status_code == 302
    assert queue.next_for(reviewer.user) == new


def test_only_waiting_cards_are_listed_unless_others_are_asked_for(
    make_card: MakeCard, reviewer: Person
) -> None:
    make_card(company="Waits")
    make_card(company="Done", status=Card.Status.APPROVED)
    assert "Done" not in text_of(reviewer.client.get(QUEUE))
    assert "Done" in text_of(reviewer.client.get(QUEUE + "?status=approved"))
    assert "Waits" in text_of(reviewer.client.get(QUEUE + "?status=all"))


def test_the_browser_gets_the_form_that_these_tests_send(card: Card, reviewer: Person) -> None:
    page = text_of(reviewer.client.get(QUEUE))
    names = set(re.findall(r'name="((?:initial-)?form-0-\w+)"', page))
    assert names == {name for name in form_of([card]) if "form-0-" in name}


def test_a_cell_can_be_corrected_in_place(card: Card, reviewer: Person) -> None:
    response = save(reviewer.client, form_of([card]) | {"form-0-company": "Nordlicht GmbH"})
    assert response.status_code == 302
    card.refresh_from_db()
    assert (card.company, card.version, card.is_edited) == ("Nordlicht GmbH", 1, True)


def test_a_correction_in_the_list_is_kept_as_a_review(card: Card, reviewer: Person) -> None:
    save(reviewer.client, form_of([card]) | {"form-0-company": "Nordlicht GmbH"})
    review = card.reviews.get()
    assert (review.decision, review.by) == ("corrected", reviewer.user)
    assert [c.field for c in review.corrections.all()] == ["company"]


def test_a_name_corrected_in_place_takes_its_parts_along(card: Card, reviewer: Person) -> None:
    save(reviewer.client, form_of([card]) | {"form-0-full_name": "Nora Lindqvist"})
    card.refresh_from_db()
    assert (card.first_name, card.last_name) == ("Nora", "Lindqvist")


def test_a_reviewer_sees_what_a_decision_changed(card: Card, reviewer: Person) -> None:
    save(reviewer.client, form_of([card]) | {"form-0-company": "Nordlicht GmbH"})
    review = card.reviews.get()
    page = text_of(reviewer.client.get(f"/admin/review/review/{review.pk}/change/"))
    assert "Nordlicht Optik" in page
    assert "Nordlicht GmbH" in page


def test_rows_that_were_not_touched_are_not_written(make_card: MakeCard, reviewer: Person) -> None:
    cards = [make_card(), make_card()]
    save(reviewer.client, form_of(cards) | {"form-1-company": "Changed"})
    assert [Card.objects.get(pk=c.pk).version for c in cards] == [0, 1]


def test_a_stale_row_is_refused_with_both_values(
    card: Card, reviewer: Person, manager: Person
) -> None:
    data = form_of([card]) | {"form-0-company": "Mine AG"}
    decisions.correct(card, {"company": "Theirs GmbH"}, version=0, by=manager.user)
    page = text_of(save(reviewer.client, data))
    assert "“Theirs GmbH”" in page
    assert "you typed “Mine AG”" in page
    assert 'value="Mine AG"' in page
    card.refresh_from_db()
    assert card.company == "Theirs GmbH"


def test_a_refused_row_can_be_saved_again(card: Card, reviewer: Person, manager: Person) -> None:
    data = form_of([card]) | {"form-0-company": "Mine AG"}
    decisions.correct(card, {"company": "Theirs GmbH"}, version=0, by=manager.user)
    page = text_of(save(reviewer.client, data))
    found = re.search(r'name="form-0-version" value="(\d+)"', page)
    assert found
    save(reviewer.client, data | {"form-0-version": found[1]})
    card.refresh_from_db()
    assert card.company == "Mine AG"


def test_a_stale_row_that_this_person_did_not_touch_is_left_alone(
    card: Card, reviewer: Person, manager: Person
) -> None:
    data = form_of([card])
    decisions.correct(card, {"company": "Theirs GmbH"}, version=0, by=manager.user)
    assert save(reviewer.client, data).status_code == 302
    card.refresh_from_db()
    assert card.company == "Theirs GmbH"


def test_edits_of_different_cells_of_one_row_both_stay(
    card: Card, reviewer: Person, manager: Person
) -> None:
    data = form_of([card]) | {"form-0-email": "mira@nordlicht.example"}
    decisions.correct(card, {"company": "Theirs GmbH"}, version=0, by=manager.user)
    assert save(reviewer.client, data).status_code == 302
    card.refresh_from_db()
    assert (card.company, card.email) == ("Theirs GmbH", "mira@nordlicht.example")


def test_a_row_whose_card_was_decided_meanwhile_is_not_silently_lost(
    card: Card, reviewer: Person, manager: Person
) -> None:
    """The row is no longer in the list of what waits; it is shown all the same."""
    data = form_of([card]) | {"form-0-company": "Mine AG"}
    decisions.approve(card, card.contact(), version=0, by=manager.user)
    page = text_of(save(reviewer.client, data))
    assert "Mona has moved this card to “Approved” meanwhile; you typed “Mine AG”" in page
    assert 'value="Mine AG"' in page
    card.refresh_from_db()
    assert (card.company, card.status) == ("Nordlicht Optik", "approved")


def test_a_row_whose_card_was_erased_meanwhile_is_told_with_what_was_typed(
    make_card: MakeCard, reviewer: Person
) -> None:
    cards = [make_card(company="Northwind"), make_card(company="Southwind")]
    data = form_of(cards) | {"form-0-company": "Typed AG", "form-1-company": "Nordlicht"}
    cards[0].delete()
    page = text_of(reviewer.client.post(QUEUE, data, follow=True))
    assert "is not here any more: it was erased" in page
    assert "Typed AG" in page


def test_a_refused_row_stands_beside_its_own_picture(
    make_card: MakeCard, reviewer: Person, manager: Person
) -> None:
    """Cards that left the list meanwhile must not shift the rows of the others."""
    gone, edited = make_card(doubt=0.9, company="Gone"), make_card(doubt=0.1, company="Edited")
    data = form_of([gone, edited]) | {"form-1-company": "x" * 300}
    decisions.approve(gone, gone.contact(), version=0, by=manager.user)
    page = text_of(save(reviewer.client, data))
    rows = re.findall(r"<tr.*?</tr>", page, flags=re.DOTALL)
    row = next(row for row in rows if "x" * 300 in row)
    side = edited.sides.get()
    assert f"/sides/{side.pk}/thumb.jpg" in row


def test_text_that_is_too_long_is_refused_in_its_cell(card: Card, reviewer: Person) -> None:
    page = text_of(save(reviewer.client, form_of([card]) | {"form-0-company": "x" * 300}))
    assert "at most 200 characters" in page
    card.refresh_from_db()
    assert card.company == "Nordlicht Optik"


def test_cards_chosen_in_the_list_can_be_read_again(
    card: Card, manager: Person, bell: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    action = {"action": "read_again", "_selected_action": str(card.pk)}
    page = manager.client.post(QUEUE, action)
    assert not bell
    form = page.context["form"]
    chosen = {"card": str(card.pk), "extractor": form["extractor"].initial or "offline"}
    with django_capture_on_commit_callbacks(execute=True):
        manager.client.post(reverse("admin:extraction_read_again"), chosen)
    assert len(bell) == 1


def test_who_only_reviews_cannot_ask_for_readings(card: Card, reviewer: Person) -> None:
    action = {"action": "read_again", "_selected_action": str(card.pk)}
    assert "Read again" not in text_of(reviewer.client.post(QUEUE, action))
    assert not card.extractions.filter(status="queued").exists()


def test_a_full_page_of_rows_stays_under_the_limit_of_fields(
    make_card: MakeCard, reviewer: Person
) -> None:
    cards = [make_card() for _ in range(50)]
    data = form_of(list(queue.waiting())) | {"form-0-company": "Changed"}
    assert save(reviewer.client, data).status_code == 302
    assert Card.objects.filter(company="Changed").count() == 1
    assert len(cards) == 50


def test_the_list_takes_the_same_queries_for_3_rows_and_for_30(
    make_card: MakeCard, reviewer: Person, same_for_3_and_30: SameForMore
) -> None:
    assert same_for_3_and_30(make_card, lambda: reviewer.client.get(QUEUE))


@pytest.mark.parametrize("who", ["uploader", "analyst", "outsider"])
def test_only_reviewers_see_the_list(who: str, request: pytest.FixtureRequest) -> None:
    person: Person = request.getfixturevalue(who)
    assert person.client.get(reverse("admin:review_waitingcard_changelist")).status_code == 403
