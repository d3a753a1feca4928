"""Which fitted reader reads the cards, and who may choose it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from extraction import extractors, readers
from extraction.models import FittedReader
from extraction.reading import ocr
from extraction.reading.reader import Reader, shipped
from tests.cast import Person
from tests.fake_learning import ALL, NONE, FakeLearning, FakeOffline, weights

pytestmark = pytest.mark.django_db

CHANGELIST = "admin:extraction_fittedreader_changelist"


def fitted(name: str, **about: Any) -> FittedReader:
    return readers.keep(weights(name), **about)


def test_reader_is_named_for_the_day_it_was_fitted_by_this_sites_clock() -> None:
    row = FittedReader(fitted_at=datetime(2026, 3, 1, 20, tzinfo=UTC))
    with timezone.override("Asia/Tokyo"):
        assert str(row) == "reader of 2 March 2026"


def test_without_a_fitted_reader_the_shipped_one_reads() -> None:
    fitted(ALL)
    assert readers.in_use() is None


def test_the_reader_in_use_is_found_with_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    readers.use(fitted(ALL))
    assert readers.in_use() == weights(ALL)
    with django_assert_num_queries(1):
        readers.in_use()


def test_only_one_is_in_use() -> None:
    first, second = fitted(ALL), fitted(NONE)
    readers.use(first)
    readers.use(second)
    assert list(FittedReader.objects.filter(is_in_use=True)) == [second]


def test_the_same_weights_are_kept_once() -> None:
    first = fitted(ALL, labelled=1)
    assert fitted(ALL, labelled=2) == first
    assert FittedReader.objects.get().labelled == 2


def test_readers_come_back_one_by_one_down_to_the_shipped_one() -> None:
    first, second, third = fitted(ALL), fitted(NONE), fitted("some")
    for row in (first, second, third):
        readers.use(row)
    assert readers.bring_back() == second
    assert readers.bring_back() == first
    assert readers.in_use() == first.weights
    assert readers.bring_back() is None
    assert readers.in_use() is None


def test_a_reader_that_was_never_used_is_not_brought_back() -> None:
    fitted(NONE)
    readers.use(fitted(ALL))
    assert readers.bring_back() is None


def test_the_bundled_extractor_reads_with_the_reader_in_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    FakeLearning().put_in_place(monkeypatch)
    readers.use(fitted(NONE))
    extractor = extractors.configured("offline")
    assert isinstance(extractor, FakeOffline)
    assert extractor.reader["reads"] == NONE
    readers.use_shipped()
    shipped = extractors.configured("offline")
    assert isinstance(shipped, FakeOffline)
    assert shipped.reader["reads"] == "some"


def test_a_reader_of_another_version_is_passed_over(caplog: pytest.LogCaptureFixture) -> None:
    row = readers.keep({**weights(ALL), "version": -1})
    readers.use(row)
    assert readers.in_use() is None
    assert "another version" in caplog.text


def test_a_fitted_reader_is_built_once_for_many_cards_and_a_switch_is_followed_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = [readers.keep(shipped().to_json() | {"calibration": {"sure": sure}}) for sure in (1, 2)]
    built: list[Reader] = []
    from_json = Reader.from_json

    def build(data: Mapping[str, Any]) -> Reader:
        built.append(from_json(data))
        return built[-1]

    monkeypatch.setattr(Reader, "from_json", build)
    models = []
    for row in (rows[0], rows[1], rows[0]):
        readers.use(row)
        models.append({extractors.configured("offline").model for _ in range(3)})
    assert len(built) == 3
    assert models == [{f"{ocr.identity()}, reader {reader.digest}"} for reader in built]
    assert models[0] == models[2] != models[1]
    readers.use_shipped()
    assert shipped().digest in extractors.configured("offline").model


# The admin


def choose(person: Person, action: str, *rows: FittedReader) -> Any:
    form = {"action": action, "_selected_action": [row.pk for row in rows]}
    return person.client.post(reverse(CHANGELIST), form, follow=True)


@pytest.fixture
def chooser(manager: Person) -> Person:
    """Somebody who may choose the reader."""
    codenames = ("view_fittedreader", "change_fittedreader")
    manager.user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return manager


def test_the_list_tells_how_each_measured(chooser: Person) -> None:
    scores = {
        "held_out": 31,
        "before": {"micro_f1": 0.871, "perfect": 11},
        "after": {"micro_f1": 0.902, "perfect": 14},
    }
    readers.use(fitted(ALL, labelled=253, approved=93, scores=scores))
    page = chooser.client.get(reverse(CHANGELIST)).content.decode()
    for words in ("In use", "253", "93", "31", "F1 0.871, 11 perfect", "F1 0.902, 14 perfect"):
        assert words in page


def test_a_reader_is_taken_into_use_by_whoever_may(chooser: Person) -> None:
    row = fitted(ALL)
    assert "is in use from the next card on" in choose(chooser, "use_this", row).content.decode()
    assert readers.in_use() == row.weights


def test_two_readers_cannot_be_used_at_once(chooser: Person) -> None:
    page = choose(chooser, "use_this", fitted(ALL), fitted(NONE))
    assert "Choose one reader" in page.content.decode()
    assert readers.in_use() is None


def test_the_shipped_reader_can_be_brought_back(chooser: Person) -> None:
    row = fitted(ALL)
    readers.use(row)
    choose(chooser, "use_shipped", row)
    assert readers.in_use() is None


def test_who_may_only_look_chooses_nothing(reviewer: Person, outsider: Person) -> None:
    reviewer.user.user_permissions.set(Permission.objects.filter(codename="view_fittedreader"))
    row = fitted(ALL)
    choose(reviewer, "use_this", row)
    assert choose(outsider, "use_this", row).status_code == 403
    assert readers.in_use() is None


def test_the_list_takes_the_same_queries_for_many(chooser: Person) -> None:
    counts = []
    for number in range(30):
        fitted(f"reader {number}")
        if number in (2, 29):
            with CaptureQueriesContext(connection) as queries:
                assert chooser.client.get(reverse(CHANGELIST)).status_code == 200
            counts.append(len(queries))
    assert counts[0] == counts[1]
