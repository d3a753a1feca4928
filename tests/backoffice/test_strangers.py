"""Who is not signed in fills no disk."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from backoffice import strangers
from backoffice.readonly import watch
from tests.backoffice.readonly.conftest import DownWatch
from tests.cards.make_uploads import begun as batch_of
from tests.cast import Person

pytestmark = pytest.mark.django_db
TOKEN = "a" * 32


@pytest.fixture
def spooled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files whose way to the disk was begun."""
    names: list[str] = []
    new_file = TemporaryFileUploadHandler.new_file

    def note(self: TemporaryFileUploadHandler, *words: Any, **more: Any) -> None:
        new_file(self, *words, **more)
        names.append(self.file_name or "")

    monkeypatch.setattr(TemporaryFileUploadHandler, "new_file", note)
    return names


def send(client: Client, path: str, size_bytes: int = 3_000_000) -> Any:
    """A file is sent with a token of one's own making, as any program can."""
    client.cookies["csrftoken"] = TOKEN
    file = io.BytesIO(b"x" * size_bytes)
    file.name = "large.bin"
    return client.post(path, {"file": file, "csrfmiddlewaretoken": TOKEN})


@pytest.mark.parametrize(
    "path", ["/admin/cards/card/upload/", "/admin/cards/card/upload/1/file", "/admin/login/", "/no"]
)
def test_a_large_request_of_a_visitor_is_refused_before_it_reaches_the_disk(
    spooled: list[str], path: str
) -> None:
    response = send(Client(enforce_csrf_checks=True), path)
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("admin:login"))
    assert spooled == []


@pytest.mark.parametrize(
    "path", ["/admin/cards/card/upload/", "/admin/logout/", "/language", "/admin/login/", "/no"]
)
def test_nor_does_it_reach_the_disk_while_the_database_is_down(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, spooled: list[str], path: str
) -> None:
    monkeypatch.setattr(watch, "site", DownWatch())
    settings.READ_ONLY_UPLOADS = "keep"
    response = send(Client(enforce_csrf_checks=True), path)
    assert response.status_code == 503
    assert response["Cache-Control"] == "no-store, private"
    assert spooled == []


def test_what_a_visitor_may_send_is_enough_to_sign_in(visitor: Client) -> None:
    words = {"username": "rosa" * 20, "password": "x" * 200, "next": "/admin/" + "x" * 500}
    assert visitor.post(reverse("admin:login"), words).status_code == 200
    too_much = {"username": "x" * strangers.LARGEST_BYTES}
    assert visitor.post(reverse("admin:login"), too_much).status_code == 302


def test_who_is_signed_in_sends_large_files(uploader: Person, spooled: list[str]) -> None:
    path = reverse("admin:cards_upload_file", args=(batch_of(uploader).pk,))
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(uploader.user)
    assert send(careful, path).status_code == 200
    assert spooled == ["large.bin"]


@pytest.mark.parametrize("said", ["", "much", "-1"])
def test_a_size_that_makes_no_sense_is_no_reason_to_break(visitor: Client, said: str) -> None:
    assert (
        visitor.post("/admin/login/", {"username": "rosa"}, CONTENT_LENGTH=said).status_code < 500
    )
