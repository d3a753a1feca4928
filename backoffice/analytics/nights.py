"""A publication every night, made up for when the machine was off, and one when somebody asks."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from celery import current_app
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice import each_night
from backoffice.analytics import publications
from backoffice.analytics.publications import Publication, PublicationError
from backoffice.analytics.publish import UnderWay, publish
from backoffice.noted import note, noted

log = logging.getLogger(__name__)

NOTE, ASKED = "publication", "publication-asked"


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
    made, asked_at = noted(NOTE), each_night.time(noted(ASKED).get("at"))
    at, failed_at = each_night.time(made.get("at")), each_night.time(made.get("failed_at"))
    is_answered = asked_at and any(done and done >= asked_at for done in (at, failed_at))
    return Standing(at, str(made.get("error", "")), None if is_answered else asked_at)


def line() -> str:
    """When the last publication was, for the dashboard; "" before the first."""
    at = standing().at
    if at is None:
        return ""
    return _("Last publication: %(time)s.") % {"time": each_night.on_screen(at)}


def troubles() -> Iterator[tuple[str, str]]:
    """What somebody must look after: (title, text) of each."""
    if error := standing().error:
        yield _("The last publication failed."), error


def _is_due() -> bool:
    """Whether the last PUBLISH_HOUR has brought none."""
    if not settings.PUBLISH_KEEP:
        return False
    newest = next((made.as_of for made in publications.all()), None)
    return each_night.is_due(settings.PUBLISH_HOUR, noted(NOTE), newest)
