"""The tables that analysts get, and the figures in them."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from backoffice.analytics import publications, sources, tables
from backoffice.analytics.publish import publish
from cards.models import Card
from review.models import Review, SecondLook
from tests.backoffice.analytics.conftest import DAY, decide
from tests.extraction.readings import put_call, put_card, put_reading, result

pytestmark = pytest.mark.django_db


def ask(sql: str) -> list[dict[str, Any]]:
    """The rows that a query finds in a publication of all that is there."""
    import duckdb

    file = publish().folder / publications.DATABASE
    with closing(duckdb.connect(str(file), read_only=True)) as desk:
        answer = desk.execute(sql)
        names = [column[0] for column in answer.description]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def test_every_file_of_models_is_a_table_and_a_parquet_file() -> None:
    import duckdb

    made = publish()
    names = {path.stem for path in tables.MODELS.glob("*.sql")}
    assert set(made.counts) == names
    for name in names:
        file = made.folder / f"{name}.parquet"
        assert duckdb.read_parquet(str(file)).columns


def test_every_table_says_what_it_is() -> None:
    said = ask("SELECT table_name, comment FROM duckdb_tables() WHERE NOT internal")
    assert all(row["comment"] for row in said)
    columns = ask(
        "SELECT comment FROM duckdb_columns()"
        " WHERE table_name = 'contacts' AND column_name = 'company'"
    )
    assert columns[0]["comment"] == Card._meta.get_field("company").help_text


def test_comments_are_about_columns_that_exist() -> None:
    found = ask("SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal")
    columns = {(row["table_name"], row["column_name"]) for row in found}
    told = {(table.name, name) for table in tables.tables() for name in table.columns}
    assert told <= columns


def test_accuracy_holds_a_first_approval_against_the_reading_before_it(mira: Card) -> None:
    put_reading(mira, result(full_name="Later"), finished_at=DAY + timedelta(days=1))
    decide(mira, None, DAY + timedelta(days=2), {"company": "Something else"})
    rows = {row["field"]: row for row in ask("SELECT * FROM accuracy_by_field")}
    assert {(row["extractor"], row["model"]) for row in rows.values()} == {
        ("openai_vision", "gpt-5-mini")
    }
    kinds = ("filled", "as_read", "wrong", "missed", "invented", "accuracy")
    assert {name: tuple(rows[name][kind] for kind in kinds) for name in rows} == {
        "full_name": (1, 0, 1, 0, 0, 0.0),
        "company": (1, 1, 0, 0, 0, 1.0),
        "city": (1, 0, 0, 1, 0, 0.0),
        "fax": (0, 0, 0, 0, 1, 0.0),
        "phone": (1, 1, 0, 0, 0, 1.0),
        "email": (1, 1, 0, 0, 0, 1.0),
    }


def test_companies_are_one_whatever_the_capitals(mira: Card) -> None:
    for company in ("NORDLICHT", "Nordlicht ", "Northwind", ""):
        put_card(status=Card.Status.APPROVED, approved_at=DAY, company=company)
    found = ask("SELECT name, contacts, cities, email_domain FROM companies")
    assert [(row["name"], row["contacts"]) for row in found] == [("Nordlicht", 3), ("Northwind", 1)]
    assert (found[0]["cities"], found[0]["email_domain"]) == (["Kiel"], "nordlicht.example")


def test_spending_is_by_month_and_model(mira: Card) -> None:
    put_call("0.0020", at=DAY.replace(month=1, day=31, hour=23))
    put_call(None, at=DAY)
    put_call("0", outcome="timed_out", at=DAY)
    found = ask("SELECT month, calls, answered, unpriced, cards, cost FROM spending_by_month")
    assert [tuple(row.values()) for row in found] == [
        (date(2026, 1, 1), 1, 1, 0, 0, Decimal("0.002")),
        (date(2026, 3, 1), 3, 2, 1, 1, Decimal("0.004")),
    ]


def test_work_is_by_day_in_sum_over_all_people(mira: Card) -> None:
    found = ask("SELECT * FROM work_by_day")
    assert found == [
        {
            "day": DAY.astimezone(UTC).date(), "taken_in": 1, "read": 1, "failed": 0, "decided": 1,
            "approved": 1, "corrected_fields": 3, "median_seconds": 20.0,
        }
    ]  # fmt: skip


def test_a_reading_has_what_its_calls_cost(mira: Card) -> None:
    put_call("0.0010", card=mira, extraction=mira.extractions.get())
    (found,) = ask("SELECT cost, calls, seconds, requested_by FROM readings")
    assert tuple(found.values()) == (Decimal("0.005"), 2, 2.5, "ilse")


def test_decisions_corrections_and_second_looks_name_their_people(mira: Card) -> None:
    first = Review.objects.get()
    SecondLook.objects.create(first=first, card=mira, by=first.by, at=DAY, status="agreed")
    found = ask(
        "SELECT decided_by, reviews.decision, looked_by, field"
        " FROM reviews JOIN second_looks ON first_review_id = reviews.id"
        " JOIN corrections ON review_id = reviews.id AND corrections.card_id = reviews.card_id"
    )
    assert {tuple(row.values())[:3] for row in found} == {("ilse", "approved", "ilse")}
    assert {row["field"] for row in found} == {"full_name", "city", "fax"}


def test_times_are_utc(mira: Card) -> None:
    (found,) = ask("SELECT created_at::VARCHAR AS at FROM cards")
    assert found["at"].startswith("2026-03-02 20:00:00+00")


@pytest.mark.parametrize(
    "text", ["a\x1fb", "Zoë 山田 😀", "'); DROP TABLE cards; --", "x" * 300_000]
)
def test_whatever_is_on_a_card_is_text(mira: Card, text: str) -> None:
    Card.objects.filter(pk=mira.pk).update(notes=text, extra={text[:40]: text})
    (found,) = ask("SELECT notes FROM cards JOIN contacts USING (id, notes)")
    assert found["notes"] == text


@pytest.mark.sqlite
def test_half_a_surrogate_pair_stops_nothing(mira: Card) -> None:
    """JSON can say it, text cannot; SQLite keeps such JSON."""
    Card.objects.filter(pk=mira.pk).update(extra={"Stand": "12\ud83d"})
    (found,) = ask("SELECT extra ->> 'Stand' AS stand FROM cards")
    assert found["stand"] == "12?"


def test_nothing_about_leases_answers_or_the_vault_leaves_the_database() -> None:
    told = {column for source in sources.SOURCES.values() for column in source.columns()}
    for word in ("journaled", "lease", "fence", "result", "password", "session"):
        assert not {column for column in told if word in column}
