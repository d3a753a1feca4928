"""The import page: a sheet is uploaded, looked at, and confirmed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cards import exports
from cards.models import Card
from tests.cards.make_contacts import make_card, make_person

pytestmark = pytest.mark.django_db


class TestImportPage:
    url = "/admin/cards/card/import/"
    confirm_url = "/admin/cards/card/process_import/"

    @pytest.fixture(autouse=True)
    def _files(self, settings: Any, tmp_path: Path) -> None:
        storages = {**settings.STORAGES}
        storages["default"] = {**storages["default"], "OPTIONS": {"location": tmp_path}}
        settings.STORAGES = storages

    @pytest.fixture
    def manager(self, client: Client) -> Client:
        client.force_login(make_person("Manager"))
        return client

    def upload(self, client: Client, data: str | bytes, name: str = "list.csv") -> Any:
        data = data.encode() if isinstance(data, str) else data
        asked = {"import_file": SimpleUploadedFile(name, data), "csrfmiddlewaretoken": "x"}
        return client.post(self.url, asked)

    def confirm(self, client: Client, page: Any) -> Any:
        return client.post(self.confirm_url, page.context["confirm_form"].initial)

    @pytest.mark.parametrize("group", ["", "Uploader", "Reviewer", "Analyst"])
    def test_others_are_refused_and_see_no_button(self, client: Client, group: str) -> None:
        client.force_login(make_person(group))
        assert client.get(self.url).status_code == 403
        assert self.upload(client, "Name\nAda\n").status_code == 403
        assert client.post(self.confirm_url).status_code == 403
        assert b"import_link" not in client.get("/admin/cards/card/").content
        assert not Card.objects.exists()

    def test_the_page_has_nothing_inline(self, manager: Client) -> None:
        page = manager.get(self.url)
        assert page.status_code == 200
        for forbidden in (b"<script>", b"style=", b"onclick", b"onchange"):
            assert forbidden not in page.content
        assert b"import_link" in manager.get("/admin/cards/card/").content

    def test_a_sheet_is_previewed_then_imported(self, manager: Client) -> None:
        card = make_card(full_name="Ada", city="York")
        page = self.upload(manager, f"id,full_name,Hall\n{card.id},Ada <b>Example</b>,\n,Bob,7\n")
        text = page.content.decode()
        assert "<del>Ada</del>" in text
        assert "<ins>Ada &lt;b&gt;Example&lt;/b&gt;</ins>" in text
        assert "Kept as extra fields: <code>Hall</code>" in text
        assert "style=" not in text
        assert Card.objects.count() == 1
        done = self.confirm(manager, page)
        assert done["Location"] == "/admin/cards/card/"
        assert LogEntry.objects.filter(change_message="Imported").count() == 2
        assert set(Card.objects.values_list("full_name", flat=True)) == {
            "Ada <b>Example</b>", "Bob",
        }  # fmt: skip

    def test_excel_is_known_by_its_bytes(self, manager: Client, tmp_path: Path) -> None:
        make_card(full_name="Ada")
        exports.write("xlsx", Card.objects.all(), tmp_path / "out")
        page = self.upload(manager, (tmp_path / "out").read_bytes(), "nonsense.csv")
        assert page.context["result"].totals["skip"] == 1

    def test_errors_are_shown_with_the_row_of_the_sheet(self, manager: Client) -> None:
        page = self.upload(manager, f"Name\nAda\n{'x' * 300}\n")
        assert "confirm_form" not in page.context
        assert "<td>3</td>" in page.content.decode()
        assert not Card.objects.exists()

    @pytest.mark.parametrize(
        "data", [b"", b"PK\x03\x04nonsense", b"\xd0\xcf\x11\xe0old", b"Name\n"]
    )
    def test_what_is_no_sheet_gets_a_sentence(self, manager: Client, data: bytes) -> None:
        page = self.upload(manager, data)
        assert page.status_code == 200
        assert page.context["form"].errors

    def test_a_card_changed_between_preview_and_confirmation_stops_it(
        self, manager: Client
    ) -> None:
        card = make_card(full_name="Ada")
        page = self.upload(manager, f"id,full_name\n{card.id},Bob\n,Cid\n")
        Card.objects.filter(pk=card.pk).move("approved", to="approved", full_name="Eve")
        done = self.confirm(manager, page)
        assert "changed after the preview" in done.content.decode()
        assert "Nothing was imported" in done.content.decode()
        assert [c.full_name for c in Card.objects.all()] == ["Eve"]

    def test_a_sheet_confirmed_twice_is_imported_once(self, manager: Client) -> None:
        page = self.upload(manager, "Name\nAda\n")
        self.confirm(manager, page)
        assert self.confirm(manager, page).status_code in (200, 302)
        assert Card.objects.count() == 1

    def test_the_name_of_the_waiting_file_leads_nowhere_else(self, manager: Client) -> None:
        page = self.upload(manager, "Name\nAda\n")
        asked = {**page.context["confirm_form"].initial, "import_file_name": "../../etc/passwd"}
        assert manager.post(self.confirm_url, asked).status_code in (200, 302)
        assert not Card.objects.exists()
