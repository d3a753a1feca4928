"""The watch: what a process knows of its database, and when."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from backoffice.readonly import watch
from backoffice.readonly.watch import Watch

ENOUGH_SECONDS = 20


class FakeAsker:
    """Answers as the test wants; a question can be held back."""

    def __init__(self) -> None:
        self.trouble: BaseException | None = None
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.asked = threading.Event()
        self.doubts: list[bool] = []
        self.cut_off: list[Any] = []
        self.has_gone = False

    def ask(self, *, is_in_doubt: bool = False) -> None:
        self.doubts.append(is_in_doubt)
        self.asked.set()
        self.may_answer.wait(ENOUGH_SECONDS)
        if self.trouble:
            raise self.trouble

    def is_gone(self) -> bool:
        return self.has_gone

    def cut(self, connection: Any) -> None:
        self.cut_off.append(connection)


class Line:
    """Stands for a connection."""


@pytest.fixture
def asker() -> Iterator[FakeAsker]:
    fake = FakeAsker()
    yield fake
    fake.may_answer.clear()  # the thread asks no more


@pytest.fixture
def watching(asker: FakeAsker) -> Watch:
    """A watch that asks when it is told to; its first question is answered."""
    made = Watch(lambda: asker, every_seconds=0.01)
    made.start()
    assert asker.asked.wait(ENOUGH_SECONDS)
    return made


def until(is_down: bool, watching: Watch) -> None:
    deadline = time.monotonic() + ENOUGH_SECONDS
    while watching.is_known_down != is_down:
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_database_that_answers_is_up(watching: Watch) -> None:
    assert not watching.ask_now()
    assert not watching.is_down()


def test_it_is_down_with_the_first_refusal_and_up_with_the_first_answer(
    watching: Watch, asker: FakeAsker
) -> None:
    asker.trouble = OSError("connection refused")
    until(True, watching)
    assert watching.is_down()
    asker.trouble = None
    until(False, watching)
    assert not watching.is_down()


def test_connections_of_pages_are_cut_when_it_goes_down(watching: Watch, asker: FakeAsker) -> None:
    line: Any = Line()
    watching.mind(line)
    asker.trouble = TimeoutError()
    until(True, watching)
    asker.trouble = None
    until(False, watching)
    assert asker.cut_off
    assert set(asker.cut_off) == {line}


def test_a_page_waits_for_an_answer_that_is_overdue(
    watching: Watch, asker: FakeAsker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "PROMPT_SECONDS", 0)
    monkeypatch.setattr(watch, "LONGEST_SECONDS", ENOUGH_SECONDS)
    hold(asker)
    asker.trouble = TimeoutError()
    threading.Timer(0.05, asker.may_answer.set).start()
    assert watching.is_down()


def test_an_asker_that_hangs_itself_is_an_answer(
    watching: Watch, asker: FakeAsker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "PROMPT_SECONDS", 0)
    monkeypatch.setattr(watch, "LONGEST_SECONDS", 0.05)
    hold(asker)
    assert watching.is_down()
    assert not watching.is_known_down


def test_asking_now_puts_a_new_question_in_doubt(watching: Watch, asker: FakeAsker) -> None:
    hold(asker)
    threading.Timer(0.05, asker.may_answer.set).start()
    assert not watching.ask_now(is_in_doubt=True)
    assert True in asker.doubts


def test_what_is_gone_at_a_glance_is_asked_about_at_once(watching: Watch, asker: FakeAsker) -> None:
    asker.has_gone, asker.trouble = True, FileNotFoundError()
    assert watching.is_down()


def test_nobody_watches_where_no_pages_are_served() -> None:
    assert not Watch().is_down()
    assert not Watch().ask_now()


def hold(asker: FakeAsker) -> None:
    """Let the next question stay open."""
    asker.may_answer.clear()
    asker.asked.clear()
    assert asker.asked.wait(ENOUGH_SECONDS)
