""" "Read again with …": which cards, with what, for how much; nothing people wrote is touched."""

from __future__ import annotations

from decimal import Decimal
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from cards.models import Batch, Card
from extraction import backlog, bulk, jobs
from extraction.models import Backlog, Extraction
from tests.cast import Person
from tests.extraction.readings import HOSTILE, count_queries, put_card, put_reading
from tests.fakes import FakeExtractor

pytestmark = pytest.mark.django_db


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> FakeExtractor:
    """A model that costs money: $0.01 for a typical card."""
    extractor = FakeExtractor().put_in_place(monkeypatch)
    monkeypatch.setattr(FakeExtractor, "is_paid", True)
    monkeypatch.setattr(
        "extraction.paying.ledger.estimate", lambda cards, model: cards * Decimal("0.01")
    )
    return extractor


@pytest.fixture
def can_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fake sells answers at half the price."""
    monkeypatch.setattr(backlog, "_sells", lambda slug: slug == "fake")


def url(query: str = "") -> str:
    return reverse("admin:extraction_read_again") + query


def of_batch(batch: Batch) -> str:
    return url(f"?batch__id__exact={batch.pk}")


def text_of(client: Client, address: str) -> str:
    page = client.get(address)
    assert page.status_code == 200
    return unescape(page.content.decode())


def open_jobs() -> list[tuple[Card, str]]:
    found = Extraction.objects.filter(status=Extraction.Status.QUEUED).order_by("pk")
    return [(job.card, job.extractor) for job in found]


def test_the_page_tells_how_many_cards_and_what_they_cost(
    manager: Person, fake: FakeExtractor
) -> None:
    batch = Batch.objects.create(name="Boat fair")
    for number in range(3):
        put_card(batch, is_edited=number == 0)
    put_card(Batch.objects.create(name="Another"))
    text = text_of(manager.client, of_batch(batch))
    assert "3 cards of “Boat fair”" in text
    assert "Fake reader, ≈ $0.030" in text
    assert "Offline OCR, free" in text
    assert "1 of these a person has edited or decided" in text


def test_looking_at_the_page_asks_for_nothing(manager: Person, fake: FakeExtractor) -> None:
    put_card()
    text_of(manager.client, url())
    assert open_jobs() == []


def test_a_batch_is_read_again_with_the_chosen_reader(manager: Person, fake: FakeExtractor) -> None:
    batch = Batch.objects.create(name="Boat fair")
    cards = [put_card(batch), put_card(batch)]
    put_card(Batch.objects.create(name="Another"))
    page = manager.client.post(of_batch(batch), {"extractor": "fake"}, follow=True)
    assert sorted(open_jobs(), key=str) == sorted(((card, "fake") for card in cards), key=str)
    assert "2 cards are read again by Fake reader." in page.content.decode()
    assert Extraction.objects.first().requested_by == manager.user  # type: ignore[union-attr]


def test_one_card_is_read_again_and_shown(manager: Person, fake: FakeExtractor) -> None:
    card = put_card()
    put_card()
    page = manager.client.post(url(f"?id__exact={card.pk}"), {"extractor": "fake"})
    assert page["Location"] == reverse("admin:cards_card_change", args=(card.pk,))
    assert open_jobs() == [(card, "fake")]


def test_a_selection_is_asked_about_and_then_read(manager: Person, fake: FakeExtractor) -> None:
    chosen = [put_card(), put_card()]
    put_card()
    ids = [str(card.pk) for card in chosen]
    action = {"action": "read_again", "_selected_action": ids}
    page = manager.client.post(reverse("admin:cards_card_changelist"), action)
    assert "2 chosen cards" in page.content.decode()
    assert open_jobs() == []
    manager.client.post(url(), {"card": ids, "extractor": "offline"})
    assert {card for card, _ in open_jobs()} == set(chosen)


def test_a_whole_list_is_named_by_its_filter(manager: Person, fake: FakeExtractor) -> None:
    card = put_card(status=Card.Status.REJECTED)
    put_card()
    query = "?status__exact=rejected"
    action = {"action": "read_again", "select_across": "1", "_selected_action": [str(card.pk)]}
    page = manager.client.post(reverse("admin:cards_card_changelist") + query, action)
    assert page["Location"] == url(query)
    manager.client.post(url(query), {"extractor": "fake"})
    assert open_jobs() == [(card, "fake")]


def test_a_card_that_waits_already_is_not_asked_for_twice(
    manager: Person, fake: FakeExtractor
) -> None:
    card = put_card()
    for _ in range(2):
        manager.client.post(url(f"?id__exact={card.pk}"), {"extractor": "fake"})
    assert open_jobs() == [(card, "fake")]


def test_what_a_person_wrote_stays(manager: Person, fake: FakeExtractor) -> None:
    card = put_card(full_name="As typed", is_edited=True, status=Card.Status.APPROVED,
                    approved_at=timezone.now())  # fmt: skip
    manager.client.post(url(f"?id__exact={card.pk}"), {"extractor": "fake"})
    card.refresh_from_db()
    assert (card.full_name, card.status) == ("As typed", Card.Status.APPROVED)


def test_workers_are_told_at_once_of_the_first_and_by_the_sweep_of_the_others(
    manager: Person,
    fake: FakeExtractor,
    bell: list[int],
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: object,
) -> None:
    monkeypatch.setattr(bulk, "RUNG_AT_ONCE", 1)
    for _ in range(3):
        put_card()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        bulk.request_all(Card.objects.all(), extractor="fake", by=manager.user)
    assert len(bell) == 1
    jobs.requeue_stale()
    assert len(set(bell)) == 3


def test_a_thousand_cards_take_some_dozen_queries(manager: Person, fake: FakeExtractor) -> None:
    batch = Batch.objects.create(name="Old card box")
    Card.objects.bulk_create(Card(batch=batch) for _ in range(1000))
    with CaptureQueriesContext(
        connection,
    ) as captured:
        number = bulk.request_all(Card.objects.all(), extractor="fake", by=manager.user)
    assert number == len(open_jobs()) == 1000
    assert len(captured) <= 40, [query["sql"][:80] for query in captured]


def test_reading_that_waits_already_is_asked_for_by_whoever_wants_it_too(
    manager: Person, fake: FakeExtractor
) -> None:
    """What somebody asked for goes before what only stands in."""
    job = jobs.request(put_card(), extractor="fake")
    bulk.request_all(Card.objects.all(), extractor="fake", by=manager.user)
    job.refresh_from_db()
    assert job.requested_by == manager.user


def test_more_cards_than_allowed_are_refused(
    manager: Person, fake: FakeExtractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_MOST", 1)
    put_card()
    put_card()
    page = manager.client.post(url(), {"extractor": "fake"})
    assert "At most 1 cards are read again at once" in page.content.decode()
    assert open_jobs() == []


def test_cards_that_can_wait_join_one_backlog(
    manager: Person, fake: FakeExtractor, can_wait: None
) -> None:
    for _ in range(3):
        put_card()
    manager.client.post(url(), {"extractor": "fake", "can_wait": "on"})
    backlog_ = Backlog.objects.get()
    assert backlog_.extractions.count() == 3


def test_a_reader_that_has_no_half_price_reads_at_once(
    manager: Person, fake: FakeExtractor, can_wait: None
) -> None:
    put_card()
    manager.client.post(url(), {"extractor": "offline", "can_wait": "on"})
    assert not Backlog.objects.exists()
    assert len(open_jobs()) == 1


def test_half_the_price_is_offered_only_where_there_is_one(
    manager: Person, fake: FakeExtractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_card()
    monkeypatch.setattr(backlog, "_sells", lambda slug: False)
    assert "At half the price" not in text_of(manager.client, url())
    monkeypatch.setattr(backlog, "_sells", lambda slug: slug == "fake")
    assert "At half the price" in text_of(manager.client, url())


def test_an_unknown_reader_is_refused(manager: Person, fake: FakeExtractor) -> None:
    put_card()
    page = manager.client.post(url(), {"extractor": "nobody"})
    assert "Select a valid choice" in page.content.decode()
    assert open_jobs() == []


def test_a_filter_that_finds_nothing_says_so(manager: Person, fake: FakeExtractor) -> None:
    assert "No card fits." in text_of(manager.client, url("?status__exact=rejected"))


def test_an_unknown_filter_leads_back_to_the_list(manager: Person, fake: FakeExtractor) -> None:
    page = manager.client.get(url("?colour=blue"))
    assert page["Location"] == reverse("admin:cards_card_changelist")


def test_a_broken_id_finds_nothing(manager: Person) -> None:
    page = manager.client.post(url(), {"card": "no id", "extractor": "offline"})
    assert page.status_code == 404


@pytest.mark.parametrize("who", ["uploader", "reviewer", "analyst", "outsider"])
def test_others_are_refused(who: str, request: pytest.FixtureRequest) -> None:
    person: Person = request.getfixturevalue(who)
    card = put_card()
    address = url(f"?id__exact={card.pk}")
    assert person.client.get(address).status_code == 403
    assert person.client.post(address, {"extractor": "offline"}).status_code == 403
    assert open_jobs() == []


def test_the_button_is_for_those_who_may(manager: Person, reviewer: Person) -> None:
    card = put_card()
    for address in (
        reverse("admin:cards_card_change", args=(card.pk,)),
        reverse("admin:cards_batch_change", args=(card.batch_id,)),
        reverse("admin:extraction_extraction_change", args=(put_reading(card).pk,)),
    ):
        assert "Read again with" in text_of(manager.client, address)
        assert "Read again with" not in text_of(reviewer.client, address)


def test_text_of_a_card_is_not_markup(manager: Person, fake: FakeExtractor) -> None:
    card = put_card(full_name=HOSTILE, batch=Batch.objects.create(name=HOSTILE))
    for query in (f"?id__exact={card.pk}", f"?batch__id__exact={card.batch_id}"):
        assert "<script>alert" not in manager.client.get(url(query)).content.decode()


def test_the_page_costs_the_same_for_3_cards_and_for_30(
    manager: Person, fake: FakeExtractor
) -> None:
    counts = []
    for more in (3, 27):
        for _ in range(more):
            put_card()
        counts.append(count_queries(manager.client, url()))
    assert counts[0] == counts[1] <= 12


def test_the_upload_page_names_the_price_of_a_card(manager: Person, fake: FakeExtractor) -> None:
    text = text_of(manager.client, reverse("admin:cards_upload"))
    assert "Fake reader, ≈ $0.010 a card" in text
    assert ">Offline OCR<" in text
