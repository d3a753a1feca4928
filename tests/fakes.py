"""Stand-ins for what costs money or a network: an extractor, and what a model's server says."""

from __future__ import annotations

import json
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal, Self

import pytest
from PIL import Image

from extraction import extractors
from extraction.extractors.base import BadAnswer, BaseExtractor, ExtractorError
from extraction.reading.grounding import ground
from extraction.result import Line, Result, Seen, Value
from tests import openai_shapes
from tests.model_server import FakeModelServer, Reply, Request, Script

__all__ = ["FakeExtractor", "FakeModelServer", "Reply", "Request", "Script"]

Answer = dict[str, Any]
Shape = Callable[[Mapping[str, Any]], Answer]


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
            raise BadAnswer("The fake's answer is not what was agreed.", "ill_formed")
        sure = answer.get("confidence", {})
        values = {
            name: Value(text, sure.get(name, 0.95), ground(text, seen.lines))
            for name, text in answer["fields"].items()
        }
        return Result(values, seen)


def as_json(body: Mapping[str, Any], status: int = 200) -> Reply:
    return Reply(json.dumps(body).encode(), status)


def read(
    fields: Mapping[str, str],
    *,
    doubtful: Sequence[str] = (),
    extra: Mapping[str, str] | None = None,
) -> Script:
    """A good answer, made from the schema in the request: every field, empty where not given."""
    further = [{"name": name, "text": text} for name, text in (extra or {}).items()]

    def script(request: Request) -> Reply:
        names = request.schema["properties"]["fields"]["properties"]
        texts = {name: fields.get(name, "") for name in names}
        content = {"fields": texts, "extra": further, "doubtful": list(doubtful)}
        return text(json.dumps(content))(request)

    return script


def text(content: str) -> Script:
    """An answer whose content is `content`, whatever was asked for."""
    return _either(
        lambda request: openai_shapes.chat(request, content),
        lambda request: openai_shapes.response(request, content),
    )


def refusal(reason: str) -> Script:
    return _either(
        lambda request: openai_shapes.chat(request, None, refusal=reason),
        lambda request: openai_shapes.response(request, None, refusal=reason),
    )


def cut_off() -> Script:
    """An answer that ran into the limit on its length."""
    half = '{"fields": {"full_name": "Ro'
    return _either(
        lambda request: openai_shapes.chat(request, half, finish_reason="length"),
        lambda request: openai_shapes.response(
            request, half, status="incomplete", reason="max_output_tokens"
        ),
    )


def filtered() -> Script:
    """An answer that the content filter stopped."""
    half = '{"fields": {"full_name": "Ro'
    return _either(
        lambda request: openai_shapes.chat(request, half, finish_reason="content_filter"),
        lambda request: openai_shapes.response(
            request, half, status="incomplete", reason="content_filter"
        ),
    )


def not_json() -> Script:
    """A page of HTML that claims to be JSON, as a proxy in between may send it."""
    return lambda _: Reply(b"<html>Welcome!</html>")


def not_even_claiming_to_be_json() -> Script:
    return lambda _: Reply(b"<html>Welcome!</html>", headers={"Content-Type": "text/html"})


def error(
    status: int, code: str = "", *, retry_after: str = "", headers: Mapping[str, str] | None = None
) -> Script:
    """An error as OpenAI words it."""
    sent = {"Content-Type": "application/json", **(headers or {})}
    if retry_after:
        sent["Retry-After"] = retry_after
    return lambda _: Reply(json.dumps(openai_shapes.error(code)).encode(), status, sent)


def hang() -> Script:
    """No answer until the server is told to `let_go`, or HANG_AT_MOST_SECONDS have passed."""
    return lambda _: Reply(hangs=True)


def trickle(part: Literal["headers", "body"] = "body") -> Script:
    """A byte now and then, as long as a `hang`: never silent, never done."""
    return lambda _: Reply(trickles=part)


def cut_connection() -> Script:
    """Half an answer, and then nobody there."""
    return lambda _: Reply(b'{"id": "chatcmpl-', is_cut=True)


def _either(chat: Shape, response: Shape) -> Script:
    """The answer in the form of the API that the request speaks."""
    return lambda request: as_json((chat if request.is_chat else response)(request.body))
