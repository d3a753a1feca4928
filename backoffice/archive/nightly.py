"""A backup every night and a trial of one every week, made up for when the machine was off."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice import each_night, locks
from backoffice.archive import backup, second_copy
from backoffice.archive.backup import Backup
from backoffice.archive.manifest import BackupError, UnderWay
from backoffice.archive.restore import DRILL, drill
from backoffice.noted import note, noted

log = logging.getLogger(__name__)

BACKUP, COPY = "backup", "vault-copy"
DRILL_EVERY = timedelta(days=7)
LATE_AFTER = timedelta(days=2)


def tend() -> None:
    """Make the backup, the second copy of the vault and the trial that are due. What fails is noted
    and tried again later, each by itself. While another process does this, nothing is done."""
    if not settings.BACKUP_KEEP:
        return
    with locks.alone(Path(settings.DATA_DIR) / "nightly.lock") as is_alone:
        if is_alone:
            _do_what_is_due()


def _do_what_is_due() -> None:
    if _is_backup_due():
        _attempt(run, "the nightly backup failed: %s")
    if _is_copy_due():
        _attempt(copy_vault, "the second copy of the vault failed: %s")
    if _is_drill_due():
        _attempt(lambda: drill(backup.newest(_folder())), "the trial of a backup failed: %s")


def run() -> Backup:
    """The backup of a night; what came of it is noted. Raises BackupError."""
    with _failure_noted(BACKUP):
        made = backup.back_up(_folder(), keep=settings.BACKUP_KEEP)
    note(BACKUP, {"at": made.manifest.as_of.isoformat(), "size": made.manifest.size})
    return made


def copy_vault() -> None:
    """Bring the second copy of the vault up to date; what came of it is noted. Raises
    BackupError."""
    began = timezone.now()
    with _failure_noted(COPY):
        second_copy.update()
    note(COPY, {"at": began.isoformat()})


@contextmanager
def _failure_noted(name: str) -> Iterator[None]:
    try:
        yield
    except UnderWay:
        raise
    except BackupError as error:
        failed_at = timezone.now().isoformat()
        note(name, {**noted(name), "failed_at": failed_at, "error": str(error)})
        raise


def _attempt(what: Callable[[], object], words: str) -> None:
    try:
        what()
    except UnderWay as error:
        log.info("%s", error)
    except (BackupError, OSError) as error:
        log.error(words, error)


def _is_backup_due() -> bool:
    found = backup.backups(_folder())
    newest = found[-1].manifest.as_of if found else None
    return each_night.is_due(settings.BACKUP_HOUR, noted(BACKUP), newest)


def _is_copy_due() -> bool:
    """Backups that are made by hand leave the vault out; its copy has a time of its own."""
    if "vault_copy" not in settings.STORAGES:
        return False
    facts = noted(COPY)
    return each_night.is_due(settings.BACKUP_HOUR, facts, each_night.time(facts.get("at")))


def _is_drill_due() -> bool:
    """Once a week; after a failure every day."""
    last = noted(DRILL)
    at = each_night.time(last.get("at"))
    every = DRILL_EVERY if last.get("is_passed") else timedelta(days=1)
    is_time = at is None or timezone.now() - at >= every
    return is_time and bool(backup.backups(_folder()))


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of the backups: `error` and `copy_error` say why the last backup and the last
    second copy of the vault failed, "" when they did not; `drill_passed` is None before the first
    trial."""

    backup_at: datetime | None
    error: str
    copy_error: str
    drill_at: datetime | None
    drill_passed: bool | None
    drill_text: str


def standing() -> Standing:
    """From what was noted; no folder is looked through."""
    made, tried = noted(BACKUP), noted(DRILL)
    return Standing(
        backup_at=each_night.time(made.get("at")),
        error=str(made.get("error", "")),
        copy_error=str(noted(COPY).get("error", "")) if "vault_copy" in settings.STORAGES else "",
        drill_at=each_night.time(tried.get("at")),
        drill_passed=tried.get("is_passed"),
        drill_text=str(tried.get("text", "")),
    )


def line() -> str:
    """When the last backup was and how its trial went, for the dashboard; "" before the first."""
    now = standing()
    words = []
    if now.backup_at:
        words.append(_("Last backup: %(time)s.") % {"time": each_night.on_screen(now.backup_at)})
    if now.drill_at:
        time = {"time": each_night.on_screen(now.drill_at)}
        if now.drill_passed:
            words.append(_("Restored on trial: %(time)s, whole.") % time)
        else:
            words.append(_("Restored on trial: %(time)s, failed.") % time)
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
            _("The last backup is of %(time)s.") % {"time": each_night.on_screen(now.backup_at)},
            _("One is made every night while worker and beat run; see that they do."),
        )
    if now.copy_error:
        yield _("The second copy of the vault is not up to date."), now.copy_error
    if now.drill_passed is False:
        yield _("The newest backup could not be restored on trial."), now.drill_text


def _folder() -> Path:
    return Path(settings.BACKUP_DIR)
