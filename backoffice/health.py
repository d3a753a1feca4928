"""Whether this process is alive, and whether it can serve: for probes and load balancers."""

from __future__ import annotations

import threading
from concurrent.futures import Future

from django.core.files.storage import storages
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

VAULT_SECONDS = 2
"""A vault that takes longer is as good as none, and a probe does not wait for it."""


def livez(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    """200 when database and vault answer, 503 with the names of those that do not."""
    checks = {"database": _ask_database, "vault": _vault.ask}
    trouble = [name for name, check in checks.items() if not _passes(check)]
    return JsonResponse({"ready": not trouble, "trouble": trouble}, status=503 if trouble else 200)


def _passes(check: object) -> bool:
    try:
        check()  # type: ignore[operator]
    except Exception:
        return False
    return True


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


class _Vault:
    """Asks the vault from a thread of its own; while it hangs, no other asks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: Future[bool] | None = None

    def ask(self) -> None:
        """Raises what the vault raises, and TimeoutError when it takes too long."""
        with self._lock:
            if self._asked is None or self._asked.done():
                self._asked = Future()
                # A daemon, so that a process may end though its vault hangs.
                threading.Thread(
                    target=_look, args=(self._asked,), name="readyz", daemon=True
                ).start()
            asked = self._asked
        asked.result(VAULT_SECONDS)


def _look(asked: Future[bool]) -> None:
    try:
        asked.set_result(storages["vault"].exists("README.txt"))
    except Exception as error:
        asked.set_exception(error)


_vault = _Vault()
