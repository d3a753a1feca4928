"""The parts of the queue: whole language tags, an index for each, and figures that are cut."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse

from cards import counting
from cards.fields import CONTACT_FIELDS
from cards.models import Batch, Card
from extraction.result import Value
from review import queue
from review.lists import snippets
from review.lists.filters import DoubtFilter
from tests.cast import Person
from tests.review.conftest import MakeCard

pytestmark = pytest.mark.django_db

QUEUE = "/admin/review/waitingcard/"


def text_of(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return html.unescape(re.sub(r"\s+", " ", response.content.decode()))


def of_language(tag: str) -> set[str]:
    return {card.company for card in queue.Part(language=tag).of(queue.waiting())}


# Languages


def test_a_part_is_of_one_whole_language_tag(make_card: MakeCard) -> None:
    for languages in ("de", "en,de", "nds-de", "de-AT", "fren", ""):
        make_card(company=languages, languages=languages)
    assert of_language("de") == {"de", "en,de"}
    assert of_language("en") == {"en,de"}
    assert of_language("de-AT") == {"de-AT"}
    assert of_language("e") == set()
    assert of_language(",") == set()


def test_capital_letters_do_not_matter_in_a_language_tag(make_card: MakeCard) -> None:
    make_card(company="Northwind", languages="zh-Hant, en")
    assert of_language("ZH-hant") == {"Northwind"}


def test_decided_cards_are_narrowed_by_a_language_that_no_waiting_card_has(
    make_card: MakeCard, reviewer: Person
) -> None:
    make_card(company="Nordlicht", languages="sv", status=Card.Status.APPROVED)
    make_card(company="Northwind", languages="de", status=Card.Status.APPROVED)
    page = text_of(reviewer.client, f"{QUEUE}?status=approved&language=sv")
    assert 'value="Nordlicht"' in page
    assert 'value="Northwind"' not in page


# Snippets


def test_snippets_come_from_urgent_batches_first_then_from_old_ones_and_by_age(
    make_card: MakeCard, reviewer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snippets, "ROWS", 2)
    old, new, urgent = (Batch.objects.create(name=name) for name in ("old", "new", "urgent"))
    Batch.objects.filter(pk=urgent.pk).update(priority=Batch.Priority.URGENT)
    for name, batch in (("4", new), ("1", urgent), ("2", old), ("5", new), ("3", old)):
        make_card(mobile=name, batch=batch)
    url, shown = reverse("admin:review_snippets") + "?field=mobile", []
    for _ in range(3):
        page = text_of(reviewer.client, url)
        shown.append(re.findall(r'name="text" value="(\d)"', page))
        after = re.search(r'after=([\w-]+)">Next fifty', page)
        url = f"{reverse('admin:review_snippets')}?field=mobile&after={after[1] if after else ''}"
    assert shown == [["1", "2"], ["3", "4"], ["5"]]


# What is offered


def test_only_fields_in_doubt_on_waiting_cards_are_offered(
    make_card: MakeCard, reviewer: Person
) -> None:
    make_card()
    fax = {"fax": Value("+49 30 555", 0.4)}
    make_card(values=fax, status=Card.Status.APPROVED)
    assert set(re.findall(r"\?field=(\w+)", text_of(reviewer.client, QUEUE))) == {"mobile"}


def test_only_batches_with_cards_are_offered(make_card: MakeCard, reviewer: Person) -> None:
    fair, other = (Batch.objects.create(name=name) for name in ("Harbour fair", "Autumn fair"))
    Batch.objects.create(name="Nothing came")
    make_card(batch=fair)
    make_card(batch=other)
    page = text_of(reviewer.client, QUEUE)
    offered = {int(number) for number in re.findall(r"\?batch__id__exact=(\d+)", page)}
    assert offered == {fair.pk, other.pk}


# Indexes: a part may be one card of 100,000


def plan(cards: QuerySet[Any]) -> str:
    return cards[:50].explain()


@pytest.mark.sqlite
@pytest.mark.parametrize("field", CONTACT_FIELDS)
def test_the_cards_that_doubt_a_field_are_found_in_its_own_index(field: str) -> None:
    assert f"INDEX card_doubts_{field} " in plan(queue.Part(field=field).of(queue.waiting()))


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("asked", "index"), [("some", "doubted"), ("none", "clear"), ("notice", "noticed")]
)
def test_doubt_and_notices_have_their_own_indexes(asked: str, index: str) -> None:
    narrowed = DoubtFilter(None, {"doubt": [asked]}, Card, None)  # type: ignore[arg-type]
    assert f"INDEX card_{index} " in plan(narrowed.queryset(None, queue.waiting()))  # type: ignore[arg-type]


@pytest.mark.sqlite
def test_the_queue_still_has_its_index() -> None:
    assert "INDEX card_queue " in plan(queue.waiting())


# Figures that are cut


@pytest.fixture
def two_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "LIMIT", 2)


@pytest.mark.usefixtures("two_at_most")
def test_a_list_with_more_cards_than_are_counted_says_so(
    make_card: MakeCard, reviewer: Person
) -> None:
    for _ in range(2):
        make_card()
    assert '<span class="count">2</span>' in text_of(reviewer.client, QUEUE)
    for _ in range(2):
        make_card()
    page = text_of(reviewer.client, QUEUE)
    assert '<span class="count">2+</span>' in page
    assert "2+ cards" in page


@pytest.mark.usefixtures("two_at_most")
def test_the_batch_of_a_card_is_counted_no_further(make_card: MakeCard, reviewer: Person) -> None:
    for _ in range(3):
        make_card(status=Card.Status.APPROVED)
    card = make_card()
    page = text_of(reviewer.client, reverse("admin:review_waitingcard_change", args=(card.pk,)))
    assert '<span id="decided">2+</span> of 2+ decided' in page
    assert re.search(r'<progress[^>]+id="progress"[^>]* hidden', page)


def test_the_batch_of_a_card_is_counted(make_card: MakeCard, reviewer: Person) -> None:
    make_card(status=Card.Status.APPROVED)
    card = make_card()
    page = text_of(reviewer.client, reverse("admin:review_waitingcard_change", args=(card.pk,)))
    assert '<span id="decided">1</span> of 2 decided' in page
    assert re.search(r'<progress[^>]+id="progress" max="2" value="1" aria', page)


@pytest.mark.parametrize(("limit", "decided"), [(2, 2), (1, None)])
def test_a_figure_that_is_cut_is_left_to_the_next_page(
    make_card: MakeCard, reviewer: Person, monkeypatch: pytest.MonkeyPatch, limit: int,
    decided: int | None,
) -> None:  # fmt: skip
    """After an approval the script counts on; it cannot count on from “1+”."""
    monkeypatch.setattr(counting, "LIMIT", limit)
    make_card(status=Card.Status.APPROVED)
    card, _following = make_card(doubt=0.9), make_card()
    url = reverse("admin:review_waitingcard_change", args=(card.pk,))
    data = {"action": "approve", "version": 0, **card.contact()}
    answer = reviewer.client.post(url, data, headers={"accept": "application/json"})
    assert answer.json()["decided"] == decided
