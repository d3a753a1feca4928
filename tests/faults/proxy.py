"""A TCP proxy between the site and a service: it lets through, or fails as networks fail.

A context manager on a free local port, with threads of its own. What it does now is its `mode`; a
`rule` looks at what clients send, for a cut at one certain moment.
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from types import TracebackType
from typing import Self

CHUNK_BYTES = 65_536
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER with no time: the other side is told by a reset that nobody is there."""


class Mode(Enum):
    PASS = "lets through"
    REFUSE = "refuses connections"
    BLACK_HOLE = "swallows everything"


class Act(Enum):
    """What is done with bytes that a client sends."""

    PASS = "to the server"
    CUT_BEFORE = "cut, the server never gets them"
    CUT_AFTER = "cut when the server has answered, the client never gets the answer"


Rule = Callable[[bytes], Act]


class Proxy:
    """`Proxy("127.0.0.1", 5432)` listens on `port` and passes on to there.

    `slow_seconds` is how long each piece of data waits on its way. `connections` counts those that
    reached the server, `sent` and `cuts` the bytes of clients that did, and the cuts by the rule.
    """

    def __init__(self, host: str, port: int) -> None:
        self._server = (host, port)
        self._mode = Mode.PASS
        self.rule: Rule = lambda _data: Act.PASS
        self.slow_seconds = 0.0
        self.connections = self.sent = self.cuts = 0
        self._lock = threading.Lock()
        self._passes = threading.Event()
        self._passes.set()
        self._is_over = False
        self._links: set[_Link] = set()
        self._entrance: socket.socket | None = None
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port: int = probe.getsockname()[1]

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def mode(self) -> Mode:
        return self._mode

    def __enter__(self) -> Self:
        self._open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_over = True
        self._passes.set()
        self._close()
        for link in self._links:
            link.is_forgotten = False
        self.cut()

    def let_through(self) -> None:
        """All is well again. What was swallowed comes late, as after a network's repair; after
        `forget` it never comes."""
        self._mode = Mode.PASS
        self._passes.set()
        if self._entrance is None:
            self._open()

    def refuse(self) -> None:
        """As when the service has stopped: connections are reset, new ones refused."""
        self._mode = Mode.REFUSE
        self._close()
        self._passes.set()
        self.cut()

    def black_hole(self) -> None:
        """As when a cable is pulled: nothing is refused, nothing comes back."""
        self._mode = Mode.BLACK_HOLE
        self._passes.clear()

    def forget(self) -> None:
        """The connections of now stay silent for good, as when a router has forgotten them: not
        even an end of theirs is told."""
        with self._lock:
            for link in self._links:
                link.is_forgotten = True

    def cut(self) -> None:
        """Reset the connections of now."""
        with self._lock:
            links = list(self._links)
        for link in links:
            link.reset()

    def _open(self) -> None:
        self._entrance = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self._entrance,), daemon=True).start()

    def _close(self) -> None:
        entrance, self._entrance = self._entrance, None
        if entrance is not None:
            with suppress(OSError):
                entrance.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
            entrance.close()

    def _accept(self, entrance: socket.socket) -> None:
        while True:
            try:
                client, _ = entrance.accept()
            except OSError:
                return
            threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        self._passes.wait()
        try:
            server = socket.create_connection(self._server, timeout=5)
        except OSError:
            _reset(client)
            return
        server.settimeout(None)
        link = _Link(self, client, server)
        with self._lock:
            self._links.add(link)
            self.connections += 1
        if self._is_over or self._mode is Mode.REFUSE:
            link.reset()
        link.run()
        with self._lock:
            self._links.discard(link)

    def wait(self) -> None:
        """Until data may go on its way."""
        if self.slow_seconds:
            time.sleep(self.slow_seconds)
        self._passes.wait()


class _Link:
    """One client's connection and the one to the server that belongs to it."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self.proxy, self.client, self.server = proxy, client, server
        self.is_forgotten = self._is_reset = False
        self._cuts_at_answer = False

    def run(self) -> None:
        """Pass on both ways until one side ends; returns when both are closed."""
        back = threading.Thread(target=self._pump, args=(self.server, self._to_client), daemon=True)
        back.start()
        self._pump(self.client, self._to_server)
        back.join()

    def reset(self) -> None:
        self._is_reset = True
        if not self.is_forgotten:
            _reset(self.client)
        _reset(self.server)

    def _pump(self, source: socket.socket, pass_on: Callable[[bytes], None]) -> None:
        with suppress(OSError):
            while data := source.recv(CHUNK_BYTES):
                self.proxy.wait()
                if not self.is_forgotten:
                    pass_on(data)
        # One side has ended; the other hears of it when something gets through at all.
        self.proxy.wait()
        if not (self.is_forgotten or self._is_reset):
            for end in (self.client, self.server):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                end.close()

    def _to_server(self, data: bytes) -> None:
        act = self.proxy.rule(data)
        if act is not Act.PASS:
            self.proxy.cuts += 1
        if act is Act.CUT_BEFORE:
            self.reset()
            return
        self._cuts_at_answer = act is Act.CUT_AFTER
        self.server.sendall(data)
        self.proxy.sent += len(data)

    def _to_client(self, data: bytes) -> None:
        if self._cuts_at_answer:
            self.reset()
            return
        self.client.sendall(data)


def _reset(end: socket.socket) -> None:
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        end.shutdown(socket.SHUT_RD)  # wakes the thread that reads
    end.close()
