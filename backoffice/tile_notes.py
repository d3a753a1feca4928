"""The small print under the numbers of the first page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.navigation import shown
from cards.wording import figure

if TYPE_CHECKING:
    from backoffice.dashboard import Approved, Backlog


def to_review(backlog: Backlog, limit: int) -> str:
    """How many of the cards that wait are doubtful; counts stopped at `limit`."""
    if not backlog.waiting:
        return _("all done")
    words = ngettext(
        "%(number)s with doubtful fields", "%(number)s with doubtful fields", backlog.doubtful
    )
    return words % {"number": shown(backlog.doubtful, limit)}


def noticed(backlog: Backlog) -> str:
    """What the notices are about."""
    if not backlog.noticed:
        return _("every card could be read well")
    if backlog.noticed == 1 and backlog.noticed_file:
        return _("about %(picture)s") % {"picture": backlog.noticed_file}
    return _("not or hardly read, each says why")


def approved(found: Approved) -> str:
    """How many cards were right as they were read."""
    if not found.cards:
        return _("none yet")
    words = ngettext(
        "%(number)s without a correction", "%(number)s without a correction", found.untouched
    )
    return words % {"number": figure(found.untouched)}
