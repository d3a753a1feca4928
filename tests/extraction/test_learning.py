"""The real fitting, on cards set in type without a picture."""

from __future__ import annotations

import json

from backoffice.synthetic.people import invent
from extraction.measuring import evaluation, learning
from extraction.measuring.learning import Lesson
from extraction.measuring.scoring import Truth
from extraction.result import Box, Line, Seen

PRINTED = ("company", "full_name", "job_title", "mobile", "email")
HEIGHTS_PX = {"company": 34, "full_name": 46}


def lesson(number: int) -> Lesson:
    """The card of an invented person, one field a line from the top."""
    truth = invent(number, 0, is_two_sided=False).truth
    lines, top = [], 40.0
    for field in PRINTED:
        text = truth.get(field, "")
        height = HEIGHTS_PX.get(field, 26)
        right = 60 + 0.5 * height * len(text)
        corners = ((60.0, top), (right, top), (right, top + height), (60.0, top + height))
        lines += [Line(text, 0.97, Box(0, corners))] if text else []
        top += 2 * height
    values = {field: truth.get(field, "") for field in (*PRINTED, "prefix", "suffix")}
    return Lesson(str(number), Seen(tuple(lines), turns=(0,)), Truth.from_contact(values))


def test_a_reader_reads_cards_that_it_was_not_fitted_on() -> None:
    lessons = [lesson(number) for number in range(1, 46)]
    known, unknown = lessons[:35], lessons[35:]
    kept = json.loads(json.dumps(learning.fit(known)))
    trials = list(learning.read(unknown, learning.with_weights(kept)))
    figures = evaluation.report(trials)
    assert figures["fields"]["full_name"]["f1"] > 0.8
    assert figures["fields"]["company"]["f1"] > 0.8
