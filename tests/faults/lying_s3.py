"""A store between the site and S3 that fails and lies as stores have been seen to do."""

from __future__ import annotations

import http.client
import re
import threading
import time
from contextlib import suppress
from enum import Enum
from http.server import BaseHTTPRequestHandler
from random import Random
from typing import Any
from urllib.parse import urlsplit

from tests.local_server import LocalServer

HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "date", "server"}


class Lie(Enum):
    NONE = "all is well"
    LOSES = "says that it keeps an object, and does not"
    OTHER_BYTES = "gives an object with a bit flipped, and says that it is whole"
    OLD_LIST = "lists what there was some time ago"
    FAILS = "answers 503"
    KEEPS_AND_FAILS = "keeps an object, and answers 500"
    CUTS = "keeps an object, and hangs up without an answer"
    CUTS_SHORT = "hangs up in the middle of an object"


_LIST = re.compile(r"[?&](prefix|list-type)=")
_ABOUT_PUTS = (Lie.LOSES, Lie.KEEPS_AND_FAILS, Lie.CUTS)
_ABOUT_GETS = (Lie.OTHER_BYTES, Lie.CUTS_SHORT)


class LyingStore(LocalServer):
    """Passes requests on to the S3 at `endpoint`, and lies. A context manager.

    It tells `lie` to the first request that the lie is about, and to a `share` of the others;
    `told` counts them. Each answer takes `slow_seconds` longer.
    """

    def __init__(self, endpoint: str, chance: Random) -> None:
        self.endpoint = endpoint
        self.lie, self.share, self.told = Lie.NONE, 1.0, 0
        self.slow_seconds = 0.0
        self._chance, self._lock = chance, threading.Lock()
        self._is_new = False
        self._new_keys: set[str] = set()
        super().__init__(self._handler())

    @property
    def url(self) -> str:
        return self.base_url.removesuffix("/v1")

    def tell(self, lie: Lie, *, share: float = 1.0) -> None:
        """From now on; a list is as old as this moment."""
        with self._lock:
            self._new_keys.clear()
            self.lie, self.share, self._is_new = lie, share, True

    def _lies(self, method: str, is_list: bool) -> Lie:
        """The lie told to this request, if one is."""
        with self._lock:
            lie = self.lie
            is_about = (
                lie is Lie.FAILS
                or (lie in _ABOUT_PUTS and method == "PUT")
                or (lie in _ABOUT_GETS and method == "GET" and not is_list)
                or (lie is Lie.OLD_LIST and is_list)
            )
            if not is_about or (not self._is_new and self._chance.random() >= self.share):
                return Lie.NONE
            self.told += 1
            self._is_new = False
            return lie

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle(self) -> None:
                with suppress(ConnectionError):  # the other side is gone
                    super().handle()

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                time.sleep(owner.slow_seconds)
                with suppress(OSError):  # the other side has given up
                    self._lie(body)

            do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = _answer  # noqa: N815

            def _lie(self, body: bytes) -> None:
                is_list = self.command == "GET" and bool(_LIST.search(self.path))
                lie = owner._lies(self.command, is_list)
                if lie is Lie.FAILS:
                    self._send(503, {}, b"<Error><Code>SlowDown</Code></Error>")
                    return
                if lie is Lie.LOSES:
                    self._send(200, {"ETag": '"0123456789abcdef0123456789abcdef"'}, b"")
                    return
                status, headers, found = owner._ask(self.command, self.path, self.headers, body)
                if lie is Lie.KEEPS_AND_FAILS:
                    status, found = 500, b"<Error><Code>InternalError</Code></Error>"
                elif lie is Lie.CUTS:
                    self.close_connection = True
                    return
                elif lie is Lie.OTHER_BYTES and status < 300:
                    found = _flipped(found)
                elif lie is Lie.OLD_LIST:
                    found = owner._without_new(found)
                self._send(status, headers, found, is_cut=lie is Lie.CUTS_SHORT)

            def _send(
                self, status: int, headers: dict[str, str], body: bytes, *, is_cut: bool = False
            ) -> None:
                """Of a body that `is_cut` the second half never comes."""
                self.send_response(status)
                for name, text in headers.items():
                    self.send_header(name, text)
                if self.command != "HEAD":
                    self.send_header("Content-Length", str(len(body)))
                elif "content-length" not in {name.lower() for name in headers}:
                    self.send_header("Content-Length", "0")
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body[: len(body) // 2] if is_cut else body)
                self.close_connection = self.close_connection or is_cut

            def log_message(self, *_: Any) -> None:
                pass

        return Handler

    def _ask(
        self, method: str, path: str, headers: Any, body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        """What the true S3 answers."""
        if method == "PUT":
            with self._lock:
                self._new_keys.add(urlsplit(path).path.strip("/").partition("/")[2])
        there = urlsplit(self.endpoint)
        connection = http.client.HTTPConnection(str(there.hostname), there.port, timeout=30)
        try:
            sent = {name: text for name, text in headers.items() if name.lower() != "expect"}
            connection.request(method, path, body or None, sent)
            answer = connection.getresponse()
            found = answer.read()
        finally:
            connection.close()
        kept = HOP_BY_HOP - ({"content-length"} if method == "HEAD" else set())
        passed = {n: text for n, text in answer.getheaders() if n.lower() not in kept}
        return answer.status, passed, found

    def _without_new(self, listing: bytes) -> bytes:
        """A listing without the objects that were put since the lie began."""

        def is_new(found: re.Match[bytes]) -> bytes:
            key = re.search(rb"<Key>(.*?)</Key>", found[0])
            return b"" if key and key[1].decode() in self._new_keys else found[0]

        return re.sub(rb"<Contents>.*?</Contents>", is_new, listing, flags=re.DOTALL)


def _flipped(data: bytes) -> bytes:
    """The same with one bit of its middle turned over."""
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :] if data else data
