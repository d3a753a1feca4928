"""Cards of invented people: always the same, all different, and nobody real on them."""

from __future__ import annotations

import json
import re
from io import StringIO
from math import gcd
from pathlib import Path
from random import Random

import numpy as np
import pypdfium2
import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from backoffice.synthetic import DrawnCard, draw, photograph, save, write_cards
from backoffice.synthetic.card import LAYOUTS
from backoffice.synthetic.people import invent
from backoffice.synthetic.places import COUNTRIES
from cards.fields import CONTACT_FIELDS


@pytest.fixture(scope="module")
def first_cards() -> list[DrawnCard]:
    return [draw(number) for number in range(1, 25)]


def _is_same(a: Image.Image, b: Image.Image) -> bool:
    return bool(np.array_equal(np.asarray(a), np.asarray(b)))


def test_same_number_and_seed_give_the_same_card(first_cards: list[DrawnCard]) -> None:
    again = draw(5)
    assert _is_same(again.front, first_cards[4].front)
    assert again.truth == first_cards[4].truth


def test_another_seed_gives_another_person(first_cards: list[DrawnCard]) -> None:
    assert draw(5, seed=1).truth["full_name"] != first_cards[4].truth["full_name"]


def test_negative_number_is_refused() -> None:
    with pytest.raises(ValueError, match="0 or more"):
        draw(-1)


def test_thousands_of_people_have_different_names() -> None:
    people = [invent(number, 3, is_two_sided=False).truth for number in range(3000)]
    names = {person.get("native_name", person["full_name"]) for person in people}
    assert len(names) == len(people)


def test_name_lists_share_no_divisor_and_hold_no_name_twice() -> None:
    for country in COUNTRIES:
        given, family = len(set(country.given)), len(set(country.family))
        assert (len(country.given), len(country.family)) == (given, family)
        assert gcd(given, family) == 1


def test_truth_has_only_known_fields_and_no_empty_text(first_cards: list[DrawnCard]) -> None:
    for card in first_cards:
        assert set(card.truth) <= set(CONTACT_FIELDS)
        assert all(card.truth.values())
        assert {"full_name", "company", "email", "languages"} <= set(card.truth)


def test_first_24_cards_show_all_there_is(first_cards: list[DrawnCard]) -> None:
    languages = {card.truth["languages"][:2] for card in first_cards}
    assert languages == {"en", "de", "pt", "fr", "es", "sv", "it", "ja"}
    is_dark = {"dark" in card.traits for card in first_cards}
    has_back = {card.back is not None for card in first_cards}
    assert is_dark == has_back == {True, False}
    assert len({card.traits[0] for card in first_cards}) == len(LAYOUTS)
    everything = {field for card in first_cards for field in card.truth}
    assert {"prefix", "suffix", "department", "mobile", "fax", "address_2"} <= everything
    assert {"native_name", "country", "products"} <= everything


def test_cards_are_drawn_large_enough_for_print(first_cards: list[DrawnCard]) -> None:
    for card in first_cards:
        assert max(card.front.size) >= 1700
        assert min(card.front.size) >= 1000


def test_no_domain_is_real_and_no_number_can_be_dialled() -> None:
    fictional = re.compile(
        r"5550?\D?[01]|0555|055-50|55500|7946 0|496 0|7700 900|23125|66969|99998|4710|39200"
        r"|99 00|61 91|65 71|36 49|39 98|465 004|390 06|628 04|174 06|555 0[156]0|555 600"
    )
    for number in range(600):
        truth = invent(number, 0, is_two_sided=False).truth
        assert truth["email"].endswith(".example")
        assert truth["email"].isascii()
        assert truth.get("website", ".example").endswith(".example")
        for field in ("phone", "mobile", "fax"):
            if field in truth:
                assert fictional.search(truth[field]), truth[field]


def test_photograph_differs_from_print_but_repeats_itself(first_cards: list[DrawnCard]) -> None:
    front = first_cards[0].front
    one, two = photograph(front, Random(1)), photograph(front, Random(1))
    assert _is_same(one, two)
    assert not _is_same(one, photograph(front, Random(2)))
    assert max(one.size) >= 2000


def test_two_sided_card_is_one_pdf_with_two_pages(
    first_cards: list[DrawnCard], tmp_path: Path
) -> None:
    card = next(card for card in first_cards if card.back)
    (path,) = save(card, tmp_path)
    content = path.read_bytes()
    assert path.suffix == ".pdf"
    assert len(pypdfium2.PdfDocument(content)) == 2
    assert save(card, tmp_path) == [path]
    assert path.read_bytes() == content


def test_one_sided_card_is_one_jpeg(first_cards: list[DrawnCard], tmp_path: Path) -> None:
    card = next(card for card in first_cards if card.back is None)
    (path,) = save(card, tmp_path)
    with Image.open(path) as picture:
        assert picture.format == "JPEG"
        assert picture.size == card.front.size


def test_written_cards_come_with_a_label_each(tmp_path: Path) -> None:
    paths = write_cards(4, tmp_path / "new" / "folder", seed=2, plain=True)
    lines = (tmp_path / "new" / "folder" / "labels.jsonl").read_text().splitlines()
    labels = [json.loads(line) for line in lines]
    assert [label["image"] for label in labels] == [path.name for path in paths]
    assert all(path.is_file() for path in paths)
    assert all({"id", "image", "kind", "lang", "truth"} == set(label) for label in labels)
    truth = labels[0]["truth"]
    assert truth["full_name"] == draw(1, seed=2).truth["full_name"]
    assert truth["phones"][0]["type"] in {"work", "mobile"}
    assert truth["address"]
    assert not list(paths[0].parent.glob(".*"))


def test_command_says_how_many_files_and_where(tmp_path: Path) -> None:
    out = StringIO()
    call_command("make_cards", "2", "--output", str(tmp_path), "--seed", "7", stdout=out)
    assert out.getvalue().strip().splitlines()[-1].startswith("2 files")
    assert str(tmp_path) in out.getvalue()
    label = json.loads((tmp_path / "labels.jsonl").read_text().splitlines()[0])
    assert label["kind"][0] == "photo"


@pytest.mark.parametrize("count", ["0", "-3"])
def test_command_refuses_fewer_than_one_card(count: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="at least one card"):
        call_command("make_cards", "--output", str(tmp_path), "--", count)


def test_command_says_when_the_folder_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CommandError, match="could not be written to"):
        call_command("make_cards", "1", "--output", str(tmp_path / "file"))
