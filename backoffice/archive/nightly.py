"""A backup every night and a trial of one every week, made up for when the machine was off."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from backoffice.archive import backup, second_copy
from backoffice.archive.backup import Backup
from backoffice.archive.manifest import BackupError
from backoffice.archive.restore import DRILL, drill
from backoffice.noted import note, noted
from cards import vault

log = logging.getLogger(__name__)

BACKUP = "backup"
DRILL_EVERY = timedelta(days=7)
TRY_AGAIN_AFTER = timedelta(hours=1)
LATE_AFTER = timedelta(days=2)


def tend() -> None:
    """Make the backup and the trial that are due. What fails is noted and tried again later."""
    if not settings.BACKUP_KEEP:
        return
    if _is_backup_due():
        _attempt(run, "the nightly backup failed: %s")
    if _is_drill_due():
        _attempt(lambda: drill(backup.newest(_folder())), "the trial of a backup failed: %s")


def run() -> Backup:
    """The backup of a night, with the second copy of the vault where one is set. Raises
    BackupError."""
    try:
        made = backup.back_up(_folder(), keep=settings.BACKUP_KEEP)
        if "vault_copy" in settings.STORAGES:
            copy_vault()
    except BackupError as error:
        note(BACKUP, {**noted(BACKUP), "failed_at": _now(), "error": str(error)})
        raise
    note(BACKUP, {"at": made.manifest.as_of.isoformat(), "size": made.manifest.size})
    return made


def copy_vault(tell: second_copy.Tell | None = None) -> second_copy.Copied:
    """Brings the second copy up to date. Raises BackupError when not all could be copied."""
    try:
        copied = second_copy.update(tell)
    except vault.VaultError as error:
        raise BackupError(
            f"{error}. What was copied stays; the database was backed up. Try again later."
        ) from error
    return _whole(copied)


def bring_vault_back(tell: second_copy.Tell | None = None) -> second_copy.Copied:
    """Brings the vault back from the second copy. Raises BackupError likewise."""
    try:
        copied = second_copy.bring_back(tell)
    except vault.VaultError as error:
        raise BackupError(f"{error}. What was brought back stays; run this again.") from error
    return _whole(copied)


def _whole(copied: second_copy.Copied) -> second_copy.Copied:
    if copied.refused:
        name, why = next(iter(copied.refused.items()))
        raise BackupError(
            f"{copied.objects:,} objects of the vault were copied, {len(copied.refused):,} were"
            f" not, the first being {name}: {why}. Nothing was overwritten; run `verify`."
        )
    return copied


def _attempt(what: Any, words: str) -> None:
    try:
        what()
    except (BackupError, OSError) as error:
        log.error(words, error)


def _is_backup_due() -> bool:
    """Whether the last BACKUP_HOUR has brought none, and the last failure is an hour ago."""
    now = timezone.localtime()
    hour = now.replace(hour=settings.BACKUP_HOUR, minute=0, second=0, microsecond=0)
    since = hour if hour <= now else hour - timedelta(days=1)
    failed = _time(noted(BACKUP).get("failed_at"))
    if failed and now - failed < TRY_AGAIN_AFTER:
        return False
    found = backup.backups(_folder())
    return not found or found[-1].manifest.as_of < since


def _is_drill_due() -> bool:
    """Once a week; after a failure every day."""
    last = noted(DRILL)
    at = _time(last.get("at"))
    every = DRILL_EVERY if last.get("is_passed") else timedelta(days=1)
    is_time = at is None or timezone.now() - at >= every
    return is_time and bool(backup.backups(_folder()))


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of the backups; `drill_passed` is None before the first trial."""

    backup_at: datetime | None
    error: str
    drill_at: datetime | None
    drill_passed: bool | None
    drill_text: str


def standing() -> Standing:
    """From what was noted; no folder is looked through."""
    made, tried = noted(BACKUP), noted(DRILL)
    return Standing(
        backup_at=_time(made.get("at")),
        error=str(made.get("error", "")),
        drill_at=_time(tried.get("at")),
        drill_passed=tried.get("is_passed"),
        drill_text=str(tried.get("text", "")),
    )


def line() -> str:
    """When the last backup was and how its trial went, for the dashboard; "" before the first."""
    now = standing()
    words = []
    if now.backup_at:
        words.append(_("Last backup: %(time)s.") % {"time": _on_screen(now.backup_at)})
    if now.drill_at and now.drill_passed:
        words.append(_("Restored on trial: %(time)s, whole.") % {"time": _on_screen(now.drill_at)})
    elif now.drill_at:
        words.append(_("Restored on trial: %(time)s, failed.") % {"time": _on_screen(now.drill_at)})
    return " ".join(words)


def troubles() -> Iterator[tuple[str, str]]:
    """What somebody must look after: (title, text) of each."""
    if not settings.BACKUP_KEEP:
        return
    now = standing()
    if now.error:
        yield _("The nightly backup failed."), now.error
    elif now.backup_at and timezone.now() - now.backup_at > LATE_AFTER:
        yield (
            _("The last backup is of %(time)s.") % {"time": _on_screen(now.backup_at)},
            _("One is made every night while worker and beat run; see that they do."),
        )
    if now.drill_passed is False:
        yield _("The newest backup could not be restored on trial."), now.drill_text


def _on_screen(at: datetime) -> str:
    return date_format(timezone.localtime(at), "DATETIME_FORMAT")


def _folder() -> Path:
    return Path(settings.BACKUP_DIR)


def _now() -> str:
    return timezone.now().isoformat()


def _time(text: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else None
