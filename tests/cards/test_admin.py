from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cards import counting, intake
from cards.models import Arrival, Batch, Card
from tests import pictures
from tests.cast import Person

GROUPS = ("uploader", "reviewer", "analyst", "manager")
NEEDS_REVIEW = Card.Status.NEEDS_REVIEW
HOSTILE = "<script>alert(1)</script>"


def card_page(card: Card) -> str:
    return reverse("admin:cards_card_change", args=(card.pk,))


def batch_page(batch: Batch) -> str:
    return reverse("admin:cards_batch_change", args=(batch.pk,))


def pages(card: Card) -> dict[str, str]:
    return {
        "cards": reverse("admin:cards_card_changelist"),
        "card": card_page(card),
        "batches": reverse("admin:cards_batch_changelist"),
        "batch": batch_page(card.batch),
    }


def fill(batch: Batch, numbers: range) -> None:
    """A card a number in `batch`, in batches of their own as well, and a refused file each."""
    for number in numbers:
        other = Batch.objects.create(name=f"Fair {number}", created_by=batch.created_by)
        for home in (batch, other):
            data = pictures.png(number)
            home.duplicate_policy = Batch.DuplicatePolicy.KEEP
            intake.take_in(io.BytesIO(data), home, name=f"{number}.png")
            intake.refuse(home, f"{number}.txt", "This is no picture.")


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


# Who may see


@pytest.mark.parametrize("name", GROUPS)
@pytest.mark.parametrize("where", ["cards", "card", "batches", "batch"])
def test_every_group_sees_cards_and_batches(
    request: pytest.FixtureRequest, card: Card, name: str, where: str
) -> None:
    person: Person = request.getfixturevalue(name)
    assert person.client.get(pages(card)[where]).status_code == 200


@pytest.mark.parametrize("where", ["cards", "card", "batches", "batch"])
def test_outsider_is_refused_everywhere(outsider: Person, card: Card, where: str) -> None:
    assert outsider.client.get(pages(card)[where]).status_code == 403


@pytest.mark.parametrize("where", ["cards", "card", "batches", "batch"])
def test_visitor_is_sent_to_the_sign_in_page(visitor: Client, card: Card, where: str) -> None:
    response = visitor.get(pages(card)[where])
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("admin:login"))


# Nobody adds, changes or deletes


@pytest.fixture
def owner(db: None) -> Client:
    """The superuser."""
    client = Client()
    client.force_login(User.objects.create_superuser("sonja"))
    return client


@pytest.mark.parametrize("model", ["card", "batch"])
def test_nobody_adds_a_row_by_form(owner: Client, manager: Person, model: str) -> None:
    url = reverse(f"admin:cards_{model}_add")
    for client in (owner, manager.client):
        assert client.get(url).status_code == 403
        assert client.post(url, {"name": "Typed", "batch": "1"}).status_code == 403


@pytest.mark.parametrize("model", ["card", "batch"])
def test_nobody_deletes_a_row_by_form(
    owner: Client, manager: Person, card: Card, model: str
) -> None:
    row = card if model == "card" else card.batch
    url = reverse(f"admin:cards_{model}_delete", args=(row.pk,))
    for client in (owner, manager.client):
        assert client.get(url).status_code == 403
        assert client.post(url, {"post": "yes"}).status_code == 403
    assert Card.objects.filter(pk=card.pk).exists()


@pytest.mark.parametrize("model", ["card", "batch"])
def test_nobody_deletes_rows_by_action(
    owner: Client, manager: Person, card: Card, model: str
) -> None:
    row = card if model == "card" else card.batch
    form = {"action": "delete_selected", "_selected_action": [str(row.pk)], "post": "yes"}
    for client in (owner, manager.client):
        client.post(reverse(f"admin:cards_{model}_changelist"), form)
    assert Card.objects.filter(pk=card.pk).exists()


def test_nobody_changes_a_card_by_form(owner: Client, reviewer: Person, card: Card) -> None:
    for client in (owner, reviewer.client):
        assert client.post(card_page(card), {"full_name": "Mallory"}).status_code == 403
    card.refresh_from_db()
    assert card.full_name == ""


def test_of_a_batch_only_its_priority_is_changed_by_form(
    manager: Person, batch: Batch, card: Card
) -> None:
    Arrival.objects.create(batch=batch, file_name="a.jpg", outcome="taken_in", card=card)
    form = {"arrivals-TOTAL_FORMS": "1", "arrivals-INITIAL_FORMS": "1", "priority": "1"}
    response = manager.client.post(batch_page(batch), {**form, "name": "Renamed"})
    assert response.status_code == 302
    batch.refresh_from_db()
    assert (batch.name, batch.priority) == ("Spring fair", Batch.Priority.URGENT)


def test_who_may_not_change_batches_sees_their_priority(
    uploader: Person, reviewer: Person, batch: Batch
) -> None:
    Batch.objects.update(priority=Batch.Priority.URGENT)
    for person in (uploader, reviewer):
        assert person.client.post(batch_page(batch), {"priority": "0"}).status_code == 403
        assert "Urgent" in person.client.get(batch_page(batch)).content.decode()


# The same number of queries for 3 rows and for 30


@pytest.mark.parametrize(
    ("url", "most"),
    [
        (lambda batch: reverse("admin:cards_card_changelist"), 12),
        (lambda batch: f"{reverse('admin:cards_card_changelist')}?q=fair", 12),
        (lambda batch: reverse("admin:cards_batch_changelist"), 10),
        (batch_page, 10),
    ],
    ids=["cards", "search", "batches", "batch"],
)
def test_page_costs_the_same_for_three_rows_and_for_thirty(
    manager: Person, batch: Batch, url: Callable[[Batch], str], most: int
) -> None:
    batch.created_by = manager.user
    fill(batch, range(3))
    few = queries(manager.client, url(batch))
    fill(batch, range(3, 30))
    assert queries(manager.client, url(batch)) == few <= most


def test_card_page_costs_the_same_for_one_side_and_for_ten(
    manager: Person, card: Card, batch: Batch
) -> None:
    (arrival,) = intake.take_in(io.BytesIO(pictures.tiff(10)), batch, name="ten.tif")
    assert arrival.card
    queries(manager.client, card_page(card))  # what is asked once and then known
    few = queries(manager.client, card_page(card))
    assert queries(manager.client, card_page(arrival.card)) == few <= 12


# What pages show


def test_list_of_cards_shows_picture_name_and_status(reviewer: Person, card: Card) -> None:
    Card.objects.filter(pk=card.pk).move(
        Card.Status.UPLOADED, to=NEEDS_REVIEW, full_name="Rei Tanaka", native_name="田中 玲"
    )
    text = reviewer.client.get(reverse("admin:cards_card_changelist")).text
    assert reverse("admin:cards_picture", args=(card.sides.get().pk, "thumb")) in text
    assert "Rei Tanaka" in text
    assert "田中 玲" in text
    assert "badge-doubt" in text


def test_card_without_picture_and_name_is_listed(reviewer: Person, batch: Batch) -> None:
    Card.objects.create(batch=batch)
    assert "1 card" in reviewer.client.get(reverse("admin:cards_card_changelist")).text


@pytest.mark.parametrize("field", ["full_name", "native_name", "company", "email", "phone"])
def test_card_is_found_by_what_is_on_it(reviewer: Person, batch: Batch, field: str) -> None:
    for text in ("needle-7", "hay"):
        Card.objects.create(batch=batch, file_name=f"{text}.jpg", **{field: text})
    response = reviewer.client.get(reverse("admin:cards_card_changelist"), {"q": "needle"})
    assert [card.file_name for card in response.context["cl"].result_list] == ["needle-7.jpg"]


def test_card_page_shows_every_side_and_the_way_to_its_original(
    reviewer: Person, batch: Batch
) -> None:
    (arrival,) = intake.take_in(io.BytesIO(pictures.tiff(2)), batch, name="two.tif")
    assert arrival.card
    text = reviewer.client.get(card_page(arrival.card)).text
    for side in arrival.card.sides.all():
        assert reverse("admin:cards_picture", args=(side.pk, "view")) in text
        assert reverse("admin:cards_original", args=(side.pk,)) in text


def test_card_page_tells_why_the_reading_failed(reviewer: Person, card: Card) -> None:
    notice = "Reading with “offline” failed: the picture is blank."
    Card.objects.filter(pk=card.pk).move(Card.Status.UPLOADED, to=NEEDS_REVIEW, notice=notice)
    assert notice in reviewer.client.get(card_page(card)).text


@pytest.mark.parametrize("card_id", ["x", "0198c0de-0000-7000-8000-000000000000", "1"])
def test_card_that_is_none_ends_without_a_traceback(reviewer: Person, card_id: str) -> None:
    url = reverse("admin:cards_card_change", args=(card_id,))
    assert reviewer.client.get(url).status_code == 302


def test_list_of_batches_counts_its_cards(reviewer: Person, batch: Batch) -> None:
    for status in (NEEDS_REVIEW, NEEDS_REVIEW, Card.Status.UPLOADED):
        Card.objects.create(batch=batch, status=status)
    response = reviewer.client.get(reverse("admin:cards_batch_changelist"))
    (row,) = response.context["cl"].result_list
    assert (row.total, row.to_review) == (3, 2)
    assert f"batch__id__exact={batch.pk}" in response.text


def test_batch_without_cards_counts_none(reviewer: Person, batch: Batch) -> None:
    response = reviewer.client.get(reverse("admin:cards_batch_changelist"))
    (row,) = response.context["cl"].result_list
    assert (row.total, row.to_review) == (0, 0)


def test_list_of_batches_reads_only_the_cards_of_those_it_shows(
    reviewer: Person, card: Card
) -> None:
    with CaptureQueriesContext(connection) as captured:
        reviewer.client.get(reverse("admin:cards_batch_changelist"))
    asked = [query["sql"] for query in captured if 'FROM "cards_batch"' in query["sql"]]
    assert asked
    assert not [sql for sql in asked if 'LEFT OUTER JOIN "cards_card"' in sql]
    counts = [sql for sql in asked if sql.startswith("SELECT COUNT")]
    assert not [sql for sql in counts if "cards_card" in sql]


def test_list_of_very_many_cards_says_how_many_there_are_at_least(
    reviewer: Person, batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "LIMIT", 2)
    for _ in range(4):
        Card.objects.create(batch=batch)
    assert "2+ cards" in reviewer.client.get(reverse("admin:cards_card_changelist")).text


def test_list_of_cards_is_narrowed_by_batches_that_have_some(reviewer: Person, card: Card) -> None:
    for name in ("Autumn fair", "Empty fair"):
        batch = Batch.objects.create(name=name)
    Card.objects.create(batch=Batch.objects.get(name="Autumn fair"))
    url = reverse("admin:cards_card_changelist")
    text = reviewer.client.get(url).text
    assert "Autumn fair" in text
    assert "Empty fair" not in text
    assert "0 cards" in reviewer.client.get(url, {"batch__id__exact": batch.pk}).text


def test_batch_page_has_one_row_a_file_with_its_outcome(reviewer: Person, card: Card) -> None:
    intake.take_in(io.BytesIO(pictures.jpeg()), card.batch, name="copy.jpg")
    intake.take_in(io.BytesIO(b"no picture"), card.batch, name="bad.jpg")
    text = reviewer.client.get(batch_page(card.batch)).text
    for words in (
        "first.jpg", "Taken in", "copy.jpg", "Already here", "bad.jpg", "Refused",
        "This is no picture of a kind we can read", card_page(card),
    ):  # fmt: skip
        assert words in text


def test_row_of_a_file_outlives_its_card(reviewer: Person, card: Card) -> None:
    batch = card.batch
    card.delete()
    assert Arrival.objects.get().card is None
    assert "first.jpg" in reviewer.client.get(batch_page(batch)).text


def test_hostile_text_is_shown_as_text(reviewer: Person, batch: Batch) -> None:
    Batch.objects.filter(pk=batch.pk).update(name=HOSTILE, source=HOSTILE, extractor=HOSTILE)
    card = Card.objects.create(
        batch=batch, full_name=HOSTILE, native_name=HOSTILE, company=HOSTILE, job_title=HOSTILE,
        email=HOSTILE, phone=HOSTILE, notice=HOSTILE, notes=HOSTILE, extra={HOSTILE: HOSTILE},
        file_name=HOSTILE, status=NEEDS_REVIEW,
    )  # fmt: skip
    Arrival.objects.create(
        batch=batch, file_name=HOSTILE, outcome=Arrival.Outcome.TAKEN_IN, card=card, reason=HOSTILE
    )
    for url in pages(card).values():
        text = reviewer.client.get(url).text
        assert HOSTILE not in text
        assert "alert(1)" in text
