"""Filters, search and actions of the list of waiting cards, together."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any

import pytest
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse

from cards.models import Batch, Card
from extraction.result import Value
from review import decisions, queue
from review.lists import approving
from tests.cast import Person
from tests.review.conftest import READ, MakeCard

pytestmark = pytest.mark.django_db

QUEUE = "/admin/review/waitingcard/"
SURE = {"full_name": Value("Rosa Halloway", 0.98), "company": Value("Northwind", 0.95)}


def listed(client: Client, query: str) -> set[str]:
    page = client.get(f"{QUEUE}?{query}").content.decode()
    return set(re.findall(r'name="form-\d+-company" value="([^"]*)"', page))


def act(
    client: Client, action: str, cards: Sequence[Card], query: str = "", **more: Any
) -> Any:  # fmt: skip
    data = {"action": action, "_selected_action": [str(card.pk) for card in cards], **more}
    return client.post(f"{QUEUE}?{query}", data, follow=True)


def approved() -> set[str]:
    return set(Card.objects.filter(status="approved").values_list("company", flat=True))


def text_of(response: Any) -> str:
    return html.unescape(response.content.decode())


# Filters


def test_the_list_is_narrowed_by_language(make_card: MakeCard, reviewer: Person) -> None:
    make_card(company="Both", languages="de, en")
    make_card(company="Japanese", languages="ja")
    assert listed(reviewer.client, "language=en") == {"Both"}


def test_only_languages_of_waiting_cards_are_offered(make_card: MakeCard, reviewer: Person) -> None:
    make_card(languages="de, ja")
    make_card(languages="fr", status=Card.Status.APPROVED)
    page = reviewer.client.get(QUEUE).content.decode()
    assert set(re.findall(r"language=(\w+)", page)) == {"de", "ja"}


def test_a_language_of_which_no_card_is_left_still_narrows(
    make_card: MakeCard, reviewer: Person
) -> None:
    make_card(company="Without a language")
    assert listed(reviewer.client, "language=ja") == set()


def test_the_list_is_narrowed_by_the_field_in_doubt(make_card: MakeCard, reviewer: Person) -> None:
    make_card(company="Number")
    make_card(company="Address", values={"email": Value("rosa@northwind.example", 0.5)})
    assert listed(reviewer.client, "field=email") == {"Address"}


def test_mine_are_the_cards_that_i_have_open_or_begun(
    make_card: MakeCard, reviewer: Person, manager: Person
) -> None:
    queue.claim(make_card(company="Mine"), reviewer.user)
    queue.claim(make_card(company="Theirs"), manager.user)
    make_card(company="Nobody's")
    assert listed(reviewer.client, "whose=mine") == {"Mine"}


def test_filters_search_and_batch_narrow_together(make_card: MakeCard, reviewer: Person) -> None:
    fair = Batch.objects.create(name="Fair")
    make_card(batch=fair, company="Nordlicht sought", languages="de")
    make_card(batch=fair, company="Nordlicht without doubt", languages="de", values=SURE)
    make_card(batch=fair, company="Northwind", languages="de")
    make_card(company="Nordlicht elsewhere", languages="de")
    query = f"q=Nordlicht&doubt=some&language=de&batch__id__exact={fair.pk}"
    assert listed(reviewer.client, query) == {"Nordlicht sought"}


def test_review_next_keeps_the_part_that_is_shown(make_card: MakeCard, reviewer: Person) -> None:
    card = make_card(languages="de")
    page = text_of(
        reviewer.client.get(
            f"{QUEUE}?batch__id__exact={card.batch_id}&language=de&field=mobile&q=Mira"
        )
    )
    url = reverse("admin:review_next")
    assert f'href="{url}?batch={card.batch_id}&language=de&field=mobile"' in page


# Numbers


@pytest.mark.parametrize(
    "search",
    [
        "0301234", "030 1234", "+49 30 1234", "0049 30 1234", "+49 (0)30 1234", "49301234",
        "(030) 12 34", "030/1234-5", "301234",
    ],
)  # fmt: skip
def test_a_number_is_found_however_it_is_written(
    search: str, make_card: MakeCard, reviewer: Person
) -> None:
    make_card(company="Sought", phone="+49 (0)30 1234-567")
    make_card(company="Other", phone="+49 (0)30 4321-567")
    query = f"q={search.replace('+', '%2B')}"
    assert listed(reviewer.client, query) == {"Sought"}


@pytest.mark.parametrize("field", ["phone", "phone_2", "mobile", "mobile_2", "fax"])
def test_every_number_of_a_card_is_searched(
    field: str, make_card: MakeCard, reviewer: Person
) -> None:
    make_card(company="Sought", **{"mobile": "", field: "030/12 34 567"})
    assert listed(reviewer.client, "q=%2B49 30 1234567") == {"Sought"}


def test_words_and_a_number_are_searched_together(make_card: MakeCard, reviewer: Person) -> None:
    make_card(company="Nordlicht", phone="030 1234567")
    make_card(company="Northwind", phone="030 1234567")
    assert listed(reviewer.client, "q=Nordlicht 0301234567") == {"Nordlicht"}


def test_digits_are_still_found_in_names_and_addresses(
    make_card: MakeCard, reviewer: Person
) -> None:
    make_card(company="Halle 4711")
    make_card(company="Other")
    assert listed(reviewer.client, "q=4711") == {"Halle 4711"}


# Actions


def test_cards_beyond_doubt_are_approved_and_the_others_named(
    make_card: MakeCard, reviewer: Person
) -> None:
    sure = make_card(values=SURE)
    doubtful = make_card()
    page = text_of(act(reviewer.client, "approve", [sure, doubtful]))
    assert approved() == {"Northwind"}
    assert "Approved without doubts: 1." in page
    assert "Mira Ahlstrom (doubtful)" in page


def test_an_empty_card_is_not_approved(make_card: MakeCard, reviewer: Person) -> None:
    page = text_of(act(reviewer.client, "approve", [make_card(values={}, file_name="a.jpg")]))
    assert approved() == set()
    assert "a.jpg (nothing on it)" in page


def test_a_card_whose_reading_failed_is_not_approved(make_card: MakeCard, reviewer: Person) -> None:
    act(reviewer.client, "approve", [make_card(values=SURE, notice="The second side is missing.")])
    assert approved() == set()


def test_a_card_that_a_colleague_has_open_is_not_approved(
    make_card: MakeCard, reviewer: Person, manager: Person
) -> None:
    card = make_card(values=SURE)
    queue.claim(card, manager.user)
    page = text_of(act(reviewer.client, "approve", [card]))
    assert approved() == set()
    assert "Rosa Halloway (open by Mona)" in page


def test_a_card_that_changed_since_the_page_was_shown_is_not_approved(
    make_card: MakeCard, reviewer: Person, manager: Person
) -> None:
    card = make_card(values=SURE)
    seen = {"form-0-id": str(card.pk), "form-0-version": "0"}
    decisions.correct(card, {"company": "Southwind"}, version=0, by=manager.user)
    page = text_of(act(reviewer.client, "approve", [card], **seen))
    assert approved() == set()
    assert "Rosa Halloway (changed by Mona)" in page


def test_a_card_that_goes_in_this_very_moment_keeps_no_other_from_being_approved(
    make_card: MakeCard, reviewer: Person
) -> None:
    make_card(values=SURE, company="Erased")
    make_card(values=SURE, company="Northwind")
    found = _Found(queue.waiting())
    Card.objects.filter(company="Erased").delete()
    outcome = approving.approve_all(found, by=reviewer.user, seen={})  # type: ignore[arg-type]
    assert approved() == {"Northwind"}
    assert outcome.left == [("Rosa Halloway", "erased meanwhile")]


class _Found:
    """Cards as they were found, whatever has become of them since."""

    def __init__(self, cards: QuerySet[Card]) -> None:
        self._cards = list(cards)

    def count(self) -> int:
        return len(self._cards)

    def __getitem__(self, part: slice) -> list[Card]:
        return self._cards[part]


def test_an_approval_from_the_list_is_a_review_of_its_own(
    make_card: MakeCard, reviewer: Person
) -> None:
    card = make_card(values=SURE)
    act(reviewer.client, "approve", [card])
    review = card.reviews.get()
    assert (review.decision, review.by) == ("approved", reviewer.user)


def test_select_all_across_pages_approves_what_filter_and_search_show(
    make_card: MakeCard, reviewer: Person
) -> None:
    fair = Batch.objects.create(name="Fair")
    for number in range(60):  # more than a page
        make_card(batch=fair, values=SURE, company=f"Northwind {number}")
    make_card(batch=fair, values=SURE, company="Another search")
    make_card(batch=fair, values=READ, company="Northwind in doubt")
    make_card(values=SURE, company="Northwind of another batch")
    query = f"q=Northwind&doubt=none&batch__id__exact={fair.pk}"
    [first, *_] = queue.waiting().filter(batch=fair, company="Northwind 0")
    act(reviewer.client, "approve", [first], query, select_across="1")
    assert approved() == {f"Northwind {number}" for number in range(60)}


def test_a_selection_on_a_page_acts_on_no_card_beside_it(
    make_card: MakeCard, reviewer: Person
) -> None:
    chosen = make_card(values=SURE, company="Chosen")
    make_card(values=SURE, company="Not chosen")
    act(reviewer.client, "approve", [chosen], select_across="0")
    assert approved() == {"Chosen"}


def test_what_is_more_than_a_thousand_is_said_and_left(
    make_card: MakeCard, reviewer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(approving, "AT_MOST", 2)
    cards = [make_card(values=SURE) for _ in range(5)]
    page = text_of(act(reviewer.client, "approve", cards[:1], select_across="1"))
    assert Card.objects.filter(status="approved").count() == 2
    assert "At most 2 cards are approved at once. 3 more were selected" in page


def test_of_many_cards_that_are_left_ten_are_named(make_card: MakeCard, reviewer: Person) -> None:
    cards = [make_card() for _ in range(12)]
    page = text_of(act(reviewer.client, "approve", cards))
    assert page.count("(doubtful)") == 10
    assert "and 2 more." in page


def test_reading_all_again_reads_what_filter_and_search_show(
    make_card: MakeCard, manager: Person
) -> None:
    fair = Batch.objects.create(name="Fair")
    sought = make_card(batch=fair, company="Northwind")
    make_card(batch=fair, company="Northwind", values=SURE)
    make_card(batch=fair, company="Another search")
    make_card(company="Northwind")
    make_card(batch=fair, company="Northwind", status=Card.Status.APPROVED)
    query = f"q=Northwind&doubt=some&batch__id__exact={fair.pk}"
    page = act(manager.client, "read_again", [sought], query, select_across="1")
    chosen = {"extractor": page.context["form"]["extractor"].initial}
    manager.client.post(page.context["action"], chosen)
    waiting = Card.objects.filter(extractions__status="queued")
    assert [card.pk for card in waiting] == [sought.pk]


def test_who_only_reviews_cannot_have_all_read_again(card: Card, reviewer: Person) -> None:
    assert reviewer.client.get(reverse("admin:review_read_again")).status_code == 403


def test_who_only_reads_again_does_not_get_at_the_queue(card: Card, outsider: Person) -> None:
    assert outsider.client.post(reverse("admin:review_read_again")).status_code == 403
