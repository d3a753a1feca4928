"""What a reading gives survives the way through JSON, and nothing unknown is guessed at."""

from __future__ import annotations

import json

import pytest

from extraction.result import VERSION, Box, Code, Line, Result, Seen, Value

BOX = Box(1, ((10.0, 20.0), (110.5, 20.0), (110.5, 44.2), (10.0, 44.2)))
RESULT = Result(
    {
        "full_name": Value("Rosa Halloway", 0.97, (BOX,)),
        "native_name": Value("北風ローザ", 0.5, (), "not found on the card"),
    },
    Seen(
        (Line("Rosa Halloway", 0.9876, BOX),),
        (Code("https://northwind.example", "QRCode", BOX),),
        (0, 90),
    ),
    {"Motto": "Boats that float"},
    {"full_name": "Rosa Hailoway"},
)


def test_result_comes_back_from_json_as_it_was() -> None:
    assert Result.from_json(json.loads(json.dumps(RESULT.to_json()))) == RESULT


def test_empty_result_comes_back_from_json() -> None:
    assert Result.from_json(Result({}).to_json()) == Result({})


def test_a_result_from_before_codes_were_read_can_be_read() -> None:
    data = RESULT.to_json()
    for name in ("codes", "turns", "extra", "beside"):
        del data[name]
    assert Result.from_json(data) == Result(RESULT.values, Seen(RESULT.lines))


def test_json_names_its_version() -> None:
    assert RESULT.to_json()["version"] == VERSION


@pytest.mark.parametrize("version", [VERSION + 1, "1", None])
def test_unknown_version_is_refused(version: object) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        Result.from_json({**RESULT.to_json(), "version": version})


def test_result_without_a_version_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        Result.from_json({"values": {}, "lines": []})


def test_boxes_are_rounded_to_tenths_of_a_pixel() -> None:
    corner = (1 / 3, 2 / 3)
    assert Box(0, (corner, corner, corner, corner)).to_json()["corners"][0] == [0.3, 0.7]


def test_confidence_is_rounded_to_four_digits() -> None:
    assert Value("Rosa", 2 / 3).to_json()["confidence"] == 0.6667


def test_value_without_a_reason_is_not_doubtful() -> None:
    data = Value("Rosa", 0.9).to_json()
    del data["reason"]
    assert Value.from_json(data).reason == ""


def test_box_with_three_corners_is_refused() -> None:
    with pytest.raises(ValueError, match="not enough values"):
        Box.from_json({"side": 0, "corners": [[0, 0], [1, 0], [1, 1]]})
