"""A vision model behind an OpenAI-compatible API: one structured-output request per card."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PIL import Image

from cards import images
from extraction import schema
from extraction.confidence import judge
from extraction.extractors.base import BaseExtractor, ExtractorError
from extraction.grounding import ground
from extraction.normalise import normalise_field, printable
from extraction.result import Result, Seen, Value

if TYPE_CHECKING:
    import openai

LONGEST_SIDE_PX = 1600
LONGEST_WAIT_SECONDS = 3600.0
"""The most that a busy server may ask for; nobody waits longer for a card."""
SURE, UNSURE = 0.97, 0.6
"""How far the model is trusted, on fields it calls sure and on those it calls doubtful."""


class Extractor(BaseExtractor):
    """Asks the Chat Completions API, which OpenAI and the servers compatible with it all have."""

    label = "Vision model"

    def __init__(
        self,
        *,
        api_key: str = "",
        base_url: str = "",
        model: str = "gpt-5-mini",
        timeout_seconds: float = 90,
    ) -> None:
        if not (api_key or base_url):
            raise ExtractorError(
                "No vision model is set up: set OPENAI_API_KEY, or OPENAI_BASE_URL for a server of"
                " your own, and start again."
            )
        self.model = model
        self._api_key = api_key or "none"
        self._base_url = base_url or None
        self._timeout_seconds = timeout_seconds

    def parameters(self) -> dict[str, Any]:
        return {
            "instructions": schema.INSTRUCTIONS,
            "schema": schema.json_schema(),
            "longest_side_px": LONGEST_SIDE_PX,
        }

    def ask(self, pictures: Sequence[Image.Image], seen: Seen) -> dict[str, Any]:
        import openai

        client = openai.OpenAI(
            api_key=self._api_key,
            base_url=self._base_url,
            timeout=self._timeout_seconds,
            # The SDK would repeat calls on its own and hide what was paid; the job decides.
            max_retries=0,
        )
        try:
            completion = client.chat.completions.create(**self._request(pictures, seen))
            return dict(completion.model_dump(mode="json"))
        except openai.OpenAIError as error:
            raise _explained(error) from error
        except (ValueError, TypeError, AttributeError) as error:
            raise ExtractorError("The model's server sent an answer that is not JSON.") from error
        finally:
            client.close()

    def parse(self, answer: Mapping[str, Any], seen: Seen) -> Result:
        content = _content(answer)
        doubtful = set(content["doubtful"])
        values: dict[str, Value] = {}
        for name, kind in _kinds().items():
            text = normalise_field(name, content["fields"].get(name, ""))
            if not text:
                continue
            boxes = ground(text, seen.lines)
            is_doubtful = name in doubtful
            judged = judge(
                kind, text, boxes, seen.lines,
                sure=UNSURE if is_doubtful else SURE,
                doubt="the model is not sure" if is_doubtful else "",
            )  # fmt: skip
            values[name] = Value(text, judged.confidence, boxes, judged.reason)
        return Result(values, seen)

    def _request(self, pictures: Sequence[Image.Image], seen: Seen) -> dict[str, Any]:
        parts: list[dict[str, Any]] = [
            {"type": "image_url", "image_url": {"url": _data_url(picture), "detail": "high"}}
            for picture in pictures
        ]
        parts.append({"type": "text", "text": schema.ocr_text(seen.lines)})
        return {
            "model": self.model,
            "messages": [
                {"role": "system", "content": schema.INSTRUCTIONS},
                {"role": "user", "content": parts},
            ],
            "response_format": {
                "type": "json_schema",
                "json_schema": {
                    "name": schema.NAME,
                    "schema": schema.json_schema(),
                    "strict": True,
                },
            },
        }


def _data_url(picture: Image.Image) -> str:
    data = images.encode(picture, longest_px=LONGEST_SIDE_PX)
    return "data:image/jpeg;base64," + base64.b64encode(data).decode()


def _content(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON object that the model wrote, checked. Raises ExtractorError."""
    try:
        choice = answer["choices"][0]
        message = choice["message"]
        if message.get("refusal"):
            reason = printable(message["refusal"])[:200]
            raise ExtractorError(f"The model refused to read the card: {reason}")
        if choice.get("finish_reason") == "length":
            raise ExtractorError("The model's answer was cut off before its end.")
        content = json.loads(message["content"])
        fields = content["fields"]
        if not all(isinstance(text, str) for text in fields.values()):
            raise TypeError
        doubtful = [name for name in content.get("doubtful", ()) if isinstance(name, str)]
        return {"fields": fields, "doubtful": doubtful}
    except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
        raise ExtractorError("The model's answer is not what was agreed.") from error


def _kinds() -> dict[str, str]:
    from cards.fields import CONTACT_COLUMNS

    return {column.name: column.info.kind for column in CONTACT_COLUMNS}


def _explained(error: openai.OpenAIError) -> ExtractorError:
    """The failure in words for staff, and whether asking again may help."""
    import openai

    if isinstance(error, openai.APITimeoutError):
        return ExtractorError("The model did not answer in time.", retry=True)
    if isinstance(error, openai.APIConnectionError):
        return ExtractorError("The model's server cannot be reached.", retry=True)
    if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
        return ExtractorError("The model's server does not accept the key; check OPENAI_API_KEY.")
    if isinstance(error, openai.RateLimitError):
        if error.code == "insufficient_quota":
            return ExtractorError("The account of the model has no credit left.")
        wait = _seconds(error.response.headers.get("retry-after"))
        return ExtractorError("The model is busy.", retry=True, retry_after_seconds=wait)
    if isinstance(error, openai.APIStatusError):
        return ExtractorError(
            f"The model's server answered {error.status_code}.", retry=error.status_code >= 500
        )
    return ExtractorError("The model's server sent an answer that cannot be understood.")


def _seconds(header: str | None) -> float | None:
    """The time that a Retry-After names in seconds; None for dates and nonsense."""
    try:
        wait = float(header or "")
    except ValueError:
        return None
    return min(wait, LONGEST_WAIT_SECONDS) if wait >= 0 else None
