"""Is this installation sound? One check for each thing it stands on, each bounded in time.

A check returns what it found. It raises `TroubleError` with the next step for what is broken and
`DoubtError` for what works but should not stay so.
"""

from __future__ import annotations

import os
import stat
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from django.conf import settings

if TYPE_CHECKING:
    from cards.room import Disk

PROBE_NAME = "doctor/probe.txt"
PROBE = b"Card Desk wrote this to see whether the vault keeps and gives. It may stay here.\n"
WORD = "CARDDESK"
QUICK_CHECK_SECONDS = 20
PROGRESS_STEPS = 100_000
"""SQLite looks at the clock after so many instructions, which is every millisecond or so."""
MATTERS_OF_TASTE = {"security.W005", "security.W021"}
"""Django's warnings about subdomains and browsers' lists: for the owner of the domain to say."""
LOCAL_HOSTS = {"localhost", "127.0.0.1", "[::1]"}


class TroubleError(Exception):
    """Something is broken: what, and what to do next."""


class DoubtError(Exception):
    """Something works but needs attention: what, and what to do next."""


@dataclass(frozen=True)
class Finding:
    """The outcome of one check; `seconds` is how long it took."""

    name: str
    outcome: Literal["ok", "doubt", "BAD"]
    text: str
    seconds: float


def examine(checks: Mapping[str, Check] | None = None) -> Iterator[Finding]:
    """The finding of each check, as soon as there is one."""
    for name, check in (CHECKS if checks is None else checks).items():
        yield check.find(name)


@dataclass(frozen=True)
class Check:
    """A check and the time it has; one that takes longer is left behind in its thread."""

    ask: Callable[[], str]
    most_seconds: float = 10

    def find(self, name: str) -> Finding:
        started = time.monotonic()
        late = (
            f"no answer within {self.most_seconds:g} seconds; "
            "see whether its server or disk hangs, then ask again"
        )
        found: list[tuple[Literal["ok", "doubt", "BAD"], str]] = [("BAD", late)]
        thread = threading.Thread(
            target=lambda: found.append(self._outcome()), name=f"doctor-{name}", daemon=True
        )
        thread.start()
        thread.join(self.most_seconds)
        outcome, text = found[-1]
        return Finding(name, outcome, text, time.monotonic() - started)

    def _outcome(self) -> tuple[Literal["ok", "doubt", "BAD"], str]:
        from django.db import connection

        try:
            return "ok", self.ask()
        except DoubtError as doubt:
            return "doubt", _one_line(doubt)
        except TroubleError as trouble:
            return "BAD", _one_line(trouble)
        except Exception as error:
            return "BAD", f"stopped by {type(error).__name__}: {_one_line(error)}"
        finally:
            connection.close()  # of this thread


def ask_settings() -> str:
    """Django's own checks and what must not be so where others can reach the site."""
    from django.core import checks

    found = checks.run_checks(include_deployment_checks=settings.HTTPS)
    messages = [message for message in found if message.id not in MATTERS_OF_TASTE]
    if serious := [message for message in messages if message.level >= checks.ERROR]:
        raise TroubleError("; ".join(f"{message.id}: {message.msg}" for message in serious))
    if settings.DEBUG:
        raise TroubleError("DEBUG is on and shows strangers the inside of the site; set DEBUG=no")
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        raise TroubleError(
            "ALLOWED_HOSTS lets every name in; name the hosts the site is reached by"
        )
    hosts = ", ".join(settings.ALLOWED_HOSTS)
    if not settings.HTTPS and set(settings.ALLOWED_HOSTS) - LOCAL_HOSTS:
        raise DoubtError(
            f"{hosts} is served without HTTPS, so passwords can be read on the way; "
            "put a proxy with a certificate in front and set HTTPS=yes"
        )
    if messages:
        raise DoubtError("; ".join(f"{message.id}: {message.msg}" for message in messages))
    return f"DEBUG off, hosts {hosts}, HTTPS {'on' if settings.HTTPS else 'off'}"


def ask_database() -> str:
    """Whether the database answers, is migrated and, for SQLite, is whole."""
    from django.db import DatabaseError, connection

    from backoffice import schema

    started = time.monotonic()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        where = "DATABASE_URL" if connection.vendor == "postgresql" else "DATA_DIR"
        raise TroubleError(
            f"it cannot be opened ({_one_line(error)}); see that it runs and {where} is right"
        ) from error
    answered = f"{(time.monotonic() - started) * 1000:.0f} ms"
    state = f", {_sqlite_state()}" if connection.vendor == "sqlite" else ""
    if waiting := len(schema.due(connection)):
        raise TroubleError(f"{waiting} migrations are not applied; run: python manage.py migrate")
    number = ".".join(map(str, connection.get_database_version()))
    name = connection.display_name
    return f"{name} {number}, all migrations applied{state}, answers in {answered}"


def _sqlite_state() -> str:
    from django.db import DatabaseError, connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        if (mode := cursor.fetchone()[0]) != "wal":
            raise TroubleError(
                f"the SQLite file is in journal mode {mode}, where readers and writers block each "
                "other; move it to a local disk and run: python manage.py migrate"
            )
        deadline = time.monotonic() + QUICK_CHECK_SECONDS
        connection.connection.set_progress_handler(
            lambda: time.monotonic() > deadline, PROGRESS_STEPS
        )
        try:
            cursor.execute("PRAGMA quick_check(1)")
            answer = str(cursor.fetchone()[0])
        except DatabaseError as error:
            if time.monotonic() > deadline:
                return f"WAL, checked for {QUICK_CHECK_SECONDS} s without reaching the end"
            answer = str(error)
        finally:
            connection.connection.set_progress_handler(None, 0)
    if answer != "ok":
        raise TroubleError(
            f"the SQLite file is damaged ({_one_line(answer)}); stop the site, keep a copy of the "
            "file, then put the newest backup in its place"
        )
    return "WAL, file is whole"


def ask_broker() -> str:
    """Whether a message could be put now."""
    return _ask_redis(settings.REDIS_URL) if settings.REDIS_URL else _ask_message_folder()


def _ask_redis(url: str) -> str:
    from redis import Redis, RedisError
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    place = urlsplit(url)
    name = f"Redis at {place.hostname}:{place.port or 6379}"
    patience = {"socket_connect_timeout": 2, "socket_timeout": 2, "retry": Retry(NoBackoff(), 0)}
    client = Redis.from_url(url, **patience)
    try:
        # A full or read-only server answers a ping all the same; only a write tells.
        client.set("card-desk-doctor", "1", ex=10)
        number = client.info("server")["redis_version"]
    except (RedisError, OSError) as error:
        raise TroubleError(
            f"{name} takes no message ({_one_line(error)}); see that it runs and REDIS_URL is "
            "right. Nothing is lost: jobs wait in the database"
        ) from error
    finally:
        client.close()
    return f"{name}, version {number}, takes messages"


def _ask_message_folder() -> str:
    folder = settings.QUEUE_DIR / "messages"
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(PROBE)
    except OSError as error:
        raise TroubleError(
            f"{folder} takes no message ({error.strerror}); make it writable for the user of the "
            "site. Nothing is lost: jobs wait in the database"
        ) from error
    return f"files in {folder}, takes messages"


def ask_vault() -> str:
    """Whether the vault keeps what it is given; the same small object is put each time."""
    from cards import vault

    place = settings.STORAGES["vault"]["OPTIONS"]
    where = f"bucket {place['bucket_name']}" if "bucket_name" in place else str(place["location"])
    try:
        vault.put(PROBE_NAME, PROBE)
        came_back = vault.get(PROBE_NAME)
    except vault.VaultConflict as error:
        raise TroubleError(f"{error} Find out who writes to {where} besides Card Desk") from error
    except vault.VaultError as error:
        remedy = "VAULT_URL and the AWS_* variables" if "bucket_name" in place else "its owner"
        raise TroubleError(f"{_one_line(error)}; look at {remedy} ({where})") from error
    if came_back != PROBE:
        raise TroubleError(f"{PROBE_NAME} came back changed; compare {where} with a backup")
    return f"{where}, keeps and gives"


def ask_models() -> str:
    """Whether the bundled reader loads and reads a word that is drawn here."""
    from PIL import Image, ImageDraw, ImageFont

    from extraction.reading import ocr

    picture = Image.new("RGB", (640, 160), "white")
    font = ImageFont.load_default(size=72)
    ImageDraw.Draw(picture).text((60, 30), WORD, fill="black", font=font)
    try:
        lines = ocr.read([picture]).seen.lines
    except Exception as error:
        raise TroubleError(
            f"the reader does not load ({type(error).__name__}: {_one_line(error)}); install the "
            "packages again: pip install --force-reinstall -r requirements.txt"
        ) from error
    text = " ".join(line.text for line in lines)
    if WORD not in text.replace(" ", "").upper():
        raise TroubleError(
            f"the reader read {text!r} where {WORD} was drawn; install its package again"
        )
    return f"{ocr.identity()}, reads"


def ask_data_folder() -> str:
    """Whether DATA_DIR is private and belongs to whoever asks."""
    folder = settings.DATA_DIR
    state = folder.stat()
    if state.st_uid != os.geteuid():
        raise TroubleError(
            f"{folder} belongs to user {state.st_uid}, and this is user {os.geteuid()}; "
            "run this as the user of the site, or give the folder to it with chown -R"
        )
    mode = stat.S_IMODE(state.st_mode)
    if mode & 0o077:
        raise TroubleError(f"others can enter {folder} (mode {mode:04o}); run: chmod 700 {folder}")
    return f"{folder}, mode {mode:04o}, ours"


def ask_disks() -> str:
    """How full the disks below DATA_DIR and the vault are, by bytes and by inodes."""
    from cards import room

    return "; ".join(_disk_state(disk) for disk in room.disks())


def _disk_state(disk: Disk) -> str:
    from backoffice.disk import full_on
    from cards import room

    text = (
        f"{disk.folder}: {disk.bytes_used:.0%} of bytes and {disk.inodes_used:.0%} of inodes used, "
        f"{disk.free_bytes / 1e9:.1f} GB free"
    )
    if day := full_on(disk):
        text += f", full on {day:%-d %B %Y} as it fills now"
    if disk.used >= room.NO_WRITES:
        raise TroubleError(f"{text}; nothing can be saved, free space now")
    if disk.used >= room.NO_UPLOADS:
        raise TroubleError(f"{text}; no picture is taken in, free space now")
    if disk.used >= room.WARNING:
        raise DoubtError(f"{text}; make room or move DATA_DIR soon")
    return text


def ask_processes() -> str:
    """Where worker and beat were alive within the last minute, as far as this DATA_DIR shows."""
    from backoffice import alive

    found = {role: alive.hosts(role) for role in alive.ROLES}
    if missing := [role for role, hosts in found.items() if not hosts]:
        raise DoubtError(
            f"no {' and no '.join(missing)} gave a sign of life here within "
            f"{alive.FRESH_SECONDS} s, so cards wait; run: python manage.py start"
        )
    return ", ".join(f"{role} on {' and '.join(hosts)}" for role, hosts in found.items())


def _one_line(error: Any) -> str:
    return " ".join(str(error).split())


CHECKS: dict[str, Check] = {
    "settings": Check(ask_settings),
    "data": Check(ask_data_folder),
    "disk": Check(ask_disks),
    "database": Check(ask_database, most_seconds=QUICK_CHECK_SECONDS + 20),
    "broker": Check(ask_broker),
    "vault": Check(ask_vault, most_seconds=30),
    "models": Check(ask_models, most_seconds=60),
    "processes": Check(ask_processes),
}
