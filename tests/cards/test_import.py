"""What comes in: a sheet of contacts is previewed, then imported whole or not at all."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.utils import timezone

from cards import exports
from cards.fields import CONTACT_COLUMNS
from cards.headers import clean, map_headers
from cards.models import Batch, Card
from cards.resources import CardResource
from tests.cards.make_contacts import HOSTILE, PLAIN, make_card, make_person

pytestmark = pytest.mark.django_db


def bring_in(text: str | bytes, slug: str = "csv", **kwargs: Any) -> Any:
    data = text.encode() if isinstance(text, str) else text
    dataset = exports.find(slug).create_dataset(data)
    return CardResource().import_data(dataset, file_name="list.csv", **kwargs)


def errors(result: Any) -> dict[int, str]:
    return {row.number: str(row.error_dict) for row in result.invalid_rows}


class TestHeaders:
    def test_names_labels_and_those_of_other_programs_are_known(self) -> None:
        for column in CONTACT_COLUMNS:
            for header in (column.name, str(column.verbose_name), column.name.upper()):
                assert map_headers([header]).by_field == {column.name: (header,)}
            for header in column.info.crm:
                assert map_headers([header.upper()]).by_field, header

    def test_the_first_filled_column_counts_and_the_other_is_kept(self) -> None:
        mapped = map_headers(["E-mail Address", "Email", "Hall"])
        values = mapped.values({"E-mail Address": "b@b.example", "Email": "a@a.example"})
        assert values["email"] == "a@a.example"
        assert values["unknown"] == {"Hall": "", "E-mail Address": "b@b.example"}
        assert mapped.values({"E-mail Address": "b@b.example"})["email"] == "b@b.example"

    def test_columns_of_an_export_are_ignored_only_in_an_export(self) -> None:
        assert map_headers(["id", "status"], {"status"}).ignored == ("status",)
        assert map_headers(["Name", "status"], {"status"}).unknown == ("status",)

    def test_cells_become_clean_text(self) -> None:
        assert clean(12345.0) == "12345"
        assert clean(datetime(2026, 11, 21)) == "2026-11-21"
        assert clean(" a\r\nb\x00 ") == "a\nb"
        assert clean(None) == ""


class TestNewContacts:
    def test_each_row_becomes_an_approved_card_in_a_batch_of_the_file(self) -> None:
        user = make_person("Manager")
        result = bring_in("Name,Hall\nAda Example,7\nBob Example,\n", user=user)
        assert dict(result.totals)["new"] == 2
        ada, bob = Card.objects.order_by("full_name")
        assert (ada.full_name, ada.extra, bob.extra) == ("Ada Example", {"Hall": "7"}, {})
        assert ada.status == "approved"
        assert ada.approved_at
        assert ada.is_edited
        assert ada.batch == bob.batch
        assert (ada.batch.name, ada.batch.source) == ("Import of list.csv", "import")
        assert ada.batch.created_by == user
        assert not ada.sides.exists()

    def test_rows_without_a_word_are_left_out(self) -> None:
        bring_in("Name,Company\nAda,\n,\nBob,\n,\n")
        assert Card.objects.count() == 2

    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
    def test_sheets_of_many_programs_are_read(self, delimiter: str, encoding: str) -> None:
        text = delimiter.join(("First Name", "Ort", "Company")) + "\r\n"
        text += delimiter.join(("Zoë", "Köln", '"Acme\nGmbH"')) + "\r\n"
        bring_in(text.encode(encoding))
        card = Card.objects.get()
        assert (card.first_name, card.company) == ("Zoë", "Acme\nGmbH")
        assert card.extra == {"Ort": "Köln"}

    def test_excel_numbers_and_dates_become_text(self) -> None:
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        sheet.append(["Name", "ZIP", "Phone", "Met", None])
        sheet.append(["Ada", 1234, 442079460958.0, datetime(2026, 11, 21), "x"])
        sheet.append([None, None])
        file = io.BytesIO()
        book.save(file)
        bring_in(file.getvalue(), "xlsx")
        card = Card.objects.get()
        assert (card.postal_code, card.phone) == ("1234", "442079460958")
        assert card.extra == {"Met": "2026-11-21", "Column 5": "x"}


class TestCorrections:
    def test_a_known_card_is_corrected_and_its_version_counts_up(self) -> None:
        card = make_card(full_name="Ada", city="York", status="needs_review", approved_at=None)
        result = bring_in(f"id,full_name,status\n{card.id},Ada Example,approved\n")
        assert result.totals["update"] == 1
        card.refresh_from_db()
        assert (card.full_name, card.city) == ("Ada Example", "York")
        assert (card.version, card.is_edited) == (1, True)
        assert card.status == "needs_review"
        assert Batch.objects.count() == 1

    @pytest.mark.parametrize("slug", ["csv", "xlsx"])
    def test_an_export_that_comes_back_changes_nothing(self, slug: str, tmp_path: Path) -> None:
        for text in (*HOSTILE, *PLAIN, "01234", "1e5", "TRUE", "\x07bell", "  spaces "):
            make_card(full_name=text, phone=text, notes=text, extra={"Hall": text, "n": 7})
        exports.write(slug, Card.objects.all(), tmp_path / "out")
        result = bring_in((tmp_path / "out").read_bytes(), slug)
        assert not errors(result)
        assert not result.has_errors()
        assert result.totals["skip"] == Card.objects.count()
        assert not Card.objects.filter(version__gt=0).exists()

    def test_an_empty_cell_empties_the_field(self) -> None:
        card = make_card(full_name="Ada", city="York", extra={"Hall": "7", "Day": "2"})
        bring_in(f"id,city,Hall\n{card.id},,\n")
        card.refresh_from_db()
        assert (card.full_name, card.city, card.extra) == ("Ada", "", {"Day": "2"})

    def test_a_card_changed_after_the_preview_is_not_overwritten(self) -> None:
        card = make_card(full_name="Ada")
        seen = timezone.now()
        Card.objects.filter(pk=card.pk).move("approved", to="approved", full_name="Eve")
        dataset = exports.find("csv").create_dataset(f"id,full_name\n{card.id},Bob\n")
        result = CardResource(previewed_at=seen).import_data(dataset)
        assert "changed after the preview" in errors(result)[1]
        card.refresh_from_db()
        assert card.full_name == "Eve"

    def test_a_card_changed_during_the_import_is_not_overwritten(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        card = make_card(full_name="Ada")
        validate = CardResource.validate_instance

        def interfere(self: Any, instance: Card, *args: Any, **kwargs: Any) -> None:
            Card.objects.filter(pk=card.pk).move("approved", to="approved")
            validate(self, instance, *args, **kwargs)

        monkeypatch.setattr(CardResource, "validate_instance", interfere)
        result = bring_in(f"id,full_name\n{card.id},Bob\n")
        assert "changed during the import" in errors(result)[1]
        card.refresh_from_db()
        assert card.full_name == "Ada"

    def test_each_written_card_is_told_to_who_keeps_the_record(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told: list[Any] = []
        monkeypatch.setattr(
            CardResource, "keep_record", staticmethod(lambda *found: told.append(found))
        )
        user = make_person("Manager")
        card = make_card(full_name="Ada", city="York")
        bring_in(f"id,full_name,city\n{card.id},Bob,York\n,Cid,\n", user=user)
        assert told[0] == (card, {"full_name": "Ada"}, user)
        assert told[1][1:] == (None, user)


class TestRefusals:
    def test_bad_values_are_told_with_their_row_and_nothing_is_written(self) -> None:
        card = make_card(full_name="Ada")
        result = bring_in(
            "id,full_name,contact_type,extra\n"
            f"{card.id},Bob,B2B,\n"
            f",{'x' * 201},,\n"
            ",Cid,B2X,\n"
            "no-id,Dee,,\n"
            "01890000-0000-7000-8000-000000000000,Eve,,\n"
            f"{card.id},Fay,,\n"
            ",Gil,,[1]\n"
        )
        found = errors(result)
        assert set(found) == {2, 3, 4, 5, 6, 7}
        assert "200 characters" in found[2]
        assert "contact_type" in found[3]
        assert "No card has this id" in found[4]
        assert "No card has this id" in found[5]
        assert "An earlier row has the same id" in found[6]
        assert "no JSON object" in found[7]
        assert Card.objects.get().full_name == "Ada"
        assert Batch.objects.count() == 1

    def test_a_sheet_without_a_known_header_is_refused(self) -> None:
        result = bring_in("Colour,Weight\nred,7\n")
        assert "None of the headers" in str(result.base_errors[0].error)
        assert not Card.objects.exists()

    def test_a_sheet_with_too_many_rows_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("cards.resources.MAX_IMPORT_ROWS", 2)
        monkeypatch.setattr("cards.exports.csv.MAX_IMPORT_ROWS", 2)
        result = bring_in("Name\n" + "Ada\n" * 5)
        assert "the limit is 2" in str(result.base_errors[0].error)
        assert not Card.objects.exists()


@pytest.mark.parametrize("number", [3, 30])
def test_a_preview_asks_the_same_few_queries(number: int, django_assert_num_queries: Any) -> None:
    lines = "".join(f"{make_card().id},Ada {n}\n" for n in range(number))
    with django_assert_num_queries(1):
        result = bring_in(f"id,full_name\n{lines}", dry_run=True)
    assert result.totals["update"] == number
    assert not Card.objects.exclude(full_name="").exists()
