"""What is sent to a model: held against the types of the SDK, which are made from the API."""

from __future__ import annotations

import base64
import copy
import io
import json
import math
from typing import Any

import pytest
from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming
from openai.types.responses.response_create_params import ResponseCreateParamsNonStreaming
from PIL import Image
from pydantic import TypeAdapter, ValidationError
from pydantic_core import SchemaValidator

from extraction import schema
from extraction.extractors import _wire, openai_vision
from extraction.extractors.openai_vision import Extractor
from extraction.result import Seen
from tests import fakes
from tests.extraction.northwind import BACK, FRONT, LINES, SEEN, line
from tests.fakes import FakeModelServer, Request

PARAMETERS = {
    "responses": ResponseCreateParamsNonStreaming,
    "chat": CompletionCreateParamsNonStreaming,
}


def strict(kind: Any) -> SchemaValidator:
    """A validator of the typed dictionary `kind` and all in it: keys it does not know are errors,
    and what may be any iterable is looked into, which pydantic leaves for later."""

    def tighten(part: Any) -> None:
        if isinstance(part, dict):
            if part.get("type") == "typed-dict":
                part["extra_behavior"] = "forbid"
            if part.get("type") == "generator":
                part["type"] = "list"
            for inner in part.values():
                tighten(inner)
        elif isinstance(part, list | tuple):
            for inner in part:
                tighten(inner)

    core = copy.deepcopy(TypeAdapter(kind).core_schema)
    tighten(core)
    return SchemaValidator(core)


def _asked(server: FakeModelServer, extractor: Extractor, seen: Seen = SEEN) -> Request:
    """The request that a question makes."""
    server.queue.append(fakes.read({}))
    extractor.ask([FRONT, BACK], seen)
    return server.requests[-1]


def _sent(picture: Image.Image) -> Image.Image:
    """`picture` as a model gets it."""
    body = Extractor(api_key="k").request([picture], SEEN)
    url = body["input"][0]["content"][0]["image_url"]
    return Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))


def _with(body: dict[str, Any], *path: str | int) -> dict[str, Any]:
    """`body` with one key more at `path`."""
    changed = copy.deepcopy(body)
    part: Any = changed
    for step in path:
        part = part[step]
    part["nonsense"] = True
    return changed


def test_request_is_what_the_api_takes(
    server: FakeModelServer, extractor: Extractor, api: str
) -> None:
    strict(PARAMETERS[api]).validate_python(_asked(server, extractor).body)


@pytest.mark.parametrize("api", ["responses", "chat"])
def test_request_to_a_reasoning_model_is_what_the_api_takes(api: str) -> None:
    body = Extractor(api_key="k", api=api, effort="low").request([FRONT], SEEN)
    strict(PARAMETERS[api]).validate_python(body)
    assert '"low"' in json.dumps(body)


@pytest.mark.parametrize(
    ("api", "path"),
    [
        ("responses", ()),
        ("responses", ("input", 0)),
        ("responses", ("input", 0, "content", 0)),
        ("responses", ("text", "format")),
        ("chat", ()),
        ("chat", ("messages", 1)),
        ("chat", ("messages", 1, "content", 0, "image_url")),
        ("chat", ("response_format", "json_schema")),
    ],
)
def test_key_that_the_api_does_not_know_would_be_noticed(api: str, path: tuple[Any, ...]) -> None:
    body = Extractor(api_key="k", api=api).request([FRONT], SEEN)
    with pytest.raises(ValidationError):
        strict(PARAMETERS[api]).validate_python(_with(body, *path))


def test_what_is_sent_is_the_request_that_a_batch_would_hold(
    server: FakeModelServer, extractor: Extractor
) -> None:
    asked = _asked(server, extractor)
    assert asked.body == extractor.request([FRONT, BACK], SEEN)
    assert asked.path == extractor.endpoint


def test_request_goes_to_the_model_with_the_key(
    server: FakeModelServer, extractor: Extractor
) -> None:
    asked = _asked(server, extractor)
    assert asked.body["model"] == "test-model"
    assert asked.headers["authorization"] == "Bearer test-key"


def test_openai_is_asked_by_the_responses_api_and_keeps_nothing() -> None:
    extractor = Extractor(api_key="k")
    assert extractor.endpoint == "/v1/responses"
    assert extractor.request([FRONT], SEEN)["store"] is False


def test_server_of_ones_own_is_asked_by_chat_completions_and_needs_no_key(
    server: FakeModelServer,
) -> None:
    assert _asked(server, Extractor(base_url=server.base_url)).path == "/v1/chat/completions"


def test_request_wants_the_strict_schema(
    server: FakeModelServer, extractor: Extractor, api: str
) -> None:
    body = _asked(server, extractor).body
    wanted = body["text"]["format"] if api == "responses" else body["response_format"]
    wanted = wanted.get("json_schema", wanted)
    assert wanted["strict"] is True
    assert wanted["schema"] == schema.json_schema()


def test_answer_is_bounded_and_no_temperature_is_set(
    server: FakeModelServer, extractor: Extractor, api: str
) -> None:
    body = _asked(server, extractor).body
    bound = {"responses": "max_output_tokens", "chat": "max_completion_tokens"}[api]
    assert body[bound] == _wire.MAX_OUTPUT_TOKENS
    assert "temperature" not in body


def test_reasoning_is_the_models_own_unless_said(
    server: FakeModelServer, extractor: Extractor
) -> None:
    assert not {"reasoning", "reasoning_effort"} & set(_asked(server, extractor).body)


def test_request_holds_a_picture_of_each_side(
    server: FakeModelServer, extractor: Extractor
) -> None:
    urls = _asked(server, extractor).pictures
    assert [url.partition(",")[0] for url in urls] == ["data:image/jpeg;base64"] * 2
    back = Image.open(io.BytesIO(base64.b64decode(urls[1].partition(",")[2])))
    assert back.size == BACK.size


def test_request_holds_what_the_ocr_saw(server: FakeModelServer, extractor: Extractor) -> None:
    assert _asked(server, extractor).printed == schema.seen_text(SEEN)


@pytest.mark.parametrize(
    "size", [(4000, 3000), (3000, 4000), (4000, 2286), (6000, 500), (5000, 5000), (1700, 970)]
)
def test_large_picture_fills_what_the_model_sees_and_no_more(size: tuple[int, int]) -> None:
    width, height = _sent(Image.new("RGB", size, "white")).size
    patches = math.ceil(width / 32) * math.ceil(height / 32)
    assert patches <= 1536
    assert max(width, height) <= 2048
    assert patches > 1400 or max(width, height) == 2048
    assert width / height == pytest.approx(size[0] / size[1], rel=0.01)


def test_small_picture_is_sent_as_it_is() -> None:
    assert _sent(Image.new("RGB", (1200, 700), "white")).size == (1200, 700)


def test_same_question_has_the_same_parameters(api: str) -> None:
    first, second = (Extractor(api_key=key, api=api).parameters() for key in ("one", "two"))
    assert json.dumps(first, sort_keys=True) == json.dumps(second, sort_keys=True)


@pytest.mark.parametrize(
    ("place", "name", "value"),
    [
        (schema, "INSTRUCTIONS", "Read it."),
        (schema, "json_schema", dict),
        (_wire, "MAX_OUTPUT_TOKENS", 9),
        (_wire, "DETAIL", "low"),
        (openai_vision, "MAX_PATCHES", 10),
        (openai_vision, "JPEG_QUALITY", 10),
    ],
)
def test_whatever_decides_the_answer_stands_in_the_parameters(
    monkeypatch: pytest.MonkeyPatch, place: Any, name: str, value: Any
) -> None:
    before = Extractor(api_key="k").parameters()
    monkeypatch.setattr(place, name, value)
    assert Extractor(api_key="k").parameters() != before


def test_api_and_effort_stand_in_the_parameters() -> None:
    questions = [
        Extractor(api_key="k", api=api, effort=effort).parameters()
        for api in ("responses", "chat")
        for effort in ("", "low")
    ]
    assert len({json.dumps(parameters) for parameters in questions}) == 4


def test_form_of_the_request_follows_from_the_parameters(api: str) -> None:
    """Whoever changes the request must see that old answers are no longer found."""
    body = Extractor(api_key="k", api=api, effort="low").request([], Seen((line("Rosa", 10),)))
    kept = json.dumps(Extractor(api_key="k", api=api, effort="low").parameters())
    for part in (_wire.MAX_OUTPUT_TOKENS, "low", schema.INSTRUCTIONS):
        assert json.dumps(part) in kept
        assert json.dumps(part) in json.dumps(body)


def test_client_for_batches_neither_repeats_nor_waits_for_ever(server: FakeModelServer) -> None:
    made = Extractor(api_key="k", base_url=server.base_url, timeout_seconds=7)
    with made.client() as client:
        assert (client.max_retries, client.timeout) == (0, 7)


def test_key_is_no_part_of_what_is_kept(server: FakeModelServer, extractor: Extractor) -> None:
    server.queue.append(fakes.read({}))
    kept = {"parameters": extractor.parameters(), "answer": extractor.ask([FRONT], Seen(LINES))}
    assert "test-key" not in str(kept)
