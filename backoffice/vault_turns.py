"""Keeps a vault that hangs from taking every thread that answers pages."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from cards import vault

Answer = Callable[[HttpRequest], HttpResponseBase]


def middleware(get_response: Answer) -> Answer:
    """What a page asks of the vault waits its turn (`vault.in_request`)."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        before = vault.in_request.set(True)
        try:
            return get_response(request)
        finally:
            vault.in_request.reset(before)

    return answer
