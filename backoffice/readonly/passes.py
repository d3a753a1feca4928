"""Passes: who may read what while nobody can be asked.

A signed cookie, given to staff while they work and good for twelve hours. It opens nothing while
the database answers.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponseBase

COOKIE = "pass"
SALT = "backoffice.readonly.pass"
GOOD_SECONDS = 12 * 3600
RENEW_SECONDS = 600
"""What a person may do changes while they work; their pass follows within this time."""

PERMISSIONS = ("cards.view_card", "cards.view_picture", "cards.export_card", "cards.upload_card")
"""What counts while the database is down."""

ADMIN = "/admin/"


@dataclass(frozen=True, slots=True)
class Pass:
    """Who came with a request. `given` in seconds since 1970."""

    user_id: int
    name: str
    may: frozenset[str]
    given: int

    def has_perm(self, permission: str) -> bool:
        return permission in self.may

    @property
    def may_see_pictures(self) -> bool:
        return self.has_perm("cards.view_picture")

    @property
    def may_export(self) -> bool:
        return self.has_perm("cards.export_card")

    @property
    def may_upload(self) -> bool:
        return self.has_perm("cards.upload_card")


def shown(request: HttpRequest) -> Pass | None:
    """The pass that came with a request; None when there is none, or it is forged or too old."""
    try:
        text = request.COOKIES[COOKIE]
        found: dict[str, Any] = signing.loads(text, salt=SALT, max_age=GOOD_SECONDS)
        return Pass(
            int(found["id"]), str(found["name"]), frozenset(found["may"]), int(found["given"])
        )
    except (KeyError, TypeError, ValueError, signing.BadSignature):
        return None


def tend(request: HttpRequest, response: HttpResponseBase) -> None:
    """Give, renew or take away the pass, as a page of the admin is answered."""
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    if not is_page or response.status_code >= 500 or not request.path.startswith(ADMIN):
        return
    held = shown(request)
    try:
        user = getattr(request, "user", None)  # not where an earlier middleware answered
        if not (isinstance(user, User) and user.is_active and user.is_staff):
            take_away(request, response)
        elif _is_old(held, user):
            _give(response, user)
    except (DatabaseError, InterfaceError):  # the page is ready, and more than its pass
        return


def take_away(request: HttpRequest, response: HttpResponseBase) -> None:
    if COOKIE in request.COOKIES:
        response.delete_cookie(COOKIE, samesite="Lax")


def _is_old(held: Pass | None, user: User) -> bool:
    return (
        held is None or held.user_id != user.pk or not 0 <= time.time() - held.given < RENEW_SECONDS
    )


def _give(response: HttpResponseBase, user: User) -> None:
    facts = {
        "id": user.pk,
        "name": user.get_full_name() or user.get_username(),
        "may": [permission for permission in PERMISSIONS if user.has_perm(permission)],
        "given": int(time.time()),
    }
    response.set_cookie(
        COOKIE, signing.dumps(facts, salt=SALT), max_age=GOOD_SECONDS, httponly=True,
        samesite="Lax", secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
