import pytest

from extraction.reading.confidence import DOUBT_BELOW, Judgement, agree, evidence, judge
from extraction.result import Box, Line, Result, Value

BOX = Box(0, ((0.0, 0.0), (100.0, 0.0), (100.0, 10.0), (0.0, 10.0)))


def judged(
    field: str,
    text: str,
    *,
    read: float = 0.99,
    sure: float = 0.95,
    doubt: str = "",
    boxes: tuple[Box, ...] = (BOX,),
    region: str | None = None,
) -> Judgement:
    lines = [Line(text, read, BOX)]
    return judge(evidence(field, text, boxes, lines, sure=sure, region=region), doubt=doubt)


def test_a_sure_rule_on_a_clear_line_is_not_doubtful() -> None:
    judgement = judged("full_name", "Ana Souza")
    assert judgement.confidence >= DOUBT_BELOW
    assert judgement.reason == ""


def test_what_is_not_found_on_the_card_is_doubtful() -> None:
    judgement = judged("company", "Fabrikam", boxes=())
    assert judgement.confidence < DOUBT_BELOW
    assert judgement.reason == "not found on the card"


def test_a_country_need_not_be_printed() -> None:
    assert judged("country", "Brazil", boxes=()).reason == ""


def test_what_the_ocr_hardly_read_is_doubtful() -> None:
    assert judged("job_title", "Sail Maker", read=0.55).reason == "hard to read"


def test_the_doubt_of_the_rule_is_the_reason() -> None:
    judgement = judged("company", "Northwind", sure=0.6, doubt="could also be the name")
    assert judgement.reason == "could also be the name"


def test_an_invalid_email_is_doubtful() -> None:
    assert judged("email", "ana@northwind").reason == "not a valid e-mail address"


@pytest.mark.parametrize(
    ("text", "region", "reason"),
    [
        ("+49 30 1", None, "shorter than any telephone number"),
        ("+1 212 55501", None, "shorter than American numbers"),
        ("0171 55501234567890", "DE", "longer than German numbers"),
        ("+44 20 7946 0123", None, ""),
        ("(212) 555-0147", "US", ""),
        ("555-0147", None, ""),
    ],
)
def test_numbers_are_held_against_their_numbering_plan(
    text: str, region: str | None, reason: str
) -> None:
    assert judged("phone", text, region=region).reason == reason


@pytest.mark.parametrize("sure", [0.0, 1.0])
def test_confidence_stays_between_0_and_1(sure: float) -> None:
    assert 0.0 <= judged("company", "Northwind", sure=sure, read=1.0).confidence <= 1.0


def test_fitted_weights_make_the_confidence_a_probability() -> None:
    found = evidence("company", "Northwind", (BOX,), [Line("Northwind", 0.99, BOX)], sure=0.9)
    assert judge(found, {"is_company": 0.0}).confidence == pytest.approx(0.5)
    assert judge(found, {"is_company": 2.2}).confidence == pytest.approx(0.9, abs=0.001)


def test_what_is_not_found_is_less_probable_with_weights_too() -> None:
    weights = {"is_company": 3.0}
    lines = [Line("Northwind", 0.99, BOX)]
    found = evidence("company", "Northwind", (BOX,), lines, sure=0.9)
    lost = evidence("company", "Northwind", (), lines, sure=0.9)
    assert judge(lost, weights).confidence < DOUBT_BELOW < judge(found, weights).confidence


def _agreed(model: Value, bundled: str) -> Value:
    result = agree(Result({"company": model}), Result({"company": Value(bundled, 0.9)}))
    assert result.beside == {"company": bundled}
    return result.values["company"]


def test_two_readers_that_agree_are_surer_than_one() -> None:
    value = _agreed(
        Value("Northwind Boats", 0.6, (BOX,), "the model is not sure"), "NORTHWIND BOATS"
    )
    assert (value.text, value.reason) == ("Northwind Boats", "")
    assert value.confidence == pytest.approx(0.88)


def test_two_readers_that_differ_are_less_sure_and_say_why() -> None:
    value = _agreed(Value("Northwind Boats", 0.9, (BOX,)), "Northwind Goats")
    assert value.confidence < DOUBT_BELOW
    assert value.reason == "the bundled reader read “Northwind Goats”"


def test_what_only_one_of_two_has_read_stays_as_sure_as_it_was() -> None:
    alone = Value("Northwind Boats", 0.9, (BOX,))
    assert agree(Result({"company": alone}), Result({})).values["company"] == alone
