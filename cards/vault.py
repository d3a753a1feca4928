"""Write-once storage of pictures, raw answers and committed reviews.

The only module that touches file storage. What is put here is never changed: putting the same
bytes again is fine, other bytes under a name that is taken raise `VaultConflict`.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import IO, Any, Protocol, cast

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.storage import FileSystemStorage, storages
from storages.backends.s3 import S3Storage

README = """\
What Card Desk must never lose. Nothing here is ever changed.

images/ab/<sha256>/original.*             a picture as it came; its SHA-256 is the folder's name
images/ab/<sha256>/readings/<digest>.json a machine's raw answer about that picture; <digest>-2.json
                                          is its second one when the first could not be used
cards/ab/<card-id>/card.json              a card: which pictures are its sides, their origin
cards/ab/<card-id>/reviews/000001.json    what a person decided, in order

doctor/probe.txt                          left by `doctor`, which checks that this can be written

Check a picture:   sha256sum images/ab/<sha256>/original.jpg
Read an answer:    jq . images/ab/<sha256>/readings/<digest>.json
Last decision:     ls cards/ab/<card-id>/reviews | tail -1
"""


class VaultError(Exception):
    """The vault could not be reached or has not got what was asked for."""


class VaultConflict(VaultError):
    """Other bytes are already kept under this name."""


class _Storage(Protocol):
    def create(self, name: str, data: bytes) -> bool: ...
    def exists(self, name: str) -> bool: ...
    def open(self, name: str) -> Any: ...


class FolderStorage(FileSystemStorage):
    """A vault in a local folder."""

    def create(self, name: str, data: bytes) -> bool:
        """Whether `data` is now kept under `name`; False when the name was taken.

        The bytes are synced aside, linked without replacing, and the folder synced: after a power
        cut the object is there whole or not at all.
        """
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, aside = tempfile.mkstemp(dir=path.parent, prefix=".put-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.link(aside, path)
        except FileExistsError:
            return False
        finally:
            os.unlink(aside)
        self._sync_folders(path.parent)
        return True

    def _sync_folders(self, folder: Path) -> None:
        """Folders made for the object count too, up to the vault itself."""
        top = Path(self.location)
        while True:
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            if folder == top or top not in folder.parents:
                return
            folder = folder.parent


class BucketStorage(S3Storage):  # type: ignore[misc]
    """A vault in a bucket of S3 or of a store that speaks its language."""

    def __init__(self, **options: Any) -> None:
        options.setdefault(
            "client_config",
            Config(connect_timeout=5, read_timeout=20, retries={"max_attempts": 3}),
        )
        super().__init__(**options)

    def create(self, name: str, data: bytes) -> bool:
        """Whether `data` is now kept under `name`; False when the name was taken."""
        if self.exists(name):
            return False
        try:
            self.bucket.Object(self._normalize_name(name)).put(
                Body=data, IfNoneMatch="*", ChecksumAlgorithm="SHA256"
            )
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in (409, 412):
                return False
            raise
        return True


def put(name: str, data: bytes) -> None:
    """Keep `data` under `name` for good. Raises VaultConflict, VaultError."""
    storage = _storage()
    try:
        if not storage.create(name, data) and get(name) != data:
            raise VaultConflict(f"{name} is already kept with other contents; nothing was changed.")
    except (OSError, BotoCoreError, ClientError) as error:
        raise VaultError(f"The vault could not keep {name}: {error}") from error


def get(name: str) -> bytes:
    """The bytes kept under `name`. Raises VaultError."""
    try:
        with open_for_reading(name) as file:
            return file.read()
    except (OSError, BotoCoreError, ClientError) as error:
        raise VaultError(f"The vault could not give {name}: {error}") from error


def open_for_reading(name: str) -> IO[bytes]:
    """The object kept under `name` as an open file. Raises VaultError."""
    try:
        return cast(IO[bytes], _storage().open(name))
    except (OSError, BotoCoreError, ClientError) as error:
        raise VaultError(f"The vault could not give {name}: {error}") from error


def has(name: str) -> bool:
    """Whether something is kept under `name`. Raises VaultError."""
    try:
        return _storage().exists(name)
    except (OSError, BotoCoreError, ClientError) as error:
        raise VaultError(f"The vault could not look for {name}: {error}") from error


def put_json(name: str, document: dict[str, Any]) -> None:
    """Keep `document` as JSON in UTF-8; half a surrogate pair, which has no UTF-8, as its escape.

    Raises VaultConflict, VaultError.
    """
    text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True)
    put(name, text.encode(errors="backslashreplace"))


def get_json(name: str) -> dict[str, Any]:
    return cast(dict[str, Any], json.loads(get(name)))


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


def put_picture(data: bytes, media_type: str) -> str:
    """The SHA-256 of `data`, now kept as an original. Raises VaultError."""
    sha256 = hashlib.sha256(data).hexdigest()
    put(picture_name(sha256, media_type), data)
    return sha256


def _card_folder(card_id: Any) -> str:
    # The last digits of a time-ordered id are its random ones: they spread over the folders.
    return f"cards/{str(card_id)[-2:]}/{card_id}"


def _storage() -> _Storage:
    return cast(_Storage, storages["vault"])
