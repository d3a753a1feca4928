"""What leaves: every format holds every card and nothing that the card's text made up."""

from __future__ import annotations

import csv as stdlib_csv
import json
import pkgutil
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import duckdb
import openpyxl
import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from cards import exports
from cards.columns import COLUMNS, rows
from cards.exports.csv import guard, unguard
from cards.exports.vcard import fold
from cards.models import Batch, Card
from cards.resources import CardResource
from tests.cards.make_contacts import HOSTILE, PLAIN, make_card

SLUGS = sorted(exports.formats())
pytestmark = pytest.mark.django_db


def export(slug: str, folder: Path, cards: Any = None) -> Path:
    path = folder / f"contacts.{slug}"
    exports.write(slug, Card.objects.order_by("id") if cards is None else cards, path)
    return path


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(stdlib_csv.DictReader(file))


def read_xlsx(path: Path) -> list[dict[str, Any]]:
    lines = openpyxl.load_workbook(path).worksheets[0].iter_rows()
    names = [str(cell.value) for cell in next(lines)]
    return [dict(zip(names, line, strict=True)) for line in lines]


def read_vcards(path: Path) -> list[list[tuple[str, str]]]:
    """Unfolded (property, value) pairs of each card, values still escaped."""
    data = path.read_bytes()
    assert data.endswith(b"\r\n")
    assert data.count(b"\n") == data.count(b"\r\n") == data.count(b"\r")
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    for piece in data.split(b"\r\n"):
        piece.decode()  # no character is cut
    cards: list[list[tuple[str, str]]] = []
    for line in data.decode().replace("\r\n ", "").split("\r\n")[:-1]:
        name, _, value = line.partition(":")
        if (name, value) == ("BEGIN", "VCARD"):
            cards.append([])
        cards[-1].append((name, value))
    return cards


def test_every_file_in_the_folder_is_a_format() -> None:
    files = {module.name for module in pkgutil.iter_modules(exports.__path__)} - {"base"}
    assert set(exports.formats()) == files == {"csv", "duckdb", "jsonl", "vcard", "xlsx"}


@pytest.mark.parametrize("slug", SLUGS)
def test_a_format_fits_the_seam_of_import_export(slug: str, tmp_path: Path) -> None:
    make_card(full_name="Ada Example")
    format_ = exports.find(slug)
    assert format_.can_export()
    assert format_.get_title()
    assert format_.get_extension()
    assert "/" in format_.get_content_type()
    assert format_.is_binary()
    (tmp_path / "out").write_bytes(format_.export_data(CardResource().export()))
    assert format_.count(tmp_path / "out") == 1


@pytest.mark.parametrize("slug", SLUGS)
def test_no_cards_make_a_sound_empty_file(slug: str, tmp_path: Path) -> None:
    assert exports.find(slug).count(export(slug, tmp_path)) == 0


@pytest.mark.parametrize("slug", SLUGS)
def test_a_folder_with_odd_characters_does_no_harm(slug: str, tmp_path: Path) -> None:
    make_card(full_name="Ada Example")
    folder = tmp_path / "it's [1] *"
    folder.mkdir()
    assert exports.find(slug).count(export(slug, folder)) == 1
    assert len(list(folder.iterdir())) == 1


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("number", [3, 30])
def test_an_export_is_one_query(
    slug: str, number: int, tmp_path: Path, django_assert_num_queries: Any
) -> None:
    batches = [Batch.objects.create(name=f"Batch {n}") for n in range(number)]
    for batch in batches:
        make_card(batch)
    with django_assert_num_queries(1):
        export(slug, tmp_path)


def test_rows_come_in_the_order_of_the_columns() -> None:
    card = make_card(full_name="Ada Example", extra={"Hall": "7"})
    row = dict(
        zip((column.name for column in COLUMNS), next(rows(Card.objects.all())), strict=True)
    )
    assert row["id"] == card.id
    assert row["extra"] == {"Hall": "7"}
    assert (row["batch"], row["source"]) == ("Fair", "Spring fair")


class TestCompleteOrNotAtAll:
    @pytest.mark.parametrize("slug", SLUGS)
    def test_failure_leaves_the_old_file_and_no_litter(self, slug: str, tmp_path: Path) -> None:
        make_card()
        output = tmp_path / "out"
        output.write_text("old")

        def break_off(found: Any) -> Any:
            yield next(iter(found))
            raise OSError(28, "No space left on device")

        with pytest.raises(exports.ExportError, match="No space left"):
            exports.write(slug, Card.objects.all(), output, progress=break_off)
        assert output.read_text() == "old"
        assert list(tmp_path.iterdir()) == [output]

    def test_a_file_that_lost_a_row_is_not_delivered(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make_card()
        monkeypatch.setattr(exports.formats()["jsonl"], "count", lambda self, path: 0)
        with pytest.raises(exports.ExportError, match="0 of 1"):
            export("jsonl", tmp_path)
        assert not list(tmp_path.iterdir())

    def test_bad_places_and_formats_get_a_sentence(self, tmp_path: Path) -> None:
        cards = Card.objects.all()
        with pytest.raises(exports.ExportError, match="is a folder"):
            exports.write("csv", cards, tmp_path)
        with pytest.raises(exports.ExportError, match="There is no folder"):
            exports.write("csv", cards, tmp_path / "missing" / "out.csv")
        with pytest.raises(exports.ExportError, match="There is no format “pdf”; choose one of"):
            exports.write("pdf", cards, tmp_path / "out")
        with pytest.raises(exports.ExportError, match="There is no format “base”"):
            exports.write("base", cards, tmp_path / "out")


class TestCsv:
    @pytest.mark.parametrize("text", HOSTILE[:-1])
    def test_formula_becomes_text(self, text: str, tmp_path: Path) -> None:
        make_card(full_name=text, phone=text, notes=text)
        (row,) = read_csv(export("csv", tmp_path))
        for name in ("full_name", "notes"):
            assert unguard(row[name]) == text
            for piece in row[name].replace("\r", "\n").replace(";", "\n").split("\n"):
                assert not piece.lstrip(' \t"').startswith(("=", "+", "-", "@", "＝"))
        assert not row["phone"].startswith(("=", "@", "\t", "\r", "+1+"))

    @pytest.mark.parametrize("text", PLAIN)
    def test_other_text_stays(self, text: str, tmp_path: Path) -> None:
        make_card(phone=text)
        assert read_csv(export("csv", tmp_path))[0]["phone"] == text

    @pytest.mark.parametrize(
        "phone",
        ["+44 20 7946 0958", "+44 (0)20 7946 0958", "+442079460958", "-5", "+1 415 555-0100 x12",
         "+1 (415) 555-0100 ext. 7", "+1(415)555-0100"],
    )  # fmt: skip
    def test_telephone_number_stays_readable(self, phone: str) -> None:
        assert guard(phone, is_phone=True) == phone

    @pytest.mark.parametrize("phone", ["+1-415-555-0100", "+1+1", "+44 20\t=1", "=1", "+1/2"])
    def test_sum_in_a_phone_column_is_no_telephone_number(self, phone: str) -> None:
        assert guard(phone, is_phone=True).startswith("'")

    @given(st.text(alphabet="='\"+-@;\t\r\n ,a1＝", max_size=12) | st.text(max_size=40))
    def test_guard_can_be_undone(self, text: str) -> None:
        assert unguard(guard(text)) == text
        assert guard(text)[:1] not in tuple("=+-@\t\r\n＝")

    def test_excel_sees_accents(self, tmp_path: Path) -> None:
        make_card(full_name="Zoë")
        data = export("csv", tmp_path).read_bytes()
        assert data.startswith(b"\xef\xbb\xbfid,prefix,")
        assert "Zoë".encode() in data


class TestXlsx:
    @pytest.mark.parametrize("text", HOSTILE)
    def test_everything_is_text(self, text: str, tmp_path: Path) -> None:
        make_card(full_name=text, phone=text)
        path = export("xlsx", tmp_path)
        (row,) = read_xlsx(path)
        for name in ("full_name", "phone"):
            assert row[name].data_type == "s"
            assert row[name].value == text.replace("\r", "\n")
            assert row[name].quotePrefix or not text.lstrip().startswith(("=", "+", "-", "@"))
        with ZipFile(path) as archive:
            assert b"<f" not in archive.read("xl/worksheets/sheet1.xml").replace(b"<family", b"")

    def test_numbers_that_are_names_stay_text(self, tmp_path: Path) -> None:
        make_card(postal_code="01234", phone="+44 20 7946 0958", mobile="07700900123")
        (row,) = read_xlsx(export("xlsx", tmp_path))
        for name, text in (("postal_code", "01234"), ("phone", "+44 20 7946 0958"),
                           ("mobile", "07700900123")):  # fmt: skip
            assert (row[name].value, row[name].data_type) == (text, "s")
            assert row[name].number_format == "@"

    def test_illegal_characters_are_left_out(self, tmp_path: Path) -> None:
        make_card(full_name="A\x07d\x01a\ufffe", notes="山田\n太郎")
        (row,) = read_xlsx(export("xlsx", tmp_path))
        assert (row["full_name"].value, row["notes"].value) == ("Ada", "山田\n太郎")

    def test_the_sheet_is_ready_to_use(self, tmp_path: Path) -> None:
        make_card()
        sheet = openpyxl.load_workbook(export("xlsx", tmp_path)).worksheets[0]
        assert sheet.freeze_panes == "A2"
        assert sheet["A1"].font.bold
        assert sheet.auto_filter.ref == "A1:AN2"
        assert sheet.column_dimensions["A"].width > 30
        assert read_xlsx(tmp_path / "contacts.xlsx")[0]["created_at"].is_date


class TestVcard:
    def test_a_contact_has_its_properties(self, tmp_path: Path) -> None:
        card = make_card(
            prefix="Dr.", full_name="Zoë Ångström", first_name="Zoë", last_name="Ångström",
            native_name="山田", company="Ångström, Sons; Co", department="R&D", job_title="CEO",
            phone="+44 20 7946 0958", mobile="+44 7700 900123", email="z@angstrom.example",
            website="www.angstrom.example/a,b", address_1="1 High St", city="York",
            postal_code="YO1 1AA", notes='Back\\slash\r\n"two"',
        )  # fmt: skip
        (found,) = read_vcards(export("vcard", tmp_path))
        assert found[:2] == [("BEGIN", "VCARD"), ("VERSION", "3.0")]
        properties = dict(found)
        assert properties["N"] == "Ångström;Zoë;;Dr.;"
        assert properties["FN"] == "Zoë Ångström"
        assert properties["X-NATIVE-NAME"] == "山田"
        assert properties["ORG"] == "Ångström\\, Sons\\; Co;R&D"
        assert properties["TITLE"] == "CEO"
        assert properties["TEL;TYPE=WORK,VOICE"] == "+44 20 7946 0958"
        assert properties["TEL;TYPE=CELL,VOICE"] == "+44 7700 900123"
        assert properties["EMAIL;TYPE=INTERNET"] == "z@angstrom.example"
        assert properties["URL"] == "www.angstrom.example/a,b"
        assert properties["ADR;TYPE=WORK"] == ";;1 High St;York;;YO1 1AA;"
        assert properties["NOTE"] == 'Back\\\\slash\\n"two"'
        assert properties["UID"] == f"urn:uuid:{card.id}"
        assert properties["REV"] == card.updated_at.strftime("%Y-%m-%dT%H:%M:%SZ")

    @pytest.mark.parametrize("character", ["\r\n", "\n", "\r", "\x85", "\u2028", "\v", "\x1e"])
    def test_a_line_break_adds_no_property(self, character: str, tmp_path: Path) -> None:
        text = f"Ada{character}END:VCARD{character}TEL:666"
        make_card(full_name=text, email=text, website=text, company=text, phone=text)
        (found,) = read_vcards(export("vcard", tmp_path))
        assert [name for name, _ in found].count("END") == 1
        assert "TEL" not in dict(found)
        assert not any(c in value for _, value in found for c in "\r\n\x85\u2028\v\x1e")

    def test_every_contact_has_a_name(self, tmp_path: Path) -> None:
        make_card(company="Acme")
        make_card()
        found = [dict(card) for card in read_vcards(export("vcard", tmp_path))]
        assert {card["FN"] for card in found} == {"Acme", "Unnamed"}
        assert [card["N"] for card in found] == [";;;;"] * 2

    @given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs"]), max_size=300))
    def test_folding_cuts_no_character(self, line: str) -> None:
        pieces = fold(line).split("\r\n ")
        assert "".join(pieces) == line
        assert all(len(piece.encode()) <= 74 for piece in pieces[1:])


def test_jsonl_has_an_object_a_line(tmp_path: Path) -> None:
    make_card(full_name="山田\u2028\n太郎", languages="ja,en", extra={"Hall": "7"})
    lines = export("jsonl", tmp_path).read_bytes().split(b"\n")
    found = json.loads(lines[0])
    assert lines[1:] == [b""]
    assert list(found) == [column.name for column in COLUMNS]
    assert found["full_name"] == "山田\u2028\n太郎"
    assert found["languages"] == "ja,en"
    assert found["extra"] == {"Hall": "7"}
    assert found["created_at"].endswith("Z")
    assert "山田".encode() in lines[0]


def test_duckdb_has_types_comments_and_every_text(tmp_path: Path) -> None:
    made = [make_card(full_name=text, extra={"Hall": text}) for text in (*HOSTILE, *PLAIN)]
    with duckdb.connect(str(export("duckdb", tmp_path)), read_only=True) as database:
        described = database.execute(
            "SELECT column_name, data_type, comment FROM duckdb_columns()"
            " WHERE table_name = 'contacts'"
        ).fetchall()
        found = database.execute("SELECT id, full_name, extra->>'Hall' FROM contacts").fetchall()
        since = database.execute("SELECT epoch(min(created_at)) FROM contacts").fetchone()
    types = {name: kind for name, kind, _ in described}
    assert types["id"] == "UUID"
    assert types["created_at"] == "TIMESTAMP WITH TIME ZONE"
    assert types["extra"] == "JSON"
    assert types["phone"] == "VARCHAR"
    assert {comment for name, _, comment in described if name == "city"} == {"City or town."}
    assert {(card.id, card.full_name, card.full_name) for card in made} == set(found)
    assert since
    assert abs(since[0] - timezone.now().timestamp()) < 60


def test_further_fields_leave_in_the_order_of_their_names() -> None:
    """PostgreSQL keeps no other: the files are the same wherever the site is moved."""
    make_card(extra={"Stand": "12", "Anruf": [{"b": 1, "a": 2}]})
    row = dict(
        zip((column.name for column in COLUMNS), next(rows(Card.objects.all())), strict=True)
    )
    assert json.dumps(row["extra"]) == '{"Anruf": [{"a": 2, "b": 1}], "Stand": "12"}'
