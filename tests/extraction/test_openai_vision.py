"""What becomes of a model's answer: values, tidy and grounded, each worth its doubt."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping

import pytest

from extraction.extractors.base import Usage
from extraction.extractors.openai_vision import Extractor
from extraction.reading.confidence import DOUBT_BELOW
from extraction.result import Code, Result, Seen
from tests import fakes
from tests.extraction.northwind import FRONT, LINES, SEEN, line
from tests.fakes import FakeModelServer, Script


def _read(
    server: FakeModelServer, extractor: Extractor, script: Script, seen: Seen = SEEN
) -> Result:
    """The result of a question that the server answers as in `script`."""
    server.queue.append(script)
    return extractor.parse(extractor.ask([FRONT], seen), seen)


def _extra(server: FakeModelServer, extractor: Extractor, extra: Mapping[str, str]) -> Result:
    return _read(server, extractor, fakes.read({}, extra=extra))


def test_values_are_normalised(server: FakeModelServer, extractor: Extractor) -> None:
    result = _read(server, extractor, fakes.read({"email": " ROSA@Northwind.example "}))
    assert result.values["email"].text == "rosa@northwind.example"


def test_numbers_and_countries_have_a_form_for_machines_too(server: FakeModelServer) -> None:
    fields = {"phone": "020 7946 0018", "country": "United Kingdom"}
    values = _read(server, Extractor(base_url=server.base_url), fakes.read(fields)).values
    assert values["phone"].text == "020 7946 0018"
    assert {value.normalised for value in values.values()} == {"+442079460018", "GB"}


def test_empty_fields_give_no_values(server: FakeModelServer, extractor: Extractor) -> None:
    result = _read(server, extractor, fakes.read({"full_name": "Rosa Halloway"}))
    assert list(result.values) == ["full_name"]


def test_values_stand_where_the_ocr_read_them(
    server: FakeModelServer, extractor: Extractor
) -> None:
    result = _read(server, extractor, fakes.read({"company": "Northwind Boats Ltd"}))
    assert result.values["company"].boxes == (LINES[1].box,)
    assert result.values["company"].confidence > DOUBT_BELOW


def test_value_that_the_ocr_did_not_see_is_doubtful(
    server: FakeModelServer, extractor: Extractor
) -> None:
    result = _read(server, extractor, fakes.read({"company": "Southwind Aeroplanes"}))
    value = result.values["company"]
    assert value.confidence < DOUBT_BELOW
    assert (value.boxes, value.reason) == ((), "not found on the card")


def test_value_that_the_model_doubts_is_doubtful(
    server: FakeModelServer, extractor: Extractor
) -> None:
    script = fakes.read({"full_name": "Rosa Halloway"}, doubtful=["full_name"])
    value = _read(server, extractor, script).values["full_name"]
    assert value.confidence < DOUBT_BELOW
    assert value.reason == "the model is not sure"


def test_number_is_judged_by_the_country_of_the_card(server: FakeModelServer) -> None:
    seen = Seen((line("020 7946 0018 2345", 10), line("United Kingdom", 40)))
    script = fakes.read({"phone": "020 7946 0018 2345", "country": "United Kingdom"})
    value = _read(server, Extractor(base_url=server.base_url), script, seen).values["phone"]
    assert value.reason == "longer than British numbers"


def test_code_on_the_card_confirms_and_contradicts(server: FakeModelServer) -> None:
    vcard = "BEGIN:VCARD\nVERSION:3.0\nFN:Rosa Halloway\nEMAIL:office@lighthouse.example\nEND:VCARD"
    seen = Seen(LINES, (Code(vcard, "QRCode", LINES[0].box),))
    fields = {"full_name": "Rosa Halloway", "email": "rosa@northwind.example"}
    values = _read(server, Extractor(base_url=server.base_url), fakes.read(fields), seen).values
    assert values["full_name"].confidence > 0.97
    assert "the QR code says office@lighthouse.example" in values["email"].reason


def test_further_fields_are_kept_by_name(server: FakeModelServer, extractor: Extractor) -> None:
    result = _extra(server, extractor, {"VAT number": "GB 999 9999 73", "Slip": "Berth 12"})
    assert result.extra == {"VAT number": "GB 999 9999 73", "Slip": "Berth 12"}


def test_further_fields_are_printable_and_bounded(
    server: FakeModelServer, extractor: Extractor
) -> None:
    hostile = {f"name {number}\x00\u202e" + "n" * 999: "t\x1b\n" * 9999 for number in range(99)}
    extra = _extra(server, extractor, hostile).extra
    assert len(extra) == 20
    assert all((name + text).isprintable() for name, text in extra.items())
    assert all(len(name) <= 60 and len(text) <= 500 for name, text in extra.items())


def test_further_fields_without_name_or_text_are_left_out(
    server: FakeModelServer, extractor: Extractor
) -> None:
    assert _extra(server, extractor, {"": "Berth 12", "Slip": " ", "\u202e": "x"}).extra == {}


def test_fields_nobody_asked_for_are_left_out(
    server: FakeModelServer, extractor: Extractor
) -> None:
    content = {
        "fields": {"full_name": "Rosa Halloway", "status": "approved"},
        "extra": [],
        "doubtful": [],
        "is_admin": True,
    }
    result = _read(server, extractor, fakes.text(json.dumps(content)))
    assert list(result.values) == ["full_name"]
    assert result.extra == {}


def test_answer_that_leaves_fields_out_is_good_all_the_same(
    server: FakeModelServer, extractor: Extractor
) -> None:
    """Servers without structured outputs of their own do so."""
    result = _read(server, extractor, fakes.text('{"fields": {"full_name": "Rosa Halloway"}}'))
    assert result.values["full_name"].text == "Rosa Halloway"


def test_answer_that_was_kept_is_parsed_again_without_asking(
    server: FakeModelServer, extractor: Extractor
) -> None:
    server.queue.append(fakes.read({"full_name": "Rosa Halloway"}))
    answer = extractor.ask([FRONT], SEEN)
    assert extractor.parse(answer, SEEN) == extractor.parse(answer, SEEN)
    assert len(server.requests) == 1


def test_answer_of_the_other_api_is_understood_when_the_setting_has_changed(
    server: FakeModelServer, extractor: Extractor, api: str
) -> None:
    server.queue.append(fakes.read({"full_name": "Rosa Halloway"}))
    answer = extractor.ask([FRONT], SEEN)
    other = Extractor(api_key="k", api="chat" if api == "responses" else "responses")
    assert other.parse(answer, SEEN).values["full_name"].text == "Rosa Halloway"
    assert other.usage(answer) == extractor.usage(answer)


def test_usage_is_what_the_answer_was_billed_for(
    server: FakeModelServer, extractor: Extractor
) -> None:
    server.queue.append(fakes.read({}))
    usage = extractor.usage(extractor.ask([FRONT], SEEN))
    assert usage == Usage(input=3200, cached_input=1280, output=450)


@pytest.mark.parametrize("script", [fakes.refusal("No."), fakes.cut_off(), fakes.filtered()])
def test_usage_of_a_bad_answer_is_counted_too(
    server: FakeModelServer, extractor: Extractor, script: Script
) -> None:
    server.queue.append(script)
    assert extractor.usage(extractor.ask([FRONT], SEEN)).output == 450


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"unreadable": "<html>"},
        {"usage": None},
        {"usage": [7]},
        {"usage": {"input_tokens": "many", "output_tokens": -5, "input_tokens_details": 7}},
        {"usage": {"prompt_tokens": None, "prompt_tokens_details": None}},
    ],
)
def test_answer_without_usage_counts_nothing(answer: Mapping[str, object]) -> None:
    assert Extractor(api_key="k").usage(answer) == Usage()


def test_threads_may_ask_at_the_same_time(server: FakeModelServer, extractor: Extractor) -> None:
    server.otherwise = fakes.read({})
    threads = [threading.Thread(target=extractor.ask, args=([FRONT], SEEN)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.requests) == 4
