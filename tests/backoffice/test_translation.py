"""The catalogues of translations: complete, in step with the program, and true to its blanks."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.conf import settings

from tests.backoffice.visible_text import left_in_english

ROOT = Path(__file__).resolve().parents[2]
APPS = ("cards", "extraction", "review", "backoffice")
TEMPLATES = sorted(path for app in APPS for path in (ROOT / app).rglob("templates/**/*.html"))
OTHERS = [code for code, _name in settings.LANGUAGES if code != "en"]
BLANKS = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}|</?[a-z][^>]*>")
"""What a translation must have as its original has it: placeholders and tags."""


def catalogue(language: str) -> Path:
    return ROOT / "backoffice" / "locale" / language / "LC_MESSAGES" / "django.po"


@cache
def translations(language: str) -> Catalog:
    with catalogue(language).open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def sentences(found: Catalog) -> Iterator[Message]:
    """The messages without the header."""
    return (message for message in found if message.id)


def key(message: Message) -> tuple[str, ...]:
    """What a message is looked up by: its context, its text, and that of its plural."""
    context: str | bytes = message.context or ""  # Babel leaves those of compiled ones in bytes
    named = context.decode() if isinstance(context, bytes) else context
    return (named, *forms(message.id))


def forms(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    """A text and that of its plural, or a text alone."""
    return (text or "",) if text is None or isinstance(text, str) else tuple(text)


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program with catalogues that were made anew, from nothing."""
    assert shutil.which("xgettext"), "GNU gettext is missing; on Debian: apt install gettext"
    folder = tmp_path_factory.mktemp("program")
    for app in APPS:
        leave_out = shutil.ignore_patterns("__pycache__", "*.po", "*.mo", "static")
        shutil.copytree(ROOT / app, folder / app, ignore=leave_out)
    shutil.copy(ROOT / "manage.py", folder)
    subprocess.run(
        [sys.executable, "manage.py", "makemessages", "--extension=html,py", "--no-location",
         *(f"--locale={language}" for language in OTHERS)],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(folder / "media")},
        check=True,
        capture_output=True,
    )  # fmt: skip
    return folder


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_of_the_program_is_in_the_catalogue_and_no_other(
    language: str, collected: Path
) -> None:
    with (collected / catalogue(language).relative_to(ROOT)).open("rb") as file:
        wanted = {key(message) for message in sentences(read_po(file, locale=language))}
    kept = {key(message) for message in sentences(translations(language))}
    assert len(wanted) > 100
    assert kept == wanted, "`make messages` brings the catalogue up to date"


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_translated_for_certain(language: str) -> None:
    found = translations(language)
    unsure = {
        message.id
        for message in sentences(found)
        if message.fuzzy or not all(forms(message.string))
    }
    assert not unsure
    assert not found.obsolete


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_blanks_and_tags_of_its_original(language: str) -> None:
    """All of them in the last form, which counts many; one may be told without its number."""
    wrong = []
    for message in sentences(translations(language)):
        originals = [Counter(BLANKS.findall(text)) for text in forms(message.id)]
        translated = [Counter(BLANKS.findall(text)) for text in forms(message.string)]
        allowed = [originals[0], *originals[1:] * (len(translated) - 1)]
        if len(translated) != len(allowed) or translated != allowed:
            wrong.append(message.id)
    assert not wrong


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_begins_and_ends_as_its_original(language: str) -> None:
    """With the same space around it, and a full stop where the original has one."""

    def edges(text: str) -> tuple[bool, bool, bool]:
        return text[:1].isspace(), text[-1:].isspace(), text.endswith(".")

    wrong = [
        (original, translated)
        for message in sentences(translations(language))
        for original, translated in zip(forms(message.id), forms(message.string), strict=False)
        if edges(original) != edges(translated) and not translated.endswith(("Min.", "Std."))
    ]
    assert not wrong


@pytest.mark.parametrize("language", OTHERS)
def test_the_compiled_catalogue_says_what_the_catalogue_says(language: str) -> None:
    with catalogue(language).with_suffix(".mo").open("rb") as file:
        compiled = {key(message): forms(message.string) for message in sentences(read_mo(file))}
    written = {key(message): forms(message.string) for message in sentences(translations(language))}
    assert compiled == written, "`make messages` compiles the catalogue"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_template_shows_no_words_that_cannot_be_translated(path: Path) -> None:
    assert not left_in_english(path.read_text())
