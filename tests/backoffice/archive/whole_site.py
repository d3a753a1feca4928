"""A small site of its own: a DATA_DIR with a database, pictures, decisions, and its commands."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests import warm
from tests.backoffice.commands import ROOT
from tests.prepared import put_tables

FILL = """
import io
import django
django.setup()
from django.contrib.auth.models import User
from cards import intake
from cards.models import Batch, Card
from review import decisions, journal
from tests import pictures
batch = Batch.objects.create(name="Expo Berlin", extractor="offline")
people = [("Mira Ahlström", "Nordlicht"), ("Rosa Halloway", "Northwind Ltd."), ("光 Sato", "Kumo")]
for number, (name, company) in enumerate(people):
    (arrival,) = intake.take_in(io.BytesIO(pictures.jpeg(number)), batch, name=f"{number}.jpg")
    Card.objects.filter(pk=arrival.card.pk).update(status=Card.Status.NEEDS_REVIEW)
    card = Card.objects.get(pk=arrival.card.pk)
    values = card.contact() | {"full_name": name, "company": company}
    decisions.approve(card, values, version=card.version, by=User.objects.get())
journal.catch_up()
"""

EXPORT = """
import django
django.setup()
from django.core.management import call_command
for name in ("jsonl", "csv"):
    call_command("export", name, "-", status="all")
"""


@dataclass(frozen=True)
class Site:
    """`folder` is the DATA_DIR, `variables` the environment of its commands beside that."""

    folder: Path
    variables: dict[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DATA_DIR": str(self.folder),
            "DJANGO_SETTINGS_MODULE": "backoffice.settings", **self.variables,
        }  # fmt: skip

    def run(self, *words: object, before: str = "") -> CompletedProcess[str]:
        """A command in a process of its own, after the Python statements `before`."""
        code = (
            f"import sys\n{before}\nfrom django.core.management import execute_from_command_line\n"
            "execute_from_command_line(['manage.py', *sys.argv[1:]])"
        )
        return self.python(code, *words)

    def python(self, code: str, *words: object) -> CompletedProcess[str]:
        return warm.run(code, *map(str, words), environment=self.environment())

    def do(self, *words: object) -> str:
        """What a command prints that must succeed."""
        done = self.run(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def exports(self) -> str:
        """Everything the site would hand out of its cards, in two formats."""
        done = self.python(EXPORT)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def fill(self) -> Site:
        """Makes the database, and takes in and decides three cards."""
        put_tables(self.folder, self.variables)
        self.do("prepare")
        filled = self.python(FILL)
        assert filled.returncode == 0, filled.stderr
        return self


@pytest.fixture(scope="session")
def filled_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Three approved cards; made once, so nobody changes it."""
    return Site(tmp_path_factory.mktemp("site") / "data").fill()


@pytest.fixture
def site(filled_site: Site, tmp_path: Path) -> Iterator[Site]:
    """A site of three approved cards for one test."""
    own = Site(tmp_path / "data")
    shutil.copytree(filled_site.folder, own.folder)
    yield own
    shutil.rmtree(own.folder, ignore_errors=True)
