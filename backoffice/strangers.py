"""Large requests are taken from those who are signed in alone.

Whether a request may do what it asks is looked at with its body in hand: the token of a form stands
in it. Files in a body go to the disk meanwhile, which nobody should fill without an account.
"""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase

LARGEST_BYTES = 100_000
"""Of a request by a visitor; signing in takes less than one thousand."""

Answer = Callable[[HttpRequest], HttpResponseBase]


def middleware(get_response: Answer) -> Answer:
    """Sends visitors with more than that to sign in, before their body is read."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if is_large(request) and not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return get_response(request)

    return answer


def is_large(request: HttpRequest) -> bool:
    """Whether its body has more, as it says; of one that does not say, Django reads nothing."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BYTES
    except ValueError:
        return False
