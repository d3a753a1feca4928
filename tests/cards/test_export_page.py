"""The export page: who may, which cards, and how the file is delivered."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cards import exports
from tests.cards.make_contacts import make_card, make_person

SLUGS = sorted(exports.formats())
pytestmark = pytest.mark.django_db


class TestExportPage:
    url = "/admin/cards/card/export/"

    def read(self, response: Any) -> list[dict[str, str]]:
        text = response.getvalue().decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline="")))

    @pytest.fixture
    def analyst(self, client: Client) -> Client:
        client.force_login(make_person("Analyst"))
        return client

    @pytest.mark.parametrize("group", ["", "Uploader", "Reviewer"])
    def test_others_are_refused_and_see_no_button(self, client: Client, group: str) -> None:
        client.force_login(make_person(group))
        assert client.get(self.url).status_code == 403
        assert client.post(self.url, {"which": "all", "format": "csv"}).status_code == 403
        card = make_card()
        page = client.get("/admin/cards/card/")
        assert b"export_link" not in page.content
        assert b"export_selected" not in page.content
        act = {"action": "export_selected", "_selected_action": str(card.pk)}
        assert b"Download" not in client.post("/admin/cards/card/", act).content

    def test_signed_out_is_sent_to_the_door(self, client: Client) -> None:
        assert client.get(self.url).status_code == 302

    def test_approved_is_the_default_and_each_choice_has_its_number(self, analyst: Client) -> None:
        make_card()
        make_card(status="needs_review")
        make_card(status="rejected")
        page = analyst.get(self.url)
        form = page.context["form"]
        assert form["which"].initial == "approved"
        assert [label for _, label in form.fields["which"].choices] == [
            "Approved (1)", "To review (1)", "All (3)",
        ]  # fmt: skip
        assert "inline" not in page.content.decode()
        for forbidden in (b"<script>", b"style=", b"onclick", b"onchange"):
            assert forbidden not in page.content

    def test_download_is_an_attachment_with_a_sane_name(self, analyst: Client) -> None:
        make_card(full_name="Ada")
        make_card(full_name="Bob", status="needs_review")
        response = analyst.post(self.url, {"which": "approved", "format": "csv"})
        day = timezone.localdate().isoformat()
        assert response["Content-Disposition"] == (
            f'attachment; filename="contacts-{day}-approved.csv"'
        )
        assert response["Content-Type"] == "text/csv; charset=utf-8"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert [row["full_name"] for row in self.read(response)] == ["Ada"]

    @pytest.mark.parametrize("slug", SLUGS)
    def test_every_format_can_be_downloaded(self, analyst: Client, slug: str) -> None:
        make_card(full_name="Ada")
        response = analyst.post(self.url, {"which": "all", "format": slug})
        assert response.status_code == 200
        assert response["Content-Type"] == exports.find(slug).get_content_type()
        assert response.getvalue()

    def test_filter_of_the_list_is_kept(self, analyst: Client) -> None:
        make_card(full_name="Ada", contact_type="B2B")
        make_card(full_name="Bob", contact_type="D2C", status="needs_review")
        make_card(full_name="Cid", contact_type="D2C")
        url = f"{self.url}?contact_type__exact=D2C"
        page = analyst.get(url)
        assert page.context["form"]["which"].initial == "all"
        assert page.context["export_url"] == url
        response = analyst.post(url, {"which": "all", "format": "csv"})
        assert {row["full_name"] for row in self.read(response)} == {"Bob", "Cid"}
        response = analyst.post(f"{self.url}?q=ada", {"which": "all", "format": "csv"})
        assert {row["full_name"] for row in self.read(response)} == {"Ada"}

    def test_status_in_the_address_is_a_choice(self, analyst: Client) -> None:
        page = analyst.get(f"{self.url}?status=needs_review")
        assert page.context["form"]["which"].initial == "needs_review"
        assert page.context["export_url"] == f"{self.url}?"

    def test_unknown_filter_does_no_harm(self, analyst: Client) -> None:
        assert analyst.get(f"{self.url}?created_at__gte=nonsense").status_code == 302

    def test_selected_cards_are_exported(self, analyst: Client) -> None:
        ada = make_card(full_name="Ada", status="needs_review")
        make_card(full_name="Bob")
        act = {"action": "export_selected", "_selected_action": str(ada.pk)}
        page = analyst.post("/admin/cards/card/", act)
        assert page.context["ids"] == [str(ada.pk)]
        asked = {"which": "all", "format": "csv", "export_items": page.context["ids"]}
        response = analyst.post(page.context["export_url"], asked)
        assert [row["full_name"] for row in self.read(response)] == ["Ada"]

    def test_all_rows_of_the_list_are_told_by_its_filter(self, analyst: Client) -> None:
        ada = make_card(full_name="Ada")
        act = {
            "action": "export_selected", "_selected_action": str(ada.pk), "select_across": "1",
        }  # fmt: skip
        response = analyst.post("/admin/cards/card/?q=a", act)
        assert response["Location"] == f"{self.url}?q=a"

    def test_bad_ids_are_refused(self, analyst: Client) -> None:
        asked = {"which": "all", "format": "csv", "export_items": "x' OR 1=1"}
        assert analyst.post(self.url, asked).status_code == 403

    @pytest.mark.parametrize("number", [3, 30])
    def test_page_asks_the_same_few_queries(
        self, analyst: Client, number: int, django_assert_max_num_queries: Any
    ) -> None:
        for _ in range(number):
            make_card()
        with django_assert_max_num_queries(8):
            analyst.get(self.url)
