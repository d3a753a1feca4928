"""The page of publications: who finds it, what can be had there, and "Publish now"."""

from __future__ import annotations

import hashlib
from html import unescape
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

from backoffice.analytics import nights
from backoffice.analytics.publications import Publication
from backoffice.analytics.publish import publish
from cards.models import Card
from tests.cast import Person
from tests.extraction.readings import count_queries, put_card

pytestmark = pytest.mark.django_db
URL = "/admin/publications/"


@pytest.fixture
def published(mira: Card) -> Publication:
    return publish()


def shown(client: Client) -> str:
    response = client.get(URL)
    assert response.status_code == 200
    return unescape(response.content.decode())


def test_analysts_find_the_newest_with_what_is_in_it(
    analyst: Person, published: Publication
) -> None:
    page = shown(analyst.client)
    assert "1 approved contact of 1 card" in page
    assert "card_desk.duckdb" in page
    assert published.files["contacts.csv"]["sha256"] in page
    assert "cards.sqlite3" not in page
    assert URL in analyst.client.get("/admin/").content.decode()


def test_earlier_ones_are_below(analyst: Person, published: Publication) -> None:
    put_card()
    publish()
    page = shown(analyst.client)
    assert page.index("of 2 cards") < page.index("Earlier") < page.index("of 1 card,")


def test_before_the_first_the_page_says_when_there_will_be_one(analyst: Person) -> None:
    assert "Nothing has been published yet" in shown(analyst.client)


def test_only_those_who_may_export_get_in(
    published: Publication,
    uploader: Person,
    reviewer: Person,
    outsider: Person,
    visitor: Client,
    told: list[str],
) -> None:
    addresses = (URL, f"{URL}{published.name}/contacts.csv")
    for person in (uploader, reviewer, outsider):
        assert [person.client.get(url).status_code for url in addresses] == [403, 403]
        assert person.client.post(f"{URL}now").status_code == 403
        assert URL not in person.client.get("/admin/").content.decode()
    assert [visitor.get(url).status_code for url in addresses] == [302, 302]
    assert visitor.post(f"{URL}now").status_code == 302
    assert told == []


@pytest.mark.parametrize("name", ["contacts.csv", "contacts.parquet", "card_desk.duckdb"])
def test_a_download_is_the_file_that_was_published(
    analyst: Person, published: Publication, name: str
) -> None:
    response = analyst.client.get(f"{URL}{published.name}/{name}")
    data = b"".join(response)  # a response that streams is what it yields
    assert hashlib.sha256(data).hexdigest() == published.files[name]["sha256"]
    stem, ending = name.split(".")
    assert response["Content-Disposition"] == (
        f'attachment; filename="{stem}-{published.name}.{ending}"'
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    [
        "{name}/manifest.json", "{name}/site/cards.sqlite3", "{name}/site%2Fcards.sqlite3",
        "{name}/..%2F..%2Fsecret-key", "../contacts.csv", "..%2F/contacts.csv",
        "newest/contacts.csv", "20000101T000000Z/contacts.csv", "{name}/nothing.csv",
    ],
)  # fmt: skip
def test_nothing_else_can_be_had(analyst: Person, published: Publication, path: str) -> None:
    response = analyst.client.get(URL + path.format(name=published.name))
    assert response.status_code == 404


def test_a_damaged_file_is_refused_with_a_sentence(analyst: Person, published: Publication) -> None:
    path = published.folder / "contacts.csv"
    path.chmod(0o644)
    path.write_bytes(b"id\r\n")
    response = analyst.client.get(f"{URL}{published.name}/contacts.csv")
    assert response.status_code == 503
    assert "take another publication" in response.content.decode()


def test_publish_now_asks_a_worker_once(analyst: Person, told: list[str], place: Path) -> None:
    assert "Publish now" in shown(analyst.client)
    for _ in range(2):
        response = analyst.client.post(f"{URL}now", follow=True)
        assert "A publication is being made." in response.content.decode()
    assert told == ["backoffice.tasks.keep_safe"]
    assert "Publish now" not in shown(analyst.client)
    nights.tend()
    page = shown(analyst.client)
    assert "A publication is being made." not in page
    assert "Publish now" in page


def test_looking_publishes_nothing(analyst: Person, told: list[str]) -> None:
    assert analyst.client.get(f"{URL}now").status_code == 405
    assert told == []


def test_a_failure_is_told(analyst: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    standing = nights.Standing(None, "The disk is full.", None)
    monkeypatch.setattr(nights, "standing", lambda: standing)
    page = shown(analyst.client)
    assert "The last publication failed." in page
    assert "The disk is full." in page


def test_the_page_costs_no_query_for_a_publication(analyst: Person, mira: Card) -> None:
    before = count_queries(analyst.client, URL)
    publish()
    publish()
    assert count_queries(analyst.client, URL) == before


def test_the_page_is_there_in_german(analyst: Person, published: Publication) -> None:
    response = analyst.client.get(URL, headers={"accept-language": "de"})
    translation.deactivate()
    assert response.status_code == 200
