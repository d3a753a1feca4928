"""A publication made by hand, a database that is down, and people who hold a pass.

None of it needs a database: a page that asked for one would fail.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from pytest_django import Settings

from backoffice.analytics import publications
from backoffice.analytics.publications import Publication
from backoffice.archive import manifest
from backoffice.readonly import passes, watch
from cards import vault
from tests import pictures

ROSA = "0198a000-0000-7000-8000-000000000001"
MIRA = "0198a000-0000-7000-8000-000000000002"

Publish = Callable[[Iterable[dict[str, Any]]], Publication]


class DownWatch(watch.Watch):
    """Knows that the database is down, without asking."""

    is_known_down = True

    def is_down(self) -> bool:
        return True

    def ask_now(self, *, is_in_doubt: bool = False) -> bool:
        return True


@pytest.fixture
def down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "site", DownWatch())


@pytest.fixture
def publish(settings: Settings, tmp_path: Path) -> Publish:
    """Lays cards, newest first, out as `analytics.site_file` does."""
    settings.PUBLISH_DIR = tmp_path / "published"

    def make(cards: Iterable[dict[str, Any]]) -> Publication:
        folder = settings.PUBLISH_DIR / "20261120T020000Z"
        path = folder / publications.SITE
        path.parent.mkdir(parents=True)
        with closing(sqlite3.connect(path)) as file, file:
            file.execute(
                "CREATE TABLE card (position INTEGER PRIMARY KEY, id TEXT UNIQUE, text TEXT,"
                " status TEXT, document TEXT)"
            )
            rows = [_row(number, card) for number, card in enumerate(cards, 1)]
            file.executemany("INSERT INTO card VALUES (?, ?, ?, ?, ?)", rows)
        contacts = folder / "contacts.csv"
        contacts.write_text("full_name\r\nRosa Halloway\r\n")
        made = Publication(
            folder=folder, as_of=datetime(2026, 11, 20, 2, tzinfo=UTC), card_desk="0.1.0",
            counts={"cards": len(rows)}, fields=("full_name",),
            files={
                publications.SITE: manifest.described(path),
                contacts.name: manifest.described(contacts),
            },
        )  # fmt: skip
        sealed = vault.sealed(publications.MANIFEST, publications.document(made))
        (folder / publications.MANIFEST).write_bytes(sealed)
        return made

    return make


@pytest.fixture
def published(publish: Publish) -> Publication:
    """Two cards: Rosa Halloway, approved, with a picture; and Mira Ahlström, to be reviewed."""
    picture = vault.put_picture(pictures.jpeg(), "image/jpeg")
    return publish(
        [
            document(
                MIRA, "needs_review", full_name="Mira Ahlström", company="Nordlicht",
                email="mira@nordlicht.example", phone="+49 (0)30 9012 345",
            ) | {"doubtful_fields": ["email"]},
            document(ROSA, "approved", full_name="Rosa Halloway", company="Northwind")
            | {"sides": [{"picture": picture, "media_type": "image/jpeg", "page": 0, "quad": None}]}
            | {"extra": {"Stand": "Hall 4"}},
        ]
    )  # fmt: skip


@pytest.fixture
def holder(down: None, published: Publication) -> Client:
    """Somebody with a pass for everything."""
    return holding(*passes.PERMISSIONS)


def holding(*permissions: str, language: str = "en") -> Client:
    """A browser with the pass of Mona, who may do this much."""
    client = Client(headers={"accept": "text/html", "accept-language": language})
    facts = {"id": 7, "name": "Mona", "may": permissions, "given": int(time.time())}
    client.cookies[passes.COOKIE] = signing.dumps(facts, salt=passes.SALT)
    return client


def document(card_id: str, status: str, **fields: str) -> dict[str, Any]:
    return {
        "id": card_id, "status": status, "batch": "Expo Berlin", "file_name": "fair.jpg",
        "added_at": "2026-11-19T10:00:00+00:00", "fields": fields,
    }  # fmt: skip


def _row(position: int, card: dict[str, Any]) -> tuple[int, str, str, str, str]:
    words = [*card.get("fields", {}).values(), "4930901234" + "5"]
    text = publications.folded("\n".join(words[: -1 if "phone" not in card["fields"] else None]))
    return position, card["id"], text, card.get("status", ""), json.dumps(card)
