import pytest

from extraction.confidence import DOUBT_BELOW, Judgement, judge
from extraction.result import Box, Line

BOX = Box(0, ((0.0, 0.0), (100.0, 0.0), (100.0, 10.0), (0.0, 10.0)))


def judged(
    kind: str,
    text: str,
    *,
    read: float = 0.99,
    sure: float = 0.95,
    doubt: str = "",
    boxes: tuple[Box, ...] = (BOX,),
    region: str | None = None,
) -> Judgement:
    lines = [Line(text, read, BOX)]
    return judge(kind, text, boxes, lines, sure=sure, doubt=doubt, region=region)


def test_a_sure_rule_on_a_clear_line_is_not_doubtful() -> None:
    judgement = judged("name", "Ana Souza")
    assert judgement.confidence >= DOUBT_BELOW
    assert judgement.reason == ""


def test_what_is_not_found_on_the_card_is_doubtful() -> None:
    judgement = judged("text", "Fabrikam", boxes=())
    assert judgement.confidence < DOUBT_BELOW
    assert judgement.reason == "not found on the card"


def test_a_country_need_not_be_printed() -> None:
    assert judged("country", "Brazil", boxes=()).reason == ""


def test_what_the_ocr_hardly_read_is_doubtful() -> None:
    assert judged("text", "Sail Maker", read=0.55).reason == "hard to read"


def test_the_doubt_of_the_rule_is_the_reason() -> None:
    judgement = judged("text", "Northwind", sure=0.6, doubt="could also be the name")
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
    assert 0.0 <= judged("text", "Northwind", sure=sure, read=1.0).confidence <= 1.0
