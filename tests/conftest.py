"""What every test stands on: an empty vault, a bell that only remembers, services on demand."""

from __future__ import annotations

import gc
import os
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpcore2
import pytest
from django.apps import apps
from django.conf import settings as product_settings
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from pytest_django.plugin import blocking_manager_key

from cards.vault_storage import BucketStorage
from tests import services
from tests.cast import analyst, manager, outsider, reviewer, uploader, visitor  # noqa: F401
from tests.disks import FakeDisk, Spoil

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from pytest_django import Settings

CLIENTS = threading.local()
"""What every test speaks to the test bucket by, one for each thread: to make one takes a quarter
of a second of reading what all of S3 is like, and a test needs only a prefix of its own."""


def pytest_report_header() -> str:
    database = product_settings.DATABASES["default"]["ENGINE"].rpartition(".")[2]
    vault = product_settings.STORAGES["vault"]["BACKEND"].rpartition(".")[2]
    broker = product_settings.CELERY_BROKER_URL.partition(":")[0]
    return f"parts: {database}, {vault}, {broker}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes longest comes first: it runs beside the others instead of after them. On the big
    parts only what meets them, with the first of its values: a rule about a telephone number, and
    what else may be typed, is the same beside any database."""
    items.sort(key=_turn)
    if os.environ.get("CARD_DESK_BIG_PARTS"):
        first = {item.nodeid.partition("[")[0]: item for item in reversed(items)}
        chosen = {item for item in first.values() if _meets_parts(item)}
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = [item for item in items if item in chosen]


def _turn(item: pytest.Item) -> int:
    if item.path.name == "test_big_parts.py":
        return 0
    return 1 if any(item.get_closest_marker(name) for name in ("browser", "faults")) else 2


def _meets_parts(item: pytest.Item) -> bool:
    """Whether a test works with the database, the vault or the broker, whichever they are: not one
    whose commands run beside it, on a site of its own in a folder."""
    fixtures = set(getattr(item, "fixturenames", ()))
    is_of_one = any(item.get_closest_marker(name) for name in ("sqlite", "anywhere"))
    if is_of_one or "filled_site" in fixtures:
        return False
    is_about_vault = item.path.name in ("test_vault.py", "test_settings.py")
    return (
        bool(fixtures & {"db", "transactional_db"})
        or is_about_vault
        or item.get_closest_marker("django_db") is not None
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """A test that commits leaves empty tables behind; what migrations put there is put back, for
    the next one: after the last there is no database."""
    yield
    marker = item.get_closest_marker("django_db")
    if nextitem and marker and marker.kwargs.get("transaction"):
        with item.config.stash[blocking_manager_key].unblock():
            import_module("backoffice.migrations.0001_groups").make(apps, None)
            import_module("backoffice.migrations.0002_managers_of_paid_calls").grant(apps, None)


@pytest.fixture(autouse=True)
def fresh_vault(settings: Settings, tmp_path: Path) -> Storage:
    """An empty vault for each test: a folder, or a prefix of its own in the test bucket."""
    vault = product_settings.STORAGES["vault"]
    is_folder = "bucket_name" not in vault["OPTIONS"]
    place = tmp_path / "vault" if is_folder else f"test-{uuid.uuid4()}"
    options = {**vault["OPTIONS"], "location": place}
    settings.STORAGES = {**product_settings.STORAGES, "vault": {**vault, "OPTIONS": options}}
    fresh = storages["vault"]
    if isinstance(fresh, BucketStorage):
        fresh._connections = CLIENTS
    return fresh


@pytest.fixture
def spoil(fresh_vault: Storage) -> Spoil:
    """Puts other bytes in the place of what the vault keeps, as a failing disk would."""

    def replace(name: str, data: bytes) -> None:
        fresh_vault.delete(name)
        fresh_vault.save(name, ContentFile(data))

    return replace


@pytest.fixture(autouse=True)
def bell(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids of the jobs that workers were told of, in order; no worker is really told."""
    rung: list[int] = []
    monkeypatch.setattr("extraction.jobs.ring", rung.append)
    return rung


@pytest.fixture(autouse=True)
def disk(monkeypatch: pytest.MonkeyPatch) -> FakeDisk:
    """The disk as this process sees it, half full whatever this machine's is; nobody waits for it,
    as no power fails during a test."""
    fake = FakeDisk()
    monkeypatch.setattr("os.statvfs", fake)
    monkeypatch.setattr("os.fsync", lambda descriptor: None)
    return fake


@pytest.fixture(scope="session", autouse=True)
def frozen() -> Iterator[None]:
    """Modules and tests stay to the end: the garbage collector need not go through them again and
    again, which takes a sixth of the time."""
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(scope="session", autouse=True)
def trusted() -> Iterator[None]:
    """Whom TLS trusts is read once, not for every client of a model, which takes longer than all
    that the client then does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpcore2, "default_ssl_context", cache(httpcore2.default_ssl_context))
        yield


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    yield from _given(services.postgres)


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    yield from _given(services.redis)


@pytest.fixture(scope="session")
def s3_environment() -> Iterator[dict[str, str]]:
    yield from _given(services.s3)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium. Its driver keeps an event loop in this thread, which Django must allow."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield from _given(services.chromium)


def _given(service: Callable[[], AbstractContextManager[Any]]) -> Iterator[Any]:
    try:
        with service() as given:
            yield given
    except services.MissingError as missing:
        if os.environ.get("CARD_DESK_NO_SKIP"):
            pytest.fail(str(missing), pytrace=False)
        pytest.skip(str(missing))
