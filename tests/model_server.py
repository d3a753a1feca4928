"""A stand-in for a model's server: real HTTP on a local port, and no model behind it."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Any, Literal

from tests.local_server import LocalServer

HANG_AT_MOST_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request as the server got it; header names are in lower case. `body` is empty
    unless it is JSON, `raw` always what came."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    method: str = "POST"
    raw: bytes = b""

    @property
    def is_chat(self) -> bool:
        """Whether it speaks Chat Completions; otherwise it is the Responses API."""
        return self.path.endswith("/chat/completions")

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON schema that the answer is to follow."""
        if self.is_chat:
            found = self.body["response_format"]["json_schema"]["schema"]
        else:
            found = self.body["text"]["format"]["schema"]
        return dict(found)

    @property
    def printed(self) -> str:
        """The text that stands below the pictures."""
        turns = self.body["messages"] if self.is_chat else self.body["input"]
        return str(turns[-1]["content"][-1]["text"])

    @property
    def pictures(self) -> list[str]:
        """The data URLs of the pictures."""
        turns = self.body["messages"] if self.is_chat else self.body["input"]
        urls = [part["image_url"] for part in turns[-1]["content"][:-1]]
        return [url["url"] for url in urls] if self.is_chat else urls


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server sends: a body with its status, or a way of failing to send one."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    hangs: bool = False
    is_cut: bool = False
    trickles: Literal["", "headers", "body"] = ""


Script = Callable[[Request], Reply]
"""Makes the reply to a request; `tests.fakes` has the usual ones."""


class FakeModelServer(LocalServer):
    """A local HTTP server that speaks both formats of OpenAI: Responses and Chat Completions.

    A context manager. It answers with the scripts in `queue`, in order, and with `otherwise`
    when none is left; `requests` are those it got.
    """

    def __init__(self, *queue: Script, otherwise: Script | None = None) -> None:
        self.queue = deque(queue)
        self.otherwise = otherwise or (lambda _: Reply(b"{}", 500))
        self.requests: list[Request] = []
        self.got_one = threading.Event()
        self._may_go_on = threading.Event()
        super().__init__(self._handler())

    def let_go(self) -> None:
        """Cut the connections that hang or trickle."""
        self._may_go_on.set()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.let_go()
        super().__exit__(kind, value, trace)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                is_json = headers.get("content-type", "").startswith("application/json")
                body = json.loads(raw) if is_json and raw else {}
                self._send(owner._reply(Request(self.path, headers, body, self.command, raw)))

            do_GET = do_POST  # noqa: N815

            def _send(self, reply: Reply) -> None:
                if reply.hangs:
                    owner._may_go_on.wait(HANG_AT_MOST_SECONDS)
                    return
                if reply.trickles:
                    self._trickle(reply)
                    return
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body) + 1000 * reply.is_cut))
                self.end_headers()
                self.wfile.write(reply.body)

            def _trickle(self, reply: Reply) -> None:
                end = "Content-Length: 99999\r\n\r\n" if reply.trickles == "body" else "X-Slow: "
                self.wfile.write(f"HTTP/1.0 200 OK\r\n{end}".encode())
                until = time.monotonic() + HANG_AT_MOST_SECONDS
                with suppress(OSError):  # the other side has given up
                    while time.monotonic() < until and not owner._may_go_on.wait(0.02):
                        self.wfile.write(b" ")

            def log_message(self, *_: Any) -> None:
                pass

        return Handler

    def _reply(self, request: Request) -> Reply:
        self.requests.append(request)
        self.got_one.set()
        script = self.queue.popleft() if self.queue else self.otherwise
        return script(request)
