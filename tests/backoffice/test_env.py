"""Environment variables are read with their types; a wrong one is answered with a sentence."""

from __future__ import annotations

import stat
import threading
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from backoffice import env


@pytest.fixture
def value(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.delenv("THING", raising=False)
    monkeypatch.delenv("THING_FILE", raising=False)
    return monkeypatch


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_text_is_the_value_without_spaces_around(value: pytest.MonkeyPatch) -> None:
    value.setenv("THING", "  rose \n")
    assert env.text("THING") == "rose"


@pytest.mark.parametrize("empty", ["", "   "])
def test_empty_text_is_the_default(value: pytest.MonkeyPatch, empty: str) -> None:
    value.setenv("THING", empty)
    assert env.text("THING", "tulip") == "tulip"


@pytest.mark.parametrize("yes", ["1", "true", "Yes", "ON"])
def test_flag_understands_yes(value: pytest.MonkeyPatch, yes: str) -> None:
    value.setenv("THING", yes)
    assert env.flag("THING") is True


@pytest.mark.parametrize("no", ["0", "false", "No", "OFF"])
def test_flag_understands_no(value: pytest.MonkeyPatch, no: str) -> None:
    value.setenv("THING", no)
    assert env.flag("THING", True) is False


def test_flag_that_is_not_set_is_the_default(value: pytest.MonkeyPatch) -> None:
    assert env.flag("THING", True) is True


def test_flag_of_another_word_is_refused(value: pytest.MonkeyPatch) -> None:
    value.setenv("THING", "maybe")
    with pytest.raises(ImproperlyConfigured, match=r"THING is 'maybe'; write yes or no\."):
        env.flag("THING")


def test_integer_is_a_number(value: pytest.MonkeyPatch) -> None:
    value.setenv("THING", "12")
    assert env.integer("THING", 5) == 12


def test_integer_that_is_not_set_is_the_default(value: pytest.MonkeyPatch) -> None:
    assert env.integer("THING", 5) == 5


@pytest.mark.parametrize("wrong", ["ten", "1.5", "1e3", "0x10"])
def test_integer_of_another_form_is_refused(value: pytest.MonkeyPatch, wrong: str) -> None:
    value.setenv("THING", wrong)
    with pytest.raises(ImproperlyConfigured, match="write a whole number"):
        env.integer("THING", 5)


@pytest.mark.parametrize("small", ["0", "-3"])
def test_integer_that_is_too_small_is_refused(value: pytest.MonkeyPatch, small: str) -> None:
    value.setenv("THING", small)
    with pytest.raises(ImproperlyConfigured, match="the least it can be is 1"):
        env.integer("THING", 5)


def test_integer_that_is_too_large_is_refused(value: pytest.MonkeyPatch) -> None:
    value.setenv("THING", "70000")
    with pytest.raises(ImproperlyConfigured, match="the most it can be is 65535"):
        env.integer("THING", 5, at_most=65535)


def test_amount_is_a_decimal(value: pytest.MonkeyPatch) -> None:
    value.setenv("THING", "12.50")
    assert env.amount("THING") == Decimal("12.50")


def test_amount_that_is_not_set_is_nothing(value: pytest.MonkeyPatch) -> None:
    assert env.amount("THING") == 0


@pytest.mark.parametrize("wrong", ["five", "-1", "1,5", "NaN", "Infinity"])
def test_amount_of_another_form_is_refused(value: pytest.MonkeyPatch, wrong: str) -> None:
    value.setenv("THING", wrong)
    with pytest.raises(ImproperlyConfigured, match=r"write an amount such as 12\.50"):
        env.amount("THING")


def test_price_list_has_three_amounts_a_model(value: pytest.MonkeyPatch) -> None:
    value.setenv("THING", '{"mine": [0.25, 0.025, 2]}')
    assert env.price_list("THING") == {"mine": (Decimal("0.25"), Decimal("0.025"), Decimal(2))}


def test_price_list_that_is_not_set_is_empty(value: pytest.MonkeyPatch) -> None:
    assert env.price_list("THING") == {}


@pytest.mark.parametrize(
    "wrong",
    ["0.25", "[1, 2, 3]", "{", '{"mine": 1}', '{"mine": [1, 2]}', '{"mine": [1, 2, "x"]}',
     '{"mine": [1, 2, -3]}', '{"mine": [1, 2, NaN]}', '{"mine": [1, 2, Infinity]}'],
)  # fmt: skip
def test_price_list_of_another_form_is_refused(value: pytest.MonkeyPatch, wrong: str) -> None:
    value.setenv("THING", wrong)
    with pytest.raises(ImproperlyConfigured, match="THING cannot be understood; write JSON"):
        env.price_list("THING")


def test_words_are_separated_by_commas(value: pytest.MonkeyPatch) -> None:
    value.setenv("THING", "rose, tulip,, ")
    assert env.words("THING") == ["rose", "tulip"]


def test_words_that_are_not_set_are_the_default(value: pytest.MonkeyPatch) -> None:
    assert env.words("THING", "rose,tulip") == ["rose", "tulip"]


def test_secret_is_the_value(value: pytest.MonkeyPatch) -> None:
    value.setenv("THING", "hush")
    assert env.secret("THING") == "hush"


def test_secret_comes_from_a_file(value: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from a file\n")
    value.setenv("THING", "from the environment")
    value.setenv("THING_FILE", str(tmp_path / "secret"))
    assert env.secret("THING") == "from a file"


def test_secret_whose_file_is_missing_is_refused(value: pytest.MonkeyPatch, tmp_path: Path) -> None:
    value.setenv("THING_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(ImproperlyConfigured, match="THING_FILE cannot be read"):
        env.secret("THING")


def test_secret_whose_file_is_no_text_is_refused(value: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"\xff\xfe\x00")
    value.setenv("THING_FILE", str(tmp_path / "secret"))
    with pytest.raises(ImproperlyConfigured, match="THING_FILE cannot be read"):
        env.secret("THING")


def test_private_folder_is_its_owners_alone(tmp_path: Path) -> None:
    assert _mode(env.private_folder(tmp_path / "a" / "b")) == 0o700


def test_private_folder_that_is_there_is_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here")
    tmp_path.chmod(0o750)
    assert (env.private_folder(tmp_path) / "file").exists()
    assert _mode(tmp_path) == 0o750  # whoever lets others in may have a reason; `doctor` asks


def test_empty_folder_that_others_can_enter_becomes_its_owners_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert _mode(env.private_folder(tmp_path)) == 0o700


def test_folder_of_somebody_else_is_taken_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o755)

    def refuse(path: Path, mode: int) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "chmod", refuse)
    assert env.private_folder(tmp_path) == tmp_path


def test_private_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ImproperlyConfigured, match="Choose another with DATA_DIR"):
        env.private_folder(tmp_path / "file")


def test_kept_secret_stays_the_same(tmp_path: Path) -> None:
    first = env.kept_secret(tmp_path / "key")
    assert len(first) >= 50
    assert env.kept_secret(tmp_path / "key") == first


def test_kept_secret_is_its_owners_alone(tmp_path: Path) -> None:
    env.kept_secret(tmp_path / "key")
    assert _mode(tmp_path / "key") == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_two_folders_have_two_secrets(tmp_path: Path) -> None:
    assert env.kept_secret(tmp_path / "one") != env.kept_secret(tmp_path / "two")


def test_processes_that_start_together_agree_on_a_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = iter(range(1, 9))
    monkeypatch.setattr("os.getpid", lambda: next(numbers))
    together = threading.Barrier(8)
    found: list[str] = []

    def start() -> None:
        together.wait(10)
        found.append(env.kept_secret(tmp_path / "key"))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
