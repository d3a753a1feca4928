"""Files that come while the database is down: kept in the vault, taken in once it is back.

The pictures lie where they would lie in any case; `waiting/<time>-<random>.json` says what came
together, and `….taken.json` beside it that it was taken in. A file is acknowledged when both its
picture and that document are kept.
"""

from __future__ import annotations

import io
import logging
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice import locks
from backoffice.readonly.passes import Pass
from cards import images, intake, room, vault
from cards.drafts import short_name
from cards.models import Arrival, Batch

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

log = logging.getLogger(__name__)

FOLDER = "waiting"
TAKEN = ".taken.json"
VERSION = 1
_STAMP = "%Y%m%dT%H%M%SZ"
_LOCK = 0x57414954
"""Of PostgreSQL, for all workers of a site."""


@dataclass(slots=True)
class Kept:
    """What became of the files: names of those that are safe, and why others are not."""

    names: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def keep(files: Iterable[UploadedFile[Any]], *, batch: str, by: Pass) -> Kept:
    """Keep what came together. Raises VaultError, room.NoRoom; nothing is acknowledged then."""
    kept = Kept()
    described: list[dict[str, str]] = []
    for file in files:
        room.check_uploads()
        name = _free_name(short_name(file.name or "?"), kept.names)
        data = file.read(settings.MAX_FILE_BYTES + 1)
        kind = images.media_type(data)
        if why := _refusal(data, kind):
            kept.refused.append((name, why))
            continue
        sha256 = vault.put_picture(data, kind)
        described.append({"name": name, "sha256": sha256, "media_type": kind})
        kept.names.append(name)
    if described:
        now = timezone.now()
        document = {
            "version": VERSION, "batch": batch[:120], "at": now.isoformat(),
            "by": by.user_id, "user": by.name, "files": described,
        }  # fmt: skip
        stamp = f"{now.astimezone(UTC).strftime(_STAMP)}-{secrets.token_hex(8)}"
        vault.put_json(f"{FOLDER}/{stamp}.json", document)
    return kept


def take_in() -> int:
    """The number of files taken in now. One process at a time; each file once, though the process
    be killed in between. Raises VaultError, room.NoRoom: then the rest waits for the next round.
    """
    still_open = to_take_in(name for name, _size in vault.names(FOLDER))
    if not still_open:
        return 0
    with _alone() as is_alone:
        return sum(map(_try, still_open)) if is_alone else 0


def to_take_in(names: Iterable[str]) -> list[str]:
    """Of the names in the vault those of documents that wait, the oldest first."""
    kept = {name for name in names if name.startswith(f"{FOLDER}/")}
    return sorted(name for name in kept if not name.endswith(TAKEN) and marker(name) not in kept)


def marker(name: str) -> str:
    """The name of what says that the document `name` was taken in, into which batch, and what of it
    was refused."""
    return name.removesuffix(".json") + TAKEN


def came_at(name: str) -> datetime | None:
    """When the document `name` was kept; None when that is not its name."""
    stamp = name.removeprefix(f"{FOLDER}/").partition("-")[0]
    try:
        return datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def _try(name: str) -> int:
    """The number of files taken in. What cannot be taken in holds back nothing that came later."""
    try:
        return _take_in(name)
    except (vault.VaultAway, room.NoRoom):
        raise
    except (vault.VaultError, KeyError, TypeError, ValueError) as error:
        log.error("%s cannot be taken in, and waits on: %r", name, error)
        return 0


def _take_in(name: str) -> int:
    if vault.has(marker(name)):  # another process was first
        return 0
    document = vault.get_json(name)
    by = User.objects.filter(pk=document["by"]).first()
    # The moment it came names the batch: a second run finds the one that the first has begun.
    batch, _is_new = Batch.objects.get_or_create(
        name=document["batch"],
        created_at=datetime.fromisoformat(document["at"]),
        defaults={"created_by": by},
    )
    there = set(batch.arrivals.values_list("file_name", flat=True))
    open_files = [file for file in document["files"] if file["name"] not in there]
    taken_in = [_take_in_file(file, batch, by) for file in open_files]
    if not all(taken_in):
        return sum(taken_in)
    refused = batch.arrivals.filter(outcome=Arrival.Outcome.REFUSED)
    vault.put_json(
        marker(name),
        {
            "version": VERSION, "batch": batch.pk,
            "refused": sorted(refused.values_list("file_name", flat=True)),
        },
    )  # fmt: skip
    log.info("%d files that came without a database are in batch %d", len(taken_in), batch.pk)
    return len(taken_in)


def _take_in_file(file: dict[str, Any], batch: Batch, by: User | None) -> bool:
    """Whether it is taken in or refused; a picture that is not there may come back from a copy."""
    try:
        data = vault.get_picture(file["sha256"], file["media_type"])
    except vault.VaultDamage as damage:
        intake.refuse(batch, file["name"], str(damage))
        return True
    except vault.VaultAway:
        raise
    except vault.VaultError as error:
        log.error("%s cannot be taken in, and waits on: %s", file["name"], error)
        return False
    intake.take_in(io.BytesIO(data), batch, name=file["name"], by=by)
    return True


def _refusal(data: bytes, kind: str) -> str:
    """Why a file is not kept, "" when it is."""
    if not data:
        return _("The file is empty.")
    if len(data) > settings.MAX_FILE_BYTES:
        words = _("The file is larger than %(size)s MB; make it smaller and try again.")
        return words % {"size": f"{settings.MAX_FILE_BYTES / 1e6:.0f}"}
    if kind not in vault.EXTENSIONS:
        return _("Pictures and PDFs alone are kept meanwhile; send this once the database is back.")
    return ""


def _free_name(name: str, taken: list[str]) -> str:
    """`name`, with a number when another file of the same upload has it already."""
    path, number, free = Path(name), 1, name
    while free in taken:
        number += 1
        free = f"{path.stem} ({number}){path.suffix}"
    return free


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether no other process takes in what waits."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
            is_alone = bool(cursor.fetchone()[0])
        try:
            yield is_alone
        finally:
            if is_alone:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
        return
    with locks.alone(Path(settings.DATA_DIR) / "waiting.lock") as is_alone:
        yield is_alone
