"""Fitting small readers, quickly, on cards of invented people set in type without a picture."""

import json
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from backoffice.synthetic.people import Contact, invent
from extraction.extractors import offline
from extraction.measuring import scoring, training
from extraction.measuring.scoring import Truth
from extraction.measuring.training import Example
from extraction.reading import confidence
from extraction.reading.lines import sort_out
from extraction.reading.reader import FIELDS, Reader
from extraction.result import Seen
from tests.extraction.test_lines import Row, card


@pytest.fixture(autouse=True, scope="module")
def quick() -> Iterator[None]:
    """Fitting takes a second instead of a minute."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "NETWORKS", 1)
        patch.setattr(training, "PASSES", 40)
        yield


@pytest.fixture(scope="module")
def fitted(quick: None) -> Reader:
    """A reader fitted on the cards of forty invented people."""
    return training.fit(drawn_cards(1, 40))


def example(*rows: Row, **printed: str) -> Example:
    """A card of these lines, with what is printed for each field."""
    return Example(Seen(tuple(card(*rows))), Truth.from_contact(printed))


def drawn(number: int) -> Example:
    """The card of an invented person: company, name and work above, contacts and address below."""
    person = invent(number, 0, is_two_sided=False)
    truth = person.truth
    rows: list[Row] = [(truth["company"], 34.0), (person.name, 30.0), truth["job_title"]]
    return example(*rows, *_small(person), **truth)


def _small(person: Contact) -> Iterator[str]:
    """The lines in small type."""
    yield from filter(None, [person.truth.get("department")])
    yield from (line.text for line in person.lines)
    yield from person.address


def drawn_cards(first: int, last: int) -> list[Example]:
    return [drawn(number) for number in range(first, last + 1)]


def texts(reader: Reader, example: Example) -> dict[str, str]:
    return {found.evidence.field: found.text for found in offline.readings(example.seen, reader)}


def share_right(reader: Reader, examples: Sequence[Example], field: str) -> float:
    """How many of the examples that have the field are read right, 0 to 1."""
    rights = [
        scoring.score(one.truth, texts(reader, one)).right.get(field, False)
        for one in examples
        if getattr(one.truth, field)
    ]
    return sum(rights) / len(rights)


def has_examples(*cards: Example) -> bool:
    """Whether training finds a text on the cards that is printed for one of the fields."""
    try:
        training.fit(cards)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("field", FIELDS)
def test_a_reader_reads_cards_like_those_it_was_fitted_on(fitted: Reader, field: str) -> None:
    assert share_right(fitted, drawn_cards(101, 120), field) > 0.8


def test_the_same_examples_give_the_same_reader() -> None:
    examples, base = drawn_cards(1, 6), drawn_cards(7, 9)
    first, second = (training.fit(examples, base=base) for _ in range(2))
    assert first.digest == second.digest


def test_other_examples_give_another_reader() -> None:
    assert training.fit(drawn_cards(1, 4)).digest != training.fit(drawn_cards(5, 8)).digest


def test_a_fitted_reader_reads_the_same_after_it_was_kept(fitted: Reader) -> None:
    kept = Reader.from_json(json.loads(json.dumps(fitted.to_json())))
    unseen = drawn_cards(101, 110)
    assert kept.digest == fitted.digest
    assert [texts(kept, one) for one in unseen] == [texts(fitted, one) for one in unseen]


def test_without_examples_there_is_nothing_to_learn_from() -> None:
    with pytest.raises(ValueError, match="no name, title, department or company to learn from"):
        training.fit([])


def test_examples_without_any_of_the_fields_teach_nothing() -> None:
    assert not has_examples(example("Rosa Halloway", email="rosa@northwind.example"))


def test_examples_without_text_teach_nothing() -> None:
    assert not has_examples(example(full_name="Rosa Halloway"))


@pytest.mark.parametrize("field", FIELDS)
def test_one_example_of_one_field_is_enough_to_fit(field: str) -> None:
    one = example(("Rosa Halloway", 30.0), "Northwind", **{field: "Rosa Halloway"})
    found = training.fit([one]).choose(sort_out(one.seen.lines).candidates)
    assert set(found) == {field}


@pytest.mark.parametrize(
    "printed", ["Rosa Hal1oway", "Rosa Hailoway", "ROSA HALLOWAY", "RosaHalloway"]
)
def test_a_text_that_was_a_little_misread_still_counts(printed: str) -> None:
    assert has_examples(example(printed, full_name="Rosa Halloway"))


@pytest.mark.parametrize("printed", ["Rosa Holt", "Rosa", "Carla Halloway", "Halloway Boats"])
def test_a_text_that_is_another_does_not_count(printed: str) -> None:
    assert not has_examples(example(printed, full_name="Rosa Halloway"))


def test_a_short_text_must_be_read_exactly() -> None:
    assert has_examples(example("Owner", job_title="Owner"))
    assert not has_examples(example("Owners", job_title="Owner"))


def test_titles_and_degrees_around_a_name_do_not_matter() -> None:
    assert has_examples(example("Dr. Rosa Halloway, PhD", full_name="Rosa Halloway"))


def test_a_name_in_the_other_script_counts_too() -> None:
    assert has_examples(example("山田 花子", full_name="Hanako Yamada", native_name="山田 花子"))


def test_a_text_over_two_lines_counts_as_one() -> None:
    one = example("Northwind", "Sail Makers", company="Northwind Sail Makers")
    found = training.fit([one]).choose(sort_out(one.seen.lines).candidates)
    assert found["company"].span.text == "Northwind Sail Makers"


def test_examples_of_the_base_count_less() -> None:
    rows = (("Hillside", 30.0), "Odalys", "Tamsin")
    as_company = [example(*rows, company="Hillside")] * 3
    as_department = [example(*rows, department="Hillside")] * 3
    spans = sort_out(as_company[0].seen.lines).candidates
    for examples, base, field in (
        (as_company, as_department, "company"),
        (as_department, as_company, "department"),
    ):
        found = training.fit(examples, base=base).choose(spans)
        assert [name for name, choice in found.items() if choice.span.text == "Hillside"] == [field]


def test_what_the_base_alone_knows_is_learned_from_it() -> None:
    names_only = [
        example(*rows, full_name=rows[0]) for rows in (("Rosa Halloway",), ("Ines Teixeira",))
    ]
    reader = training.fit(names_only, base=drawn_cards(1, 30))
    assert share_right(reader, drawn_cards(101, 110), "company") > 0.8


def test_confidence_is_about_as_high_as_values_are_often_right(fitted: Reader) -> None:
    sure, rights = [], []
    for one in drawn_cards(101, 120):
        found = {value.evidence.field: value for value in offline.readings(one.seen, fitted)}
        given = {name: value.text for name, value in found.items()}
        for name, is_right in scoring.score(one.truth, given).right.items():
            if name in found:
                judged = confidence.judge(found[name].evidence, fitted.calibration)
                sure.append(judged.confidence)
                rights.append(is_right)
    assert 0 <= min(sure) <= max(sure) <= 1
    assert np.mean(sure) == pytest.approx(np.mean(rights), abs=0.1)


def test_with_too_few_cards_to_judge_by_there_is_no_calibration() -> None:
    assert training.fit(drawn_cards(1, 1)).calibration == {}


def test_titles_around_a_name_with_accents_do_not_matter_either() -> None:
    assert has_examples(example("Dr. Jürgen Müller, PhD", full_name="Jürgen Müller"))


def test_one_good_example_among_empty_ones_is_learned_from() -> None:
    nothing = example("Odalys Brandt", "Tamsin")
    assert has_examples(drawn(1), nothing, nothing, nothing)
