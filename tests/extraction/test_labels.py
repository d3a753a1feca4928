"""Labels files, and which labelled cards must stay together."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from extraction.measuring import labels
from extraction.measuring.labels import LabelError
from extraction.measuring.scoring import Truth


def test_pictures_are_named_from_the_folder_of_the_labels(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.jpg").write_bytes(b"")
    entry = {"id": "a", "image": "images/a.jpg", "truth": {"company": "Northwind"}}
    (tmp_path / "labels.jsonl").write_text(json.dumps(entry) + "\n\n")
    (label,) = labels.load(tmp_path / "labels.jsonl")
    assert (label.id, label.image) == ("a", tmp_path / "images" / "a.jpg")
    assert label.truth.company == "Northwind"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match=r"gone\.jsonl cannot be read: No such file"):
        labels.load(tmp_path / "gone.jsonl")


def test_a_company_is_known_by_its_name_and_its_hosts() -> None:
    truth = Truth(
        company="Northwind Ltd.",
        emails=("rosa@mail.northwind.example", "rosa@gmail.com"),
        websites=("http://www.northwind.example/about",),
    )
    assert labels.companies(truth) == {
        "northwindltd",
        "mail.northwind.example",
        "northwind.example",
    }


def test_cards_that_share_a_company_by_way_of_a_third_are_in_one_fold() -> None:
    cards = [(f"lone-{number}", {f"company {number}"}) for number in range(40)]
    chain = [("a", {"northwind"}), ("b", {"northwind", "nw.example"}), ("c", {"nw.example"})]
    numbers = labels.folds([*chain[:1], *cards, *chain[1:]], 5)
    assert numbers[0] == numbers[-2] == numbers[-1]
    assert set(numbers) == {0, 1, 2, 3, 4}


def test_a_fold_does_not_hang_on_the_order_of_the_cards() -> None:
    cards = [(f"card {number}", {f"company {number % 7}"}) for number in range(30)]
    folds = dict(zip((id for id, _ in cards), labels.folds(cards, 5), strict=True))
    backwards = cards[::-1]
    assert [folds[id] for id, _ in backwards] == labels.folds(backwards, 5)


def test_cards_without_a_company_are_spread() -> None:
    assert len(set(labels.folds([(f"card {n}", set()) for n in range(40)], 5))) == 5
