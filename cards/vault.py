"""Write-once storage of pictures, raw answers and committed reviews.

The only module that touches file storage. What is put here is never changed: putting the same
bytes again is fine, other bytes under a name that is taken raise `VaultConflict`.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import datetime
from typing import IO, Any, Protocol, cast

from django.conf import settings
from django.core.files.storage import storages

from cards.vault_readme import README
from cards.vault_storage import STORE_ERRORS, is_missing

DAMAGED = "damaged/"
"""Where a repair puts what is not what it was; nothing is ever thrown away."""

_MARK = b' "sha256": "'


class VaultError(Exception):
    """The vault could not be reached or has not got what was asked for."""


class VaultAway(VaultError):
    """The vault cannot be reached, or takes nothing just now: later it may."""


class VaultConflict(VaultError):
    """Other bytes are already kept under this name."""


class VaultDamage(VaultError):
    """What is kept under a name is not what was put there."""

    def __init__(self, name: str, why: str) -> None:
        self.why = why
        super().__init__(
            f"{name} is damaged in the vault: {why}. Nothing was changed; `manage.py verify` looks"
            " for more, and `verify --repair` puts it right from a second copy."
        )


class _Storage(Protocol):
    def create(self, name: str, data: bytes) -> bool: ...
    def exists(self, name: str) -> bool: ...
    def open(self, name: str) -> Any: ...
    def names(self, prefix: str) -> Iterator[tuple[str, int]]: ...
    def move(self, name: str, to: str) -> None: ...


in_request: ContextVar[bool] = ContextVar("in_request", default=False)
"""Whether a page is being answered. A store that hangs must not hang all of them."""

_turns = threading.BoundedSemaphore(2)
_TURN_SECONDS = 3


@contextmanager
def _turn(failed: str, *, may_lack: bool = True) -> Iterator[None]:
    """The store's errors, as VaultError. Of a web process's threads, two at most wait for it.

    A store that has not got it is away, unless it `may_lack` it: what is put cannot be missing.
    """
    is_limited = in_request.get()
    if is_limited and not _turns.acquire(timeout=_TURN_SECONDS):
        raise VaultAway(f"{failed}: it is slow just now. Try again in a moment.")
    try:
        yield
    except STORE_ERRORS as error:
        kind = VaultError if may_lack and is_missing(error) else VaultAway
        raise kind(f"{failed}: {error}") from error
    finally:
        if is_limited:
            _turns.release()


def put(name: str, data: bytes) -> None:
    """Keep `data` under `name` for good. Raises VaultConflict, VaultAway."""
    with _turn(f"The vault could not keep {name}", may_lack=False):
        is_kept = _storage().create(name, data) or _read(_storage(), name) == data
    if not is_kept:
        raise VaultConflict(f"{name} is already kept with other contents; nothing was changed.")


def get(name: str) -> bytes:
    """The bytes kept under `name`. Raises VaultError."""
    with _turn(f"The vault could not give {name}"):
        return _read(_storage(), name)


def open_for_reading(name: str) -> IO[bytes]:
    """The object kept under `name` as an open file; one from a bucket has come when this returns.
    Raises VaultError."""
    with _turn(f"The vault could not give {name}"):
        return cast(IO[bytes], _storage().open(name))


def has(name: str) -> bool:
    """Whether something is kept under `name`. Raises VaultError."""
    with _turn(f"The vault could not look for {name}"):
        return _storage().exists(name)


def names(prefix: str = "") -> Iterator[tuple[str, int]]:
    """Name and size in bytes of all that is kept below a folder. Raises VaultError."""
    with _turn(f"The vault could not list {prefix or 'what it keeps'}"):
        yield from _storage().names(prefix)


def put_json(name: str, document: dict[str, Any]) -> None:
    """Keep `document` as JSON in UTF-8, sealed; half a surrogate pair, which has no UTF-8, as its
    escape. What an earlier version kept without a seal is the same when it says the same.

    Raises VaultConflict, VaultError.
    """
    try:
        put(name, sealed(name, document))
    except VaultConflict:
        if get_json(name) != json.loads(json.dumps(document)):
            raise


def get_json(name: str) -> dict[str, Any]:
    """The document kept under `name`. Raises VaultDamage, VaultError."""
    return unsealed(name, get(name))


def sealed(name: str, document: dict[str, Any]) -> bytes:
    """The bytes of `document`: they say where they belong and what they hash to."""
    text = json.dumps({**document, "kept_as": name}, ensure_ascii=False, indent=1)
    body = (text.removesuffix("\n}") + ",\n").encode(errors="backslashreplace")
    return body + _MARK + hashlib.sha256(body).hexdigest().encode() + b'"\n}\n'


def unsealed(name: str, data: bytes) -> dict[str, Any]:
    """The document in the bytes kept under `name`. Raises VaultDamage."""
    body, mark, seal = data.rpartition(_MARK)
    is_whole = not mark or seal == hashlib.sha256(body).hexdigest().encode() + b'"\n}\n'
    try:
        document = cast(dict[str, Any], json.loads(data))
    except ValueError:
        is_whole, document = False, {}
    if not is_whole or ("kept_as" in document and not mark):
        raise VaultDamage(name, "its bytes are not those that were kept")
    if document.pop("kept_as", name) != name:
        raise VaultDamage(name, "another object lies in its place")
    document.pop("sha256", None)
    return document


def is_sealed(data: bytes) -> bool:
    """Whether a document was kept with a seal; earlier versions knew none."""
    return _MARK in data


def check(name: str, data: bytes) -> None:
    """Raises VaultDamage when `data` cannot be what was kept under `name`."""
    if name.endswith(".json"):
        unsealed(name, data)
    elif name.startswith("images/"):
        sha256 = name.split("/")[2]
        if hashlib.sha256(data).hexdigest() != sha256:
            raise VaultDamage(name, "its bytes are not those of the picture")


def from_copy(name: str) -> bytes:
    """What the second copy of the vault keeps under `name`. Raises VaultDamage, VaultError."""
    with _turn(f"The vault could not find a copy of {name}"):
        data = _read(_copy(), name)
    check(name, data)
    return data


def names_in_copy() -> Iterator[tuple[str, int]]:
    """Name and size in bytes of all that the second copy keeps. Raises VaultError."""
    with _turn("The vault could not list its second copy"):
        yield from _copy().names("")


def put_in_copy(name: str, data: bytes) -> bool:
    """Whether `data` is new in the second copy, where nothing is overwritten either. Raises
    VaultError."""
    with _turn(f"The vault could not copy {name}", may_lack=False):
        return _copy().create(name, data)


def replace(name: str, data: bytes) -> None:
    """Put `data` in the place of what is missing, or damaged and then kept elsewhere. What is whole
    stays, also when it could not be read a moment ago. Only for repairs. Raises VaultError."""
    if has(name):
        kept = get(name)
        with suppress(VaultDamage):
            check(name, kept)
            return
        with _turn(f"The vault could not repair {name}"):
            _storage().move(name, f"{DAMAGED}{name}.{hashlib.sha256(kept).hexdigest()[:8]}")
    put(name, data)


def put_readme() -> None:
    """Explain the vault to whoever opens it without this program."""
    if not has("README.txt"):
        put("README.txt", README.encode())


EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/tiff": "tif",
    "image/heic": "heic",
    "application/pdf": "pdf",
}


def picture_name(sha256: str, media_type: str) -> str:
    return f"images/{sha256[:2]}/{sha256}/original.{EXTENSIONS[media_type]}"


def reading_name(sha256: str, digest: str) -> str:
    return f"images/{sha256[:2]}/{sha256}/readings/{digest}.json"


def card_name(card_id: Any) -> str:
    return f"{_card_folder(card_id)}/card.json"


def review_name(card_id: Any, number: int) -> str:
    return f"{_card_folder(card_id)}/reviews/{number:06d}.json"


def look_name(card_id: Any, number: int, status: str) -> str:
    """A second look at the decision `number` of a card, as it stood with `status`."""
    return f"{_card_folder(card_id)}/looks/{number:06d}-{status}.json"


def reading_row_name(card_id: Any, reading_id: int) -> str:
    return f"{_card_folder(card_id)}/extractions/{reading_id:09d}.json"


def batch_name(batch_id: int, version: int) -> str:
    return f"batches/{batch_id:06d}/{version:06d}.json"


def call_name(started_at: datetime, call_id: int, closing: int) -> str:
    return f"calls/{started_at:%Y-%m}/{call_id:09d}-{closing}.json"


def backlog_name(key: Any) -> str:
    return f"backlogs/{key}.json"


def put_picture(data: bytes, media_type: str) -> str:
    """The SHA-256 of `data`, now kept as an original. Raises VaultError."""
    sha256 = hashlib.sha256(data).hexdigest()
    put(picture_name(sha256, media_type), data)
    return sha256


def get_picture(sha256: str, media_type: str) -> bytes:
    """The original with this SHA-256. Raises VaultDamage, VaultError."""
    name = picture_name(sha256, media_type)
    data = get(name)
    check(name, data)
    return data


def _card_folder(card_id: Any) -> str:
    # The last digits of a time-ordered id are its random ones: they spread over the folders.
    return f"cards/{str(card_id)[-2:]}/{card_id}"


def _read(storage: _Storage, name: str) -> bytes:
    with storage.open(name) as file:
        return cast(bytes, file.read())


def _copy() -> _Storage:
    if "vault_copy" not in settings.STORAGES:
        raise VaultError("there is no second copy; VAULT_COPY_URL would name one")
    return cast(_Storage, storages["vault_copy"])


def _storage() -> _Storage:
    return cast(_Storage, storages["vault"])
