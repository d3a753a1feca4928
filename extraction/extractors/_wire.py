"""The two APIs that OpenAI and the servers compatible with it speak: requests and answers.

A request is the JSON body as it goes over the wire, alone or as a line of a batch. An answer is
the body that came back; its form says which API it is from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from extraction.extractors.base import BadAnswer, Usage
from extraction.reading.printable import printable

ENDPOINTS = {"responses": "/v1/responses", "chat": "/v1/chat/completions"}
"""The APIs by their names in OPENAI_API: Responses, and Chat Completions."""

DETAIL = "high"
"""Of a picture, everything that its size lets the model see; "low" would be 512 px."""

MAX_OUTPUT_TOKENS = 8_000
"""A full card is about 700 tokens; the rest is for a model that thinks before it writes."""

UNREADABLE = "unreadable"
"""The key under which an answer stands that was no JSON object, so that it is kept as well."""

LONGEST_QUOTE = 200
"""Characters of the other side's own words that a message repeats."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a model: `pictures` are data URLs, `text` stands below them, and the
    answer is to follow the JSON `schema` called `name`. An empty `effort` is the model's own."""

    model: str
    instructions: str
    pictures: Sequence[str]
    text: str
    name: str
    schema: Mapping[str, Any]
    effort: str = ""


def body(api: str, question: Question) -> dict[str, Any]:
    """The JSON body of a request to the `api`, a key of ENDPOINTS."""
    return _responses_body(question) if api == "responses" else _chat_body(question)


def _responses_body(question: Question) -> dict[str, Any]:
    pictures = [
        {"type": "input_image", "image_url": url, "detail": DETAIL} for url in question.pictures
    ]
    text = {"type": "input_text", "text": question.text}
    found: dict[str, Any] = {
        "model": question.model,
        "instructions": question.instructions,
        "input": [{"type": "message", "role": "user", "content": [*pictures, text]}],
        "text": {
            "format": {
                "type": "json_schema",
                "name": question.name,
                "schema": question.schema,
                "strict": True,
            }
        },
        "max_output_tokens": MAX_OUTPUT_TOKENS,
        # Cards hold personal data, and the answer is kept here.
        "store": False,
    }
    return found | ({"reasoning": {"effort": question.effort}} if question.effort else {})


def _chat_body(question: Question) -> dict[str, Any]:
    pictures = [
        {"type": "image_url", "image_url": {"url": url, "detail": DETAIL}}
        for url in question.pictures
    ]
    text = {"type": "text", "text": question.text}
    found: dict[str, Any] = {
        "model": question.model,
        "messages": [
            {"role": "system", "content": question.instructions},
            {"role": "user", "content": [*pictures, text]},
        ],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": question.name, "schema": question.schema, "strict": True},
        },
        "max_completion_tokens": MAX_OUTPUT_TOKENS,
    }
    return found | ({"reasoning_effort": question.effort} if question.effort else {})


def written(answer: Mapping[str, Any]) -> str:
    """The text that the model wrote, whole. Raises BadAnswer when there is none."""
    try:
        if UNREADABLE in answer:
            raise ill_formed("it is not JSON")
        return _chat_text(answer) if "choices" in answer else _responses_text(answer)
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise ill_formed(quote(answer.get("error")) or "parts are missing") from error


def usage(answer: Mapping[str, Any]) -> Usage:
    """The tokens that an answer says it was billed for; nothing when it does not say."""
    used = _mapping(answer.get("usage"))
    is_chat = "prompt_tokens" in used
    details = _mapping(used.get("prompt_tokens_details" if is_chat else "input_tokens_details"))
    return Usage(
        input=_count(used.get("prompt_tokens" if is_chat else "input_tokens")),
        cached_input=_count(details.get("cached_tokens")),
        output=_count(used.get("completion_tokens" if is_chat else "output_tokens")),
    )


def ill_formed(what: str) -> BadAnswer:
    return BadAnswer(f"The model's answer is not what was agreed: {what}.", "ill_formed")


def quote(said: Any) -> str:
    """What the other side said, a text or an error object, fit to be shown in a sentence."""
    text = said.get("message") if isinstance(said, Mapping) else said
    return printable(text)[:LONGEST_QUOTE].rstrip(" .") if isinstance(text, str) else ""


def _chat_text(answer: Mapping[str, Any]) -> str:
    choice = answer["choices"][0]
    message = choice["message"]
    if message.get("refusal"):
        raise _refused(message["refusal"])
    if choice.get("finish_reason") == "content_filter":
        raise _refused("its content filter stopped the answer")
    if choice.get("finish_reason") == "length":
        raise _cut_off()
    return _text(message["content"])


def _responses_text(answer: Mapping[str, Any]) -> str:
    parts = list(_parts(answer))
    for part in parts:
        if part.get("type") == "refusal":
            raise _refused(part["refusal"])
    if answer["status"] == "incomplete":
        if answer["incomplete_details"]["reason"] == "content_filter":
            raise _refused("its content filter stopped the answer")
        raise _cut_off()
    if answer["status"] != "completed":
        raise ill_formed(quote(answer.get("error")) or f"its status is “{quote(answer['status'])}”")
    return "".join(_text(part["text"]) for part in parts if part.get("type") == "output_text")


def _parts(answer: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What the messages among the output hold; the model's thoughts are items of their own."""
    for item in answer["output"]:
        if item["type"] == "message":
            yield from item["content"]


def _text(found: Any) -> str:
    if not isinstance(found, str):
        raise TypeError
    return found


def _refused(reason: Any) -> BadAnswer:
    why = quote(reason) or "it does not say why"
    return BadAnswer(f"The model refused to read the card: {why}.", "refused")


def _cut_off() -> BadAnswer:
    return BadAnswer("The model's answer was cut off before its end.", "cut_off")


def _mapping(found: Any) -> Mapping[str, Any]:
    return found if isinstance(found, Mapping) else {}


def _count(found: Any) -> int:
    return max(0, found) if isinstance(found, int) else 0
