"""The command `prepare`: the first password is told once, static files and the vault are ready."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth import get_user_model

from cards import vault
from tests.backoffice.commands import run, run_badly

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_root", "no_password")]


@pytest.fixture
def static_root(settings: Settings, tmp_path: Path) -> Path:
    settings.STATIC_ROOT = tmp_path / "static"
    return tmp_path / "static"


@pytest.fixture
def no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ADMIN_PASSWORD", raising=False)
    monkeypatch.delenv("ADMIN_PASSWORD_FILE", raising=False)


def _password(printed: str) -> str:
    return printed.partition("Password: ")[2].split()[0]


def test_prepare_prints_the_password_that_lets_the_admin_in() -> None:
    password = _password(run("prepare"))
    assert len(password) >= 12
    admin = get_user_model().objects.get(username="admin")
    assert admin.is_superuser
    assert admin.check_password(password)


def test_prepare_prints_the_password_only_once() -> None:
    run("prepare")
    admin = get_user_model().objects.get()
    assert "assword" not in run("prepare")
    assert get_user_model().objects.get().password == admin.password


def test_prepare_makes_another_password_each_time() -> None:
    first = _password(run("prepare"))
    get_user_model().objects.all().delete()
    assert _password(run("prepare")) != first


def test_prepare_takes_the_password_given_and_does_not_print_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ADMIN_PASSWORD", "marigold-teapot-71")
    printed = run("prepare")
    assert "the one in ADMIN_PASSWORD" in printed
    assert "marigold" not in printed
    assert get_user_model().objects.get().check_password("marigold-teapot-71")


def test_prepare_collects_static_files_and_explains_the_vault(static_root: Path) -> None:
    run("prepare")
    assert (static_root / "admin" / "css" / "base.css").exists()
    assert vault.get("README.txt").startswith(b"What Card Desk must never lose.")


def test_prepare_stops_when_the_vault_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(name: str, data: bytes) -> None:
        raise vault.VaultError("The vault could not keep README.txt: no space left")

    monkeypatch.setattr(vault, "put", full)
    _, sentence = run_badly("prepare")
    assert "no space left" in sentence
