"""The first page: right numbers, each linked to the list of just those, at a fixed cost."""

from __future__ import annotations

from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice import dashboard
from cards.models import Batch, Card, Side
from review.models import Correction, Review
from tests.cast import Person

pytestmark = pytest.mark.django_db

TODAY = "/admin/"
WAITING = Card.Status.NEEDS_REVIEW


def put_card(batch: Batch, status: str = WAITING, **columns: Any) -> Card:
    if status == Card.Status.APPROVED:
        columns.setdefault("approved_at", timezone.now())
    card = Card.objects.create(batch=batch, status=status, **columns)
    Side.objects.create(
        card=card, position=0, picture="ab" * 32, media_type="image/jpeg",
        width_px=1000, height_px=600,
    )  # fmt: skip
    return card


def put_review(card: Card, *corrected: str) -> None:
    review = Review.objects.create(card=card, number=1, decision="approved", values={})
    for name in corrected:
        Correction.objects.create(review=review, field=name, human_value="as printed")


@pytest.fixture
def batch() -> Batch:
    return Batch.objects.create(name="Expo Berlin", source="from the stand")


@pytest.fixture
def day(batch: Batch) -> Batch:
    """A working day: 3 to review (1 doubtful, 1 failed), 2 being read, 3 approved today."""
    put_card(batch, doubtful_fields=["email", "mobile", "fax"], full_name="Mira Ahlström")
    put_card(batch, full_name="Tomás Abrantes")
    put_card(batch, notice="The picture is too blurred.", file_name="IMG_2041.jpg")
    for _ in range(2):
        put_card(batch, Card.Status.UPLOADED)
    for names in ((), (), ("email",)):
        put_review(put_card(batch, Card.Status.APPROVED), *names)
    put_card(batch, Card.Status.APPROVED, approved_at=timezone.now() - timedelta(days=2))
    put_card(batch, Card.Status.REJECTED)
    return batch


def page(client: Client) -> str:
    return unescape(client.get(TODAY).content.decode())


def tiles(person: Person) -> dict[str, dashboard.Tile]:
    found = dashboard.for_user(type(person.user).objects.get(pk=person.user.pk)).tiles
    return {tile.label: tile for tile in found}


def test_the_tiles_count_what_needs_doing(day: Batch, reviewer: Person) -> None:
    found = {label: (tile.number, tile.note) for label, tile in tiles(reviewer).items()}
    assert found == {
        "to review": ("3", "1 with doubtful fields"),
        "being read": ("2", "the oldest for 1 min"),
        "with a notice": ("1", "about IMG_2041.jpg"),
        "approved today": ("3", "2 without a correction"),
    }


@pytest.mark.parametrize("who", ["reviewer", "analyst", "uploader", "manager"])
def test_every_number_links_to_the_list_of_just_those(
    day: Batch, who: str, request: pytest.FixtureRequest
) -> None:
    person: Person = request.getfixturevalue(who)
    for tile in tiles(person).values():
        response = person.client.get(tile.url)
        assert response.status_code == 200, tile.url
        assert response.context["cl"].result_count == int(tile.number), tile.url


def test_nothing_to_do_is_said_in_words(reviewer: Person) -> None:
    text = page(reviewer.client)
    assert "Nothing waits for you. Nothing is being read." in text
    assert "No cards yet." in text
    assert "Nothing waits for review." in text


def test_an_empty_desk_offers_the_first_upload(uploader: Person) -> None:
    assert "No cards yet. Upload the first pictures." in page(uploader.client)


def test_the_sentence_says_how_many_wait_and_since_when(batch: Batch, reviewer: Person) -> None:
    put_card(batch, created_at=timezone.now() - timedelta(minutes=25, seconds=5))
    put_card(batch)
    assert "2 cards wait for you. The oldest came in 25\xa0minutes ago." in page(reviewer.client)


def test_one_card_is_spoken_of_as_one(batch: Batch, reviewer: Person) -> None:
    put_card(batch)
    assert "1 card waits for you. It came in just now." in page(reviewer.client)


@pytest.mark.parametrize(
    ("hour", "greeting"),
    [(4, "evening"), (5, "morning"), (12, "afternoon"), (17, "afternoon"), (18, "evening")],
)
def test_the_greeting_knows_the_time_of_day(
    hour: int, greeting: str, reviewer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.localtime().replace(hour=hour, minute=30)
    monkeypatch.setattr("backoffice.dashboard.timezone.localtime", lambda: now)
    reviewer.user.first_name = "Ines"
    assert dashboard.for_user(reviewer.user).greeting == f"Good {greeting}, Ines"


def test_batches_show_how_far_they_are(day: Batch, reviewer: Person) -> None:
    Batch.objects.create(name="Nothing in it")
    lines = {line.name: line for line in dashboard.latest_batches()}
    assert (lines[day.name].cards, lines[day.name].read, lines[day.name].reviewed) == (10, 8, 5)
    assert "Nothing in it" not in lines
    assert reviewer.client.get(lines[day.name].url).status_code == 200


def test_waiting_cards_come_in_the_order_of_the_queue_and_name_their_doubts(batch: Batch) -> None:
    put_card(batch, doubt=0.1, full_name="second")
    put_card(batch, doubt=0.9, full_name="first", doubtful_fields=["email", "mobile", "fax", "x"])
    first, second = dashboard.waiting_cards()
    assert (first.card.full_name, second.card.full_name) == ("first", "second")
    assert (first.doubts, first.more_doubts) == (("e-mail", "mobile"), 1)
    assert second.doubts == ()
    assert "/thumb" in first.picture


def test_pictures_are_left_out_for_those_who_may_not_see_them(batch: Batch) -> None:
    put_card(batch)
    assert [line.picture for line in dashboard.waiting_cards(with_pictures=False)] == [""]


def test_a_long_backlog_is_counted_to_a_limit(
    day: Batch, reviewer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dashboard, "BACKLOG_LIMIT", 2)
    assert tiles(reviewer)["to review"].number == "1+"


def test_approved_today_begins_and_ends_at_midnight(batch: Batch) -> None:
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow = midnight + timedelta(days=1)
    for at in (midnight - timedelta(seconds=1), midnight, tomorrow):
        put_card(batch, Card.Status.APPROVED, approved_at=at)
    assert dashboard.find_approved(midnight, tomorrow).cards == 1


def test_an_uploader_sees_no_review_work(day: Batch, uploader: Person) -> None:
    text = page(uploader.client)
    assert "Upload cards" in text
    assert "Latest batches" in text
    assert "Waiting for review" not in text
    assert "Review next" not in text
    assert "3 cards wait for a reviewer." in text


def test_somebody_without_a_group_is_told_whom_to_ask(day: Batch, outsider: Person) -> None:
    text = page(outsider.client)
    assert "Ask a manager to add you to a group." in text
    assert "Latest batches" not in text
    assert "Mira" not in text


def test_text_of_a_card_stays_text(batch: Batch, reviewer: Person) -> None:
    put_card(batch, full_name="<img src=x onerror=alert(1)>", email='"><script>alert(2)</script>')
    html = reviewer.client.get(TODAY).content.decode()
    assert "<img src=x" not in html
    assert "<script>alert" not in html


def queries(client: Client) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(TODAY).status_code == 200
    return [query["sql"] for query in captured]


@pytest.mark.parametrize("who", ["reviewer", "manager", "uploader", "analyst", "outsider"])
def test_the_page_costs_the_same_for_3_cards_and_for_30(
    who: str, batch: Batch, request: pytest.FixtureRequest
) -> None:
    person: Person = request.getfixturevalue(who)
    for _ in range(3):
        put_card(batch, doubtful_fields=["email"])
    few = queries(person.client)
    for number in range(27):
        put_card(Batch.objects.create(name=f"batch {number}"), doubtful_fields=["email"])
    many = queries(person.client)
    assert len(few) == len(many) <= 16, "\n".join(many)


def test_ages_are_given_in_one_short_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    monkeypatch.setattr("backoffice.dashboard.timezone.now", lambda: now)

    def age(**ago: int) -> str:
        since: datetime = now - timedelta(**ago)
        return dashboard._age(since)

    assert [age(seconds=5), age(minutes=59), age(hours=3), age(hours=47), age(days=9)] == [
        "1 min", "59 min", "3 h", "47 h", "9 d",
    ]  # fmt: skip
