"""Answers of a model that came, may have been paid and are kept, but hold no values."""

from __future__ import annotations

import pytest
from openai.types.chat import ChatCompletion
from openai.types.responses import Response

from extraction.extractors.base import BadAnswer
from extraction.extractors.openai_vision import KEPT_OF_UNREADABLE, Extractor
from tests import fakes, openai_shapes
from tests.extraction.northwind import FRONT, SEEN
from tests.fakes import FakeModelServer, Reply, Request, Script


def _bad(server: FakeModelServer, extractor: Extractor, script: Script) -> BadAnswer:
    """The error of parsing what came; that it came means that it is kept."""
    server.queue.append(script)
    answer = extractor.ask([FRONT], SEEN)
    assert len(server.requests) == 1
    with pytest.raises(BadAnswer) as caught:
        extractor.parse(answer, SEEN)
    assert not caught.value.retry
    return caught.value


def test_refusal_is_an_answer(server: FakeModelServer, extractor: Extractor) -> None:
    failure = _bad(server, extractor, fakes.refusal("I cannot help."))
    assert str(failure) == "The model refused to read the card: I cannot help."
    assert failure.outcome == "refused"


def test_refusal_is_shown_without_control_characters(
    server: FakeModelServer, extractor: Extractor
) -> None:
    failure = _bad(server, extractor, fakes.refusal("No\x00, \x1b[31mnever\u202e."))
    assert str(failure).isprintable()


def test_filtered_answer_is_a_refusal(server: FakeModelServer, extractor: Extractor) -> None:
    assert _bad(server, extractor, fakes.filtered()).outcome == "refused"


def test_answer_at_its_limit_is_cut_off(server: FakeModelServer, extractor: Extractor) -> None:
    failure = _bad(server, extractor, fakes.cut_off())
    assert str(failure) == "The model's answer was cut off before its end."
    assert failure.outcome == "cut_off"


def test_answer_that_was_all_thought_is_cut_off(server: FakeModelServer) -> None:
    def only_thoughts(request: Request) -> Reply:
        return fakes.as_json(
            openai_shapes.response(
                request.body, None, status="incomplete", reason="max_output_tokens"
            )
        )

    extractor = Extractor(base_url=server.base_url, api="responses")
    assert _bad(server, extractor, only_thoughts).outcome == "cut_off"


def test_response_that_failed_says_why(server: FakeModelServer) -> None:
    def failed(request: Request) -> Reply:
        body = openai_shapes.response(
            request.body, None, status="failed", error_code="server_error"
        )
        return fakes.as_json(body)

    extractor = Extractor(base_url=server.base_url, api="responses")
    failure = _bad(server, extractor, failed)
    assert "The server had an error while processing it." in str(failure)
    assert failure.outcome == "ill_formed"


@pytest.mark.parametrize(
    "content",
    [
        "Sure! Here is the card:",
        "",
        "[]",
        "null",
        "7",
        '{"card": {}}',
        '{"fields": []}',
        '{"fields": {"full_name": 7}}',
        '{"fields": {"full_name": null}}',
        '{"fields": {"full_name": ["Rosa"]}}',
        '{"fields": {"contact_type": "Pirate"}}',
        '{"fields": {}, "doubtful": 1}',
        '{"fields": {}, "doubtful": [7]}',
        '{"fields": {}, "doubtful": ["soul"]}',
        '{"fields": {}, "extra": {"pet": "Otter"}}',
        '{"fields": {}, "extra": [{"name": "Pet"}]}',
        '{"fields": {}, "extra": [{"name": "Pet", "text": 7}]}',
        '{"fields": {"full_name": "Ro',
        "[" * 100_000,
    ],
)
def test_content_that_was_not_agreed_is_ill_formed(server: FakeModelServer, content: str) -> None:
    failure = _bad(server, Extractor(base_url=server.base_url), fakes.text(content))
    assert "not what was agreed" in str(failure)
    assert failure.outcome == "ill_formed"


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"choices": []}',
        b'{"choices": [7]}',
        b'{"choices": [{"message": {"content": null}}]}',
        b'{"choices": [{"message": {"content": [1]}}]}',
        b'{"output": [], "status": "completed"}',
        b'{"output": null, "status": "completed"}',
        b'{"output": [7], "status": "completed"}',
        b'{"output": [], "status": "cancelled"}',
        b'{"output": [], "status": "incomplete", "incomplete_details": {"reason": []}}',
        b'{"error": {"message": "Overloaded."}}',
        b"[]",
        b"null",
        b'"hello"',
        b'{"id": "resp_1", "output": [{"ty',
        b'{"half": "\\ud800"}',
        b"\xff\xfe\x00",
        b"",
    ],
)
def test_garbage_may_have_been_paid_and_is_kept(server: FakeModelServer, body: bytes) -> None:
    extractor = Extractor(base_url=server.base_url)
    failure = _bad(server, extractor, lambda _: Reply(body))
    assert failure.outcome in ("ill_formed", "cut_off")


@pytest.mark.parametrize(
    "script",
    [fakes.not_json(), fakes.not_even_claiming_to_be_json(), lambda _: Reply(b"{}", headers={})],
)
def test_garbage_is_kept_whatever_it_claims_to_be(
    server: FakeModelServer, extractor: Extractor, script: Script
) -> None:
    assert _bad(server, extractor, script).outcome == "ill_formed"


def test_error_in_an_answer_is_quoted(server: FakeModelServer, extractor: Extractor) -> None:
    reply = Reply(b'{"error": {"message": "Overloaded."}}')
    assert "Overloaded." in str(_bad(server, extractor, lambda _: reply))


def test_page_instead_of_an_answer_is_kept_as_text(
    server: FakeModelServer, extractor: Extractor
) -> None:
    page = b"<html>" + b"Welcome! " * 5_000
    server.queue.append(lambda _: Reply(page, headers={"Content-Type": "text/html"}))
    answer = extractor.ask([FRONT], SEEN)
    assert answer == {
        "unreadable": page.decode()[:KEPT_OF_UNREADABLE],
        "content_type": "text/html",
    }


# The stand-in speaks as OpenAI does


@pytest.mark.parametrize(
    "script",
    [fakes.read({}), fakes.refusal("No."), fakes.cut_off(), fakes.filtered()],
)
def test_recorded_answers_have_the_form_of_the_sdk(
    server: FakeModelServer, extractor: Extractor, api: str, script: Script
) -> None:
    server.queue.append(script)
    answer = extractor.ask([FRONT], SEEN)
    (Response if api == "responses" else ChatCompletion).model_validate(answer)
