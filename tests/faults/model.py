"""The tests' own AI server, whose log of requests is held against the ledger of a site."""

from __future__ import annotations

import hashlib
import threading
import time

from tests import fakes
from tests.model_server import FakeModelServer, Reply, Request

TOKENS = 3200 + 450
"""What each answer says that it cost."""


class Model(FakeModelServer):
    """Gives each request an answer with a number of its own, in its order, after some seconds.

    What is put into `queue`, or in the place of `otherwise`, is answered first or instead.
    """

    def __init__(self, *, seconds: float = 0) -> None:
        super().__init__(otherwise=self.answer)
        self.seconds = seconds
        self.answered: list[str] = []
        """What was asked about, by the number of the answer from 1 on: a hash of the picture."""
        self._lock = threading.Lock()

    def answer(self, request: Request) -> Reply:
        """A good answer; its company ends with its number."""
        with self._lock:
            self.answered.append(hashlib.sha256(request.pictures[0].encode()).hexdigest())
            number = len(self.answered)
        time.sleep(self.seconds)
        read = {"full_name": "Rosa Halloway", "company": f"Northwind {number}"}
        return fakes.read(read)(request)
