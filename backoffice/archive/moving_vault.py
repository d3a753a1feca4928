"""Copies the objects of one vault into another, each checked on its way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.module_loading import import_string

from backoffice.archive.chunks import chunks
from backoffice.archive.second_copy import Copied
from cards import vault
from cards.vault_storage import STORE_ERRORS, BucketStorage, FolderStorage

MOVERS = 8
CHUNK = 200

LEFT_BEHIND = ("doctor/", vault.DAMAGED)
"""The probe of `doctor`, and what a repair has put aside."""

OF_A_SITE = ("cards/", "batches/")

Storage = FolderStorage | BucketStorage
Tell = Callable[[int], object]


def at(place: str) -> Storage:
    """The vault at s3://bucket/folder or in a folder. Raises MoveError."""
    parts = urlsplit(place)
    if parts.scheme == "s3" and parts.netloc:
        return BucketStorage(bucket_name=parts.netloc, location=parts.path.strip("/"))
    if "://" not in place:
        return FolderStorage(location=Path(place).resolve())
    raise MoveError(f"{place} is no place of a vault; write s3://bucket/folder or a folder.")


def ours() -> Storage:
    """The site's own vault."""
    found = settings.STORAGES["vault"]
    storage: Storage = import_string(found["BACKEND"])(**found["OPTIONS"])
    return storage


def named(storage: Storage) -> str:
    if isinstance(storage, FolderStorage):
        return str(storage.location)
    return f"s3://{storage.bucket_name}/{storage.location}".rstrip("/")


class MoveError(Exception):
    """Why the move ended: what was kept, and what to do next."""


def move(source: Storage, target: Storage, tell: Tell) -> Copied:
    """Copies what `target` has not got; run again, it goes on. Raises MoveError.

    An object that is there with as many bytes is taken for whole: none is ever there in part, and
    the store has checked it when it came.
    """
    try:
        there = dict(target.names())
        here = {name: size for name, size in source.names() if not name.startswith(LEFT_BEHIND)}
        _refuse_another(there, here)
        moved = Copied()
        with ThreadPoolExecutor(MOVERS) as movers:
            lacking = [name for name, size in here.items() if there.get(name) != size]
            moved.already = len(here) - len(lacking)
            for chunk in chunks(lacking, CHUNK):
                found = movers.map(lambda name: _move(name, source, target), chunk)
                _note(moved, zip(chunk, found, strict=True))
                tell(len(chunk))
    except STORE_ERRORS as error:
        raise MoveError(
            f"A vault does not answer ({error}). What was copied is whole and stays; the old side"
            " is as it was. See that both can be reached, then run the same again: it goes on."
        ) from error
    return moved


def _refuse_another(there: Iterable[str], here: dict[str, int]) -> None:
    strange = [name for name in there if name.startswith(OF_A_SITE) and name not in here]
    if strange:
        raise MoveError(
            f"The vault to move into has {len(strange):,} documents that this site has not got,"
            f" such as {strange[0]}: it is another site's, or was worked with since. Nothing was"
            " changed. Name an empty place."
        )


def _move(name: str, source: Storage, target: Storage) -> int | str:
    """The size of the object in bytes, or why it was not copied."""
    with source.open(name) as file:
        data: bytes = file.read()
    try:
        vault.check(name, data)
    except vault.VaultDamage as error:
        return error.why
    if not target.create(name, data):
        with target.open(name) as file:
            if file.read() != data:
                return "the vault to move into keeps other bytes under this name"
    return len(data)


def _note(moved: Copied, outcomes: Iterable[tuple[str, int | str]]) -> None:
    for name, outcome in outcomes:
        if isinstance(outcome, str):
            moved.refused[name] = outcome
        else:
            moved.objects += 1
            moved.size += outcome
