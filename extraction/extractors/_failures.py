"""Why a call to a model's server failed, in words for staff, and whether it may be repeated."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from extraction.extractors._wire import quote
from extraction.extractors.base import ExtractorError

if TYPE_CHECKING:
    import openai

LONGEST_WAIT_SECONDS = 3600.0
"""The most that a busy server may ask for; nobody waits longer for a card."""

NO_CREDIT = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
"""Codes and types of errors that no waiting mends."""


def explained(error: openai.OpenAIError, *, model: str) -> ExtractorError:
    """The failure of a call to `model`: what happened and what to do, with the flags set."""
    import httpx2
    import openai

    unsent = (
        httpx2.ConnectError,
        httpx2.ConnectTimeout,
        httpx2.PoolTimeout,
        httpx2.ProxyError,
        httpx2.LocalProtocolError,
        httpx2.UnsupportedProtocol,
    )
    if isinstance(error.__cause__, unsent):
        return ExtractorError("The model's server cannot be reached.", retry=True)
    if isinstance(error, openai.APITimeoutError):
        return timed_out()
    if isinstance(error, openai.APIStatusError):
        return _by_status(error, model)
    if isinstance(error, openai.APIConnectionError):
        return disconnected()
    return unsendable()


def timed_out() -> ExtractorError:
    return ExtractorError("The model did not answer in time.", retry=True, outcome="timed_out")


def disconnected() -> ExtractorError:
    """The failure of a request that may have arrived, and been billed."""
    what = "The connection to the model's server was lost before its answer came."
    return ExtractorError(what, retry=True, outcome="disconnected")


def unsendable() -> ExtractorError:
    """The failure of a request that could not even be made, such as with an "ü" in the key."""
    what = "The model could not be asked; check OPENAI_API_KEY and OPENAI_BASE_URL."
    return ExtractorError(what, stops=True)


def _by_status(error: openai.APIStatusError, model: str) -> ExtractorError:
    status = error.status_code
    said = f": {quote(error.body)}." if quote(error.body) else "."
    wait = wait_seconds(error.response.headers)
    if status == 402 or {error.code, error.type} & NO_CREDIT:
        credit = "The account of the model has no credit left; add credit or raise its limit."
        return ExtractorError(credit, stops=True, outcome="not_allowed")
    if status == 401:  # what the server says of it may hold the key
        key = "The model's server does not accept the key; check OPENAI_API_KEY."
        return ExtractorError(key, stops=True, outcome="not_allowed")
    if status == 403:
        key = f"The model's server does not allow this with the key of OPENAI_API_KEY{said}"
        return ExtractorError(key, stops=True, outcome="not_allowed")
    if status == 404:
        return ExtractorError(
            f"The model's server does not know “{model}”, or not this way of asking;"
            " check OPENAI_MODEL, OPENAI_BASE_URL and OPENAI_API.",
            stops=True,
        )
    if status == 429:
        busy = "The model is busy."
        return ExtractorError(
            busy, retry=True, retry_after_seconds=wait, is_busy=True, outcome="busy"
        )
    return ExtractorError(
        f"The model's server answered {status}{said}",
        retry=status in (408, 409) or status >= 500,
        retry_after_seconds=wait,
        outcome="timed_out" if status in (408, 504) else "failed",
    )


def wait_seconds(headers: Mapping[str, str]) -> float | None:
    """The time that a server asks to wait, at most LONGEST_WAIT_SECONDS; None when it names none.

    OpenAI sends milliseconds beside the standard header, which holds seconds or a date.
    """
    milliseconds, standard = headers.get("retry-after-ms", ""), headers.get("retry-after", "")
    for read, header, unit in (
        (float, milliseconds, 1000),
        (float, standard, 1),
        (_seconds_until, standard, 1),
    ):
        try:
            seconds = read(header) / unit
        except (ValueError, OverflowError):
            continue
        return min(seconds, LONGEST_WAIT_SECONDS) if seconds >= 0 else None
    return None


def _seconds_until(date: str) -> float:
    """Seconds from now to an HTTP `date`; 0 when it is past. Raises ValueError."""
    until = parsedate_to_datetime(date)
    aware = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())
