"""A request that meets the end of the database."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, ProgrammingError, connection
from django.test import Client

from backoffice.analytics.publications import Publication
from backoffice.readonly import watch
from tests.cast import Person

pytestmark = pytest.mark.django_db

LIST = "/admin/cards/card/"
Failing = Callable[[Exception], Any]


@contextmanager
def failing(error: Exception) -> Iterator[None]:
    """Every query fails so."""

    def fail(*_query: Any) -> None:
        raise error

    with connection.execute_wrapper(fail):
        yield


@pytest.fixture
def browser_of(manager: Person) -> Client:
    """A manager's browser, with a pass, that is told of errors as by a server."""
    manager.client.get("/admin/")
    manager.client.raise_request_exception = False
    manager.client.defaults["HTTP_ACCEPT"] = "text/html"
    return manager.client


def gone() -> Exception:
    return OperationalError("server closed the connection unexpectedly")


def test_a_page_that_loses_the_database_is_read_from_the_publication(
    browser_of: Client, published: Publication
) -> None:
    with failing(gone()):
        response = browser_of.get(LIST)
    assert response.status_code == 200
    assert "The database does not answer." in response.content.decode()
    assert "Rosa Halloway" in response.content.decode()


def test_a_form_that_loses_the_database_is_not_said_to_be_lost(
    browser_of: Client, published: Publication
) -> None:
    with failing(gone()):
        response = browser_of.post("/admin/cards/batch/1/change/", {"priority": 1})
    assert response.status_code == 503
    assert "It is not certain whether this was saved" in response.content.decode()


def test_the_next_page_is_the_usual_one(browser_of: Client, published: Publication) -> None:
    with failing(gone()):
        browser_of.get(LIST)
    assert "The database does not answer." not in browser_of.get(LIST).content.decode()


def test_another_error_stays_an_error(browser_of: Client, published: Publication) -> None:
    with failing(ProgrammingError("column x does not exist")):
        response = browser_of.get(LIST)
    assert response.status_code == 500
    assert "Something went wrong" in response.content.decode()


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (sqlite3.SQLITE_BUSY, 200),
        (sqlite3.SQLITE_IOERR_WRITE, 200),
        (sqlite3.SQLITE_CORRUPT, 200),
        (sqlite3.SQLITE_ERROR, 500),
    ],
)
def test_of_sqlite_the_errors_of_the_file_count_and_not_those_of_queries(
    browser_of: Client, published: Publication, code: int, status: int
) -> None:
    cause = sqlite3.OperationalError("no such column: x")
    cause.sqlite_errorcode = code
    error = OperationalError("no such column: x")
    error.__cause__ = cause
    with failing(error):
        assert browser_of.get(LIST).status_code == status


def test_after_damage_the_database_is_asked_in_doubt(
    browser_of: Client, published: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Noting(watch.Watch):
        doubts: list[bool] = []

        def ask_now(self, *, is_in_doubt: bool = False) -> bool:
            self.doubts.append(is_in_doubt)
            return False

    monkeypatch.setattr(watch, "site", Noting())
    cause = sqlite3.DatabaseError("database disk image is malformed")
    cause.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    error = OperationalError("malformed")
    error.__cause__ = cause
    with failing(error):
        browser_of.get(LIST)
    assert Noting.doubts == [True]


def test_while_it_is_down_no_query_is_made(
    browser_of: Client, down: None, published: Publication
) -> None:
    with failing(AssertionError("a query was made")):
        for address in ("/admin/", LIST, "/admin/cards/card/upload/", "/admin/login/", "/readyz"):
            assert browser_of.get(address, follow=True).status_code in (200, 503)
        assert browser_of.post(LIST).status_code == 503
