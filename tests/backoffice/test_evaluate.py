"""What `evaluate` measures, what it prints, and what it never does twice."""

from __future__ import annotations

import json
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from extraction import readers
from extraction.extractors.base import BadAnswer, ExtractorError
from extraction.measuring import sightings
from extraction.models import Call
from extraction.paying import gate
from extraction.result import Seen
from tests import pictures
from tests.fake_learning import ALL, NONE, FakeLearning, seen, weights
from tests.fakes import FakeExtractor

NAMES = ("Ada Brook", "Bela Croft", "Cleo Dunn", "Odo Pike", "Pia Quill", "Rosa Halloway")


class Desk:
    """A folder with labelled pictures, and an OCR that knows what is on each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.labels = folder / "labels.jsonl"
        self.looked: list[str] = []
        self.cards = [(name, f"Company {number}") for number, name in enumerate(NAMES)]
        for number in range(len(NAMES)):
            (folder / f"{number}.png").write_bytes(pictures.png(number))
        self.write(self.cards)

    def write(self, cards: Sequence[tuple[str, str]]) -> None:
        entries = [
            {"id": f"c{number}", "image": f"{number}.png",
             "truth": {"full_name": name, "company": company}}
            for number, (name, company) in enumerate(cards)
        ]  # fmt: skip
        self.labels.write_text("\n".join(map(json.dumps, entries)))

    def look(self, path: Path) -> Seen:
        self.looked.append(path.stem)
        sightings.pictures(path)
        is_drawn = path.parent != self.folder
        return seen(*self.cards[0 if is_drawn else int(path.stem)])

    def run(self, *words: str) -> str:
        """What the command prints."""
        out = StringIO()
        fixed = ["--cache", str(self.folder / "kept"), "--processes", "1"]
        call_command("evaluate", str(self.labels), *fixed, *words, stdout=out, stderr=StringIO())
        return out.getvalue()

    def figures(self, *words: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run("--json", *words))
        return found


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = Desk(tmp_path)
    monkeypatch.setattr(sightings, "look", desk.look)
    return desk


@pytest.fixture
def training(monkeypatch: pytest.MonkeyPatch) -> FakeLearning:
    return FakeLearning().put_in_place(monkeypatch)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeExtractor:
    """An extractor called "fake" that costs money."""
    monkeypatch.setattr(FakeExtractor, "is_paid", True)
    return FakeExtractor().put_in_place(monkeypatch)


# The bundled extractor


def test_no_card_is_scored_by_a_reader_that_was_fitted_on_it(
    desk: Desk, training: FakeLearning
) -> None:
    figures = desk.figures("--extractor", "offline")
    assert figures["perfect"] == len(NAMES)
    assert figures["reader"] == "cross-validated in 5 folds"
    assert set.union(*training.fitted) == {company for _, company in desk.cards}


def test_cards_of_one_company_are_never_parted(desk: Desk, training: FakeLearning) -> None:
    desk.cards = [(name, "Northwind") for name in NAMES[:3]] + desk.cards[3:]
    desk.write(desk.cards)
    assert desk.figures("--extractor", "offline")["perfect"] == len(NAMES)


@pytest.mark.django_db
def test_the_reader_in_use_can_be_scored(desk: Desk, training: FakeLearning) -> None:
    readers.use(readers.keep(weights(NONE)))
    figures = desk.figures("--extractor", "offline", "--reader", "in-use")
    assert figures["fields"]["full_name"]["fn"] == len(NAMES)


@pytest.mark.django_db
def test_the_shipped_reader_is_scored_whatever_is_in_use(
    desk: Desk, training: FakeLearning
) -> None:
    readers.use(readers.keep(weights(NONE)))
    figures = desk.figures("--extractor", "offline", "--reader", "shipped")
    assert figures["fields"]["full_name"]["tp"] == 3


def test_weights_in_a_file_can_be_scored(desk: Desk, training: FakeLearning) -> None:
    file = desk.folder / "weights.json"
    file.write_text(json.dumps(weights(ALL, "Company 0")))
    figures = desk.figures("--extractor", "offline", "--reader", str(file))
    assert figures["perfect"] == len(NAMES) - 1


def test_a_picture_is_looked_at_once_however_often_it_is_scored(
    desk: Desk, training: FakeLearning
) -> None:
    desk.run("--extractor", "offline")
    first = list(desk.looked)
    desk.run("--extractor", "offline", "--reader", "shipped")
    assert desk.looked == first == ["0", "1", "2", "3", "4", "5"]


def test_what_was_seen_is_kept_for_its_owner_alone(desk: Desk, training: FakeLearning) -> None:
    desk.run("--extractor", "offline")
    kept = [desk.folder / "kept", *(desk.folder / "kept").rglob("*")]
    assert sum(path.is_file() for path in kept) == len(NAMES)
    assert not [path for path in kept if path.stat().st_mode & 0o077]


def test_only_the_first_labels_are_read_when_asked(desk: Desk, training: FakeLearning) -> None:
    assert (
        desk.figures("--extractor", "offline", "--reader", "shipped", "--limit", "2")["cards"] == 2
    )
    assert desk.looked == ["0", "1"]


def test_drawn_cards_are_fitted_on_and_not_scored(desk: Desk, training: FakeLearning) -> None:
    assert desk.figures("--extractor", "offline", "--drawn", "2")["cards"] == len(NAMES)
    assert set(training.drawn) == {2}


# What is printed


def test_the_table_tells_each_field_and_the_whole(desk: Desk, training: FakeLearning) -> None:
    printed = desk.run("--extractor", "offline", "--reader", "shipped")
    lines = [line.split() for line in printed.splitlines()]
    assert ["full_name", "1.000", "0.500", "0.667", "3", "0", "3"] in lines
    assert ["all", "1.000", "0.750", "0.857", "9", "0", "3"] in lines
    assert "Perfect cards       3 of 6 (50.0%)" in printed
    assert "Calibration error   0.100" in printed
    assert "Seconds a picture   " in printed
    assert ["0.9", "to", "1.0", "0.900", "1.000", "9"] in lines


def test_the_same_figures_come_as_one_json_object(desk: Desk, training: FakeLearning) -> None:
    figures = desk.figures("--extractor", "offline", "--reader", "shipped")
    assert (figures["extractor"], figures["reader"]) == ("offline", "shipped")
    assert (figures["cards"], figures["perfect"], figures["perfect_share"]) == (6, 3, 0.5)
    name = {"precision": 1.0, "recall": 0.5, "f1": 0.6667, "tp": 3, "fp": 0, "fn": 3}
    assert figures["fields"]["full_name"] == name
    assert figures["micro"].keys() == name.keys()
    assert figures["calibration_error"] == 0.1
    assert figures["reliability"] == [{"from": 0.9, "confidence": 0.9, "right": 1.0, "values": 9}]
    assert figures["seconds_a_picture"] >= 0
    assert "misses" not in figures


def test_the_misses_say_what_was_expected_and_what_was_read(
    desk: Desk, training: FakeLearning
) -> None:
    words = ("--extractor", "offline", "--reader", "shipped", "--misses")
    misses = desk.figures(*words)["misses"]
    assert [card["id"] for card in misses] == ["c3", "c4", "c5"]
    assert misses[2]["misses"]["full_name"]["expected"] == "Rosa Halloway"
    assert "full_name: expected 'Rosa Halloway', read {}" in desk.run(*words)


def test_a_file_that_is_no_picture_counts_as_empty(desk: Desk, training: FakeLearning) -> None:
    (desk.folder / "0.png").write_bytes(b"no picture")
    figures = desk.figures("--extractor", "offline", "--reader", "shipped")
    assert (figures["errors"], figures["perfect"]) == (1, 2)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "There are no labels"),
        ("not json", "Line 1 of"),
        ('{"image": "0.png"}', "Line 1 of"),
        ('{"image": "gone.png", "truth": {}}', "1 pictures of"),
    ],
)
def test_labels_that_cannot_be_used_are_named(desk: Desk, content: str, words: str) -> None:
    desk.labels.write_text(content)
    with pytest.raises(CommandError, match=words):
        desk.run("--extractor", "offline")


# An extractor that costs money


def answer(name: str, company: str) -> dict[str, Any]:
    return {"fields": {"full_name": name, "company": company}}


@pytest.mark.django_db
def test_nothing_is_asked_before_the_price_was_agreed_to(desk: Desk, fake: FakeExtractor) -> None:
    with pytest.raises(CommandError, match=r"6 answers of fake-1 .* Nothing was asked.* --yes"):
        desk.run("--extractor", "fake")
    assert not fake.asked


@pytest.mark.django_db
def test_an_answer_is_paid_for_once(desk: Desk, fake: FakeExtractor) -> None:
    fake.queue.extend(answer(*card) for card in desk.cards)
    assert desk.figures("--extractor", "fake", "--yes")["perfect"] == len(NAMES)
    assert desk.figures("--extractor", "fake")["perfect"] == len(NAMES)
    assert len(fake.asked) == len(NAMES)


@pytest.mark.django_db
def test_every_call_stands_in_the_ledger(desk: Desk, fake: FakeExtractor) -> None:
    fake.queue.extend(answer(*card) for card in desk.cards)
    desk.run("--extractor", "fake", "--yes")
    calls = Call.objects.values_list("extractor", "outcome")
    assert list(calls) == [("fake", Call.Outcome.ANSWERED)] * len(NAMES)


@pytest.mark.django_db
def test_answers_that_came_before_a_failure_are_kept(desk: Desk, fake: FakeExtractor) -> None:
    fake.queue.extend(
        [answer(*desk.cards[0]), ExtractorError("The credit is used up.", stops=True)]
    )
    with pytest.raises(CommandError, match="The credit is used up"):
        desk.run("--extractor", "fake", "--yes")
    gate.resume("fake")
    fake.queue.extend(answer(*card) for card in desk.cards[1:])
    assert desk.figures("--extractor", "fake", "--yes")["perfect"] == len(NAMES)
    assert len(fake.asked) == len(NAMES) + 1


@pytest.mark.django_db
def test_a_model_that_is_stopped_is_not_asked_whatever_was_agreed_to(
    desk: Desk, fake: FakeExtractor
) -> None:
    gate.failed("fake", ExtractorError("The credit is used up.", stops=True))
    with pytest.raises(CommandError, match=r"“fake” is not asked .* credit is used up\. It is"):
        desk.run("--extractor", "fake", "--yes")
    assert not fake.asked


@pytest.mark.django_db
def test_a_bad_answer_counts_as_empty_and_is_not_asked_again(
    desk: Desk, fake: FakeExtractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise BadAnswer("The model refused.", "refused")

    fake.queue.extend(answer(*card) for card in desk.cards)
    desk.run("--extractor", "fake", "--yes")
    monkeypatch.setattr(FakeExtractor, "parse", refuse)
    figures = desk.figures("--extractor", "fake")
    assert (figures["errors"], figures["micro"]["tp"]) == (len(NAMES), 0)


@pytest.mark.django_db
def test_the_ledger_says_when_an_answer_was_no_use(
    desk: Desk, fake: FakeExtractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise BadAnswer("The model refused.", "refused")

    monkeypatch.setattr(FakeExtractor, "parse", refuse)
    fake.queue.extend(answer(*card) for card in desk.cards)
    desk.run("--extractor", "fake", "--yes")
    assert set(Call.objects.values_list("outcome", flat=True)) == {Call.Outcome.REFUSED}
