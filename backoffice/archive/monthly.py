"""Reads the whole vault once a month, a thirtieth of it each night."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice import each_night, locks
from backoffice.archive.verify import BROKEN, Part, Report, verify
from backoffice.noted import note, noted
from cards import vault

log = logging.getLogger(__name__)

NOTE = "verify"
PARTS = 30
EVERY = timedelta(hours=23)
"""A little less than a day, lest the hour moves on by the length of a look at the clock."""

READ_AGAIN_FOR = timedelta(days=1)
"""What the vault did not give by then counts as broken, and the other parts have their turn."""

WHOLE = "whole"


def tend() -> None:
    """Read the part of the vault whose night it is. What is damaged or missing is brought back from
    the second copy, where there is one, and noted otherwise. A vault that does not answer is asked
    again next time; a part of which something could not be read is read again every hour, for a day
    at most. While another process reads, nothing is done."""
    with locks.alone(Path(settings.DATA_DIR) / "monthly.lock") as is_alone:
        if is_alone:
            _read_what_is_due()


def _read_what_is_due() -> None:
    last, now = noted(NOTE), timezone.now()
    at, tried_at = each_night.time(last.get("at")), each_night.time(last.get("tried_at"))
    if at and now - at < EVERY:
        return
    if tried_at and now - tried_at < each_night.TRY_AGAIN_AFTER:
        return
    part = Part(last.get("part", 0) % PARTS + 1, PARTS)
    try:
        report = verify(part, repair="vault_copy" in settings.STORAGES)
    except vault.VaultError as error:
        log.warning("the vault could not be read again tonight: %s", error)
        return
    for found in report.findings:
        outcome = "; repaired from the copy" if found.is_repaired else ""
        if found.kind != "extra":
            log.error("%s in the vault: %s: %s%s", found.kind, found.name, found.why, outcome)
    since = each_night.time(last.get("unread_since")) or now
    if report.of("unread") and now - since < READ_AGAIN_FOR:
        take_note(part, report)
        tried = {"unread_since": since.isoformat(), "tried_at": now.isoformat()}
        note(NOTE, {**noted(NOTE), **tried})
        return
    take_note(part, report, kinds=(*BROKEN, "unread"))
    broken = noted(NOTE).get("broken", {})
    note(NOTE, {"part": part.number, "at": now.isoformat(), "broken": broken})


def take_note(part: Part, report: Report, *, kinds: Collection[str] = BROKEN) -> None:
    """Remember what was found in `part` and is not put right, in place of what was there before;
    where something could not be read and nothing is known to be broken, that stays. Only the whole
    vault and thirtieths of it are remembered. Raises OSError."""
    names = [
        found.name for found in report.findings if found.kind in kinds and not found.is_repaired
    ]
    if part.of not in (1, PARTS) or (report.of("unread") and not names):
        return
    last = noted(NOTE)
    others = {
        key: found
        for key, found in last.get("broken", {}).items()
        if part.of != 1 and key not in (str(part.number), WHOLE)
    }
    key = WHOLE if part.of == 1 else str(part.number)
    now = {key: {"count": len(names), "first": names[0]}} if names else {}
    note(NOTE, {**last, "broken": others | now})


def troubles() -> Iterator[tuple[str, str]]:
    """What somebody must look after: (title, text) of each."""
    broken = noted(NOTE).get("broken", {})
    count = sum(part["count"] for part in broken.values())
    if not count:
        return
    title = ngettext(
        "%(count)d object of the vault is damaged or missing.",
        "%(count)d objects of the vault are damaged or missing.",
        count,
    )
    first = next(iter(broken.values()))["first"]
    text = _("The first is %(name)s. “manage.py verify” names all of them, with their cards.")
    yield title % {"count": count}, text % {"name": first}
