"""What a reading does to its card: whose values count, and which way up its sides are."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone
from PIL import Image

from cards import capture, intake, outlines, vault
from cards.models import Batch, Card, Side
from extraction import answers, extractors, jobs, positions, questions
from extraction.models import Extraction
from extraction.reading import ocr
from extraction.result import Corners, Result, Seen
from tests import pictures
from tests.extraction.make_jobs import ANSWER, LINES, Bundled, make_due, take_in
from tests.fakes import FakeExtractor

if TYPE_CHECKING:
    from tests.cast import Person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake", "bundled")]


def _run(job: Extraction) -> None:
    make_due(job)
    assert jobs.run(job.pk)
    job.refresh_from_db()


def _name() -> str:
    return str(Card.objects.get().full_name)


# Whose values count


def test_later_request_wins(fake: FakeExtractor) -> None:
    fake.queue.extend([ANSWER, {"fields": {"full_name": "Rosa M. Halloway"}}])
    job = take_in()
    _run(job)
    fake.model = "fake-2"
    _run(jobs.request(job.card, extractor="fake"))
    assert _name() == "Rosa M. Halloway"


def test_earlier_request_that_ends_later_does_not_win(
    fake: FakeExtractor, reviewer: Person
) -> None:
    fake.queue.append(ANSWER)
    job = take_in()
    _run(jobs.request(job.card, extractor=extractors.BUNDLED, by=reviewer.user))
    _run(job)
    assert job.status == Extraction.Status.SUCCEEDED
    assert _name() == Bundled.says


def test_reading_that_stands_in_gives_way_to_the_model(fake: FakeExtractor) -> None:
    fake.queue.append(ANSWER)
    job = take_in()
    _run(jobs.request(job.card, extractor=extractors.BUNDLED))
    assert _name() == Bundled.says
    _run(job)
    assert _name() == "Rosa Halloway"


def test_reading_that_stands_in_but_comes_late_changes_nothing(fake: FakeExtractor) -> None:
    fake.queue.append(ANSWER)
    job = take_in()
    helper = jobs.request(job.card, extractor=extractors.BUNDLED)
    _run(job)
    _run(helper)
    assert helper.status == Extraction.Status.SUCCEEDED
    assert _name() == "Rosa Halloway"


def test_person_who_asks_for_the_bundled_reader_gets_it(
    fake: FakeExtractor, reviewer: Person
) -> None:
    fake.queue.append(ANSWER)
    job = take_in()
    _run(job)
    _run(jobs.request(job.card, extractor=extractors.BUNDLED, by=reviewer.user))
    assert _name() == Bundled.says


def test_person_who_asks_for_a_reading_that_waits_already_makes_it_theirs(
    fake: FakeExtractor, reviewer: Person
) -> None:
    fake.queue.append(ANSWER)
    job = take_in()
    jobs.request(job.card, extractor=extractors.BUNDLED)
    _run(job)
    _run(jobs.request(job.card, extractor=extractors.BUNDLED, by=reviewer.user))
    assert _name() == Bundled.says


def test_reading_that_does_not_count_still_moves_the_card_on(fake: FakeExtractor) -> None:
    Card.objects.update(is_edited=True)
    fake.queue.append(ANSWER)
    _run(take_in())
    assert Card.objects.get().status == Card.Status.NEEDS_REVIEW


@pytest.mark.parametrize(
    "decided",
    [
        {"status": Card.Status.NEEDS_REVIEW, "is_edited": True},
        {"status": Card.Status.APPROVED, "approved_at": timezone.now()},
        {"status": Card.Status.REJECTED},
    ],
    ids=["edited", "approved", "rejected"],
)
def test_reading_that_a_person_asks_for_touches_nothing_that_people_wrote(
    fake: FakeExtractor, reviewer: Person, decided: dict[str, Any]
) -> None:
    fake.queue.append(ANSWER)
    job = take_in()
    _run(job)
    Card.objects.update(full_name="Rosa M. Halloway", company="", notes="Met at sea.", **decided)
    before = Card.objects.values().get()
    fake.model = "fake-2"
    fake.queue.append({"fields": {"full_name": "Rosa Holloway", "company": "Southwind"}})
    _run(jobs.request(job.card, extractor="fake", by=reviewer.user))
    assert len(fake.asked) == 2
    assert Card.objects.values().get() == before


# Pictures to be taken again


@pytest.fixture
def blurred(monkeypatch: pytest.MonkeyPatch, bundled: None) -> None:
    monkeypatch.setattr(capture, "check", lambda picture, boxes: capture.BLURRED if boxes else "")


@pytest.mark.usefixtures("blurred")
def test_picture_that_is_too_blurred_is_complained_of(fake: FakeExtractor) -> None:
    fake.queue.append(ANSWER)
    _run(take_in())
    card = Card.objects.get()
    assert (card.notice, card.full_name) == (capture.BLURRED, "Rosa Halloway")


@pytest.mark.usefixtures("blurred")
def test_complaint_stays_when_the_answer_is_adopted(fake: FakeExtractor) -> None:
    fake.queue.append(ANSWER)
    job = take_in()
    for _ in range(2):
        _run(jobs.request(job.card, extractor="fake"))
    assert Card.objects.get().notice == capture.BLURRED


@pytest.mark.usefixtures("blurred")
def test_complaint_says_nothing_of_a_card_that_a_person_has_touched(fake: FakeExtractor) -> None:
    fake.queue.append(ANSWER)
    job = take_in()
    Card.objects.update(is_edited=True)
    _run(job)
    assert Card.objects.get().notice == ""


# Beside


def test_what_the_bundled_reader_says_is_kept_beside_a_models_reading(
    fake: FakeExtractor,
) -> None:
    fake.queue.append(ANSWER)
    job = take_in()
    _run(job)
    assert job.result is not None
    assert Result.from_json(job.result).beside == {"full_name": Bundled.says}


def test_bundled_reader_that_fails_beside_a_model_loses_nothing(
    fake: FakeExtractor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Bundled, "parse", None)
    fake.queue.append(ANSWER)
    job = take_in()
    _run(job)
    assert _name() == "Rosa Halloway"
    assert "could not read a card beside another" in caplog.text


# Turning


@pytest.fixture
def upside_down(monkeypatch: pytest.MonkeyPatch, bundled: None) -> list[int]:
    """The OCR finds each picture turned by so many degrees, which it can be told anew. It gives
    how often it was asked by the length of the list."""
    turns = [90]

    def read(pictures: Any) -> ocr.Reading:
        degrees = turns[-1]
        turns.append(0)
        upright = tuple(ocr.turned(picture, degrees) for picture in pictures)
        seen = Seen(tuple(LINES), (), (degrees,) * len(upright))
        return ocr.Reading(upright, seen)

    monkeypatch.setattr(ocr, "read", read)
    return turns


def _tall(fake: FakeExtractor) -> Extraction:
    """The job of a card that lies on its side."""
    batch = Batch.objects.create(name="Boat fair", extractor="fake")
    file = io.BytesIO(pictures.saved(pictures.card(size=(64, 96)), "PNG"))
    intake.take_in(file, batch, name="rosa.png")
    return Extraction.objects.get()


@pytest.mark.usefixtures("upside_down")
def test_side_lies_upright_after_the_first_reading(fake: FakeExtractor) -> None:
    fake.queue.append(ANSWER)
    _run(_tall(fake))
    side = Side.objects.get()
    assert side.quad == [[0, 96], [0, 0], [64, 0], [64, 96]]
    assert (side.width_px, side.height_px) == (96, 64)
    assert fake.asked[0].sizes == ((96, 64),)


def test_second_extractor_costs_no_second_ocr_and_sees_the_card_upright(
    fake: FakeExtractor, upside_down: list[int]
) -> None:
    fake.queue.extend([ANSWER, ANSWER])
    job = _tall(fake)
    _run(job)
    fake.model = "fake-2"
    _run(jobs.request(job.card, extractor="fake"))
    assert len(upside_down) == 2
    assert [asked.sizes for asked in fake.asked] == [((96, 64),), ((96, 64),)]
    assert fake.asked[1].lines == tuple(LINES)


@pytest.mark.usefixtures("upside_down")
def test_turned_side_is_the_same_question(fake: FakeExtractor) -> None:
    fake.queue.append(ANSWER)
    job = _tall(fake)
    for _ in range(3):
        _run(jobs.request(job.card, extractor="fake"))
    assert len(fake.asked) == 1
    assert (Side.objects.get().width_px, Side.objects.get().height_px) == (96, 64)


@pytest.mark.usefixtures("upside_down")
def test_looking_at_a_card_gives_upright_pictures_before_and_after(fake: FakeExtractor) -> None:
    job = _tall(fake)
    looks = [answers.look(job.card).pictures for _ in range(2)]
    fake.queue.append(ANSWER)
    _run(job)
    looks.append(answers.look(job.card).pictures)
    assert looks[0][0].size == (96, 64)
    assert looks[0] == looks[1] == looks[2]


WHOLE: Corners = ((0, 0), (64, 0), (64, 96), (0, 96))
PART: Corners = ((3.04, 5), (60, 7), (58, 90), (2, 88))


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_corners_are_rolled_as_a_picture_turns(degrees: int) -> None:
    """The first corner is where the top left of the turned picture came from."""
    picture = Image.new("L", (64, 96))
    for number, (x, y) in enumerate(WHOLE):
        picture.putpixel((min(int(x), 63), min(int(y), 95)), number + 1)
    turned = ocr.turned(picture, degrees)
    first = outlines.turned(WHOLE, degrees)[0]
    assert turned.getpixel((0, 0)) == WHOLE.index(first) + 1


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
@pytest.mark.parametrize("quad", [WHOLE, PART])
def test_turn_between_two_positions_is_found(quad: Corners, degrees: int) -> None:
    assert positions.turn_between(quad, outlines.turned(quad, degrees)) == degrees


def _side(quad: Corners | None, size: tuple[int, int] = (64, 96)) -> Side:
    return Side(
        picture="a" * 64, page=0, width_px=size[0], height_px=size[1],
        quad=quad and [list(corner) for corner in quad],
    )  # fmt: skip


def test_whole_page_has_the_identity_that_it_always_had() -> None:
    assert positions.identity(_side(None)) == {"picture": "a" * 64, "page": 0}


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_turned_page_is_still_the_whole_page(degrees: int) -> None:
    size = (64, 96) if degrees == 180 else (96, 64)
    turned = _side(outlines.turned(WHOLE, degrees), size)
    assert positions.identity(turned) == positions.identity(_side(None))


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_turned_part_of_a_page_is_the_same_part(degrees: int) -> None:
    turned = _side(outlines.turned(PART, degrees))
    assert positions.identity(turned) == positions.identity(_side(PART))
    assert positions.identity(turned) != positions.identity(_side(None))


# What the vault says


def test_what_was_seen_is_kept_once_whoever_is_asked(fake: FakeExtractor) -> None:
    fake.queue.append(ANSWER)
    job = take_in()
    _run(job)
    (document,) = answers.documents(job)
    assert document["corners"] == [[[0, 0], [96, 0], [96, 64], [0, 64]]]
    assert document["lines"] == [line.to_json() for line in LINES]


def test_document_from_before_sides_could_be_turned_is_adopted(fake: FakeExtractor) -> None:
    job = take_in()
    question = questions.identity(fake, "fake", questions.sides_of(job.card))
    name = vault.reading_name(questions.sides_of(job.card)[0].picture, questions.digest(question))
    lines = [line.to_json() for line in LINES]
    vault.put_json(
        name, {"version": 1, **question, "seconds": 1.0, "lines": lines, "answer": ANSWER}
    )
    _run(job)
    assert fake.asked == []
    assert _name() == "Rosa Halloway"
    assert Side.objects.get().quad is None
