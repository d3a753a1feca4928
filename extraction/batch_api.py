"""The wire of OpenAI's Batch API: a file of requests goes up, a file of answers comes down.

Source: "Batch API" in OpenAI's guides. A batch takes 50,000 requests and 200 MB and has its
answers within a day, or has expired then; whatever was answered is billed at half the price.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, TYPE_CHECKING, Any, TypeGuard

from extraction.extractors.base import BaseExtractor, BatchExtractor, ExtractorError
from extraction.reading.printable import printable

if TYPE_CHECKING:
    import openai
    from openai.types import Batch

REQUESTS_AT_MOST = 50_000
FILE_BYTES_AT_MOST = 100_000_000
"""Half of what is allowed: a file is made and sent within minutes all the same."""

MARK = "card_desk"
"""Under this name the key of a backlog stands in the metadata of its batch."""

CLOCKS_DIFFER_BY = timedelta(days=1)
"""A batch older than its backlog by more than this is not looked for."""

HALF_PRICE = "/v1/responses"
"""The endpoint that OpenAI alone has; compatible servers, which speak the other one, sell nothing
at half the price."""

TOO_MANY_TOKENS = "token_limit_exceeded"
"""Nothing was begun: other batches fill the account's queue for the model."""


def sells_batches(extractor: BaseExtractor) -> TypeGuard[BatchExtractor]:
    """Whether `extractor`, as it is set up, reads at half the price what can wait."""
    return isinstance(extractor, BatchExtractor) and extractor.endpoint == HALF_PRICE


@dataclass(frozen=True, slots=True)
class Standing:
    """How a batch stands. Once it `has_ended`, `files` are those with its answers.

    `refused_because` is set when the batch was not begun at all, and `code` says it for machines.
    """

    has_ended: bool
    files: tuple[str, ...] = ()
    refused_because: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of the request `digest`: an answer, or a problem with its HTTP status.

    The status is 0 when the request was never tried, as when the batch expired.
    """

    digest: str
    answer: Mapping[str, Any] | None
    status: int = 200
    problem: str = ""


class BatchApi:
    """The Batch API of the server that an extractor talks to.

    Every method is one request, but `find`, which is one for a hundred batches. They raise
    ExtractorError as `ask` does.
    """

    def __init__(self, extractor: BatchExtractor, client: openai.OpenAI) -> None:
        self._extractor = extractor
        self._client = client

    def upload(self, file: IO[bytes]) -> str:
        """The id of `file`, sent piece by piece."""
        with self._explained():
            return self._client.files.create(file=file, purpose="batch").id

    def find(self, key: str, since: datetime) -> str:
        """The id of the batch that was made of the backlog `key`, or nothing.

        The batches are looked through from the newest to those made some time before `since`.
        """
        oldest = (since - CLOCKS_DIFFER_BY).timestamp()
        with self._explained():
            for batch in self._client.batches.list(limit=100):
                if batch.created_at < oldest:
                    break
                if (batch.metadata or {}).get(MARK) == key:
                    return batch.id
        return ""

    def create(self, key: str, file_id: str) -> str:
        """The id of a new batch of the requests in a file. From now on it costs money."""
        endpoint: Any = self._extractor.endpoint
        with self._explained():
            return self._client.batches.create(
                input_file_id=file_id,
                endpoint=endpoint,
                completion_window="24h",
                metadata={MARK: key},
            ).id

    def look(self, batch_id: str) -> Standing:
        with self._explained():
            return _standing(self._client.batches.retrieve(batch_id))

    def replies(self, file_id: str) -> Iterator[Reply]:
        """What stands in a file of answers, line by line as it comes."""
        with (
            self._explained(),
            self._client.files.with_streaming_response.content(file_id) as response,
        ):
            rest = b""
            # Not by `iter_lines`: it ends a line wherever Unicode does, and a card may say so.
            for piece in response.iter_bytes():
                *lines, rest = (rest + piece).split(b"\n")
                yield from map(_reply, filter(None, lines))
            if rest:
                yield _reply(rest)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        import httpx2
        import openai

        try:
            yield
        except openai.NotFoundError as error:
            raise ExtractorError(
                "The model's server has no Batch API, or does not know this batch any more."
            ) from error
        except openai.OpenAIError as error:
            raise self._extractor.explained(error) from error
        except httpx2.HTTPError as error:  # while a file comes down the SDK lets these through
            raise ExtractorError("The answers stopped coming half-way.", retry=True) from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ExtractorError(
                "The model's server sent something that is no answer of the Batch API.", retry=True
            ) from error


def request_line(digest: str, endpoint: str, body: Mapping[str, Any]) -> bytes:
    """One line of a file of requests."""
    document = {"custom_id": digest, "method": "POST", "url": endpoint, "body": body}
    return json.dumps(document, ensure_ascii=False).encode() + b"\n"


def _standing(batch: Batch) -> Standing:
    if batch.status == "failed":
        errors = (batch.errors.data if batch.errors else None) or []
        said = printable(" ".join(error.message for error in errors if error.message))
        code = errors[0].code if errors else ""
        return Standing(True, (), said or "The batch was not begun.", code or "")
    has_ended = batch.status in ("completed", "expired", "cancelled")
    files = (batch.output_file_id, batch.error_file_id) if has_ended else ()
    return Standing(has_ended, tuple(file for file in files if file))


def _reply(line: bytes) -> Reply:
    document = json.loads(line)
    digest, response = str(document["custom_id"]), document.get("response")
    if response is None:
        return Reply(digest, None, 0, str((document.get("error") or {}).get("message", "")))
    status, body = int(response["status_code"]), response["body"]
    if status == 200 and isinstance(body, dict):
        return Reply(digest, body)
    error = body.get("error") if isinstance(body, dict) else None
    said = error.get("message") if isinstance(error, dict) else ""
    problem = printable(str(said or "")) or f"The model's server answered {status}."
    return Reply(digest, None, status, problem)
