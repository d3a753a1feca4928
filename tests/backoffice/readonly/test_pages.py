"""What staff read while the database is down. No test here may touch a database."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.formats import date_format

from backoffice.analytics.publications import Publication
from backoffice.readonly import passes
from tests.backoffice.readonly.conftest import MIRA, ROSA, Publish, document, holding

LIST = "/admin/cards/card/"
CARD = f"{LIST}{ROSA}/change/"


def text(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


def test_the_list_shows_all_cards_under_the_age_of_the_publication(
    holder: Client, published: Publication
) -> None:
    page = text(holder, LIST)
    assert page.index("Mira Ahlström") < page.index("Rosa Halloway")
    assert "The database does not answer." in page
    assert date_format(published.as_of, "DATETIME_FORMAT") in page
    assert "Mona" in page


def test_the_first_page_leads_to_the_list(holder: Client) -> None:
    for address in ("/", "/admin/", "/admin/review/waitingcard/"):
        assert holder.get(address).headers["Location"] == LIST


@pytest.mark.parametrize(
    "search", ["ahlström", "AHLSTRÖM nordlicht", "030 9012345", "+49 30 9012 345", "mira@nord"]
)
def test_a_search_finds_words_and_numbers_however_they_are_written(
    holder: Client, search: str
) -> None:
    page = holder.get(LIST, {"q": search}).content.decode()
    assert "Mira Ahlström" in page
    assert "Rosa Halloway" not in page


def test_a_search_for_nobody_says_so(holder: Client) -> None:
    assert "Nothing fits this search." in text(holder, f"{LIST}?q=%25")


def test_the_list_can_be_narrowed_to_a_status(holder: Client) -> None:
    page = text(holder, f"{LIST}?status__exact=approved")
    assert "Rosa Halloway" in page
    assert "Mira Ahlström" not in page


def test_a_long_list_has_pages(down: None, publish: Publish) -> None:
    publish(
        document(f"0198a000-0000-7000-8000-{n:012d}", "approved", full_name=f"Guest {n}.")
        for n in range(120)
    )
    client = holding("cards.view_card")
    assert "Guest 49." in text(client, LIST)
    last = text(client, f"{LIST}?p=3&q=guest")
    assert "Guest 119." in last
    assert "Guest 99." not in last
    assert 'href="?p=1&amp;q=guest"' in last
    assert "Guest 119." in text(client, f"{LIST}?p=99999")


def test_a_card_shows_its_fields_and_further_ones(holder: Client) -> None:
    page = text(holder, CARD)
    for words in ("Rosa Halloway", "Northwind", "Stand", "Hall 4", "Approved", "fair.jpg"):
        assert words in page


def test_a_doubtful_field_is_marked(holder: Client) -> None:
    page = text(holder, f"{LIST}{MIRA}/change/")
    assert "doubtful" in page.partition("mira@nordlicht.example")[2][:100]


def test_a_card_comes_with_its_picture(holder: Client) -> None:
    for size in ("thumb", "view"):
        response = holder.get(f"{LIST}{ROSA}/sides/0/{size}.jpg")
        assert response.headers["Content-Type"] == "image/jpeg"
        assert response.content.startswith(b"\xff\xd8\xff")
    original = holder.get(f"{LIST}{ROSA}/sides/0/original")
    assert b"".join(original.streaming_content).startswith(b"\xff\xd8\xff")  # type: ignore[attr-defined]
    assert holder.get(f"{LIST}{ROSA}/sides/1/view.jpg").status_code == 404


@pytest.mark.parametrize("address", ["review/waitingcard/{}/change/", "review/history/{}/"])
def test_the_pages_where_a_card_is_worked_on_lead_to_it(holder: Client, address: str) -> None:
    assert holder.get(f"/admin/{address.format(ROSA)}").headers["Location"] == CARD


def test_a_card_that_is_not_published_is_not_found(holder: Client) -> None:
    text(holder, f"{LIST}0198a000-0000-7000-8000-00000000000f/change/", status=404)


def test_what_stands_on_cards_is_text_and_nothing_else(down: None, publish: Publish) -> None:
    hostile = "<script>alert(1)</script>"
    publish([document(ROSA, "approved", full_name=hostile) | {"extra": {hostile: hostile}}])
    client = holding("cards.view_card")
    for address in (LIST, CARD, f"{LIST}?q={hostile}"):
        assert hostile not in text(client, address)


def test_publications_of_other_versions_stay_readable(down: None, publish: Publish) -> None:
    publish(
        [
            {"id": ROSA, "fields": {"full_name": "Rosa Halloway", "fax_2": "0301"}, "sides": [{}]},
            {"id": MIRA, "fields": {"full_name": "Mira"}, "status": "framed", "added_at": "?",
             "sides": None, "doubtful_fields": None, "extra": [], "later": {"more": 1}},
        ]
    )  # fmt: skip
    client = holding(*passes.PERMISSIONS)
    assert "framed" in text(client, LIST)
    assert "fax_2" in text(client, CARD).lower()
    assert "Mira" in text(client, f"{LIST}{MIRA}/change/")


def test_a_damaged_publication_counts_as_none(down: None, published: Publication) -> None:
    path = published.folder / "site" / "cards.sqlite3"
    path.write_bytes(path.read_bytes().replace(b"Rosa", b"Rasa"))
    page = text(holding("cards.view_card"), LIST, status=503)
    assert "nothing was published" in page


@pytest.mark.parametrize("address", [LIST, CARD, "/admin/login/", "/admin/", "/anything"])
def test_without_a_pass_nothing_is_shown(down: None, published: Publication, address: str) -> None:
    page = text(Client(headers={"accept": "text/html"}), address, status=503)
    assert "Nobody can sign in just now" in page
    assert "Rosa" not in page


def test_a_pass_opens_only_what_its_holder_may_see(down: None, published: Publication) -> None:
    blind, nobody = holding("cards.view_card"), holding()
    assert "<img class" not in text(blind, LIST)
    assert blind.get(f"{LIST}{ROSA}/sides/0/view.jpg").status_code == 403
    assert blind.get("/admin/publications/").status_code == 403
    text(nobody, LIST, status=403)


@pytest.mark.parametrize("address", [LIST, CARD, "/admin/login/", "/admin/cards/card/upload/"])
def test_a_form_is_refused_with_a_sentence(holder: Client, address: str) -> None:
    response = holder.post(address, {"full_name": "Rosa"})
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "15"
    assert "Nothing was saved" in response.content.decode()


def test_a_large_upload_is_refused_and_nobody_asks_who_sends_it(holder: Client) -> None:
    file = SimpleUploadedFile("card.jpg", b"x" * 300_000)
    response = holder.post("/admin/cards/card/upload/1/file", {"file": file})
    assert response.status_code == 503


def test_a_form_from_another_site_changes_no_language(holder: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = holder.cookies
    assert strict.post("/language", {"language": "de"}).status_code == 403
    assert holder.post("/language", {"language": "de"}).cookies["django_language"].value == "de"


def test_a_script_is_refused_in_json(holder: Client) -> None:
    response = holder.post(LIST, headers={"accept": "application/json"})
    assert response.status_code == 503
    assert "nothing can be changed" in response.json()["error"]


def test_a_page_that_needs_the_database_says_so(holder: Client) -> None:
    page = text(holder, "/admin/extraction/call/", status=503)
    assert "This page needs the database" in page


def test_whoever_signs_out_gives_the_pass_back(holder: Client) -> None:
    holder.cookies["sessionid"] = "abc"
    response = holder.post("/admin/logout/")
    assert "You are signed out" in response.content.decode()
    assert not response.cookies[passes.COOKIE].value
    assert not response.cookies["sessionid"].value
    text(holder, LIST, status=503)


def test_another_site_cannot_sign_anybody_out(holder: Client) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"accept": "text/html"})
    strict.cookies = holder.cookies
    assert strict.post("/admin/logout/").status_code == 403


def test_files_of_publications_can_be_downloaded_and_no_others(
    holder: Client, published: Publication
) -> None:
    base = f"/admin/publications/{published.name}/"
    assert f"{base}contacts.csv" in text(holder, "/admin/publications/")
    response = holder.get(f"{base}contacts.csv")
    assert b"".join(response.streaming_content).startswith(b"full_name")  # type: ignore[attr-defined]
    assert "attachment" in response.headers["Content-Disposition"]
    for address in (f"{base}manifest.json", f"{base}site", "/admin/publications/x/y"):
        text(holder, address, status=404)


def test_pages_are_as_safe_as_all_others_and_kept_by_no_browser(holder: Client) -> None:
    for address in (LIST, CARD, "/admin/cards/card/upload/", "/admin/login/"):
        headers = holder.get(address).headers
        assert headers["Cache-Control"] == "no-store, private"
        assert headers["X-Frame-Options"] == "DENY"
        assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_pages_speak_the_language_of_their_reader(down: None, published: Publication) -> None:
    german = holding(*passes.PERMISSIONS, language="de")
    page = text(german, CARD)
    assert '<html lang="de"' in page
    assert "Vorderseite der Karte" in page


def test_probes_are_told_that_the_site_lives_and_is_not_ready(holder: Client) -> None:
    assert holder.get("/livez").content == b"ok, read-only\n"
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"ready": False, "trouble": ["database"], "read_only": True}


def test_hosts_that_are_not_ours_are_refused(holder: Client) -> None:
    assert holder.get(LIST, headers={"host": "elsewhere.example"}).status_code == 400
