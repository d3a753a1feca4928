"""Reads the whole vault once a month, a thirtieth of it each night."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.archive.verify import Finding, Part, Report, verify
from backoffice.noted import note, noted
from cards import vault

log = logging.getLogger(__name__)

NOTE = "verify"
PARTS = 30
EVERY = timedelta(hours=23)
"""A little less than a day, lest the hour moves on by the length of a look at the clock."""

WHOLE = "whole"


def tend() -> None:
    """Read the part of the vault whose night it is. What is damaged or missing is brought back from
    the second copy, where there is one, and noted otherwise. A vault that does not answer is asked
    again next time."""
    last = noted(NOTE)
    if last.get("at") and timezone.now() - datetime.fromisoformat(last["at"]) < EVERY:
        return
    part = Part(last.get("part", 0) % PARTS + 1, PARTS)
    try:
        report = verify(part, repair="vault_copy" in settings.STORAGES)
    except vault.VaultError as error:
        log.warning("the vault could not be read again tonight: %s", error)
        return
    for found in _broken(report):
        outcome = "; repaired from the copy" if found.is_repaired else ""
        log.error("%s in the vault: %s: %s%s", found.kind, found.name, found.why, outcome)
    take_note(part, report)
    note(NOTE, {**noted(NOTE), "part": part.number, "at": timezone.now().isoformat()})


def take_note(part: Part, report: Report) -> None:
    """Remember what was found in `part` and is not put right, in place of what was there before.
    Only the whole vault and thirtieths of it are remembered. Raises OSError."""
    if part.of not in (1, PARTS):
        return
    last = noted(NOTE)
    others = {
        key: found
        for key, found in last.get("broken", {}).items()
        if part.of != 1 and key not in (str(part.number), WHOLE)
    }
    names = [found.name for found in _broken(report) if not found.is_repaired]
    key = WHOLE if part.of == 1 else str(part.number)
    now = {key: {"count": len(names), "first": names[0]}} if names else {}
    note(NOTE, {**last, "broken": others | now})


def _broken(report: Report) -> list[Finding]:
    return [found for found in report.findings if found.kind != "extra"]


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
