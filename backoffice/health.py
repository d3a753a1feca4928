"""Whether this process is alive, and whether it can serve: for probes and load balancers."""

from django.core.files.storage import storages
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse


def livez(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    """200 when database and vault answer, 503 with the names of those that do not."""
    checks = {"database": _ask_database, "vault": _ask_vault}
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


def _ask_vault() -> None:
    storages["vault"].exists("README.txt")
