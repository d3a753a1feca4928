"""A vision model behind an OpenAI-compatible API: one structured-output request per card."""

from __future__ import annotations

import asyncio
import base64
import json
import math
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_noop
from PIL import Image

from cards import images
from extraction import schema
from extraction.extractors import _content, _failures, _wire
from extraction.extractors.base import BatchExtractor, ExtractorError, Usage
from extraction.reading import codes, confidence, plans
from extraction.reading.grounding import ground
from extraction.reading.normalise import for_machines, normalise_field
from extraction.result import Result, Seen, Value

if TYPE_CHECKING:
    import openai

PATCH_PX, MAX_PATCHES, LONGEST_SIDE_PX = 32, 1536, 2048
"""The models see a picture as squares of 32 px, and scale down what takes more than 1,536 of them
or is longer than 2,048 px. A card that fills this exactly (about 1,660 × 950 px) is scaled once,
well, and nothing is paid for and thrown away. Later models take 2,500 squares, but print of six
points is 20 px high as it is. Source: "Images and vision" in OpenAI's guides."""

JPEG_QUALITY = 85

SURE, UNSURE = 0.97, 0.6
"""How far the model is trusted, on fields it calls sure and on those it calls doubtful."""

KEPT_OF_UNREADABLE = 20_000
"""Characters kept of an answer that is no JSON."""


class Extractor(BatchExtractor):
    """Asks OpenAI's Responses API, or Chat Completions, which compatible servers have."""

    label = gettext_noop("Vision model")
    is_paid = True

    def __init__(
        self,
        *,
        api_key: str = "",
        base_url: str = "",
        model: str = "gpt-5-mini",
        api: str = "",
        effort: str = "",
        timeout_seconds: float = 90,
    ) -> None:
        """`api` is "responses" or "chat"; unless given, the second with a `base_url`.

        `effort` is how long a reasoning model shall think, such as "low"; the model's own unless
        given. A call is given up after `timeout_seconds`, however slowly its answer drips.
        """
        if not (api_key or base_url):
            raise ExtractorError(
                "No vision model is set up: set OPENAI_API_KEY, or OPENAI_BASE_URL for a server of"
                " your own, and start again."
            )
        self.model = model
        self._api = api or ("chat" if base_url else "responses")
        self._effort = effort
        self._timeout_seconds = timeout_seconds
        self._connection: dict[str, Any] = {
            "api_key": api_key or "none",
            "base_url": base_url or None,
            "timeout": timeout_seconds,
            # The SDK would repeat calls on its own and hide what was paid; the job decides.
            "max_retries": 0,
        }

    @property
    def endpoint(self) -> str:
        """The path of the API, as the Batch API wants it named."""
        return _wire.ENDPOINTS[self._api]

    def parameters(self) -> dict[str, Any]:
        return {
            "api": self._api,
            "instructions": schema.INSTRUCTIONS,
            "schema": schema.json_schema(),
            "effort": self._effort,
            "detail": _wire.DETAIL,
            "max_output_tokens": _wire.MAX_OUTPUT_TOKENS,
            "picture": {
                "patch_px": PATCH_PX,
                "max_patches": MAX_PATCHES,
                "longest_side_px": LONGEST_SIDE_PX,
                "jpeg_quality": JPEG_QUALITY,
            },
        }

    def request(self, pictures: Sequence[Image.Image], seen: Seen) -> dict[str, Any]:
        """The JSON body of the request that `ask` sends, or that a batch holds in its place."""
        question = _wire.Question(
            model=self.model,
            instructions=schema.INSTRUCTIONS,
            pictures=[_data_url(picture) for picture in pictures],
            text=schema.seen_text(seen),
            name=schema.NAME,
            schema=schema.json_schema(),
            effort=self._effort,
        )
        return _wire.body(self._api, question)

    def client(self) -> openai.OpenAI:
        """A client of the model's server for whatever else it can do; it must be closed."""
        import openai

        return openai.OpenAI(**self._connection)

    def ask(self, pictures: Sequence[Image.Image], seen: Seen) -> dict[str, Any]:
        import openai

        request = self.request(pictures, seen)
        try:
            # In a thread of its own, because the caller's may run an event loop already.
            with ThreadPoolExecutor(max_workers=1) as thread:
                return thread.submit(asyncio.run, self._send(request)).result()
        except openai.OpenAIError as error:
            raise self.explained(error) from error
        except TimeoutError as error:
            raise _failures.timed_out() from error
        except ValueError as error:
            raise _failures.unsendable() from error

    def explained(self, error: openai.OpenAIError) -> ExtractorError:
        """A failure of the SDK in words for staff, and whether asking again may help."""
        return _failures.explained(error, model=self.model)

    def usage(self, answer: Mapping[str, Any]) -> Usage:
        return _wire.usage(answer)

    def parse(self, answer: Mapping[str, Any], seen: Seen) -> Result:
        content = _content.read(_wire.written(answer))
        kinds = _kinds()
        texts = {name: normalise_field(name, content.fields.get(name, "")) for name in kinds}
        region = _region(texts, seen)
        read = {
            name: _value(name, text, seen, region, is_doubtful=name in content.doubtful)
            for name, text in texts.items()
            if text
        }
        values = {
            name: replace(value, normalised=for_machines(kinds[name], value.text, region))
            for name, value in codes.apply(read, seen.codes).items()
        }
        return Result(values, seen, content.extra)

    async def _send(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to one `request`. Raises OpenAIError, and TimeoutError after the deadline.

        The time-out of the SDK begins anew with every byte; only a task can be stopped whatever
        it waits for.
        """
        import openai

        async with (
            asyncio.timeout(self._timeout_seconds),
            openai.AsyncOpenAI(**self._connection) as client,
        ):
            if self._api == "responses":
                response = await client.responses.with_raw_response.create(**request)
            else:
                response = await client.chat.completions.with_raw_response.create(**request)
        return _kept(response.content, response.headers.get("content-type", ""))


def _kept(body: bytes, content_type: str) -> dict[str, Any]:
    """The answer in the `body` of a response that came, and may have been paid, in a form that
    can be kept: whatever is no JSON object stands in one as text."""
    text = body.decode(errors="replace")
    try:
        answer = json.loads(text)
        if isinstance(answer, dict):
            # Half of a surrogate pair can be written in JSON, but not in a file.
            json.dumps(answer, ensure_ascii=False).encode()
            return answer
    except (ValueError, RecursionError):
        pass
    return {_wire.UNREADABLE: text[:KEPT_OF_UNREADABLE], "content_type": content_type[:200]}


def _data_url(picture: Image.Image) -> str:
    longest_px = _longest_px(*picture.size)
    data = images.encode(picture, longest_px=longest_px, quality=JPEG_QUALITY)
    return "data:image/jpeg;base64," + base64.b64encode(data).decode()


def _longest_px(width: int, height: int) -> int:
    """The longest side at which a picture of this size takes MAX_PATCHES squares or fewer."""
    longest = min(max(width, height), LONGEST_SIDE_PX)
    scale = longest / max(width, height)
    across, down = width * scale / PATCH_PX, height * scale / PATCH_PX
    if math.ceil(across) * math.ceil(down) <= MAX_PATCHES:
        return longest
    shrink = math.sqrt(MAX_PATCHES / (across * down))
    # A side that ends within a square takes the whole of it, so that one side is cut to fit.
    across, down = across * shrink, down * shrink
    fit = min(math.floor(across) / across, math.floor(down) / down)
    return math.floor(longest * shrink * fit)


def _value(name: str, text: str, seen: Seen, region: str | None, *, is_doubtful: bool) -> Value:
    """What the model read, held against what the OCR saw."""
    boxes = ground(text, seen.lines)
    sure = UNSURE if is_doubtful else SURE
    doubt = "the model is not sure" if is_doubtful else ""
    found = confidence.evidence(name, text, boxes, seen.lines, sure=sure, region=region)
    judged = confidence.judge(found, doubt=doubt)
    return Value(text, judged.confidence, boxes, judged.reason)


def _region(texts: Mapping[str, str], seen: Seen) -> str | None:
    """The country whose numbering plan the card's numbers follow."""
    hosts = [texts[name] for name in ("website", "email") if texts.get(name)]
    return plans.region(hosts, texts.get("country", ""), [line.text for line in seen.lines])


def _kinds() -> dict[str, str]:
    from cards.fields import CONTACT_COLUMNS

    return {column.name: column.info.kind for column in CONTACT_COLUMNS}
