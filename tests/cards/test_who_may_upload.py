"""Uploaders and managers upload, nobody else; an uploader sees only batches of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from cards.models import Arrival, Batch, Card
from tests import pictures
from tests.cards.make_uploads import begin, begun, page, send, sent, status, upload
from tests.cast import Person

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Page

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "code"),
    [("uploader", 200), ("manager", 200), ("reviewer", 403), ("analyst", 403), ("outsider", 403)],
)
@pytest.mark.parametrize("attempt", ["see", "begin", "send", "status"])
def test_only_uploaders_and_managers_upload(
    request: pytest.FixtureRequest, name: str, code: int, attempt: str
) -> None:
    person: Person = request.getfixturevalue(name)
    own = Batch.objects.create(name="Own", created_by=person.user)
    answers: dict[str, Callable[[], Page]] = {
        "see": lambda: person.client.get(page()),
        "begin": lambda: begin(person.client),
        "send": lambda: send(person.client, own, upload("a.jpg", pictures.jpeg())),
        "status": lambda: status(person.client, own),
    }
    assert answers[attempt]().status_code == code
    assert Card.objects.count() == (attempt == "send" and code == 200)


@pytest.mark.parametrize("attempt", ["see", "begin", "send", "status"])
def test_visitor_is_sent_to_the_sign_in_page(visitor: Client, batch: Batch, attempt: str) -> None:
    answers: dict[str, Callable[[], Page]] = {
        "see": lambda: visitor.get(page()),
        "begin": lambda: begin(visitor),
        "send": lambda: send(visitor, batch, upload("a.jpg", pictures.jpeg())),
        "status": lambda: status(visitor, batch),
    }
    response = answers[attempt]()
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("admin:login"))
    assert not Arrival.objects.exists()


def test_batch_of_a_colleague_is_not_there_for_an_uploader(
    uploader: Person, manager: Person
) -> None:
    others = begun(manager)
    assert send(uploader.client, others, upload("a.jpg", pictures.jpeg())).status_code == 404
    assert status(uploader.client, others).status_code == 404
    assert others.name not in uploader.client.get(f"{page()}?batch={others.pk}").text
    assert not Card.objects.exists()


def test_manager_adds_to_the_batch_of_a_colleague(uploader: Person, manager: Person) -> None:
    batch = begun(uploader)
    assert sent(manager, batch, "a.jpg", pictures.jpeg())["outcome"] == "taken_in"
    assert status(manager.client, batch).status_code == 200


def test_request_from_another_site_is_refused(uploader: Person) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(uploader.user)
    assert begin(careful).status_code == 403
    assert not Batch.objects.exists()


def test_nothing_is_sent_or_changed_by_get(uploader: Person) -> None:
    batch = begun(uploader)
    url = reverse("admin:cards_upload_file", args=(batch.pk,))
    assert uploader.client.get(url).status_code == 405
