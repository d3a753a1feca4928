"""What `train` fits on, when it takes the new reader into use, and how the old one comes back."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from cards.models import Batch, Card
from extraction import readers
from extraction.measuring import learning, sightings
from extraction.models import Extraction, FittedReader
from extraction.result import Result
from tests import pictures
from tests.fake_learning import ALL, NONE, SOME, FakeLearning, seen, weights

pytestmark = pytest.mark.django_db

NAMES = ("Ada Brook", "Bela Croft", "Odo Pike", "Rosa Halloway")


@pytest.fixture(autouse=True)
def training(monkeypatch: pytest.MonkeyPatch) -> FakeLearning:
    """The shipped reader reads names of the first half of the alphabet; new ones read all."""
    return FakeLearning().put_in_place(monkeypatch)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Runs the command and gives what it prints; every picture shows Ada Brook of Northwind."""
    monkeypatch.setattr(sightings, "look", lambda _: seen("Ada Brook", "Northwind"))
    fixed = ("--cache", str(tmp_path / "kept"), "--processes", "1")

    def run(*words: object) -> str:
        out = StringIO()
        call_command("train", *map(str, words), *fixed, stdout=out, stderr=StringIO())
        return out.getvalue()

    return run


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    """Two labelled cards of Northwind."""
    entries = []
    for number in range(2):
        (tmp_path / f"{number}.png").write_bytes(pictures.png(number))
        truth = {"full_name": "Ada Brook", "company": "Northwind"}
        entries.append({"id": str(number), "image": f"{number}.png", "truth": truth})
    path = tmp_path / "labels.jsonl"
    path.write_text("\n".join(map(json.dumps, entries)))
    return path


def make_card(name: str, company: str, **columns: Any) -> Card:
    """An approved card that a machine has read."""
    batch, _ = Batch.objects.get_or_create(name="Expo Berlin")
    columns = {"status": Card.Status.APPROVED, "approved_at": timezone.now()} | columns
    # The id decides whether a card is held out; a drawn one would now and then leave too few.
    card = Card.objects.create(
        id=uuid.uuid5(uuid.NAMESPACE_DNS, company), batch=batch, full_name=name, company=company,
        **columns,
    )  # fmt: skip
    Extraction.objects.create(
        card=card, extractor="offline", status=Extraction.Status.SUCCEEDED,
        result=Result({}, seen(name, company)).to_json(),
    )  # fmt: skip
    return card


def approve(count: int) -> None:
    for number in range(count):
        make_card(NAMES[number % len(NAMES)], f"Company {number}")


# What is learned from


def test_the_reader_learns_from_labelled_and_approved_cards(
    run: Callable[..., str], labels: Path, training: FakeLearning
) -> None:
    approve(12)
    printed = run(labels)
    (companies,) = training.fitted
    assert companies > {"Northwind"}
    assert f"Fitted on 2 labelled, {len(companies) - 1} approved and 0 drawn cards" in printed


def test_drawn_cards_are_learned_from_when_asked(
    run: Callable[..., str], labels: Path, training: FakeLearning
) -> None:
    run(labels, "--drawn", 3)
    assert training.drawn == [3]


def test_the_values_learned_are_those_that_the_reviewer_left(training: FakeLearning) -> None:
    card = make_card("Ada Brook", "Northwind")
    Card.objects.filter(pk=card.pk).update(full_name="Ada Brooke")
    (lesson,) = learning.approved()
    assert lesson.truth.full_name == "Ada Brooke"
    assert [line.text for line in lesson.seen.lines] == ["Ada Brook", "Northwind"]


def test_only_approved_cards_that_a_machine_has_read_are_learned_from() -> None:
    make_card("Ada Brook", "Northwind", status=Card.Status.NEEDS_REVIEW, approved_at=None)
    make_card("Bela Croft", "Southwind", status=Card.Status.REJECTED, approved_at=None)
    make_card("Odo Pike", "Eastwind").extractions.all().delete()
    assert list(learning.approved()) == []


def test_a_card_that_was_read_twice_is_one_lesson() -> None:
    card = make_card("Ada Brook", "Northwind")
    Extraction.objects.create(
        card=card, extractor="offline", status=Extraction.Status.SUCCEEDED,
        result=Result({}, seen("Ada Brook", "Northwind Ltd.")).to_json(),
    )  # fmt: skip
    (lesson,) = learning.approved()
    assert lesson.seen.lines[1].text == "Northwind Ltd."


def test_nothing_to_learn_from_is_said(run: Callable[..., str]) -> None:
    with pytest.raises(CommandError, match="nothing to learn from"):
        run()
    assert not FittedReader.objects.exists()


def test_cards_that_teach_nothing_are_said_to(run: Callable[..., str], labels: Path) -> None:
    labels.write_text('{"image": "0.png", "truth": {}}')
    with pytest.raises(CommandError, match=r"hold no company\. Nothing was fitted"):
        run(labels)


# Whether the new one is used


def test_a_better_reader_is_taken_into_use(run: Callable[..., str]) -> None:
    approve(120)
    assert "The new reader is in use" in run()
    row = FittedReader.objects.get()
    assert row.is_in_use
    assert row.scores["after"]["micro_f1"] == 1 > row.scores["before"]["micro_f1"]
    assert row.scores["held_out"] + row.approved == 120


def test_the_cards_it_is_judged_by_are_not_among_those_it_is_fitted_on(
    run: Callable[..., str], training: FakeLearning
) -> None:
    approve(120)
    run()
    held_out, _ = learning.held_out(list(learning.approved()))
    assert len(held_out) >= learning.ENOUGH_HELD_OUT
    assert not training.fitted[0] & {lesson.truth.company for lesson in held_out}


@pytest.mark.parametrize("reads", [NONE, SOME])
def test_a_reader_that_is_worse_or_as_good_is_kept_and_not_used(
    run: Callable[..., str], training: FakeLearning, reads: str
) -> None:
    training.reads = reads
    approve(120)
    assert "The reader in use stays" in run()
    assert not FittedReader.objects.get().is_in_use


def test_it_is_measured_against_the_reader_in_use(
    run: Callable[..., str], training: FakeLearning
) -> None:
    before = readers.keep(weights(ALL))
    readers.use(before)
    approve(120)
    assert "The reader in use stays" in run()
    assert readers.in_use() == before.weights


def test_too_few_approved_cards_are_not_enough_to_judge_by(
    run: Callable[..., str], labels: Path
) -> None:
    approve(8)
    printed = run(labels)
    assert "Too few approved cards to judge by" in printed
    assert "The reader in use stays" in printed
    assert readers.in_use() is None


def test_a_reader_can_be_used_without_judgement_when_asked(
    run: Callable[..., str], labels: Path
) -> None:
    assert "The new reader is in use" in run(labels, "--use-anyway")
    assert FittedReader.objects.get().is_in_use


# Back, list, write


def test_the_reader_before_is_brought_back(run: Callable[..., str], labels: Path) -> None:
    before = readers.keep(weights(NONE))
    readers.use(before)
    run(labels, "--use-anyway")
    assert str(before) in run("--back")
    assert readers.in_use() == before.weights
    assert "reader that came with the program" in run("--back")
    with pytest.raises(CommandError, match="there is none before it"):
        run("--back")


def test_the_list_tells_which_reader_is_in_use(run: Callable[..., str]) -> None:
    assert run("--list") == "in use  the reader that came with the program\n"
    approve(120)
    run()
    (line,) = run("--list").splitlines()
    assert line.startswith("in use")
    assert "→ 1.000" in line


def test_weights_to_ship_hold_nothing_of_approved_cards(
    run: Callable[..., str], labels: Path, tmp_path: Path, training: FakeLearning
) -> None:
    approve(12)
    run(labels, "--write", tmp_path / "weights.json")
    assert training.fitted == [{"Northwind"}]
    assert json.loads((tmp_path / "weights.json").read_text())["companies"] == ["Northwind"]
    assert not FittedReader.objects.exists()


def test_a_file_of_weights_is_replaced_only_when_asked(
    run: Callable[..., str], labels: Path, tmp_path: Path
) -> None:
    file = tmp_path / "weights.json"
    file.write_text("{}")
    with pytest.raises(CommandError, match="--overwrite"):
        run(labels, "--write", file)
    assert file.read_text() == "{}"
    run(labels, "--write", file, "--overwrite")
    assert file.read_text() != "{}"


def test_labels_that_are_not_there_change_nothing(run: Callable[..., str], tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"gone\.jsonl.*Nothing was fitted"):
        run(tmp_path / "gone.jsonl")
    assert not FittedReader.objects.exists()
