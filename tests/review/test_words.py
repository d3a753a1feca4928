"""What the scripts of the review page say: every sentence stands in the template, none is left."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string

import review

STATIC = Path(review.__file__).parent / "static" / "review"
TEMPLATES = Path(review.__file__).parent / "templates" / "review"


def scripts_of(name: str) -> dict[str, str]:
    """The text of a script and of all that it imports, by file name."""
    found: dict[str, str] = {}
    wanted = {name}
    while wanted:
        one = wanted.pop()
        found[one] = (STATIC / one).read_text()
        wanted |= set(re.findall(r'from "\./([\w-]+\.js)"', found[one])) - found.keys()
    return found


SCRIPTS = scripts_of("workspace.js")
SAID = [
    (script, found[1], found[2] or "")
    for script, text in sorted(SCRIPTS.items())
    for found in re.finditer(r'\bwords\("(\w+)"(?:, \{ ([^}]*) \})?\)', text)
]
"""Each place that says something: script, name of the sentence, and what fills its blanks."""


def sentences() -> dict[str, str]:
    """The sentences of the template, by the names that scripts know them under."""
    return _named(render_to_string("review/words.html"))


def _named(html: str) -> dict[str, str]:
    attributes = re.findall(r'data-([a-z-]+)="([^"]*)"', html)
    return {re.sub(r"-(\w)", lambda m: m[1].upper(), name): text for name, text in attributes}


def test_every_call_names_its_sentence_outright() -> None:
    """So that the tests below see all of them."""
    calls = sum(len(re.findall(r"\bwords\(", text)) for text in SCRIPTS.values())
    assert calls == len(SAID) + 1  # the function itself


def test_the_template_holds_what_the_scripts_say_and_nothing_else() -> None:
    assert set(sentences()) == {name for _, name, _ in SAID}


@pytest.mark.parametrize(("script", "name", "filled"), SAID)
def test_the_blanks_of_a_sentence_are_filled(script: str, name: str, filled: str) -> None:
    given = {part.split(":")[0].strip() for part in filled.split(",") if part.strip()}
    assert given == set(re.findall(r"\{(\w+)\}", sentences()[name])), script


@pytest.mark.parametrize(
    ("script", "template"),
    [("list-row.js", "queue.html"), ("second.js", "second_look_card.html")],
)
def test_the_template_of_another_page_holds_what_its_script_says(
    script: str, template: str
) -> None:
    said = set(re.findall(r'\bwords\("(\w+)"', (STATIC / script).read_text()))
    assert said
    _, _, words = (TEMPLATES / template).read_text().partition('id="words"')
    assert said <= set(_named(words.partition("></div>")[0]))
