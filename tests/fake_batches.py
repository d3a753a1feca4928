"""A stand-in for OpenAI's Batch API: files go in, batches are made of them, answers come out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests import openai_shapes
from tests.local_server import LocalServer

Document = dict[str, Any]

Answering = Callable[[Document], Document]
"""Makes the body of an answer from the body of a request."""

CREATED_AT = 4_000_000_000
"""Seconds since 1970 of the first batch: later than any that a test has prepared."""


@dataclass
class Trouble:
    """What requests whose method and path begin so are answered instead, so often."""

    start: str
    status: int
    code: str = ""
    times: int = 1
    headers: Mapping[str, str] = field(default_factory=dict)


class FakeBatchServer(LocalServer):
    """A local HTTP server that speaks OpenAI's Files and Batches. A context manager.

    It does nothing of itself: a test lets time pass with `complete`, `expire` and `refuse`.
    `asked` counts requests by method and path, with ids left out; a request for a single answer,
    which nothing here may make, is counted too and refused.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.batches: dict[str, Document] = {}
        self.asked: list[str] = []
        self.trouble: list[Trouble] = []
        super().__init__(self._handler())

    # What a test looks at

    def requests(self, batch_id: str) -> list[Document]:
        """The lines that a batch was made of."""
        return _documents(self.files[self.batches[batch_id]["input_file_id"]])

    def times(self, asked: str) -> int:
        return self.asked.count(asked)

    # What a test lets happen

    def complete(self, batch_id: str, answering: Answering, *, but: int = 0) -> None:
        """Every request is answered, last one first; `but` so many of them fail."""
        lines = self.requests(batch_id)
        good, bad = lines[but:], lines[:but]
        self._end(
            batch_id, "completed",
            [_answer(line, 200, answering(line["body"])) for line in reversed(good)],
            [_answer(line, 500, openai_shapes.error("server_error")) for line in bad],
        )  # fmt: skip

    def expire(self, batch_id: str, answering: Answering, *, answered: int = 0) -> None:
        """A day has passed: only the first `answered` requests have their answers."""
        lines = self.requests(batch_id)
        self._end(
            batch_id, "expired",
            [_answer(line, 200, answering(line["body"])) for line in lines[:answered]],
            [_no_answer(line, "batch_expired") for line in lines[answered:]],
        )  # fmt: skip

    def refuse(self, batch_id: str, code: str, *, said: str = "It cannot be.") -> None:
        """The batch is not begun at all."""
        error = {"code": code, "line": None, "message": said, "param": None}
        self.batches[batch_id] |= {
            "status": "failed",
            "errors": {"object": "list", "data": [error]},
        }

    def fail(self, start: str, status: int, code: str = "", **more: Any) -> None:
        """Requests whose method and path begin with `start` fail: one, or so many `times`."""
        self.trouble.append(Trouble(start, status, code, **more))

    def _end(
        self, batch_id: str, status: str, answers: list[Document], failures: list[Document]
    ) -> None:
        batch = self.batches[batch_id]
        for name, lines in (("output_file_id", answers), ("error_file_id", failures)):
            batch[name] = self._add("".join(json.dumps(line) + "\n" for line in lines).encode())
            if not lines:
                batch[name] = None
        batch["status"] = status
        batch["request_counts"] |= {"completed": len(answers), "failed": len(failures)}

    # The wire

    def _add(self, data: bytes) -> str:
        file_id = f"file-{len(self.files) + 1}"
        self.files[file_id] = data
        return file_id

    def _upload(self, body: bytes, content_type: str) -> Document:
        head = f"Content-Type: {content_type}\r\n\r\n".encode()
        given = {
            part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
            for part in BytesParser().parsebytes(head + body).walk()
        }
        assert given["purpose"] == b"batch"
        file = given["file"]
        assert isinstance(file, bytes)
        return self._file(self._add(file))

    def _file(self, file_id: str) -> Document:
        return {
            "id": file_id, "object": "file", "bytes": len(self.files[file_id]), "purpose": "batch",
            "created_at": CREATED_AT, "filename": "requests.jsonl", "status": "processed",
        }  # fmt: skip

    def _create(self, wanted: Document) -> Document:
        batch_id = f"batch_{len(self.batches) + 1}"
        total = len(_documents(self.files[wanted["input_file_id"]]))
        self.batches[batch_id] = {
            "id": batch_id, "object": "batch", "endpoint": wanted["endpoint"], "errors": None,
            "input_file_id": wanted["input_file_id"], "completion_window": "24h",
            "status": "in_progress", "output_file_id": None, "error_file_id": None,
            "created_at": CREATED_AT + len(self.batches), "metadata": wanted["metadata"],
            "request_counts": {"total": total, "completed": 0, "failed": 0},
        }  # fmt: skip
        return self.batches[batch_id]

    def _list(self, limit: int, after: str) -> Document:
        """The newest first, as OpenAI does it."""
        newest = list(reversed(self.batches))
        start = newest.index(after) + 1 if after else 0
        ids = newest[start : start + limit]
        return {
            "object": "list", "data": [self.batches[batch_id] for batch_id in ids],
            "first_id": ids[0] if ids else None, "last_id": ids[-1] if ids else None,
            "has_more": start + limit < len(newest),
        }  # fmt: skip

    def _reply(
        self, method: str, target: str, body: bytes, content_type: str
    ) -> tuple[int, bytes, Mapping[str, str]]:
        url = urlsplit(target)
        parts = url.path.removeprefix("/v1/").split("/")
        without_id = [part if index != 1 else "…" for index, part in enumerate(parts)]
        self.asked.append(f"{method} {'/'.join(without_id)}")
        for trouble in self.trouble:
            if trouble.times and f"{method} {url.path}".startswith(trouble.start):
                trouble.times -= 1
                return (
                    trouble.status,
                    json.dumps(openai_shapes.error(trouble.code)).encode(),
                    trouble.headers,
                )
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        match method, parts:
            case "POST", ["files"]:
                document = self._upload(body, content_type)
            case "POST", ["batches"]:
                document = self._create(json.loads(body))
            case "GET", ["batches"]:
                document = self._list(int(query.get("limit", 20)), query.get("after", ""))
            case "GET", ["batches", batch_id] if batch_id in self.batches:
                document = self.batches[batch_id]
            case "GET", ["files", file_id, "content"] if file_id in self.files:
                return 200, self.files[file_id], {"Content-Type": "application/octet-stream"}
            case _:
                return 404, json.dumps(openai_shapes.error("not_found")).encode(), {}
        return 200, json.dumps(document).encode(), {}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer()

            def do_POST(self) -> None:
                self._answer()

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                kind = self.headers.get("Content-Type", "")
                status, data, headers = owner._reply(self.command, self.path, body, kind)
                self.send_response(status)
                for name, value in ({"Content-Type": "application/json"} | dict(headers)).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


def _documents(data: bytes) -> list[Document]:
    return [json.loads(line) for line in data.splitlines()]


def _answer(line: Document, status: int, body: Document) -> Document:
    response = {"status_code": status, "request_id": "req-1", "body": body}
    return {
        "id": "batch_req_1", "custom_id": line["custom_id"], "response": response, "error": None,
    }  # fmt: skip


def _no_answer(line: Document, code: str) -> Document:
    error = {"code": code, "message": "This request could not be executed in time."}
    return {
        "id": "batch_req_1", "custom_id": line["custom_id"], "response": None, "error": error,
    }  # fmt: skip
