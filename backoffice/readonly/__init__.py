"""Read-only mode: while the database does not answer, staff read the newest publication."""

from __future__ import annotations


def start() -> None:
    """For a process that serves pages: watch the database, and keep what is read when it is gone
    at hand."""
    from backoffice.readonly import shelf, watch

    watch.site.start()
    shelf.stay_ready()
