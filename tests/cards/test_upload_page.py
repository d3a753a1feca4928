"""The upload page: the form, the batch it begins, and all of it once more without script."""

from __future__ import annotations

import pytest
from django.urls import reverse
from pytest_django import Settings

from cards.models import Batch
from tests import pictures
from tests.cards.make_uploads import JSON, NAMED, begin, begun, page, sent, upload
from tests.cast import Person

pytestmark = pytest.mark.django_db


# Beginning a batch


def test_batch_keeps_what_the_form_said(uploader: Person) -> None:
    batch = begun(uploader, duplicate_policy="keep", extractor="offline")
    assert (batch.name, batch.source) == ("Spring fair", "Hall 4")
    assert (batch.duplicate_policy, batch.extractor) == ("keep", "offline")
    assert batch.created_by == uploader.user


def test_batch_is_urgent_if_the_form_says_so_and_normal_otherwise(uploader: Person) -> None:
    assert begun(uploader, priority="1").priority == Batch.Priority.URGENT
    Batch.objects.all().delete()
    assert begun(uploader).priority == Batch.Priority.NORMAL


def test_script_is_told_where_to_send_and_to_look(uploader: Person) -> None:
    answer = begin(uploader.client).json()
    batch = Batch.objects.get()
    assert answer == {
        "id": batch.pk,
        "name": "Spring fair",
        "can_wait": False,
        "file_url": reverse("admin:cards_upload_file", args=(batch.pk,)),
        "status_url": reverse("admin:cards_upload_status", args=(batch.pk,)),
        "page_url": f"{page()}?batch={batch.pk}",
    }


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"name": ""}, "Name: This field is required."),
        ({"name": "x" * 121}, "Name: Ensure this value has at most 120 characters (it has 121)."),
        ({"duplicate_policy": "burn"}, "Same picture twice: Select a valid choice."),
        ({"extractor": "oracle"}, "Read by: Select a valid choice."),
        ({"name": "a\0b"}, "Name: Null characters are not allowed."),
    ],
)
def test_form_that_cannot_be_used_is_a_sentence(
    uploader: Person, form: dict[str, str], sentence: str
) -> None:
    response = begin(uploader.client, **form)
    assert response.status_code == 400
    assert response.json()["error"].casefold().startswith(sentence.casefold())
    assert not Batch.objects.exists()


def test_empty_form_is_a_sentence(uploader: Person) -> None:
    response = uploader.client.post(page(), headers=JSON)
    assert response.status_code == 400
    assert "Name: This field is required." in response.json()["error"]


def test_form_without_script_shows_its_errors(uploader: Person) -> None:
    response = uploader.client.post(page(), {"name": "", "duplicate_policy": "skip"})
    assert response.status_code == 200
    assert "This field is required." in response.text


def test_page_offers_the_extractors_there_are(uploader: Person) -> None:
    assert 'value="offline"' in uploader.client.get(page()).text


def test_page_tells_the_limits_it_keeps(uploader: Person, settings: Settings) -> None:
    settings.MAX_FILE_BYTES = 7_654_321
    assert 'data-max-file-bytes="7654321"' in uploader.client.get(page()).text


# The page without script


def test_form_takes_its_files_in_and_shows_one_row_each(uploader: Person) -> None:
    files = [upload("good.jpg", pictures.jpeg()), upload("bad.jpg", b"no picture")]
    response = uploader.client.post(page(), {**NAMED, "file": files}, follow=True)
    assert response.status_code == 200
    assert "good.jpg" in response.text
    assert "Taken in" in response.text
    assert "Refused: This is no picture of a kind we can read" in response.text


def test_form_shows_only_its_own_batch(uploader: Person) -> None:
    other = begun(uploader, name="Autumn fair")
    sent(uploader, other, "autumn.jpg", pictures.jpeg())
    batch = begun(uploader)
    text = uploader.client.get(f"{page()}?batch={batch.pk}").text
    assert "autumn.jpg" not in text
    assert "Autumn fair" not in text


@pytest.mark.parametrize("batch_id", ["x", "-1", "²", "٣", "9" * 30, "9" * 5_000, "999999", "\0"])
def test_batch_that_is_none_shows_the_empty_page(uploader: Person, batch_id: str) -> None:
    response = uploader.client.get(page(), {"batch": batch_id})
    assert response.status_code == 200
    assert 'name="name"' in response.text


def test_more_files_than_allowed_end_as_a_page_that_says_so(
    uploader: Person, settings: Settings
) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2
    files = [upload(f"{number}.jpg", pictures.jpeg(number)) for number in range(3)]
    response = uploader.client.post(page(), {**NAMED, "file": files})
    assert response.status_code == 400
    assert "Nothing was changed" in response.text
    assert not Batch.objects.exists()


@pytest.mark.usefixtures("full_vault")
def test_vault_that_is_down_is_a_refused_row_without_script(uploader: Person) -> None:
    files = [upload("a.jpg", pictures.jpeg())]
    response = uploader.client.post(page(), {**NAMED, "file": files}, follow=True)
    assert response.status_code == 200
    assert "The pictures cannot be stored just now" in response.text
