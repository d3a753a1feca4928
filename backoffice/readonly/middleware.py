"""While the database is down, every address leads to the pages of read-only mode.

It stands before whatever would ask the database, and answers without what stands behind it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.db import DEFAULT_DB_ALIAS, Error, InterfaceError, OperationalError, connections
from django.http import HttpRequest, HttpResponseBase
from django.urls import resolve, set_urlconf
from django.views.decorators.clickjacking import xframe_options_deny

from backoffice import strangers, vault_turns
from backoffice.readonly import passes, watch
from backoffice.readonly.answers import CUT_OFF, reading, refused

URLS = "backoffice.readonly.urls"

_TROUBLE = "card_desk.database_trouble"
_ALIVE = "/livez"
"""Answered at once, whatever becomes of the database."""

_LOST = {
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_INTERRUPT,
}  # fmt: skip
_DAMAGE = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class ReadOnlyMode:
    """Answers from the newest publication what the database cannot answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path == _ALIVE:
            is_down = watch.site.is_known_down
            return read_only(request) if is_down else self.get_response(request)
        watch.site.mind(connections[DEFAULT_DB_ALIAS])
        if watch.site.is_down():
            return read_only(request)
        response = self.get_response(request)
        if response.status_code == 500 and _is_lost(request):
            request.META[CUT_OFF] = True
            return read_only(request)
        passes.tend(request, response)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Remember an error of the database, which goes its usual way into the log."""
        if isinstance(exception, Error):
            request.META[_TROUBLE] = exception


@xframe_options_deny
def read_only(request: HttpRequest) -> HttpResponseBase:
    """The answer of read-only mode. Nobody behind it is asked who this is or what they may do."""
    request.get_host()  # raises for names that are not ours
    request.urlconf = URLS
    request.user = AnonymousUser()
    set_urlconf(URLS)
    if strangers.is_large(request) and passes.shown(request) is None:
        return reading(refused)(request)  # before its body is read, which goes to the disk
    found = resolve(request.path_info)
    view = vault_turns.middleware(lambda asked: found.func(asked, *found.args, **found.kwargs))
    return view(request)


def _is_lost(request: HttpRequest) -> bool:
    """Whether a request failed for want of the database. Asks it now, as it may just have gone."""
    trouble = request.META.get(_TROUBLE)
    code = getattr(getattr(trouble, "__cause__", None), "sqlite_errorcode", None)
    if code is not None:
        watch.site.ask_now(is_in_doubt=code & 0xFF in _DAMAGE)
        return code & 0xFF in _LOST or watch.site.is_down()
    is_connection = isinstance(trouble, OperationalError | InterfaceError)
    return watch.site.ask_now(is_in_doubt=is_connection) or is_connection
