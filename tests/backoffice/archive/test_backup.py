"""A backup is there whole or not at all, and never costs an earlier one."""

from __future__ import annotations

import hashlib
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import connection, transaction

import backoffice
from backoffice import locks
from backoffice.archive import databases, manifest, postgres_dump, sqlite_dump
from backoffice.archive.backup import back_up, backups, newest
from backoffice.archive.manifest import BackupError
from cards import vault
from cards.models import Card
from review import decisions, journal
from tests import pictures
from tests.backoffice.archive.whole_site import Site
from tests.backoffice.commands import run, run_badly
from tests.cast import Person
from tests.disks import FakeDisk, Spoil
from tests.extraction.readings import put_card

if TYPE_CHECKING:
    from pytest_django import Settings

committed = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backups"


# What is in it ------------------------------------------------------------------------------


@committed
def test_a_backup_says_what_it_holds(folder: Path, reviewer: Person) -> None:
    card = put_card(full_name="Mira Ahlström")
    decisions.approve(card, card.contact(), version=0, by=reviewer.user)
    journal.catch_up()
    put_card()
    made = back_up(folder)
    found = manifest.read(made.folder)
    assert found == made.manifest
    assert found.card_desk == backoffice.__version__
    assert found.facts.counts["cards_card"] == 2
    assert "cards.0001_initial" in found.facts.migrations
    assert found.facts.newest_review
    assert (found.facts.newest_review["card"], found.facts.newest_review["number"]) == (
        str(card.pk), 1,
    )  # fmt: skip
    manifest.check(made.folder, found)


@committed
def test_a_backup_is_for_its_owner_alone(folder: Path) -> None:
    made = back_up(folder)
    modes = {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in (folder, made.folder)}
    assert modes == {0}


@committed
def test_the_sums_are_those_of_the_files(folder: Path) -> None:
    made = back_up(folder)
    for name, file in made.manifest.files.items():
        data = (made.folder / name).read_bytes()
        assert file == {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}


@committed
def test_what_is_not_committed_is_not_in_it(folder: Path) -> None:
    put_card()
    with transaction.atomic():
        put_card()
        made = back_up(folder)
    assert made.manifest.facts.counts["cards_card"] == 1


@committed
def test_the_command_says_where_it_is_and_how_much(folder: Path) -> None:
    put_card()
    words = run("backup", folder)
    assert words.startswith(f"{newest(folder).folder}: complete, ")
    assert "1 cards" in words


# Older ones ---------------------------------------------------------------------------------


@committed
def test_keep_removes_the_oldest_once_the_new_one_is_complete(folder: Path) -> None:
    made = [back_up(folder).folder for _ in range(3)]
    (folder / "notes").mkdir()
    new = back_up(folder, keep=2).folder
    assert [found.folder for found in backups(folder)] == [made[-1], new]
    assert (folder / "notes").is_dir()


@committed
def test_a_backup_that_fails_removes_nothing(
    folder: Path, disk: FakeDisk, settings: Settings
) -> None:
    made = [back_up(folder).folder for _ in range(2)]
    disk.bytes_used = 97
    with pytest.raises(BackupError, match="Make room, or use another disk"):
        back_up(folder, keep=1)
    assert [found.folder for found in backups(folder)] == made


@committed
def test_what_is_no_whole_backup_does_not_count_and_is_left_alone(folder: Path) -> None:
    half = back_up(folder).folder
    (half / manifest.FILE).unlink()
    whole = [back_up(folder).folder for _ in range(2)]
    back_up(folder, keep=2)
    assert half.is_dir()
    assert whole[-1] in [found.folder for found in backups(folder)]


@pytest.mark.parametrize("words", ["0", "-1", "many"])
def test_a_number_to_keep_that_is_none_is_refused(words: str, folder: Path) -> None:
    assert "write 1 or more" in run_badly("backup", folder, f"--keep={words}")[1]


# Half a backup ------------------------------------------------------------------------------


@committed
def test_a_second_backup_at_the_same_time_is_refused(folder: Path) -> None:
    folder.mkdir()
    with (
        locks.alone(folder / ".lock"),
        pytest.raises(BackupError, match="is under way"),
    ):
        back_up(folder)
    assert back_up(folder).folder.is_dir()


@pytest.mark.parametrize("moment", ["lasting.sync", "manifest.described", "manifest.write"])
def test_a_killed_backup_leaves_nothing_that_looks_whole(site: Site, moment: str) -> None:
    kill = (
        "import os, signal\nfrom backoffice.archive import manifest\nfrom cards import lasting\n"
        f"{moment} = lambda *words: os.kill(os.getpid(), signal.SIGKILL)"
    )
    folder = site.folder / "backups"
    assert site.run("backup", before=f"import django\ndjango.setup()\n{kill}").returncode == -9
    assert any(folder.iterdir())
    assert backups(folder) == []
    site.do("backup")
    assert len(backups(folder)) == 1
    assert not list(folder.glob(".making-*"))


def test_a_backup_for_which_there_is_no_room_leaves_nothing(site: Site) -> None:
    site.do("backup")
    before = backups(site.folder / "backups")
    quota = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))"
    done = site.run("backup", before=quota)
    assert done.returncode == 1
    assert "CommandError" in done.stderr
    assert "earlier ones are untouched. Make room" in done.stderr
    assert "Traceback" not in done.stderr
    assert backups(site.folder / "backups") == before
    assert not list((site.folder / "backups").glob(".making-*"))


@committed
def test_a_folder_that_cannot_be_made_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    _, words = run_badly("backup", tmp_path / "file" / "backups")
    assert "could not be written" in words
    assert "name another folder" in words


# The database -------------------------------------------------------------------------------


def test_a_damaged_database_is_no_backup(site: Site) -> None:
    path = site.folder / "db.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(path.read_bytes())
    data[8192:40960] = bytes(32768)
    path.write_bytes(data)
    done = site.run("backup")
    assert done.returncode == 1
    assert "earlier" in done.stderr
    assert "untouched" in done.stderr
    assert backups(site.folder / "backups") == []


def test_without_a_database_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="There is no database"):
        sqlite_dump.dump({"NAME": tmp_path / "db.sqlite3"}, tmp_path / "copy")
    assert list(tmp_path.glob("db*")) == []


@pytest.fixture
def own_postgres(postgres_url: str) -> str:
    """The URL of a database with one small table."""
    name = "rows"
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {name}")
    url = postgres_url.rpartition("/")[0] + f"/{name}"
    with psycopg.connect(url) as rows:
        rows.execute("CREATE TABLE cards_card (id int)")
        rows.execute("INSERT INTO cards_card SELECT generate_series(1, 5)")
    return url


@pytest.mark.postgres
def test_counts_and_dump_of_postgresql_are_of_one_moment(own_postgres: str, tmp_path: Path) -> None:
    facts, version = postgres_dump.dump(databases.at(own_postgres), tmp_path / "dump")
    assert facts.counts == {"cards_card": 5}
    assert version.split(".")[0].isdecimal()
    assert (tmp_path / "dump").read_bytes()[:5] == b"PGDMP"


@pytest.mark.postgres
def test_without_pg_dump_it_says_what_to_install(
    own_postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupError, match="apt install postgresql-client"):
        postgres_dump.dump(databases.at(own_postgres), tmp_path / "dump")


@pytest.mark.postgres
def test_a_pg_dump_that_is_older_than_the_server_is_refused(
    own_postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "pg_dump"
    program.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupError, match=r"of version 9 and the server of .* too old"):
        postgres_dump.dump(databases.at(own_postgres), tmp_path / "dump")


@pytest.mark.postgres
def test_a_postgresql_that_is_down_is_said_in_a_sentence(tmp_path: Path) -> None:
    nobody = databases.at("postgres://cards@127.0.0.1:1/rows")
    with pytest.raises(BackupError, match="PostgreSQL did not do as asked"):
        postgres_dump.dump(nobody, tmp_path / "dump")


# The second copy of the vault ---------------------------------------------------------------


@pytest.fixture
def copy(settings: Settings, tmp_path: Path) -> Storage:
    """An empty second vault."""
    back_end = {
        "BACKEND": "cards.vault_storage.FolderStorage",
        "OPTIONS": {"location": tmp_path / "copy"},
    }
    settings.STORAGES = {**settings.STORAGES, "vault_copy": back_end}
    return storages["vault_copy"]


def keep_pictures() -> list[str]:
    """The names of two pictures, now in the vault."""
    return [
        vault.picture_name(vault.put_picture(pictures.jpeg(number), "image/jpeg"), "image/jpeg")
        for number in (1, 2)
    ]


@committed
def test_the_second_copy_gets_what_it_has_not(folder: Path, copy: Storage) -> None:
    names = keep_pictures()
    assert "2 objects new" in run("backup", folder, "--vault")
    assert sorted(name for name, _ in vault.names_in_copy()) == sorted(names)
    assert vault.from_copy(names[0]) == vault.get(names[0])
    assert "0 objects new (0.0 MB), 2 were there" in run("backup", folder, "--vault")


@committed
def test_what_is_damaged_is_not_copied_but_named(folder: Path, copy: Storage, spoil: Spoil) -> None:
    whole, damaged = keep_pictures()
    spoil(damaged, b"rust")
    _, words = run_badly("backup", folder, "--vault")
    assert damaged in words
    assert "run `verify`" in words
    assert [name for name, _ in vault.names_in_copy()] == [whole]
    assert len(backups(folder)) == 1


@committed
def test_the_second_copy_is_never_overwritten(folder: Path, copy: Storage) -> None:
    name, _ = keep_pictures()
    copy.save(name, ContentFile(b"other bytes"))
    _, words = run_badly("backup", folder, "--vault")
    assert "the two sides keep different bytes" in words
    with copy.open(name) as file:
        assert file.read() == b"other bytes"


@committed
def test_without_a_second_copy_it_says_so_and_does_nothing(folder: Path) -> None:
    _, words = run_badly("backup", folder, "--vault")
    assert "Name one with VAULT_COPY_URL" in words
    assert not folder.exists()


@committed
def test_the_database_goes_on_as_before(folder: Path) -> None:
    back_up(folder)
    put_card()
    assert Card.objects.count() == 1
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode")
            assert cursor.fetchone()[0] == "wal"
