"""Making a publication: what is in it, and that it is there whole or not at all."""

from __future__ import annotations

import json
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from backoffice import locks
from backoffice.analytics import publications, publish, site_file
from backoffice.analytics.publications import SITE, PublicationError
from cards import exports
from cards.models import Card
from tests.backoffice.commands import run, run_badly
from tests.disks import FakeDisk
from tests.extraction.readings import put_card

pytestmark = pytest.mark.django_db


def rows(file: Path, sql: str) -> list[tuple[Any, ...]]:
    address = f"{file.as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as site:
        return site.execute(sql).fetchall()


def tables(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, as text."""
    import duckdb

    with closing(duckdb.connect(str(folder / publications.DATABASE), read_only=True)) as desk:
        names = [name for (name,) in desk.execute("SHOW TABLES").fetchall()]
        return {
            name: desk.execute(f"SELECT COLUMNS(*)::VARCHAR FROM {name}").fetchall()
            for name in names
        }


def test_contacts_are_those_of_an_export_of_approved_cards(mira: Card, tmp_path: Path) -> None:
    put_card()
    made = publish.publish()
    for slug in ("csv", "jsonl"):
        exported = tmp_path / "exported"
        exports.write(slug, Card.objects.filter(pk=mira.pk), exported)
        assert (made.folder / f"contacts.{slug}").read_bytes() == exported.read_bytes()
    assert (made.counts["contacts"], made.counts["cards"]) == (1, 2)


def test_what_is_published_is_whole_and_cannot_be_written(mira: Card, place: Path) -> None:
    made = publish.publish()
    publications.check(made.folder)
    assert publications.newest() == made
    assert (place / "newest").resolve() == made.folder
    on_disk = {str(path.relative_to(made.folder)) for path in made.folder.rglob("*.*")}
    assert on_disk == {*made.files, "manifest.json"}
    for path in (made.folder, *made.folder.rglob("*")):
        assert not path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)
    assert [path.name for path in place.iterdir() if path.name.startswith(".")] == [".lock"]


def test_the_file_of_the_site_has_every_card_newest_first(mira: Card) -> None:
    newer = put_card(full_name="Rosa Halloway", file_name="IMG_7.JPG")
    file = publish.publish().folder / SITE
    assert rows(file, "SELECT position, id, status FROM card ORDER BY position") == [
        (1, str(newer.pk), "needs_review"),
        (2, str(mira.pk), "approved"),
    ]
    about = dict(rows(file, "SELECT key, value FROM about"))
    assert about["version"] == "1"


def test_the_file_of_the_site_tells_all_of_a_card(mira: Card) -> None:
    side = mira.sides.get()
    ((text,),) = rows(publish.publish().folder / SITE, "SELECT document FROM card")
    found = json.loads(text)
    assert found["batch"] == "Expo Berlin"
    assert found["fields"]["full_name"] == "Mira Ahlström"
    assert "fax" not in found["fields"]
    assert found["extra"] == {"Stand": "12"}
    assert found["sides"][0]["picture"] == side.picture
    assert [(one["by"], one["action"]) for one in found["reviews"]] == [("ilse", "approved")]


@pytest.mark.parametrize(
    "search", ["MIRA AHLSTRÖM", "nordlicht", "mira@nordlicht.example", "(0)431", "494315512"]
)
def test_cards_are_found_by_their_words_and_by_the_digits_of_their_numbers(
    mira: Card, search: str
) -> None:
    ((text,),) = rows(publish.publish().folder / SITE, "SELECT text FROM card")
    assert publications.folded(search) in text


def test_nothing_of_an_account_but_its_name_is_published(mira: Card) -> None:
    ilse = User.objects.get(username="ilse")
    made = publish.publish()
    told = json.dumps(tables(made.folder)) + (made.folder / SITE).read_bytes().decode("latin-1")
    assert "ilse" in told
    for secret in (ilse.password, ilse.email, "Brandt"):
        assert secret not in told


@pytest.mark.django_db(transaction=True)
def test_all_of_it_is_of_one_moment_whatever_is_written_meanwhile(mira: Card) -> None:
    def write() -> None:
        put_card(status=Card.Status.APPROVED, approved_at=mira.approved_at)
        connection.close()

    def meanwhile(_rows: int) -> None:
        if not written:
            written.append(threading.Thread(target=write))
            written[0].start()
            written[0].join()

    written: list[threading.Thread] = []
    made = publish.publish(tell=meanwhile)
    found = tables(made.folder)
    lines = (made.folder / "contacts.jsonl").read_text().splitlines()
    in_site = rows(made.folder / SITE, "SELECT count(*) FROM card")[0][0]
    assert (len(found["cards"]), len(found["contacts"]), len(lines), in_site) == (1, 1, 1, 1)
    assert Card.objects.count() == 2


def test_an_empty_site_can_be_published() -> None:
    made = publish.publish()
    publications.check(made.folder)
    assert made.counts["cards"] == 0


def test_two_in_one_second_have_names_of_their_own(mira: Card) -> None:
    made = [publish.publish() for _ in range(2)]
    assert [one.folder for one in publications.all()] == [one.folder for one in reversed(made)]


def test_only_the_newest_are_kept_and_an_open_file_stays_readable(mira: Card) -> None:
    first = publish.publish()
    with (first.folder / "contacts.csv").open("rb") as reader:
        newer = [publish.publish(keep=2) for _ in range(2)]
        assert [one.folder for one in publications.all()] == [one.folder for one in newer[::-1]]
        assert b"Mira" in reader.read()
    assert not first.folder.exists()


def test_a_second_publisher_says_so_and_leaves(mira: Card, place: Path) -> None:
    place.mkdir()
    with (
        locks.alone(place / ".lock"),
        pytest.raises(publish.UnderWay, match="Another publication is under way"),
    ):
        publish.publish()
    assert publications.all() == []


def test_what_a_killed_publisher_left_is_not_seen_and_goes_with_the_next(
    mira: Card, place: Path
) -> None:
    left = place / f"{publish.MAKING}77" / "site"
    left.mkdir(parents=True)
    (left / "cards.sqlite3").write_bytes(b"half")
    left.chmod(0o555)
    assert publications.newest() is None
    publish.publish()
    assert not left.parent.exists()


def test_a_full_disk_leaves_nothing_behind(mira: Card, place: Path, disk: FakeDisk) -> None:
    earlier = publish.publish()
    disk.bytes_used = 99
    with pytest.raises(PublicationError, match="Earlier publications are untouched"):
        publish.publish(keep=1)
    assert publications.newest() == earlier
    assert not list(place.glob(f"{publish.MAKING}*"))


def test_what_fails_in_the_middle_leaves_nothing_behind(
    mira: Card, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(site_file, "write", fail)
    with pytest.raises(PublicationError, match="disk I/O error"):
        publish.publish()
    assert [path.name for path in place.iterdir()] == [".lock"]


def test_the_command_says_what_it_made(mira: Card, place: Path) -> None:
    said = run("publish")
    assert "complete" in said
    assert "1 contacts, 1 cards" in said
    assert publications.newest()


def test_the_command_refuses_a_number_that_is_none() -> None:
    assert "no number of publications" in run_badly("publish", "--keep", "few")[1]
