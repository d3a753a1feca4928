"""Signs of life of the processes that answer no requests: the worker and beat.

Each touches a file from the very loop that does its work, so a loop that hangs or has lost its
broker leaves the file to grow old. `python -m backoffice.alive worker` asks whether the worker on
this host is alive, without a broker: the health check of a container.
"""

from __future__ import annotations

import logging
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path

from django.conf import settings

log = logging.getLogger(__name__)

TOUCH_SECONDS = 10
FRESH_SECONDS = 60
FORGET_SECONDS = 24 * 3600
ROLES = ("worker", "beat")


def touch(role: str) -> None:
    """Say that the `role` on this host is alive now.

    A full or read-only disk must not end the process that says so; its sign only grows old.
    """
    folder = _folder()
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        (folder / f"{role}-{socket.gethostname()}").touch()
    except OSError as error:
        log.warning("no sign of life could be given in %s: %s", folder, error)


def hosts(role: str) -> list[str]:
    """The hosts on which a `role` was alive within the last FRESH_SECONDS, sorted by name."""
    ages = {path: _age_seconds(path) for path in _folder().glob(f"{role}-*")}
    fresh = (path for path, age in ages.items() if age < FRESH_SECONDS)
    return sorted(path.name.removeprefix(f"{role}-") for path in fresh)


def forget_old() -> None:
    """Remove the signs of hosts that are long gone; each new container is a new host."""
    for path in _folder().glob("*-*"):
        if _age_seconds(path) > FORGET_SECONDS:
            with suppress(OSError):
                path.unlink()


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "alive"


def _age_seconds(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:  # another process has just removed it
        return float("inf")


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in ROLES:
        print(f"usage: python -m backoffice.alive {'|'.join(ROLES)}", file=sys.stderr)
        return 2
    role, host = arguments[0], socket.gethostname()
    if host in hosts(role):
        return 0
    print(f"The {role} on {host} gave no sign of life for {FRESH_SECONDS} seconds.")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
