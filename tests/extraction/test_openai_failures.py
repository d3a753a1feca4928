"""A model's server that is busy, refuses, fails or hangs: no answer came, and one call was made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from extraction.extractors._failures import wait_seconds
from extraction.extractors.base import ExtractorError
from extraction.extractors.openai_vision import Extractor
from tests import fakes
from tests.extraction.northwind import FRONT, SEEN
from tests.fakes import FakeModelServer, Reply, Script


def _failure(server: FakeModelServer, extractor: Extractor, script: Script) -> ExtractorError:
    """The error that asking ends with when the server does as in `script`."""
    server.queue.append(script)
    with pytest.raises(ExtractorError) as caught:
        extractor.ask([FRONT], SEEN)
    assert len(server.requests) == 1
    return caught.value


def test_busy_server_asks_to_wait_which_is_no_attempt(
    server: FakeModelServer, extractor: Extractor
) -> None:
    failure = _failure(server, extractor, fakes.error(429, "rate_limit_exceeded", retry_after="7"))
    assert (failure.retry, failure.is_busy, failure.stops) == (True, True, False)
    assert (failure.outcome, failure.retry_after_seconds) == ("busy", 7)


def test_busy_server_need_not_name_a_time(server: FakeModelServer, extractor: Extractor) -> None:
    failure = _failure(server, extractor, fakes.error(429, "rate_limit_exceeded"))
    assert (failure.is_busy, failure.retry_after_seconds) == (True, None)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after-ms": "607", "retry-after": "1"}, 0.607),
        ({}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, 3600.0),
        ({"retry-after": "1e30"}, 3600.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"retry-after": "Wed, 21 Oct 9999 07:28:00 GMT"}, 3600.0),
        ({"retry-after": "Wed, 99 Oct 2015 07:28:00 GMT"}, None),
        ({"retry-after-ms": "soon", "retry-after": "7"}, 7.0),
    ],
)
def test_time_to_wait_is_read_in_every_form(headers: dict[str, str], seconds: float | None) -> None:
    assert wait_seconds(headers) == seconds


def test_time_to_wait_may_be_a_date() -> None:
    until = datetime.now(UTC) + timedelta(minutes=5)
    wait = wait_seconds({"retry-after": format_datetime(until, usegmt=True)})
    assert wait is not None
    assert 280 < wait <= 300


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        (fakes.error(401, "invalid_api_key"), "does not accept the key; check OPENAI_API_KEY."),
        (fakes.error(403), "does not allow this with the key of OPENAI_API_KEY: It went wrong."),
        (fakes.error(402), "no credit left; add credit"),
        (fakes.error(429, "insufficient_quota"), "no credit left; add credit"),
        (fakes.error(400, "billing_hard_limit_reached"), "no credit left; add credit"),
    ],
)
def test_key_or_credit_that_is_refused_stops_all_calls(
    server: FakeModelServer, extractor: Extractor, script: Script, sentence: str
) -> None:
    failure = _failure(server, extractor, script)
    assert sentence in str(failure)
    assert (failure.stops, failure.retry, failure.is_busy) == (True, False, False)
    assert failure.outcome == "not_allowed"


def test_model_that_is_not_there_stops_all_calls(
    server: FakeModelServer, extractor: Extractor
) -> None:
    failure = _failure(server, extractor, fakes.error(404, "model_not_found"))
    assert "does not know “test-model”" in str(failure)
    assert "check OPENAI_MODEL" in str(failure)
    assert (failure.stops, failure.retry) == (True, False)


def test_key_that_the_server_repeats_is_not_shown(
    server: FakeModelServer, extractor: Extractor
) -> None:
    assert "test-key" not in str(_failure(server, extractor, fakes.error(401, "invalid_api_key")))


@pytest.mark.parametrize("status", [400, 413, 422])
def test_request_that_is_refused_is_not_repeated(
    server: FakeModelServer, extractor: Extractor, status: int
) -> None:
    failure = _failure(server, extractor, fakes.error(status))
    assert str(failure) == f"The model's server answered {status}: It went wrong."
    assert (failure.retry, failure.stops, failure.outcome) == (False, False, "failed")


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(408, "timed_out"), (409, "failed"), (500, "failed"), (503, "failed"), (504, "timed_out")],
)
def test_server_in_trouble_is_asked_again_later(
    server: FakeModelServer, extractor: Extractor, status: int, outcome: str
) -> None:
    failure = _failure(server, extractor, fakes.error(status, retry_after="9"))
    assert (failure.retry, failure.is_busy, failure.outcome) == (True, False, outcome)
    assert failure.retry_after_seconds == 9


def test_page_of_a_proxy_is_quoted_in_one_short_line(
    server: FakeModelServer, extractor: Extractor
) -> None:
    page = b"<html>\x1b[31m\n" + b"Bad gateway " * 500
    failure = _failure(server, extractor, lambda _: Reply(page, 502))
    assert failure.retry
    assert str(failure).isprintable()
    assert len(str(failure)) < 300


@pytest.mark.parametrize("script", [fakes.hang(), fakes.trickle("headers"), fakes.trickle("body")])
def test_server_that_is_not_done_in_time_is_given_up(
    server: FakeModelServer, api: str, script: Script
) -> None:
    impatient = Extractor(base_url=server.base_url, api=api, timeout_seconds=1)
    failure = _failure(server, impatient, script)
    assert str(failure) == "The model did not answer in time."
    assert (failure.retry, failure.outcome) == (True, "timed_out")


def test_connection_that_is_cut_is_no_answer(server: FakeModelServer, extractor: Extractor) -> None:
    failure = _failure(server, extractor, fakes.cut_connection())
    assert str(failure) == "The connection to the model's server was lost before its answer came."
    assert (failure.retry, failure.outcome) == (True, "disconnected")


def test_server_that_is_not_there_cannot_be_reached(api: str) -> None:
    with FakeModelServer() as gone:
        extractor = Extractor(base_url=gone.base_url, api=api)
    with pytest.raises(ExtractorError, match="cannot be reached") as caught:
        extractor.ask([FRONT], SEEN)
    assert (caught.value.retry, caught.value.outcome) == (True, "failed")


def test_key_that_cannot_be_sent_is_no_reason_to_ask_again(server: FakeModelServer) -> None:
    extractor = Extractor(api_key="schlüssel", base_url=server.base_url)
    with pytest.raises(ExtractorError, match="check OPENAI_API_KEY") as caught:
        extractor.ask([FRONT], SEEN)
    assert (caught.value.stops, caught.value.retry) == (True, False)


def test_extractor_without_key_and_server_says_what_to_set() -> None:
    with pytest.raises(ExtractorError, match="set OPENAI_API_KEY"):
        Extractor()
