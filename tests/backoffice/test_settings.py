"""Settings follow the environment, and a wrong value stops the start with a sentence."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from socket import IPPROTO_TCP, SO_KEEPALIVE, SOL_SOCKET, TCP_KEEPCNT, TCP_KEEPIDLE
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from kombu.connection import Connection

from backoffice import settings as product

ROOT = Path(product.__file__).resolve().parent.parent

Load = Callable[..., dict[str, Any]]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Load:
    """Runs the settings file with nothing in the environment but what it is given."""

    def run(**variables: str) -> dict[str, Any]:
        for name in list(os.environ):
            if name not in ("PATH", "HOME"):
                monkeypatch.delenv(name)
        monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(product.__file__)

    return run


def test_it_starts_with_one_folder_and_nothing_else(load: Load, tmp_path: Path) -> None:
    found = load()
    assert found["DATABASES"]["default"]["NAME"] == tmp_path / "data" / "db.sqlite3"
    assert found["STORAGES"]["vault"]["OPTIONS"]["location"] == tmp_path / "data" / "vault"
    assert found["CELERY_BROKER_URL"].startswith("filesystem:")
    assert found["EXTRACTOR"] == "offline"
    assert found["DEBUG"] is False


def test_data_folder_is_its_owners_alone(load: Load) -> None:
    assert load()["DATA_DIR"].stat().st_mode & 0o777 == 0o700


def test_secret_key_is_made_once_and_kept(load: Load) -> None:
    assert load()["SECRET_KEY"] == load()["SECRET_KEY"] != ""


def test_secret_key_can_be_given(load: Load, tmp_path: Path) -> None:
    assert load(SECRET_KEY="given")["SECRET_KEY"] == "given"
    assert not (tmp_path / "data" / "secret-key").exists()


def test_database_url_leads_to_postgresql(load: Load) -> None:
    database = load(DATABASE_URL="postgres://desk:secret@db.example:5433/cards")["DATABASES"][
        "default"
    ]
    assert database["ENGINE"] == "backoffice.engines.postgresql"
    assert (database["HOST"], database["PORT"], database["NAME"]) == ("db.example", 5433, "cards")
    assert database["OPTIONS"]["connect_timeout"] == 2
    assert database["OPTIONS"]["tcp_user_timeout"] == 25_000


def test_database_url_can_stand_in_a_file(load: Load, tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgres://db.example/cards\n")
    found = load(DATABASE_URL_FILE=str(tmp_path / "url"))
    assert found["DATABASES"]["default"]["HOST"] == "db.example"


def test_vault_url_leads_to_a_bucket(load: Load) -> None:
    vault = load(VAULT_URL="s3://cards/desk/one")["STORAGES"]["vault"]
    assert vault == {
        "BACKEND": "cards.vault_storage.BucketStorage",
        "OPTIONS": {"bucket_name": "cards", "location": "desk/one"},
    }


@pytest.mark.redis
def test_a_redis_that_is_gone_without_a_word_is_noticed(load: Load, redis_url: str) -> None:
    options = load(REDIS_URL=redis_url)["CELERY_BROKER_TRANSPORT_OPTIONS"]
    broker: Any = Connection(redis_url, transport_options=options)  # type: ignore[no-untyped-call]
    with broker:
        pool = broker.default_channel.client.connection_pool
        link = pool.get_connection()
        found = [link._sock.getsockopt(IPPROTO_TCP, name) for name in (TCP_KEEPIDLE, TCP_KEEPCNT)]
        assert link._sock.getsockopt(SOL_SOCKET, SO_KEEPALIVE)
        pool.release(link)
    assert found == [10, 3]


def test_redis_url_leads_to_redis(load: Load) -> None:
    found = load(REDIS_URL="redis://cache.example:6379/1")
    assert found["CELERY_BROKER_URL"] == "redis://cache.example:6379/1"
    assert found["CELERY_BROKER_TRANSPORT_OPTIONS"]["socket_connect_timeout"] <= 5


def test_queue_without_redis_is_its_owners_alone(load: Load) -> None:
    folder = Path(load()["CELERY_BROKER_TRANSPORT_OPTIONS"]["data_folder_in"])
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "OPENAI_BASE_URL"])
def test_vision_model_reads_when_it_is_set_up(load: Load, name: str) -> None:
    assert load(**{name: "http://model.example/v1"})["EXTRACTOR"] == "openai_vision"


def test_chosen_extractor_wins_over_the_model(load: Load) -> None:
    assert load(OPENAI_API_KEY="k", EXTRACTOR="offline")["EXTRACTOR"] == "offline"


def test_openai_is_asked_by_its_newer_api_with_little_thought(load: Load) -> None:
    options = load(OPENAI_API_KEY="k")["EXTRACTOR_OPTIONS"]["openai_vision"]
    assert (options["api"], options["model"], options["effort"]) == (
        "responses", "gpt-5-mini", "low",
    )  # fmt: skip


def test_compatible_server_is_asked_by_the_api_that_all_have(load: Load) -> None:
    options = load(OPENAI_BASE_URL="http://model.example/v1")["EXTRACTOR_OPTIONS"]
    assert (options["openai_vision"]["api"], options["openai_vision"]["effort"]) == ("chat", "")


def test_another_model_thinks_as_it_is_used_to_unless_told(load: Load) -> None:
    assert load(OPENAI_MODEL="gpt-4o")["OPENAI_REASONING_EFFORT"] == ""
    told = load(OPENAI_MODEL="gpt-5.2", OPENAI_REASONING_EFFORT="none")
    assert told["OPENAI_REASONING_EFFORT"] == "none"


def test_https_makes_cookies_secure(load: Load) -> None:
    found = load(HTTPS="yes")
    assert found["SESSION_COOKIE_SECURE"]
    assert found["CSRF_COOKIE_SECURE"]
    assert found["SECURE_SSL_REDIRECT"]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "eighty", "PORT is 'eighty'; write a whole number."),
        ("PORT", "70000", "PORT is 70000; the most it can be is 65535."),
        ("PORT", "-1", "PORT is -1; the least it can be is 0."),
        ("DEBUG", "perhaps", "DEBUG is 'perhaps'; write yes or no."),
        ("HTTPS", "tls", "HTTPS is 'tls'; write yes or no."),
        ("WEB_PROCESSES", "0", "WEB_PROCESSES is 0; the least it can be is 1."),
        ("JOB_LEASE_SECONDS", "half a minute", "JOB_LEASE_SECONDS is"),
        ("OPENAI_API", "completions", "OPENAI_API is 'completions'; write responses or chat."),
        ("OPENAI_REASONING_EFFORT", "hard", "OPENAI_REASONING_EFFORT is 'hard'; write none, min"),
        ("LOG_LEVEL", "LOUD", "LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR."),
        ("DATABASE_URL", "somewhere", "DATABASE_URL cannot be understood"),
        ("DATABASE_URL", "mysql://db.example/cards", "must begin with postgres://"),
        ("DATABASE_URL", "sqlite:///cards.db", "must begin with postgres://"),
        ("VAULT_URL", "mnt/cards", "VAULT_URL is 'mnt/cards'; write s3://bucket"),
        ("VAULT_URL", "s3:///folder", "write s3://bucket"),
        ("REDIS_URL", "localhost:6379", "REDIS_URL must begin with redis:// or rediss://"),
        ("REDIS_URL", "http://cache.example", "REDIS_URL must begin with redis:// or rediss://"),
        ("SECRET_KEY_FILE", "/nowhere/at/all", "SECRET_KEY_FILE cannot be read"),
        ("DATA_DIR", "/dev/null/cards", "Choose another with DATA_DIR."),
    ],
)
def test_wrong_value_is_answered_with_a_sentence(
    load: Load, name: str, value: str, sentence: str
) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        load(**{name: value})
    assert sentence in str(caught.value)


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL"])
def test_sentence_about_a_wrong_url_keeps_its_password(load: Load, name: str) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        load(**{name: "nonsense://desk:hush@host.example:99999999/1"})
    assert "hush" not in str(caught.value)


def test_command_with_a_wrong_setting_stops_with_one_sentence(tmp_path: Path) -> None:
    started = subprocess.run(
        [sys.executable, "manage.py", "start"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), "PORT": "eighty"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert started.returncode != 0
    assert started.stderr.strip() == "PORT is 'eighty'; write a whole number."
