"""Uploads as the page's script makes them: begin a batch, send files, ask for their status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cards.models import Batch
from tests.cast import Person

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Page

NAMED = {"name": "Spring fair", "source": "Hall 4", "duplicate_policy": "skip"}
JSON = {"Accept": "application/json"}


def page() -> str:
    return reverse("admin:cards_upload")


def begin(client: Client, **form: Any) -> Page:
    """Begin a batch as the page's script does."""
    return client.post(page(), {**NAMED, **form}, headers=JSON)


def begun(person: Person, **form: Any) -> Batch:
    response = begin(person.client, **form)
    assert response.status_code == 200
    return Batch.objects.get(pk=response.json()["id"])


def upload(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def send(client: Client, batch: Batch, *files: SimpleUploadedFile) -> Page:
    url = reverse("admin:cards_upload_file", args=(batch.pk,))
    return client.post(url, {"file": list(files)}, headers=JSON)


def sent(person: Person, batch: Batch, name: str, data: bytes) -> dict[str, Any]:
    """What became of a file, as the page's script is told."""
    response = send(person.client, batch, upload(name, data))
    assert response.status_code == 200
    (arrival,) = response.json()["arrivals"]
    assert isinstance(arrival, dict)
    return arrival


def status(client: Client, batch: Batch) -> Page:
    return client.get(reverse("admin:cards_upload_status", args=(batch.pk,)))
