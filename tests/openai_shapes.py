"""Bodies as OpenAI's APIs send them, with every part that its documentation shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Body = dict[str, Any]

ERRORS: Mapping[str, tuple[str, str]] = {
    "rate_limit_exceeded": (
        "tokens",
        "Rate limit reached for gpt-5-mini in organization org-northwind on tokens per min (TPM):"
        " Limit 200000, Used 198203, Requested 3821. Please try again in 607ms. Visit"
        " https://platform.openai.com/account/rate-limits to learn more.",
    ),
    "insufficient_quota": (
        "insufficient_quota",
        "You exceeded your current quota, please check your plan and billing details. For more"
        " information on this error, read the docs:"
        " https://platform.openai.com/docs/guides/error-codes/api-errors.",
    ),
    "invalid_api_key": (
        "invalid_request_error",
        "Incorrect API key provided: test-key. You can find your API key at"
        " https://platform.openai.com/account/api-keys.",
    ),
    "model_not_found": (
        "invalid_request_error",
        "The model `test-model` does not exist or you do not have access to it.",
    ),
}
"""Type and message by code."""


def error(code: str) -> Body:
    kind, message = ERRORS.get(code, ("error", "It went wrong."))
    return {"error": {"message": message, "type": kind, "param": None, "code": code or None}}


def chat(
    request: Mapping[str, Any],
    content: str | None,
    *,
    refusal: str | None = None,
    finish_reason: str = "stop",
) -> Body:
    """An answer of Chat Completions to `request`."""
    message: Body = {"role": "assistant", "content": content, "refusal": refusal, "annotations": []}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish_reason}
    return {
        "id": "chatcmpl-CbGyQ0rK7HZ5XhVYp3wQd1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": request["model"],
        "choices": [choice],
        "usage": {
            "prompt_tokens": 3200,
            "completion_tokens": 450,
            "total_tokens": 3650,
            "prompt_tokens_details": {"cached_tokens": 1280, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": 128,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        },
        "service_tier": "default",
        "system_fingerprint": None,
    }


def response(
    request: Mapping[str, Any],
    content: str | None,
    *,
    refusal: str = "",
    status: str = "completed",
    reason: str = "",
    error_code: str = "",
) -> Body:
    """An answer of the Responses API to `request`; without `content` and `refusal` it holds no
    message. `reason` is why it is incomplete, `error_code` why it failed."""
    text: Body = {"type": "output_text", "text": content, "annotations": [], "logprobs": []}
    part = {"type": "refusal", "refusal": refusal} if refusal else text
    message = {
        "id": "msg_0f3a9c81d2b64e57a1",
        "type": "message",
        "status": "incomplete" if status == "incomplete" else "completed",
        "role": "assistant",
        "content": [part],
    }
    thoughts = {"id": "rs_0f3a9c81d2b64e57a0", "type": "reasoning", "summary": []}
    failure = {"code": error_code, "message": "The server had an error while processing it."}
    return {
        "id": "resp_0f3a9c81d2b64e579f",
        "object": "response",
        "created_at": 1_700_000_000,
        "status": status,
        "background": False,
        "error": failure if error_code else None,
        "incomplete_details": {"reason": reason} if reason else None,
        "instructions": request["instructions"],
        "max_output_tokens": request.get("max_output_tokens"),
        "model": request["model"],
        "output": [thoughts, message] if content is not None or refusal else [thoughts],
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "reasoning": {"effort": "medium", "summary": None} | request.get("reasoning", {}),
        "service_tier": "default",
        "store": request.get("store", True),
        "temperature": 1.0,
        "text": request["text"] | {"verbosity": "medium"},
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": {
            "input_tokens": 3200,
            "input_tokens_details": {"cached_tokens": 1280, "cache_write_tokens": 0},
            "output_tokens": 450,
            "output_tokens_details": {"reasoning_tokens": 128},
            "total_tokens": 3650,
        },
        "user": None,
        "metadata": {},
    }
