"""A web server that was started while the database did not answer, and could not be prepared."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time

from django.db import OperationalError, connection

from backoffice.readonly.watch import Watch

log = logging.getLogger(__name__)


class Unprepared(Watch):
    """For this server the database stays down. It ends with the first answer, to be prepared and
    started anew: there may be tables to change first, or a backup to fill in."""

    is_known_down = True

    def start(self) -> None:
        threading.Thread(target=self._wait, name="database-watch", daemon=True).start()

    def is_down(self) -> bool:
        return True

    def ask_now(self, *, is_in_doubt: bool = False) -> bool:
        return True

    def _wait(self) -> None:
        while not _answers():
            time.sleep(self._every_seconds)
        log.warning("the database answers; this web server ends, to be prepared and started anew")
        os.kill(os.getppid(), signal.SIGTERM)


def _answers() -> bool:
    """Whether `prepare` can be tried again."""
    try:
        connection.ensure_connection()
    except OperationalError:
        return False
    finally:
        connection.close()
    return True
