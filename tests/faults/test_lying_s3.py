"""What the vault makes of a store that fails and lies, object by object."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as product_settings

from backoffice.archive import moving_vault
from backoffice.archive.moving_vault import MoveError
from cards import vault
from tests import services
from tests.faults.lying_s3 import Lie, LyingStore

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.s3

DOCUMENT = {"full_name": "Rosa Halloway"}


@pytest.fixture
def store(
    s3_environment: dict[str, str], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[LyingStore]:
    """The vault of this process is in it."""
    for name, text in s3_environment.items():
        monkeypatch.setenv(name, text)
    with LyingStore(s3_environment["AWS_ENDPOINT_URL"], Random(2)) as opened:
        monkeypatch.setenv("AWS_ENDPOINT_URL", opened.url)
        options = {"bucket_name": services.BUCKET, "location": uuid.uuid4().hex}
        bucket = {"BACKEND": "cards.vault_storage.BucketStorage", "OPTIONS": options}
        settings.STORAGES = {**product_settings.STORAGES, "vault": bucket}
        yield opened


def test_what_is_put_through_it_is_there(store: LyingStore) -> None:
    vault.put_json("a.json", DOCUMENT)
    assert vault.get_json("a.json") == DOCUMENT
    assert [name for name, _size in vault.names()] == ["a.json"]
    assert store.told == 0


def test_an_object_that_it_accepts_and_loses_is_not_taken_for_kept(store: LyingStore) -> None:
    store.tell(Lie.LOSES)
    with pytest.raises(vault.VaultAway, match=r"could not keep a\.json"):
        vault.put_json("a.json", DOCUMENT)
    store.tell(Lie.NONE)
    vault.put_json("a.json", DOCUMENT)
    assert vault.get_json("a.json") == DOCUMENT


def test_other_bytes_are_never_taken_for_what_was_kept(store: LyingStore) -> None:
    vault.put_json("a.json", DOCUMENT)
    store.tell(Lie.OTHER_BYTES)
    with pytest.raises(vault.VaultDamage):
        vault.get_json("a.json")
    store.tell(Lie.NONE)
    assert vault.get_json("a.json") == DOCUMENT


@pytest.mark.parametrize("lie", [Lie.KEEPS_AND_FAILS, Lie.CUTS])
def test_an_object_that_it_keeps_without_saying_so_is_kept_once(
    store: LyingStore, lie: Lie
) -> None:
    store.tell(lie)
    with pytest.raises(vault.VaultError):
        vault.put_json("a.json", DOCUMENT)
    assert store.told
    store.tell(Lie.NONE)
    vault.put_json("a.json", DOCUMENT)
    assert len(list(vault.names())) == 1


@pytest.mark.parametrize("read", [vault.get, vault.open_for_reading])
def test_a_store_that_cuts_an_object_off_is_asked_once_more_and_is_away(
    store: LyingStore, read: Callable[[str], object]
) -> None:
    """A picture has come when it is opened: whoever sends it on does not wait for the store."""
    vault.put("a", b"12345")
    store.tell(Lie.CUTS_SHORT)
    with pytest.raises(vault.VaultAway, match="could not give a"):
        read("a")
    assert store.told == 2


def test_an_object_that_is_there_and_cannot_be_compared_is_put_later(store: LyingStore) -> None:
    vault.put_json("a.json", DOCUMENT)
    store.tell(Lie.CUTS_SHORT)
    with pytest.raises(vault.VaultAway, match=r"could not keep a\.json"):
        vault.put_json("a.json", DOCUMENT)


def test_a_vault_that_cuts_objects_off_is_not_moved_and_the_move_goes_on_later(
    store: LyingStore, tmp_path: Path
) -> None:
    vault.put_json("a.json", DOCUMENT)
    source, target = moving_vault.ours(), moving_vault.at(str(tmp_path / "new"))
    store.tell(Lie.CUTS_SHORT)
    with pytest.raises(MoveError, match="run the same again"):
        moving_vault.move(source, target, lambda _count: None)
    store.tell(Lie.NONE)
    assert moving_vault.move(source, target, lambda _count: None).objects == 1


def test_what_was_damaged_in_a_bucket_is_kept_beside_it(store: LyingStore) -> None:
    vault.put("a.json", b"rust")
    vault.replace("a.json", vault.sealed("a.json", DOCUMENT))
    assert vault.get_json("a.json") == DOCUMENT
    ((name, _size),) = vault.names("damaged")
    assert vault.get(name) == b"rust"


def test_a_store_that_fails_now_and_then_is_asked_again(store: LyingStore) -> None:
    store.tell(Lie.FAILS)
    with pytest.raises(vault.VaultError, match=r"could not look for a\.json"):
        vault.has("a.json")
    assert store.told == 2


def test_an_old_list_is_only_old(store: LyingStore) -> None:
    vault.put_json("old.json", DOCUMENT)
    store.tell(Lie.OLD_LIST)
    vault.put_json("new.json", DOCUMENT)
    assert [name for name, _size in vault.names()] == ["old.json"]
    assert vault.has("new.json")
    store.tell(Lie.NONE)
    assert len(list(vault.names())) == 2
