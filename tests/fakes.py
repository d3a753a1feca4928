"""Stand-ins for what costs money or a network: an extractor, and a model's server."""

from __future__ import annotations

import json
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import ModuleType, TracebackType
from typing import Any, Self

import pytest
from PIL import Image

from extraction import extractors
from extraction.extractors.base import BaseExtractor, ExtractorError
from extraction.grounding import ground
from extraction.result import Line, Result, Seen, Value

Answer = dict[str, Any]

HANG_AT_MOST_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """What an extractor was given: the sizes of the pictures in pixels, and the OCR's lines."""

    sizes: tuple[tuple[int, int], ...]
    lines: tuple[Line, ...]


class FakeExtractor(BaseExtractor):
    """Gives what was queued, in order, and remembers what it was asked.

    In the queue stand answers, errors to raise, and functions that are called while the reading
    is under way and give the answer. An answer is {"fields": {name: text}}, with "confidence"
    by name where it is not 0.95; anything else cannot be parsed.
    """

    label = "Fake reader"
    model = "fake-1"

    def __init__(self) -> None:
        self.queue: deque[Answer | Exception | Callable[[], Answer]] = deque()
        self.asked: list[Asked] = []

    def put_in_place(self, monkeypatch: pytest.MonkeyPatch) -> Self:
        """Let `extraction.extractors` load this one by the slug "fake", as it loads all others."""
        module = ModuleType("extraction.extractors.fake")
        module.Extractor = lambda: self  # type: ignore[attr-defined]
        slugs = (*extractors.slugs(), "fake")
        monkeypatch.setattr(extractors, "slugs", lambda: slugs)
        monkeypatch.setitem(sys.modules, module.__name__, module)
        return self

    def parameters(self) -> dict[str, Any]:
        return {"kind": "fake"}

    def ask(self, pictures: Sequence[Image.Image], seen: Seen) -> Answer:
        self.asked.append(Asked(tuple(picture.size for picture in pictures), seen.lines))
        if not self.queue:
            raise ExtractorError("The fake has nothing left to answer.")
        queued = self.queue.popleft()
        if isinstance(queued, Exception):
            raise queued
        return queued() if callable(queued) else queued

    def parse(self, answer: Mapping[str, Any], seen: Seen) -> Result:
        if not isinstance(answer.get("fields"), dict):
            raise ExtractorError("The fake's answer is not what was agreed.")
        sure = answer.get("confidence", {})
        values = {
            name: Value(text, sure.get(name, 0.95), ground(text, seen.lines))
            for name, text in answer["fields"].items()
        }
        return Result(values, seen)


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request as the server got it; header names are in lower case."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server sends: a body with its status, or a way of failing to send one."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    hangs: bool = False
    is_cut: bool = False


Script = Callable[[Request], Reply]
"""Makes the reply to a request; the functions below give the usual ones."""


def read(fields: Mapping[str, str], *, doubtful: Sequence[str] = ()) -> Script:
    """A good answer, made from the schema in the request: every field, empty where not given."""

    def script(request: Request) -> Reply:
        schema = request.body["response_format"]["json_schema"]["schema"]["properties"]
        texts = {name: fields.get(name, "") for name in schema["fields"]["properties"]}
        return _completion(json.dumps({"fields": texts, "extra": [], "doubtful": list(doubtful)}))

    return script


def text(content: str) -> Script:
    """An answer whose content is `content`, whatever was asked for."""
    return lambda _: _completion(content)


def refusal(reason: str) -> Script:
    return lambda _: _completion(None, refusal=reason)


def cut_off() -> Script:
    """An answer that ran into the limit on its length."""
    return lambda _: _completion('{"fields": {"full_name": "Ro', finish_reason="length")


def not_json() -> Script:
    """A page of HTML that claims to be JSON, as a proxy in between may send it."""
    return lambda _: Reply(b"<html>Welcome!</html>")


def not_even_claiming_to_be_json() -> Script:
    return lambda _: Reply(b"<html>Welcome!</html>", headers={"Content-Type": "text/html"})


def error(status: int, code: str = "", *, retry_after: str = "") -> Script:
    """An error as OpenAI words it."""
    body = {"error": {"message": "It went wrong.", "type": "error", "param": None, "code": code}}
    headers = {"Content-Type": "application/json"}
    if retry_after:
        headers["Retry-After"] = retry_after
    return lambda _: Reply(json.dumps(body).encode(), status, headers)


def hang() -> Script:
    """No answer until the server is told to `let_go`, or HANG_AT_MOST_SECONDS have passed."""
    return lambda _: Reply(hangs=True)


def cut_connection() -> Script:
    """Half an answer, and then nobody there."""
    return lambda _: Reply(b'{"id": "chatcmpl-', is_cut=True)


class FakeModelServer:
    """A local HTTP server that speaks the Chat Completions format of OpenAI.

    A context manager. It answers with the scripts in `queue`, in order, and with `otherwise`
    when none is left; `requests` are those it got.
    """

    def __init__(self, *queue: Script, otherwise: Script | None = None) -> None:
        self.queue = deque(queue)
        self.otherwise = otherwise or error(500)
        self.requests: list[Request] = []
        self.got_one = threading.Event()
        self._may_go_on = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def let_go(self) -> None:
        """Cut the connections that hang."""
        self._may_go_on.set()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.let_go()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                body = json.loads(self.rfile.read(length))
                headers = {name.lower(): value for name, value in self.headers.items()}
                self._send(owner._reply(Request(self.path, headers, body)))

            def _send(self, reply: Reply) -> None:
                if reply.hangs:
                    owner._may_go_on.wait(HANG_AT_MOST_SECONDS)
                    return
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body) + 1000 * reply.is_cut))
                self.end_headers()
                self.wfile.write(reply.body)

            def log_message(self, *_: Any) -> None:
                pass

        return Handler

    def _reply(self, request: Request) -> Reply:
        self.requests.append(request)
        self.got_one.set()
        script = self.queue.popleft() if self.queue else self.otherwise
        return script(request)


def _completion(content: str | None, *, refusal: str = "", finish_reason: str = "stop") -> Reply:
    message = {"role": "assistant", "content": content, "refusal": refusal or None}
    choice = {"index": 0, "message": message, "finish_reason": finish_reason, "logprobs": None}
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "fake-vision",
        "choices": [choice],
        "usage": {"prompt_tokens": 900, "completion_tokens": 200, "total_tokens": 1100},
    }
    return Reply(json.dumps(body).encode())
