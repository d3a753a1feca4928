"""The queue of a machine without Redis: messages as files, each there whole or not at all.

kombu’s own transport opens a file under its name and then writes it. A worker that looks in
between, or after a full disk, finds half a message, and ends with all that it does.
"""

from __future__ import annotations

import logging
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps

log = logging.getLogger(__name__)


class Channel(filesystem.Channel):
    def _put(  # type: ignore[override]  # two of its parents name it differently
        self, queue: str, payload: Any, **_: Any
    ) -> None:
        """Write the message aside, then give it its name. Raises ChannelError."""
        name = f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}.{queue}"
        folder = Path(self.data_folder_out)
        aside = folder / f"{name}.part"
        try:
            aside.write_text(dumps(payload))  # type: ignore[no-untyped-call]
            aside.rename(folder / f"{name}.msg")
        except OSError as error:
            aside.unlink(missing_ok=True)
            raise ChannelError(f"Cannot add a message to {folder}: {error}") from error

    def _get(self, queue: str, timeout: Any = None) -> Any:
        """The next message; one that is not whole is left out, as the sweep asks again."""
        try:
            return super()._get(queue)  # type: ignore[no-untyped-call]
        except ValueError as error:
            log.warning("a message of the queue “%s” was not whole: %s", queue, error)
            raise Empty from error


class Transport(filesystem.Transport):
    Channel = Channel
