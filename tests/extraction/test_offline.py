import pytest

from cards.fields import CONTACT_FIELDS
from extraction.extractors.base import ExtractorError
from extraction.extractors.offline import Extractor
from extraction.reading import ocr, reader
from extraction.result import Box, Code, Line, Result, Seen


def _line(text: str, top: float) -> Line:
    corners = ((0.0, top), (400.0, top), (400.0, top + 20.0), (0.0, top + 20.0))
    return Line(text, 0.98, Box(0, corners))


LINES = tuple(
    _line(text, top)
    for text, top in (
        ("Rosa Halloway", 0.0),
        ("Sales Manager", 30.0),
        ("E-mail: Rosa@Northwind.example", 90.0),
        ("Tel: +1 217 555 01", 120.0),
    )
)
SEEN = Seen(LINES)


def test_values_are_normalised_and_stand_somewhere() -> None:
    values = Extractor().parse({}, SEEN).values
    assert values["full_name"].text == "Rosa Halloway"
    assert values["full_name"].boxes == (LINES[0].box,)
    assert values["email"].text == "rosa@northwind.example"
    (box,) = values["email"].boxes
    assert box.corners[0][0] > 50


def test_only_contact_fields_with_text_are_given() -> None:
    values = Extractor().parse({}, SEEN).values
    assert set(values) <= set(CONTACT_FIELDS)
    assert all(value.text for value in values.values())


def test_a_doubtful_value_says_why() -> None:
    assert Extractor().parse({}, SEEN).values["phone"].reason == "shorter than American numbers"


def test_what_was_seen_is_kept_beside_the_values() -> None:
    assert Extractor().parse({}, SEEN).seen == SEEN


def test_the_same_answer_is_parsed_to_the_same_result() -> None:
    extractor = Extractor()
    first = extractor.parse(extractor.ask([], SEEN), SEEN)
    assert Result.from_json(first.to_json()).values.keys() == first.values.keys()
    assert extractor.parse({}, SEEN) == first


def test_a_card_without_text_gives_an_empty_result() -> None:
    assert Extractor().parse({}, Seen()) == Result({})


def test_the_model_names_the_ocr_and_the_reader() -> None:
    extractor = Extractor()
    assert extractor.model == f"{ocr.identity()}, reader {reader.shipped().digest}"


def test_a_fitted_reader_is_taken_as_an_option() -> None:
    weights = {**reader.shipped().to_json(), "calibration": {}}
    assert Extractor(weights).reader.digest != reader.shipped().digest
    assert Extractor(weights).parse({}, SEEN).values["full_name"].text == "Rosa Halloway"


def test_a_reader_of_another_version_is_refused_with_what_to_do() -> None:
    with pytest.raises(ExtractorError, match="fit it again with `train`"):
        Extractor({"version": 0})


def test_values_have_their_form_for_machines() -> None:
    values = Extractor().parse({}, Seen((*LINES[:3], _line("Tel: +1 217 555 0147", 120.0)))).values
    assert values["phone"].normalised == "+12175550147"


def test_values_that_a_code_sets_right_or_adds_have_their_form_for_machines_too() -> None:
    text = "MECARD:N:Halloway,Rosa;TEL:+12175550147;CELL:+12175550149;;"
    lines = (*LINES[:3], _line("Tel: +1 217 555 0141", 120.0))
    seen = Seen(lines, (Code(text, "QRCode", _line("", 200.0).box),))
    values = Extractor().parse({}, seen).values
    assert (values["phone"].text, values["phone"].normalised) == ("+12175550147", "+12175550147")
    assert values["mobile"].normalised == "+12175550149"
