"""What every test stands on: an empty vault, a bell that only remembers, services on demand."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.conf import settings as product_settings
from django.core.files.storage import Storage, storages
from pytest_django.plugin import blocking_manager_key

from tests import services
from tests.cast import analyst, manager, outsider, reviewer, uploader, visitor  # noqa: F401

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from pytest_django import Settings


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
    return 1 if item.get_closest_marker("browser") else 2


def _meets_parts(item: pytest.Item) -> bool:
    """Whether a test works with the database, the vault or the broker, whichever they are."""
    if item.get_closest_marker("sqlite"):
        return False
    needs = {"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))
    is_about_vault = item.path.name in ("test_vault.py", "test_settings.py")
    return bool(needs) or is_about_vault or item.get_closest_marker("django_db") is not None


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
    return storages["vault"]


@pytest.fixture(autouse=True)
def bell(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids of the jobs that workers were told of, in order; no worker is really told."""
    rung: list[int] = []
    monkeypatch.setattr("extraction.jobs.ring", rung.append)
    return rung


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
