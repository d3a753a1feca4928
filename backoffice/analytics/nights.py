"""A publication every night, made up for when the machine was off, and one when somebody asks."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from celery import current_app
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from backoffice.analytics import publications
from backoffice.analytics.publications import Publication, PublicationError
from backoffice.analytics.publish import UnderWay, publish
from backoffice.noted import note, noted

log = logging.getLogger(__name__)

NOTE, ASKED = "publication", "publication-asked"
TRY_AGAIN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of publishing: when the last publication was, why a later one failed ("" when
    none did), and since when one is asked for that has not been made."""

    at: datetime | None
    error: str
    asked_at: datetime | None


def tend() -> None:
    """Make the publication that is due or asked for. What fails is noted; at night it is tried
    again later."""
    if not (standing().asked_at or _is_due()):
        return
    try:
        run()
    except UnderWay:
        log.info("another process is publishing; nothing was done")
    except PublicationError as error:
        log.error("nothing could be published: %s", error)
    except Exception:  # whatever else: there are other things to tend
        log.exception("nothing could be published")


def run() -> Publication:
    """A new publication; what came of it is noted. Raises PublicationError, OSError."""
    try:
        made = publish(keep=settings.PUBLISH_KEEP)
    except UnderWay:
        raise
    except Exception as error:
        note(NOTE, {**noted(NOTE), "failed_at": timezone.now().isoformat(), "error": str(error)})
        raise
    note(NOTE, {"at": made.as_of.isoformat()})
    return made


def ask(by: str) -> None:
    """Have a worker publish soon. When it cannot be told, the clock finds it within ten minutes.
    Raises OSError."""
    note(ASKED, {"at": timezone.now().isoformat(), "by": by})
    try:
        current_app.send_task("backoffice.tasks.keep_safe")
    except Exception as error:
        log.warning("workers could not be told to publish; the clock will: %s", error)


def standing() -> Standing:
    """From what was noted; no folder is looked through."""
    made, asked_at = noted(NOTE), _time(noted(ASKED).get("at"))
    at, failed_at = _time(made.get("at")), _time(made.get("failed_at"))
    is_answered = asked_at and any(done and done >= asked_at for done in (at, failed_at))
    return Standing(at, str(made.get("error", "")), None if is_answered else asked_at)


def line() -> str:
    """When the last publication was, for the dashboard; "" before the first."""
    at = standing().at
    return _("Last publication: %(time)s.") % {"time": _on_screen(at)} if at else ""


def troubles() -> Iterator[tuple[str, str]]:
    """What somebody must look after: (title, text) of each."""
    if error := standing().error:
        yield _("The last publication failed."), error


def _is_due() -> bool:
    """Whether the last PUBLISH_HOUR has brought none, and the last failure is an hour ago."""
    if not settings.PUBLISH_KEEP:
        return False
    now = timezone.localtime()
    hour = now.replace(hour=settings.PUBLISH_HOUR, minute=0, second=0, microsecond=0)
    since = hour if hour <= now else hour - timedelta(days=1)
    failed = _time(noted(NOTE).get("failed_at"))
    if failed and now - failed < TRY_AGAIN_AFTER:
        return False
    found = publications.all()
    return not found or found[0].as_of < since


def _on_screen(at: datetime) -> str:
    return date_format(timezone.localtime(at), "DATETIME_FORMAT")


def _time(text: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else None
