"""What the uploader is told of each file: at once, later on, and when the vault fails."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.urls import reverse
from PIL import Image
from pytest_django import DjangoAssertNumQueries, Settings

from cards import vault
from cards.models import Card
from extraction import jobs
from extraction.models import Extraction
from tests import pictures
from tests.cards.make_uploads import JSON, begun, page, send, sent, status, upload
from tests.cast import Person

pytestmark = pytest.mark.django_db


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


def test_no_upload_is_left_in_the_folder_of_public_files(
    uploader: Person, settings: Settings
) -> None:
    sent(uploader, begun(uploader), "first.jpg", pictures.jpeg())
    public = Path(settings.STORAGES["default"]["OPTIONS"]["location"])
    assert not public.exists() or not list(public.rglob("*.*"))


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
