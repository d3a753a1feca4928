"""Read-only mode: while the database does not answer, staff read the newest publication."""

from __future__ import annotations


def start() -> None:
    """For a process that serves pages: watch the database, make none in its place, and keep what is
    read when it is gone at hand."""
    from backoffice.engines.sqlite3.base import open_what_is_there
    from backoffice.readonly import shelf, watch

    open_what_is_there()
    watch.site.start()
    shelf.stay_ready()
