from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django import DjangoAssertNumQueries, Settings

from cards import vault
from cards.models import Arrival, Batch, Card
from extraction import jobs
from extraction.models import Extraction
from tests import pictures
from tests.cast import Person

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Page

pytestmark = pytest.mark.django_db

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


# Who may upload


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


# Beginning a batch


def test_batch_keeps_what_the_form_said(uploader: Person) -> None:
    batch = begun(uploader, duplicate_policy="keep", extractor="offline")
    assert (batch.name, batch.source) == ("Spring fair", "Hall 4")
    assert (batch.duplicate_policy, batch.extractor) == ("keep", "offline")
    assert batch.created_by == uploader.user


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


# One row a file, with its own outcome


def test_file_is_taken_in(uploader: Person) -> None:
    arrival = sent(uploader, begun(uploader), "first.jpg", pictures.jpeg())
    card = Card.objects.get()
    assert (arrival["file"], arrival["outcome"], arrival["reason"]) == ("first.jpg", "taken_in", "")
    assert arrival["card"]["url"] == reverse("admin:cards_card_change", args=(card.pk,))
    assert arrival["card"]["thumb"].endswith("/thumb.jpg")
    assert arrival["card"]["is_read"] is False


def test_vault_remembers_who_uploaded(uploader: Person) -> None:
    sent(uploader, begun(uploader), "first.jpg", pictures.jpeg())
    document = vault.get_json(vault.card_name(Card.objects.get().pk))
    assert document["taken_in_by"] == uploader.user.get_username()


def test_file_is_to_be_read_by_the_extractor_of_the_batch(uploader: Person) -> None:
    sent(uploader, begun(uploader, extractor="offline"), "first.jpg", pictures.jpeg())
    job = Extraction.objects.get()
    assert (job.extractor, job.requested_by) == ("offline", uploader.user)


def test_file_that_is_here_says_so_and_links_to_its_card(uploader: Person) -> None:
    first = sent(uploader, begun(uploader), "first.jpg", pictures.jpeg())
    again = sent(uploader, begun(uploader, name="Second fair"), "copy.jpg", pictures.jpeg())
    assert again["outcome"] == "already_here"
    assert "“Spring fair”" in again["reason"]
    assert again["card"]["url"] == first["card"]["url"]


def test_file_that_is_here_is_kept_twice_when_the_batch_wants_both(uploader: Person) -> None:
    first = sent(uploader, begun(uploader), "first.jpg", pictures.jpeg())
    again = sent(uploader, begun(uploader, duplicate_policy="keep"), "copy.jpg", pictures.jpeg())
    assert again["outcome"] == "taken_in"
    assert again["card"]["url"] != first["card"]["url"]


def test_refused_file_says_why(uploader: Person) -> None:
    arrival = sent(uploader, begun(uploader), "locked.pdf", pictures.locked_pdf())
    assert arrival["outcome"] == "refused"
    assert arrival["reason"].startswith("The PDF is protected with a password")
    assert arrival["card"] is None


def test_empty_file_is_refused(uploader: Person) -> None:
    assert sent(uploader, begun(uploader), "empty.jpg", b"")["reason"] == "The file is empty."


def test_bad_files_do_not_keep_their_neighbours_out(uploader: Person) -> None:
    batch = begun(uploader)
    response = send(
        uploader.client, batch,
        upload("bomb.png", pictures.pixel_bomb()),
        upload("good.jpg", pictures.jpeg()),
        upload("cut.png", pictures.truncated(pictures.png())),
        upload("all.zip", pictures.zip_of({"a.png": pictures.png(), "../b.png": b"x"})),
    )  # fmt: skip
    found = {row["file"]: row["outcome"] for row in response.json()["arrivals"]}
    assert found == {
        "bomb.png": "refused",
        "good.jpg": "taken_in",
        "cut.png": "refused",
        "all.zip/a.png": "taken_in",
        "all.zip/../b.png": "refused",
    }


def test_file_that_went_to_disk_on_its_way_is_taken_in(
    uploader: Person, settings: Settings
) -> None:
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10
    data = pictures.jpeg()
    sent(uploader, begun(uploader), "first.jpg", data)
    side = Card.objects.get().sides.get()
    assert vault.get(vault.picture_name(side.picture, "image/jpeg")) == data


def test_request_without_a_file_is_a_sentence(uploader: Person) -> None:
    response = send(uploader.client, begun(uploader))
    assert response.status_code == 400
    assert response.json() == {"error": "No file came with the request; choose it again."}


def test_picture_without_text_ends_as_a_sentence_on_its_card(uploader: Person) -> None:
    batch = begun(uploader, extractor="offline")
    blank = pictures.saved(Image.new("RGB", (320, 200), "white"), "PNG")
    sent(uploader, batch, "blank.png", blank)
    assert jobs.run(Extraction.objects.get().pk)
    (row,) = status(uploader.client, batch).json()["arrivals"]
    assert row["card"]["is_read"] is True
    assert row["card"]["text"] == "nothing legible"
    assert row["card"]["notice"] == ("No text was found on the picture; type what you can see.")


# Hostile names


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("<img src=x onerror=alert(1)>.jpg", "<img src=x onerror=alert(1)>.jpg"),
        ("bidi\u202egpj.exe", "bidigpj.exe"),
        ("tab\tbell\x07.jpg", "tabbell.jpg"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("../../etc/passwd", "passwd"),
        ("名刺.jpg", "名刺.jpg"),
    ],
)
def test_hostile_name_arrives_harmless(uploader: Person, name: str, shown: str) -> None:
    file = io.BytesIO(pictures.jpeg())
    file.name = name
    url = reverse("admin:cards_upload_file", args=(begun(uploader).pk,))
    response = uploader.client.post(url, {"file": file}, headers=JSON)
    assert response.json()["arrivals"][0]["file"] == shown


def test_markup_in_names_is_shown_as_text(uploader: Person) -> None:
    markup = "<script>alert(1)</script>"
    batch = begun(uploader, name=markup, source=markup)
    sent(uploader, batch, "<script>alert(2)<script>.jpg", pictures.jpeg())
    text = uploader.client.get(f"{page()}?batch={batch.pk}").text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert "&lt;script&gt;alert(2)" in text


def test_name_of_ten_thousand_characters_ends_without_a_traceback(uploader: Person) -> None:
    batch = begun(uploader)
    uploader.client.raise_request_exception = False
    file = io.BytesIO(pictures.jpeg())
    file.name = "x" * 10_000 + ".jpg"
    url = reverse("admin:cards_upload_file", args=(batch.pk,))
    response = uploader.client.post(url, {"file": file}, headers=JSON)
    assert response.status_code == 400
    assert "Traceback" not in response.text
    assert sent(uploader, batch, "next.jpg", pictures.jpeg())["outcome"] == "taken_in"


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


# Status


def test_status_tells_every_file_of_the_batch(uploader: Person) -> None:
    batch = begun(uploader)
    sent(uploader, batch, "good.jpg", pictures.jpeg())
    sent(uploader, batch, "bad.jpg", b"no picture")
    rows = status(uploader.client, batch).json()["arrivals"]
    assert [(row["file"], row["outcome"]) for row in rows] == [
        ("good.jpg", "taken_in"),
        ("bad.jpg", "refused"),
    ]


def test_status_tells_what_was_read(uploader: Person) -> None:
    batch = begun(uploader)
    sent(uploader, batch, "good.jpg", pictures.jpeg())
    Card.objects.all().move(
        Card.Status.UPLOADED, to=Card.Status.NEEDS_REVIEW, full_name="Zoë Lindqvist",
        company="Lumen & Fjord", doubtful_fields=["fax"],
    )  # fmt: skip
    (row,) = status(uploader.client, batch).json()["arrivals"]
    assert row["card"]["text"] == "Zoë Lindqvist · Lumen & Fjord"
    assert row["card"]["doubtful"] == 1
    assert row["card"]["is_read"] is True


def test_status_costs_the_same_for_three_files_and_for_thirty(
    uploader: Person, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    batch = begun(uploader)
    counts = []
    for numbers in (range(3), range(3, 30)):
        members = {f"{number}.png": pictures.png(number) for number in numbers}
        send(uploader.client, batch, upload("all.zip", pictures.zip_of(members)))
        with django_assert_max_num_queries(8) as queries:
            response = status(uploader.client, batch)
        counts.append(len(queries))
    assert len(response.json()["arrivals"]) > 20
    assert counts[0] == counts[1]


# A vault that fails


@pytest.mark.usefixtures("full_vault")
def test_vault_that_is_down_is_a_sentence(uploader: Person) -> None:
    response = send(uploader.client, begun(uploader), upload("a.jpg", pictures.jpeg()))
    assert response.status_code == 503
    assert response.json()["error"].startswith("The pictures cannot be stored just now")


@pytest.mark.usefixtures("full_vault")
def test_vault_that_is_down_leaves_nothing_half_taken_in(uploader: Person) -> None:
    batch = begun(uploader)
    send(uploader.client, batch, upload("a.jpg", pictures.jpeg()))
    assert not Card.objects.exists()
    assert not Extraction.objects.exists()
    assert not batch.arrivals.exists()


def test_vault_that_goes_down_loses_nothing_that_was_taken_in(
    uploader: Person, request: pytest.FixtureRequest
) -> None:
    batch = begun(uploader)
    sent(uploader, batch, "before.jpg", pictures.jpeg())
    request.getfixturevalue("full_vault")
    assert send(uploader.client, batch, upload("a.png", pictures.png())).status_code == 503
    (row,) = status(uploader.client, batch).json()["arrivals"]
    assert (row["file"], row["outcome"]) == ("before.jpg", "taken_in")


@pytest.mark.usefixtures("full_vault")
def test_vault_that_is_down_is_a_refused_row_without_script(uploader: Person) -> None:
    files = [upload("a.jpg", pictures.jpeg())]
    response = uploader.client.post(page(), {**NAMED, "file": files}, follow=True)
    assert response.status_code == 200
    assert "The pictures cannot be stored just now" in response.text


def test_no_upload_is_left_in_the_folder_of_public_files(
    uploader: Person, settings: Settings
) -> None:
    sent(uploader, begun(uploader), "first.jpg", pictures.jpeg())
    public = Path(settings.STORAGES["default"]["OPTIONS"]["location"])
    assert not public.exists() or not list(public.rglob("*.*"))
