"""A backup comes back whole into an empty place, and overwrites nothing anywhere else."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from django.core.files.storage import storages

from backoffice import locks
from backoffice.archive import databases, manifest
from backoffice.archive.backup import newest
from backoffice.archive.manifest import BackupError
from backoffice.archive.restore import restore
from backoffice.noted import noted
from backoffice.supervisor import only_one
from cards import vault
from cards.models import Batch
from tests.backoffice.archive.whole_site import Site
from tests.backoffice.commands import run, run_badly
from tests.disks import FakeDisk

if TYPE_CHECKING:
    from pytest_django import Settings

NEXT = ("prepare", "rebuild", "verify")


@pytest.fixture(scope="module")
def made(filled_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of the site with three cards; nobody changes it."""
    folder = tmp_path_factory.mktemp("backups")
    filled_site.do("backup", folder)
    return newest(folder).folder


@pytest.fixture
def backup(made: Path, tmp_path: Path) -> Path:
    """A copy of it for one test."""
    return Path(shutil.copytree(made, tmp_path / "backups" / made.name))


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """An empty folder for a site that is to come."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def into(folder: Path, backup: Path) -> str:
    """The sentence with which `backup` is refused, with nothing left in `folder`."""
    before = sorted(folder.iterdir())
    with pytest.raises(BackupError) as caught:
        restore(backup, databases.at(str(folder)))
    assert sorted(folder.iterdir()) == before
    return str(caught.value)


# It comes back ------------------------------------------------------------------------------


def test_a_restored_site_hands_out_the_same_contacts(
    filled_site: Site, backup: Path, elsewhere: Path
) -> None:
    other = Site(elsewhere)
    words = other.do("restore", backup)
    assert "3 cards" in words
    assert [word for word in NEXT if f"manage.py {word}" in words] == list(NEXT)
    assert other.exports() == filled_site.exports()


def test_it_says_which_decision_was_the_last_in_the_vault(backup: Path, elsewhere: Path) -> None:
    words = Site(elsewhere).do("restore", backup)
    assert "The last decision that had reached the vault then: number 1 of card" in words


def test_another_folder_can_be_named(filled_site: Site, backup: Path, elsewhere: Path) -> None:
    filled_site.do("restore", backup, f"--to={elsewhere}")
    assert (elsewhere / "db.sqlite3").stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(elsewhere / "db.sqlite3")) as database:
        assert database.execute("SELECT count(*) FROM cards_card").fetchone() == (3,)


def test_the_vault_comes_back_from_its_second_copy(
    site: Site, elsewhere: Path, tmp_path: Path
) -> None:
    """The disk died: what is left is the backups on another one, and the copy of the vault."""
    away, kept = {"VAULT_COPY_URL": str(tmp_path / "copy")}, tmp_path / "kept"
    before = site.exports()
    Site(site.folder, away).do("backup", kept, "--vault")
    shutil.rmtree(site.folder)
    new = Site(elsewhere, away)
    words = new.do("restore", newest(kept).folder, "--vault")
    assert "objects brought back" in words
    new.do("prepare")
    assert "0 missing, 0 damaged" in new.do("verify")
    assert new.exports() == before
    shutil.rmtree(elsewhere / "vault")
    assert "objects brought back" in new.do("restore", "--vault")
    assert "0 missing, 0 damaged" in new.do("verify")


def test_a_tar_of_a_stopped_site_is_a_complete_backup(site: Site, tmp_path: Path) -> None:
    before = site.exports()
    archive, new = tmp_path / "site.tar", tmp_path / "new"
    new.mkdir()
    subprocess.run(["tar", "-cf", archive, "-C", site.folder, "."], check=True)
    shutil.rmtree(site.folder)
    subprocess.run(["tar", "-xf", archive, "-C", new], check=True)
    other = Site(new)
    assert other.exports() == before
    other.do("prepare")
    assert "0 missing, 0 damaged, 0 extra" in other.do("verify")


# It is refused ------------------------------------------------------------------------------


def test_a_backup_that_is_not_there(tmp_path: Path, elsewhere: Path) -> None:
    assert "There is no backup" in into(elsewhere, tmp_path / "nowhere")


def test_half_a_backup(backup: Path, elsewhere: Path) -> None:
    (backup / manifest.FILE).unlink()
    assert "is no complete backup: it has no manifest.json" in into(elsewhere, backup)


def test_the_folder_of_all_backups(backup: Path, elsewhere: Path) -> None:
    assert "name the folder of one backup" in into(elsewhere, backup.parent)


@pytest.mark.parametrize("at", [0, 5000, -1])
def test_a_flipped_byte_in_the_database(backup: Path, elsewhere: Path, at: int) -> None:
    flip(backup / "database.sqlite3", at)
    assert "its SHA-256 differs. Nothing was changed; take another backup" in into(
        elsewhere, backup
    )


@pytest.mark.parametrize("at", [0, 100, -10])
def test_a_flipped_byte_in_the_manifest(backup: Path, elsewhere: Path, at: int) -> None:
    flip(backup / manifest.FILE, at)
    assert "The manifest of" in into(elsewhere, backup)


def test_a_database_that_is_missing(backup: Path, elsewhere: Path) -> None:
    (backup / "database.sqlite3").unlink()
    assert "cannot be read (No such file" in into(elsewhere, backup)


@pytest.mark.parametrize("name", ["db.sqlite3", "db.sqlite3-wal", "db.sqlite3-journal"])
def test_a_place_that_is_not_empty(backup: Path, elsewhere: Path, name: str) -> None:
    (elsewhere / name).write_bytes(b"somebody's")
    assert "There is a database already" in into(elsewhere, backup)
    assert (elsewhere / name).read_bytes() == b"somebody's"


def test_a_backup_of_a_newer_version(backup: Path, elsewhere: Path) -> None:
    found = manifest.read(backup)
    later = replace(found.facts, migrations=[*found.facts.migrations, "cards.9999_later"])
    manifest.write(backup, replace(found, card_desk="9.0.0", facts=later))
    assert "made by Card Desk 9.0.0, which is newer" in into(elsewhere, backup)


def test_rows_that_the_manifest_does_not_know(backup: Path, elsewhere: Path) -> None:
    found = manifest.read(backup)
    other = replace(found.facts, counts={**found.facts.counts, "cards_card": 4})
    manifest.write(backup, replace(found, facts=other))
    assert "other rows than the manifest says" in into(elsewhere, backup)


def test_a_backup_of_another_kind_of_database(backup: Path) -> None:
    with pytest.raises(BackupError, match="a backup of sqlite, and this is postgresql"):
        restore(backup, databases.at("postgres://cards@127.0.0.1:1/rows"))


def test_a_site_that_runs(backup: Path, elsewhere: Path) -> None:
    with only_one(elsewhere / "start.lock"):
        done = Site(elsewhere).run("restore", backup)
    assert "Card Desk is running already" in done.stderr
    assert not (elsewhere / "db.sqlite3").exists()


def test_a_disk_without_room_leaves_the_place_empty(backup: Path, elsewhere: Path) -> None:
    quota = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))"
    done = Site(elsewhere).run("restore", backup, before=quota)
    assert done.returncode == 1
    assert "Nothing was left of it" in done.stderr
    assert not [path.name for path in elsewhere.iterdir() if "sqlite" in path.name]


def test_a_restore_that_was_killed_can_be_given_again(backup: Path, elsewhere: Path) -> None:
    kill = (
        "import os, signal, django\ndjango.setup()\nfrom backoffice.archive import sqlite_dump\n"
        "sqlite_dump.sync = lambda *words: os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert Site(elsewhere).run("restore", backup, before=kill).returncode == -9
    assert not (elsewhere / "db.sqlite3").exists()
    assert "3 cards" in Site(elsewhere).do("restore", backup)


def test_without_a_backup_named_it_says_so(elsewhere: Path) -> None:
    assert "Name the folder of the backup" in Site(elsewhere).run("restore").stderr


# On trial -----------------------------------------------------------------------------------


@pytest.fixture
def here(
    db: None, settings: Settings, elsewhere: Path, filled_site: Site, backup: Path, tmp_path: Path
) -> Path:
    """The DATA_DIR of this process, whose BACKUP_DIR holds one backup, beside its vault."""
    settings.DATA_DIR, settings.BACKUP_DIR = elsewhere, backup.parent
    location = shutil.copytree(filled_site.folder / "vault", tmp_path / "filled-vault")
    folder = {
        "BACKEND": "cards.vault_storage.FolderStorage", "OPTIONS": {"location": location},
    }  # fmt: skip
    settings.STORAGES = {**settings.STORAGES, "vault": folder}
    return elsewhere


def test_a_trial_leaves_nothing_behind_but_its_outcome(here: Path) -> None:
    words = run("restore", "--drill")
    assert "came back whole" in words
    assert "Nothing was left behind" in words
    assert {path.name for path in here.iterdir()} == {".drill.lock", "noted"}
    assert noted("drill")["is_passed"] is True


def test_a_trial_of_a_damaged_backup_fails_and_is_noted(here: Path, backup: Path) -> None:
    flip(backup / "database.sqlite3", 5000)
    _, words = run_badly("restore", "--drill")
    assert "its SHA-256 differs" in words
    assert noted("drill")["is_passed"] is False
    assert not list(here.glob(".drill-*"))


def test_a_trial_misses_what_the_backup_names_and_the_vault_has_not(here: Path) -> None:
    review = next(name for name, _ in vault.names("cards") if "/reviews/" in name)
    storages["vault"].delete(review)
    _, words = run_badly("restore", "--drill")
    assert "came back, and a thing that it names cannot be found in the vault" in words
    assert f"The first: {review} is not in the vault" in words
    assert noted("drill")["is_passed"] is False


def test_a_trial_without_a_vault_says_so(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(prefix: str = "") -> None:
        raise OSError("no route to host")

    monkeypatch.setattr(storages["vault"], "names", fail)
    _, words = run_badly("restore", "--drill")
    assert "came back, and the vault did not answer" in words
    assert noted("drill")["is_passed"] is False


def test_a_trial_brings_an_older_backup_up_to_this_version(
    here: Path, site: Site, backup: Path
) -> None:
    site.do("migrate", "cards", "0004")
    shutil.rmtree(backup)
    site.do("backup", backup.parent)
    assert "came back whole" in run("restore", "--drill")


def test_a_trial_leaves_the_database_of_the_site_in_place(here: Path) -> None:
    Batch.objects.create(name="Boat fair")
    run("restore", "--drill")
    assert Batch.objects.get().name == "Boat fair"


def test_what_a_killed_trial_left_goes_with_the_next(here: Path) -> None:
    (here / ".drill-old").mkdir()
    run("restore", "--drill")
    assert not list(here.glob(".drill-*"))


def test_a_second_trial_at_the_same_time_is_refused(here: Path) -> None:
    with locks.alone(here / ".drill.lock"):
        assert "Another trial of a backup is under way" in run_badly("restore", "--drill")[1]


def test_a_trial_does_not_fill_the_disk(here: Path, disk: FakeDisk) -> None:
    disk.bytes_used = 97
    assert "Make room, or use another disk" in run_badly("restore", "--drill")[1]
    assert noted("drill")["is_passed"] is False


def test_without_a_backup_there_is_no_trial(here: Path, backup: Path) -> None:
    shutil.rmtree(backup)
    assert "run `backup` first" in run_badly("restore", "--drill")[1]


# PostgreSQL ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def postgres_site(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site of three cards on a database of its own, with a backup; nobody changes it."""
    new_database(postgres_url, "desk")
    url = f"{postgres_url.rpartition('/')[0]}/desk"
    site = Site(tmp_path_factory.mktemp("big") / "data", {"DATABASE_URL": url}).fill()
    site.do("backup")
    return site


def new_database(server: str, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
        connection.execute(f"CREATE DATABASE {name}".encode())


def names(server: str) -> set[str]:
    with psycopg.connect(server) as connection:
        rows = connection.execute("SELECT datname FROM pg_database").fetchall()
        return {str(name) for (name,) in rows}


@pytest.mark.postgres
def test_postgresql_comes_back_into_an_empty_database(
    postgres_site: Site, postgres_url: str, elsewhere: Path
) -> None:
    before = postgres_site.exports()
    made = newest(postgres_site.folder / "backups").folder
    refused = postgres_site.run("restore", made)
    assert "The database desk is not empty. Nothing was changed" in refused.stderr

    new_database(postgres_url, "other")
    url = f"{postgres_url.rpartition('/')[0]}/other"
    other = Site(elsewhere, {"DATABASE_URL": url})
    assert "3 cards" in other.do("restore", made)
    assert other.exports() == before


@pytest.mark.postgres
def test_a_trial_on_postgresql_leaves_no_database_behind(
    postgres_site: Site, postgres_url: str
) -> None:
    before = names(postgres_url)
    assert "came back whole" in postgres_site.do("restore", "--drill")
    assert names(postgres_url) == before


@pytest.mark.postgres
def test_a_trial_leaves_a_database_alone_that_only_has_its_name(
    postgres_site: Site, postgres_url: str
) -> None:
    new_database(postgres_url, "desk_drill")
    try:
        done = postgres_site.run("restore", "--drill")
        assert "it was left alone" in done.stderr
        assert "desk_drill" in names(postgres_url)
    finally:
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute("DROP DATABASE desk_drill")


@pytest.mark.postgres
def test_a_flipped_byte_in_a_dump_of_postgresql(postgres_site: Site, tmp_path: Path) -> None:
    made = newest(postgres_site.folder / "backups").folder
    copy = Path(shutil.copytree(made, tmp_path / made.name))
    flip(copy / "database.dump", os.path.getsize(copy / "database.dump") // 2)
    done = postgres_site.run("restore", "--drill", copy)
    assert "its SHA-256 differs" in done.stderr
