from __future__ import annotations

import socket
import sqlite3
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from pytest_django import Settings

from backoffice import alive, doctor
from backoffice.doctor import Check, DoubtError, TroubleError
from cards import vault
from extraction.reading import ocr
from extraction.result import Box, Line, Seen

sqlite_only = pytest.mark.skipif(connection.vendor != "sqlite", reason="is about SQLite")


@pytest.fixture
def database_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The SQLite file that threads which ask for the database from now on will open."""
    path = tmp_path / "db.sqlite3"
    monkeypatch.setitem(connection.settings_dict, "NAME", str(path))
    return path


@pytest.mark.django_db(transaction=True)
def test_a_sound_installation_gets_one_good_line_for_each_thing(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.DATA_DIR = tmp_path
    settings.ALLOWED_HOSTS = ["localhost"]
    tmp_path.chmod(0o700)
    for role in alive.ROLES:
        alive.touch(role)

    call_command("doctor")

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in lines] == list(doctor.CHECKS)
    assert [line for line in lines if not line.startswith("ok ")] == []


def test_trouble_ends_the_command_with_an_error_after_all_checks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def break_down() -> str:
        raise ZeroDivisionError("one\nand two")

    checks = {"first": Check(break_down), "second": Check(lambda: "fine")}
    monkeypatch.setattr(doctor, "CHECKS", checks)

    with pytest.raises(SystemExit) as ended:
        call_command("doctor")

    out, err = capsys.readouterr()
    assert ended.value.code == 1
    assert "BAD    first      stopped by ZeroDivisionError: one and two" in out
    assert "ok     second     fine" in out
    assert "Traceback" not in out + err


def test_a_doubt_does_not_end_the_command_with_an_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def hesitate() -> str:
        raise DoubtError("nearly full")

    monkeypatch.setattr(doctor, "CHECKS", {"disk": Check(hesitate)})

    call_command("doctor")

    assert "doubt  disk       nearly full" in capsys.readouterr().out


def test_a_check_that_hangs_is_left_behind() -> None:
    def hang() -> str:
        time.sleep(5)
        return "too late"

    finding = Check(hang, most_seconds=0.05).find("vault")

    assert finding.outcome == "BAD"
    assert "no answer within 0.05 seconds" in finding.text
    assert finding.seconds < 2


def test_debug_is_trouble(settings: Settings) -> None:
    settings.DEBUG = True
    with pytest.raises(TroubleError, match="DEBUG=no"):
        doctor.ask_settings()


@pytest.mark.parametrize("hosts", [[], ["*"]])
def test_hosts_that_are_not_named_are_trouble(settings: Settings, hosts: list[str]) -> None:
    settings.ALLOWED_HOSTS = hosts
    with pytest.raises(TroubleError, match="ALLOWED_HOSTS"):
        doctor.ask_settings()


def test_what_django_itself_finds_wrong_is_trouble(settings: Settings) -> None:
    settings.STATICFILES_DIRS = "not a list"
    with pytest.raises(TroubleError, match=r"staticfiles\.E001"):
        doctor.ask_settings()


def test_a_public_host_without_https_is_doubtful(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["cards.example.com"]
    with pytest.raises(DoubtError, match="HTTPS=yes"):
        doctor.ask_settings()


def test_https_without_safe_cookies_is_doubtful(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DJANGO_ALLOW_ASYNC_UNSAFE", raising=False)  # of tests with a browser
    settings.HTTPS = True
    with pytest.raises(DoubtError, match=r"security\.W012"):
        doctor.ask_settings()


@pytest.mark.django_db
def test_migrations_that_wait_are_trouble() -> None:
    MigrationRecorder(connection).migration_qs.filter(app="review").delete()
    with pytest.raises(TroubleError, match=r"not applied; run: python manage\.py migrate"):
        doctor.ask_database()


@pytest.mark.django_db(transaction=True)
def test_a_database_that_cannot_be_opened_is_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "NAME", "/no/such/place/db")

    finding = Check(doctor.ask_database).find("database")

    assert finding.outcome == "BAD"
    assert "it cannot be opened" in finding.text


@sqlite_only
@pytest.mark.django_db(transaction=True)
def test_a_damaged_sqlite_file_is_trouble(database_file: Path) -> None:
    with sqlite3.connect(database_file) as file:
        file.execute("CREATE TABLE page (text)")
        file.executemany("INSERT INTO page VALUES (?)", [("x" * 500,)] * 2_000)
    file.close()
    size = database_file.stat().st_size
    with database_file.open("r+b") as raw:
        raw.seek(size // 2)
        raw.write(b"\xff" * 20_000)

    finding = Check(doctor.ask_database).find("database")

    assert finding.outcome == "BAD"
    assert "damaged" in finding.text
    assert "backup" in finding.text


@sqlite_only
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("database_file")
def test_sqlite_without_wal_is_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    mode = {"init_command": "PRAGMA journal_mode=DELETE;"}
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", mode)

    finding = Check(doctor.ask_database).find("database")

    assert finding.outcome == "BAD"
    assert "journal mode delete" in finding.text


@sqlite_only
@pytest.mark.django_db
def test_a_file_too_large_to_check_in_time_is_not_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "QUICK_CHECK_SECONDS", -1)
    monkeypatch.setattr(doctor, "PROGRESS_STEPS", 1)
    assert "without reaching the end" in doctor.ask_database()


def test_the_broker_of_this_installation_takes_messages() -> None:
    assert "takes messages" in doctor.ask_broker()


def test_a_message_folder_that_is_gone_is_trouble(settings: Settings, tmp_path: Path) -> None:
    settings.REDIS_URL = ""
    settings.QUEUE_DIR = tmp_path / "gone"
    with pytest.raises(TroubleError, match="takes no message"):
        doctor.ask_broker()


@pytest.mark.redis
def test_redis_takes_messages(settings: Settings, redis_url: str) -> None:
    settings.REDIS_URL = redis_url
    assert "takes messages" in doctor.ask_broker()


def test_redis_that_is_down_is_trouble_without_its_password(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    settings.REDIS_URL = f"redis://:secret@127.0.0.1:{port}/0"
    with pytest.raises(TroubleError, match="Nothing is lost") as trouble:
        doctor.ask_broker()
    assert "secret" not in str(trouble.value)


def test_redis_that_never_answers_is_trouble_within_seconds(settings: Settings) -> None:
    started = time.monotonic()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        with pytest.raises(TroubleError, match="takes no message"):
            doctor.ask_broker()
    assert time.monotonic() - started < 8


def test_the_vault_is_asked_again_and_again_with_the_same_object() -> None:
    assert doctor.ask_vault() == doctor.ask_vault()
    assert vault.get(doctor.PROBE_NAME) == doctor.PROBE


def test_a_vault_that_others_write_to_is_trouble() -> None:
    vault.put(doctor.PROBE_NAME, b"something else")
    with pytest.raises(TroubleError, match="already kept with other contents"):
        doctor.ask_vault()


def test_a_vault_that_cannot_keep_is_trouble(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    place = {"location": tmp_path / "file" / "vault"}
    folder = {"BACKEND": "cards.vault_storage.FolderStorage", "OPTIONS": place}
    settings.STORAGES = {**settings.STORAGES, "vault": folder}
    with pytest.raises(TroubleError, match="could not keep"):
        doctor.ask_vault()


def test_a_reader_that_does_not_load_is_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(pictures: object) -> list[object]:
        raise FileNotFoundError("no model")

    monkeypatch.setattr(ocr, "read", fail)
    with pytest.raises(TroubleError, match="pip install --force-reinstall"):
        doctor.ask_models()


def test_a_reader_that_reads_something_else_is_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line("CAR DESKS?", 0.9, Box(0, ((0, 0), (9, 0), (9, 2), (0, 2))))
    reading = ocr.Reading((), Seen((line,)))
    monkeypatch.setattr(ocr, "read", lambda pictures: reading)
    with pytest.raises(TroubleError, match="was drawn"):
        doctor.ask_models()


def test_a_data_folder_open_to_others_is_trouble(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    tmp_path.chmod(0o750)
    with pytest.raises(TroubleError, match="chmod 700"):
        doctor.ask_data_folder()


def test_the_data_folder_of_somebody_else_is_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 54_321)
    with pytest.raises(TroubleError, match="this is user 54321"):
        doctor.ask_data_folder()


@pytest.mark.parametrize(
    ("bytes_used", "inodes_used", "outcome"),
    [
        (79, 79, "ok"),
        (81, 10, "doubt"),
        (10, 81, "doubt"),
        (91, 10, "BAD"),
        (10, 91, "BAD"),
        (10, 0, "ok"),
    ],
)
def test_a_disk_is_judged_by_its_bytes_and_its_inodes(
    monkeypatch: pytest.MonkeyPatch, bytes_used: int, inodes_used: int, outcome: str
) -> None:
    inodes = 100 if inodes_used else 0  # some file systems have no fixed number
    disk = SimpleNamespace(
        f_frsize=4096, f_blocks=100, f_bfree=100 - bytes_used, f_bavail=100 - bytes_used,
        f_files=inodes, f_ffree=inodes - inodes_used, f_favail=inodes - inodes_used,
    )  # fmt: skip
    monkeypatch.setattr("os.statvfs", lambda folder: disk)

    assert Check(doctor.ask_disks).find("disk").outcome == outcome


def test_a_site_without_worker_is_doubtful(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    alive.touch("beat")
    with pytest.raises(DoubtError, match="no worker gave a sign of life"):
        doctor.ask_processes()
