"""The first start of another version, or of a database that came out of a backup."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from backoffice.archive.backup import backups, newest
from tests.backoffice.archive.whole_site import Site

DECIDE = """
import django
django.setup()
from django.contrib.auth.models import User
from cards.models import Card
from review import decisions, journal
card = Card.objects.filter(status="approved").order_by("id")[0]
decisions.correct(card, {"city": "Kiel"}, version=card.version, by=User.objects.get())
journal.catch_up()
"""

FAIL = """
import django.db.migrations.executor as executor
def fail(self, *words, **more):
    raise RuntimeError("no room")
executor.MigrationExecutor.migrate = fail
"""


@pytest.fixture
def older(site: Site) -> Site:
    """The site with the tables of the version before."""
    for app, name in (
        ("review", "0002_workspace"), ("extraction", "0002_paid_calls_and_readers"),
        ("cards", "0004_parts_of_the_queue"),
    ):  # fmt: skip
        site.do("migrate", app, name)
    return site


# Another version ------------------------------------------------------------------------------


def test_before_tables_are_changed_there_is_a_backup_of_them(older: Site) -> None:
    exports = older.exports()
    assert "A backup before the tables are changed" in older.do("prepare")
    (made,) = backups(older.folder / "backups")
    assert "review.0002_workspace" in made.manifest.facts.migrations
    assert "review.0003_journal" not in made.manifest.facts.migrations
    assert older.exports() == exports


def test_a_start_that_changes_no_tables_makes_no_backup(site: Site) -> None:
    site.do("prepare")
    assert not backups(site.folder / "backups")


def test_a_change_that_fails_again_and_again_fills_no_disk_with_backups(older: Site) -> None:
    for _ in range(2):
        assert older.run("prepare", before=FAIL).returncode
    assert len(backups(older.folder / "backups")) == 1


def test_without_room_for_a_backup_no_table_is_changed(older: Site) -> None:
    (older.folder / "backups").write_text("in the way")
    done = older.run("prepare")
    assert done.returncode
    assert "no backup could be made before" in done.stderr
    assert "Traceback" not in done.stderr
    with closing(sqlite3.connect(older.folder / "db.sqlite3")) as database:
        columns = database.execute("SELECT name FROM pragma_table_info('review_review')").fetchall()
    assert ("after",) not in columns


# After a restore ------------------------------------------------------------------------------


@pytest.fixture
def restored(site: Site, tmp_path: Path) -> Site:
    """The site from a backup, beside a vault that has a decision more."""
    site.do("backup", tmp_path / "backups")
    assert site.python(DECIDE).returncode == 0
    shutil.move(site.folder / "db.sqlite3", tmp_path / "lost.sqlite3")
    for path in site.folder.glob("db.sqlite3-*"):
        path.unlink()
    site.do("restore", newest(tmp_path / "backups").folder)
    return site


def test_the_first_start_after_a_restore_fills_in_what_came_after_the_backup(
    restored: Site,
) -> None:
    assert "Kiel" not in restored.exports()
    words = restored.do("prepare")
    assert "What came after it is in the vault" in words
    assert "1 brought up to date" in words
    assert "Kiel" in restored.exports()
    assert "in the vault" not in restored.do("prepare")


def test_without_the_vault_a_restored_site_does_not_start_until_somebody_says_so(
    restored: Site, tmp_path: Path
) -> None:
    shutil.move(restored.folder / "vault", tmp_path / "vault")
    done = restored.run("prepare")
    assert done.returncode
    assert "The site was not started" in done.stderr
    assert "rebuild --skip" in done.stderr
    assert "Nothing was read" in restored.do("rebuild", "--skip")
    restored.do("prepare")


def test_a_damaged_document_is_named_and_the_restored_site_starts(restored: Site) -> None:
    (second,) = (restored.folder / "vault" / "cards").rglob("reviews/000002.json")
    second.write_text("{}rot")
    words = restored.do("prepare")
    assert "could not be brought back" in words
    assert "The site is started without them" in words
    assert "in the vault" not in restored.do("prepare")
