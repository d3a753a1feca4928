"""This version and the one before it work on one database and one queue at the same time.

What is held against each other here is the schema that the migrations make, and the tasks; the two
versions are let run side by side in tests/faults/upgrades.
"""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.conf import settings
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

import backoffice

ROOT = Path(__file__).resolve().parent.parent
APPS = ("cards", "extraction", "review", "backoffice")

RELEASED = {
    ("backoffice", "0001_groups"),
    ("backoffice", "0002_managers_of_paid_calls"),
    ("cards", "0001_initial"),
    ("cards", "0002_batch_can_wait"),
    ("cards", "0003_batch_priority"),
    ("cards", "0004_parts_of_the_queue"),
    ("extraction", "0001_initial"),
    ("extraction", "0002_paid_calls_and_readers"),
    ("review", "0001_initial"),
    ("review", "0002_workspace"),
}
"""The migrations of the last release, 0.3.0. To be renewed with each release."""

TASKS: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    "extraction.tasks.run": ((7,), {}),
    "extraction.tasks.sweep": ((), {"ring_all": True}),
    "extraction.tasks.tend_backlogs": ((), {}),
    "review.tasks.journal": ((), {}),
}
"""What processes of the last release put into the queue. To be renewed with each release."""

HARMLESS = (
    migrations.CreateModel, migrations.AddIndex, migrations.RemoveIndex,
    migrations.AlterModelOptions, migrations.AlterModelManagers, migrations.RunPython,
)  # fmt: skip
"""What an older process, which knows nothing of it, does not stumble over."""


def new_operations() -> Iterator[tuple[str, Operation]]:
    """What migrations since the last release do, with the name of each migration."""
    for (app, name), migration in MigrationLoader(None).disk_migrations.items():
        if app in APPS and (app, name) not in RELEASED:
            yield from ((f"{app}.{name}", operation) for operation in migration.operations)


def stumbles(operation: Operation) -> str:
    """Why a process of the last release could not go on after `operation`; empty if it can."""
    if isinstance(operation, HARMLESS):
        return ""
    if not isinstance(operation, migrations.AddField):
        return f"{type(operation).__name__} changes what the last release still uses"
    field = operation.field
    if not (field.null or field.many_to_many or field.has_db_default()):
        return f"{operation.name} needs db_default or null: rows of the last release have none"
    return ""


def test_the_migrations_of_the_last_release_are_all_there() -> None:
    assert MigrationLoader(None).disk_migrations.keys() >= RELEASED


@pytest.mark.parametrize(
    ("name", "operation"),
    [
        pytest.param(name, operation, id=f"{name}-{operation.describe()}")
        for name, operation in sorted(new_operations(), key=lambda found: found[0])
    ],
)
def test_a_process_of_the_last_release_goes_on_after(name: str, operation: Operation) -> None:
    assert not (why := stumbles(operation)), f"{name}: {why}"


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("card", "shelf", models.IntegerField(default=0)),
        migrations.RemoveField("card", "notice"),
        migrations.RenameField("card", "notice", "remark"),
        migrations.RunSQL("DROP TABLE cards_card"),
    ],
    ids=lambda operation: type(operation).__name__,
)
def test_what_would_break_the_last_release_is_noticed(operation: Operation) -> None:
    assert stumbles(operation)


@pytest.mark.parametrize("name", TASKS)
def test_what_the_last_release_put_into_the_queue_is_still_done(name: str) -> None:
    current_app.loader.import_default_modules()
    arguments, words = TASKS[name]
    inspect.signature(current_app.tasks[name].run).bind(*arguments, **words)


def test_a_task_that_the_last_release_does_not_know_is_asked_for_again_by_the_clock() -> None:
    """Its workers throw away what they do not know."""
    current_app.loader.import_default_modules()
    ours = {name for name in current_app.tasks if name.startswith(APPS)}
    asked_again = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert ours - TASKS.keys() <= asked_again


def test_the_version_is_said_in_one_place() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "version" not in project["project"]
    assert project["project"]["dynamic"] == ["version"]
    said = project["tool"]["setuptools"]["dynamic"]["version"]
    assert said == {"attr": "backoffice.__version__"}
    assert f"## {backoffice.__version__}" in (ROOT / "CHANGELOG.md").read_text()
