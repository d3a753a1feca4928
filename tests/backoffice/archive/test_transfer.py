"""A site moves to PostgreSQL and S3 and back: all is there, and the old side is as it was."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import uuid
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from backoffice.archive.moving_tables import fingerprint
from tests import services
from tests.backoffice.archive.whole_site import Site

FURTHER_FIELDS = """
import django
django.setup()
from cards.models import Card
card = Card.objects.order_by("id")[0]
Card.objects.filter(pk=card.pk).update(
    extra={"Stand": "12", "Anruf": {"zwei": 2, "eins": 0.5}, "Halle": "7"}
)
"""

WORK = """
import io, sys
import django
django.setup()
from django.contrib.auth.models import User
from cards import intake
from cards.models import Batch, Card
from review import decisions, journal
from tests import pictures
by = User.objects.get()
batch = Batch.objects.create(name="Harbour fair", extractor="offline")
intake.take_in(io.BytesIO(pictures.jpeg(int(sys.argv[2]))), batch, name="new.jpg")
card = Card.objects.filter(status="approved").order_by("-id")[0]
decisions.correct(card, {"city": sys.argv[1]}, version=card.version, by=by)
journal.catch_up()
"""

KILL_IN_THE_VAULT = """
import os, signal
from backoffice.archive import moving_vault
whole, seen = moving_vault._move, []
def move(*words):
    if len(seen) == 4:
        os.kill(os.getpid(), signal.SIGKILL)
    seen.append(words)
    return whole(*words)
moving_vault._move = move
"""

KILL_IN_THE_TABLES = """
import os, signal
from backoffice.archive import moving_tables
whole = moving_tables.make_equal
def make_equal(model, *words):
    if model.__name__ == "Review":
        os.kill(os.getpid(), signal.SIGKILL)
    return whole(model, *words)
moving_tables.make_equal = make_equal
"""

Places = tuple[str, str]
"""A database and a vault."""


def contents(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file of the database and the vault."""
    files = [folder / "db.sqlite3", *(path for path in (folder / "vault").rglob("*"))]
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.is_file()
    }


def moved(site: Site, places: Places) -> str:
    database, vault = places
    return site.do("transfer", "--database", database, "--vault", vault)


def refused(site: Site, *words: object, before: str = "") -> str:
    done = site.run("transfer", *words, before=before)
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def big_places(
    postgres_url: str, s3_environment: dict[str, str]
) -> Callable[[], Places]:  # fmt: skip
    """Makes an empty database, and names an empty folder of a bucket."""

    def make() -> Places:
        name = f"moved_{uuid.uuid4().hex}"
        with psycopg.connect(postgres_url, autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name}".encode())
        database = f"{postgres_url.rpartition('/')[0]}/{name}"
        return database, f"s3://{services.BUCKET}/{name}"

    return make


def work(site: Site, city: str, tone: int) -> None:
    """A new picture, and a decision more."""
    done = site.python(WORK, city, tone)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def moved_once(filled_site: Site, tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, Site]:
    """A site, and the folder that it was moved to once; nobody changes them."""
    old, new = (tmp_path_factory.mktemp("move") / "data" for _ in range(2))
    shutil.copytree(filled_site.folder, old)
    moved(Site(old), (str(new), str(new / "vault")))
    return Site(old), Site(new)


def on(places: Places, folder: Path, variables: dict[str, str]) -> Site:
    """The site with its new places."""
    return Site(folder, {**variables, "DATABASE_URL": places[0], "VAULT_URL": places[1]})


# To PostgreSQL and S3, and back --------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.s3
def test_contacts_are_the_same_byte_by_byte_there_and_back_again(
    site: Site, big_places: Callable[[], Places], s3_environment: dict[str, str], tmp_path: Path
) -> None:
    old = Site(site.folder, s3_environment | {"VAULT_URL": ""})
    assert old.python(FURTHER_FIELDS).returncode == 0
    exports, before = old.exports(), contents(old.folder)
    places = big_places()
    words = moved(old, places)
    assert "This is all of the site" in words
    assert contents(old.folder) == before

    new = on(places, tmp_path / "new", s3_environment)
    assert new.exports() == exports

    work(old, "Kiel", 77)  # it went on meanwhile
    words = moved(old, places)
    assert "Vault: 0 objects" not in words
    assert ": 0 rows" not in words.replace("UTC; ", "UTC: ")
    exports = old.exports()
    assert "Kiel" in exports
    assert new.exports() == exports
    assert "0 missing, 0 damaged, 0 extra" in new.do("verify")

    work(new, "Ulm", 78)  # new rows get ids of their own
    exports = new.exports()
    moved(new, (str(old.folder), str(old.folder / "vault")))
    assert old.exports() == exports


@pytest.mark.postgres
@pytest.mark.s3
def test_a_move_that_was_killed_twice_goes_on(
    site: Site, big_places: Callable[[], Places], s3_environment: dict[str, str], tmp_path: Path
) -> None:
    old = Site(site.folder, s3_environment | {"VAULT_URL": ""})
    places = big_places()
    for before in (KILL_IN_THE_VAULT, KILL_IN_THE_TABLES):
        words = ("transfer", "--database", places[0], "--vault", places[1])
        assert old.run(*words, before=before).returncode == -9
    said = moved(old, places)
    assert "Vault: 0 objects copied" in said
    assert on(places, tmp_path / "new", s3_environment).exports() == old.exports()


# From folder to folder: what is refused ------------------------------------------------------


@pytest.fixture
def site(moved_once: tuple[Site, Site], tmp_path: Path) -> Site:
    return Site(Path(shutil.copytree(moved_once[0].folder, tmp_path / "data")))


@pytest.fixture
def elsewhere(moved_once: tuple[Site, Site], tmp_path: Path) -> Site:
    """The site, moved to another folder once."""
    return Site(Path(shutil.copytree(moved_once[1].folder, tmp_path / "elsewhere")))


def test_a_new_side_that_was_worked_on_is_not_overwritten(site: Site, elsewhere: Site) -> None:
    work(elsewhere, "Kiel", 77)
    exports = elsewhere.exports()
    assert "was worked with since" in refused(site, "--database", elsewhere.folder)
    assert "was worked with since" in refused(site, "--vault", elsewhere.folder / "vault")
    assert elsewhere.exports() == exports


def test_a_place_of_another_site_is_refused(site: Site, tmp_path: Path) -> None:
    other = Path(shutil.copytree(site.folder, tmp_path / "other"))
    with closing(sqlite3.connect(other / "db.sqlite3")) as database, database:
        database.execute("UPDATE auth_user SET date_joined = '2020-02-02 02:02:02'")
    folder = next((other / "vault" / "cards").glob("*/*"))
    folder.rename(folder.with_name(str(uuid.uuid4())))
    before = contents(other)
    assert "another site's" in refused(site, "--database", other)
    assert "another site's" in refused(site, "--vault", other / "vault")
    assert contents(other) == before


def test_tables_of_something_else_are_left_alone(site: Site, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "db.sqlite3")) as database, database:
        database.execute("CREATE TABLE bills (number int)")
    before = contents(tmp_path)
    assert "tables of something else" in refused(site, "--database", tmp_path)
    assert contents(tmp_path) == before


def test_the_site_itself_is_no_place_to_move_to(site: Site) -> None:
    assert "the same one" in refused(site, "--database", site.folder)
    assert "the same one" in refused(site, "--vault", site.folder / "vault")


def test_an_old_side_of_an_earlier_version_is_refused(site: Site, tmp_path: Path) -> None:
    site.do("migrate", "review", "0002_workspace")
    assert "not of this version" in refused(site, "--database", tmp_path / "new")


def test_a_damaged_object_is_named_and_all_others_are_moved(site: Site, tmp_path: Path) -> None:
    picture = next((site.folder / "vault" / "images").rglob("original.*"))
    picture.write_bytes(b"rot")
    done = site.run("transfer", "--vault", tmp_path / "vault")
    assert done.returncode == 1
    name = picture.relative_to(site.folder / "vault").as_posix()
    assert f"not moved: {name}" in done.stdout
    assert "1 objects of the vault were not moved" in done.stderr
    assert not (tmp_path / "vault" / name).exists()


def test_a_row_that_is_refused_is_named_and_nothing_of_the_tables_is_kept(
    site: Site, tmp_path: Path
) -> None:
    before = """
from backoffice.archive import moving_tables
moving_tables.fingerprint = lambda row, seen=[]: bytes([len(seen) % 251, seen.append(1) or 0])
"""
    new = Site(tmp_path / "new")
    words = refused(site, "--database", new.folder, before=before)
    assert "did not take everything" in words
    counted = new.python(
        "import django; django.setup()\nfrom cards.models import Card; print(Card.objects.count())"
    )
    assert counted.stdout.strip() == "0"


def test_beside_a_running_site_it_says_to_run_once_more(site: Site, tmp_path: Path) -> None:
    alive = site.folder / "alive"
    alive.mkdir(exist_ok=True)
    (alive / "worker-desk").touch()
    words = site.do("transfer", "--vault", tmp_path / "vault")
    assert "run the same command once more" in words


def test_what_is_there_alone_is_removed_and_what_took_its_place_is_written(
    site: Site, elsewhere: Site
) -> None:
    """Unique values may have gone from one row to another."""
    swap = """
import django
django.setup()
from django.contrib.auth.models import Group
one, two = Group.objects.order_by("id")[:2]
names = one.name, two.name
Group.objects.filter(pk=one.pk).update(name="aside")
Group.objects.filter(pk=two.pk).update(name=names[0])
Group.objects.filter(pk=one.pk).update(name=names[1])
Group.objects.exclude(pk__in=(one.pk, two.pk)).delete()
"""
    assert site.python(swap).returncode == 0
    moved(site, (str(elsewhere.folder), str(elsewhere.folder / "vault")))
    names = """
import django
django.setup()
from django.contrib.auth.models import Group
print(list(Group.objects.order_by("id").values_list("id", "name")))
"""
    assert site.python(names).stdout == elsewhere.python(names).stdout


# How rows are compared -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sqlite", "postgresql"),
    [
        ({"Stand": "12", "Anruf": "ja"}, {"Anruf": "ja", "Stand": "12"}),
        ({"x": -0.0, "y": [12.0]}, {"x": 0.0, "y": [12.0]}),
        ({"x": 1e22}, {"x": 10**22}),
        (Decimal("0.120000"), Decimal("0.12")),
    ],
    ids=["order of names", "minus nothing", "exponent", "trailing noughts"],
)
def test_what_databases_spell_differently_is_the_same(sqlite: object, postgresql: object) -> None:
    assert fingerprint((1, sqlite)) == fingerprint((1, postgresql))


@pytest.mark.parametrize(
    ("one", "other"),
    [("", None), (1, True), ("1", 1), ({"a": 1}, {"a": 2}), (-0.05, 0.05), (1e22, 1e23)],
)
def test_what_differs_is_seen(one: object, other: object) -> None:
    assert fingerprint((1, one)) != fingerprint((1, other))
