from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import Storage
from urllib3.exceptions import SSLError

from cards import vault
from cards.vault_storage import FolderStorage
from tests import pictures
from tests.disks import Spoil

if TYPE_CHECKING:
    from pytest_django import Settings


@pytest.fixture
def folder(fresh_vault: Storage) -> Path:
    if not isinstance(fresh_vault, FolderStorage):
        pytest.skip("about a vault in a folder")
    return Path(fresh_vault.location)


def test_what_was_put_can_be_had() -> None:
    vault.put("a/b.json", b"1")
    assert vault.get("a/b.json") == b"1"


def test_putting_the_same_bytes_again_is_fine() -> None:
    vault.put("a", b"1")
    vault.put("a", b"1")
    assert vault.get("a") == b"1"


def test_putting_other_bytes_under_a_taken_name_is_a_conflict() -> None:
    vault.put("a", b"1")
    with pytest.raises(vault.VaultConflict, match="nothing was changed"):
        vault.put("a", b"2")
    assert vault.get("a") == b"1"


def test_of_two_at_the_same_moment_exactly_one_is_kept() -> None:
    together = Barrier(4)

    def put(number: int) -> bytes | None:
        data = b"%d" % number
        together.wait(10)
        try:
            vault.put("a", data)
        except vault.VaultConflict:
            return None
        return data

    with ThreadPoolExecutor(4) as threads:
        kept = [data for data in threads.map(put, range(4)) if data is not None]
    assert kept == [vault.get("a")]


def test_what_is_not_there_is_a_vault_error() -> None:
    with pytest.raises(vault.VaultError, match="could not give a/b"):
        vault.get("a/b")


def test_opening_what_is_not_there_is_a_vault_error() -> None:
    with pytest.raises(vault.VaultError), vault.open_for_reading("a/b") as file:
        file.read()


def test_vault_knows_what_it_has() -> None:
    vault.put("a", b"1")
    assert vault.has("a")
    assert not vault.has("b")


def test_open_object_can_be_read_in_parts() -> None:
    vault.put("a", b"12345")
    with vault.open_for_reading("a") as file:
        assert (file.read(2), file.read()) == (b"12", b"345")


def test_document_comes_back_as_it_was() -> None:
    document = {"name": "Zoë 田中", "sides": [1, None], "quad": 0.5}
    vault.put_json("a.json", document)
    assert vault.get_json("a.json") == document


def test_document_can_be_read_by_people() -> None:
    vault.put_json("a.json", {"b": "田中", "a": 1})
    lines = vault.get("a.json").decode().splitlines()
    assert lines[:4] == ["{", ' "b": "田中",', ' "a": 1,', ' "kept_as": "a.json",']


def test_a_document_can_be_checked_with_sha256sum(folder: Path) -> None:
    vault.put_json("a.json", {"b": "田中", "sha": "x"})
    command = "head -n -2 a.json | sha256sum"
    found = subprocess.run(command, shell=True, cwd=folder, capture_output=True, check=True)
    assert found.stdout.split()[0].decode() == json.loads((folder / "a.json").read_text())["sha256"]


def test_every_flipped_bit_of_a_document_is_noticed() -> None:
    data = vault.sealed("a.json", {"b": "田中", "list": [1, {"c": 2.5}]})
    for place in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[place // 8] ^= 1 << place % 8
        with pytest.raises(vault.VaultDamage):
            vault.unsealed("a.json", bytes(flipped))


def test_a_document_in_the_place_of_another_is_noticed(spoil: Spoil) -> None:
    vault.put_json("a.json", {"b": 1})
    spoil("c.json", vault.get("a.json"))
    with pytest.raises(vault.VaultDamage, match="another object lies in its place"):
        vault.get_json("c.json")


def test_a_document_of_an_earlier_version_is_the_same_when_it_says_the_same() -> None:
    vault.put("a.json", b'{"b": [1, 2]}')
    vault.put_json("a.json", {"b": (1, 2)})
    assert vault.get_json("a.json") == {"b": [1, 2]}
    with pytest.raises(vault.VaultConflict):
        vault.put_json("a.json", {"b": [1, 3]})


def test_a_damaged_picture_is_never_taken_for_whole(spoil: Spoil) -> None:
    sha256 = vault.put_picture(pictures.jpeg(), "image/jpeg")
    spoil(vault.picture_name(sha256, "image/jpeg"), b"rust")
    with pytest.raises(vault.VaultDamage, match=r"is damaged in the vault"):
        vault.get_picture(sha256, "image/jpeg")


def test_vault_tells_names_and_sizes() -> None:
    for name in ("b/c", "a", "b/a/d"):
        vault.put(name, name.encode())
    assert sorted(vault.names()) == [("a", 1), ("b/a/d", 5), ("b/c", 3)]
    assert sorted(vault.names("b")) == [("b/a/d", 5), ("b/c", 3)]


def test_what_is_half_written_has_no_name(folder: Path) -> None:
    vault.put("a", b"1")
    (folder / ".put-x").write_bytes(b"half")
    assert list(vault.names()) == [("a", 1)]


def test_a_folder_that_cannot_be_listed_is_not_taken_for_empty(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault.put("cards/a", b"1")
    vault.put("images/a", b"1")
    scandir = os.scandir

    def scan(path: Path | str) -> Any:
        if Path(path) == folder / "cards":
            raise OSError(5, "Input/output error")
        return scandir(path)

    monkeypatch.setattr("os.scandir", scan)
    with pytest.raises(vault.VaultAway, match="could not list what it keeps"):
        list(vault.names())


def test_a_folder_that_was_never_made_or_went_meanwhile_is_empty(folder: Path) -> None:
    for name in ("a/1", "b/1", "c/1"):
        vault.put(name, b"1")
    listed = vault.names()
    first = next(listed)
    shutil.rmtree(folder / "b")
    assert [first, *listed] == [("a/1", 1), ("c/1", 1)]
    assert list(vault.names("erased")) == []


DOCUMENT = {"full_name": "Rosa Halloway"}
WHOLE = vault.sealed("a/b.json", DOCUMENT)


def test_a_repair_keeps_all_that_was_ever_damaged(spoil: Spoil) -> None:
    for rust in (b"rust", b"more rust", b"rust"):
        spoil("a/b.json", rust)
        vault.replace("a/b.json", WHOLE)
        assert vault.get_json("a/b.json") == DOCUMENT
    kept = {vault.get(name) for name, _ in vault.names("damaged")}
    assert kept == {b"rust", b"more rust"}


def test_a_repair_leaves_what_is_whole_in_its_place() -> None:
    vault.put_json("a/b.json", {"full_name": "Mira Ahlström"})
    vault.replace("a/b.json", WHOLE)
    assert vault.get_json("a/b.json") == {"full_name": "Mira Ahlström"}
    assert not list(vault.names("damaged"))


def test_a_repair_moves_nothing_that_cannot_be_read_just_now(
    fresh_vault: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault.put("a/b.json", WHOLE)

    def hang(*_: object) -> bytes:
        raise TimeoutError

    with monkeypatch.context() as patch:
        patch.setattr(type(fresh_vault), "open", hang)
        with pytest.raises(vault.VaultAway):
            vault.replace("a/b.json", WHOLE)
    assert [name for name, _ in vault.names()] == ["a/b.json"]


def test_a_slow_vault_does_not_take_every_thread_of_a_web_process(
    fresh_vault: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault, "_TURN_SECONDS", 0.05)
    is_answered = Event()
    monkeypatch.setattr(type(fresh_vault), "exists", lambda *_: is_answered.wait(10))

    def ask(_: int) -> str:
        vault.in_request.set(True)
        try:
            return str(vault.has("a"))
        except vault.VaultError as error:
            is_answered.set()
            return str(error)

    with ThreadPoolExecutor(3) as threads:
        answers = sorted(threads.map(ask, range(3)))
    assert answers[:2] == [
        "The vault could not look for a: it is slow just now. Try again in a moment.",
        "True",
    ]


def test_picture_lies_under_its_sha256() -> None:
    data = pictures.jpeg()
    sha256 = vault.put_picture(data, "image/jpeg")
    assert sha256 == hashlib.sha256(data).hexdigest()
    assert vault.get(f"images/{sha256[:2]}/{sha256}/original.jpg") == data


def test_picture_put_twice_is_one_object(vault_names: Callable[[], list[str]]) -> None:
    vault.put_picture(pictures.jpeg(), "image/jpeg")
    vault.put_picture(pictures.jpeg(), "image/jpeg")
    assert len(vault_names()) == 1


def test_damaged_picture_is_not_taken_for_the_same(spoil: Spoil) -> None:
    sha256 = vault.put_picture(pictures.jpeg(), "image/jpeg")
    spoil(vault.picture_name(sha256, "image/jpeg"), b"rust")
    with pytest.raises(vault.VaultConflict):
        vault.put_picture(pictures.jpeg(), "image/jpeg")


def test_cards_of_one_moment_lie_in_different_folders() -> None:
    start = "0198c0de-0000-7000-8000-0000000000"
    names = {vault.card_name(f"{start}{end}") for end in ("1f", "a0")}
    assert names == {f"cards/1f/{start}1f/card.json", f"cards/a0/{start}a0/card.json"}


def test_reviews_sort_by_their_number() -> None:
    names = [vault.review_name("c0de", number) for number in (2, 10, 100)]
    assert names == sorted(names)


def test_vault_explains_itself() -> None:
    vault.put_readme()
    assert b"sha256sum" in vault.get("README.txt")


def test_explanation_that_is_there_stays_as_it_is() -> None:
    vault.put("README.txt", b"of an earlier version")
    vault.put_readme()
    assert vault.get("README.txt") == b"of an earlier version"


@pytest.mark.usefixtures("full_vault")
def test_full_vault_says_what_could_not_be_kept() -> None:
    with pytest.raises(vault.VaultError, match=r"could not keep a: .*No space left"):
        vault.put("a", b"1")


def test_a_vault_that_has_lost_what_was_just_put_is_away(
    fresh_vault: Storage, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing can be missing that is only being put: later it may be kept."""

    def lose(*_: object) -> bool:
        raise FileNotFoundError

    second = {"BACKEND": "cards.vault_storage.FolderStorage", "OPTIONS": {"location": "copy"}}
    settings.STORAGES = {**settings.STORAGES, "vault_copy": second}
    for storage in {type(fresh_vault), FolderStorage}:
        monkeypatch.setattr(storage, "create", lose)
    for put in (vault.put, vault.put_in_copy):
        with pytest.raises(vault.VaultAway):
            put("a", b"1")


def test_an_answer_of_s3_that_is_broken_off_by_tls_means_that_it_is_away(
    fresh_vault: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(*_: object) -> bytes:
        raise SSLError("bad record mac")

    monkeypatch.setattr(type(fresh_vault), "open", break_off)
    with pytest.raises(vault.VaultAway):
        vault.get("a")


@pytest.mark.usefixtures("lost_vault")
def test_lost_vault_says_so_for_every_verb() -> None:
    for verb in (vault.get, vault.open_for_reading, vault.has):
        with pytest.raises(vault.VaultError, match="The vault could not"):
            verb("a")


def test_name_that_leads_out_of_the_vault_is_never_written(folder: Path) -> None:
    for name in ("../outside", "/etc/outside"):
        with pytest.raises(SuspiciousFileOperation):
            vault.put(name, b"1")
    assert not (folder.parent / "outside").exists()


def test_interrupted_put_leaves_nothing_behind(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(vault.VaultError):
        vault.put("a/b", b"1")
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_objects_in_a_folder_are_their_owners_alone(folder: Path) -> None:
    vault.put("a/b", b"1")
    assert (folder / "a/b").stat().st_mode & 0o077 == 0
    assert (folder / "a").stat().st_mode & 0o077 == 0


def test_half_a_surrogate_pair_is_kept_as_its_escape() -> None:
    """A model may write one; UTF-8 has no place for it, JSON has."""
    vault.put_json("cards/answer.json", {"text": "Rosa \ud83d", "and": "ロサ"})
    assert vault.get_json("cards/answer.json") == {"text": "Rosa \ud83d", "and": "ロサ"}
    assert "ロサ".encode() in vault.get("cards/answer.json")
