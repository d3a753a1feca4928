"""The first staff account."""

from __future__ import annotations

import secrets

from django.contrib.auth import get_user_model

from backoffice import env

ADMIN = "admin"


def ensure_admin() -> str | None:
    """The password of the account `admin`, made now; None when there was an account already.

    ADMIN_PASSWORD (or the file ADMIN_PASSWORD_FILE) chooses it, otherwise it is random. It is
    kept nowhere but as a hash.
    """
    users = get_user_model().objects
    if users.filter(is_superuser=True).exists():
        return None
    password = env.secret("ADMIN_PASSWORD") or secrets.token_urlsafe(12)
    admin, _ = users.get_or_create(username=ADMIN)
    admin.is_superuser = admin.is_staff = admin.is_active = True
    admin.set_password(password)
    admin.save()
    return password
