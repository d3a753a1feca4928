"""Where a vault can be: a folder, or a bucket of S3. Only `cards.vault` and what moves a vault use
these."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import tempfile
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    IncompleteReadError,
    ResponseStreamingError,
)
from django.core.files.storage import FileSystemStorage
from storages.backends.s3 import S3Storage
from urllib3.exceptions import HTTPError

from cards import lasting

STORE_ERRORS = (OSError, BotoCoreError, ClientError, HTTPError)
"""All that a folder or a bucket raises which does not do as asked; an answer that is broken off by
TLS comes as urllib3's own."""

ASIDE = ".put-"
"""The name of a file begins with it until it is whole."""


def is_missing(error: Exception) -> bool:
    """Whether the store answers, and has not got it."""
    if isinstance(error, ClientError):
        return bool(error.response["ResponseMetadata"]["HTTPStatusCode"] == 404)
    return isinstance(error, FileNotFoundError)


class FolderStorage(FileSystemStorage):
    """A vault in a local folder."""

    def create(self, name: str, data: bytes) -> bool:
        """Whether `data` is now kept under `name`; False when the name was taken.

        The bytes are synced aside, linked without replacing, and the folder synced: after a power
        cut the object is there whole or not at all.
        """
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, aside = tempfile.mkstemp(dir=path.parent, prefix=ASIDE)
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

    def names(self, prefix: str = "") -> Iterator[tuple[str, int]]:
        """Name and size in bytes of each object below a folder, in the order of names. Raises
        OSError when one of its folders cannot be listed: what is in it is not missing."""
        top = Path(self.location)
        for folder, folders, files in os.walk(top / prefix, onerror=_raise_unless_gone):
            folders.sort()
            for file in sorted(files):
                path = Path(folder, file)
                if not file.startswith(ASIDE):
                    yield path.relative_to(top).as_posix(), path.stat().st_size

    def move(self, name: str, to: str) -> None:
        """Give an object another name, as only a repair may."""
        target = Path(self.path(to))
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.rename(self.path(name), target)
        self._sync_folders(target.parent)

    def _sync_folders(self, folder: Path) -> None:
        """Folders made for the object count too, up to the vault itself."""
        top = Path(self.location)
        while True:
            lasting.sync(folder)
            if folder == top or top not in folder.parents:
                return
            folder = folder.parent


def _raise_unless_gone(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


class BucketStorage(S3Storage):  # type: ignore[misc]
    """A vault in a bucket of S3 or of a store that speaks its language."""

    def __init__(self, **options: Any) -> None:
        options.setdefault(
            "client_config",
            Config(
                connect_timeout=3,
                read_timeout=15,
                retries={"mode": "standard", "total_max_attempts": 2},
                # The vault looks itself whether bytes are whole, and tells damage from no answer.
                response_checksum_validation="when_required",
            ),
        )
        super().__init__(**options)

    def _open(self, name: str, mode: str = "rb") -> io.BytesIO:
        """The whole object, which has come when this returns: nobody waits for it later.

        One that is cut off is asked for once more, one that hangs is not.
        """
        key = self._normalize_name(name)
        try:
            return self._read(key)
        except (IncompleteReadError, ResponseStreamingError):
            return self._read(key)

    def _read(self, key: str) -> io.BytesIO:
        client = self.connection.meta.client
        # Its own `with` would hand out what is below it, which raises other errors.
        with closing(client.get_object(Bucket=self.bucket_name, Key=key)["Body"]) as body:
            return io.BytesIO(body.read())

    def create(self, name: str, data: bytes) -> bool:
        """Whether `data` is now kept under `name`; False when the name was taken.

        The store's word is not enough: it is asked what it has got.
        """
        if self.exists(name):
            return False
        key = self._normalize_name(name)
        try:
            self.bucket.Object(key).put(Body=data, IfNoneMatch="*", ChecksumAlgorithm="SHA256")
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in (409, 412):
                return False
            raise
        self._check(key, data)
        return True

    def _check(self, key: str, data: bytes) -> None:
        """Raises ClientError when the object is not there, OSError when it is not `data`."""
        found = self.connection.meta.client.head_object(
            Bucket=self.bucket_name, Key=key, ChecksumMode="ENABLED"
        )
        sha256 = b64encode(hashlib.sha256(data).digest()).decode()
        # A store that keeps no checksums tells the size alone.
        if (found["ContentLength"], found.get("ChecksumSHA256", sha256)) != (len(data), sha256):
            raise OSError(errno.EIO, "the store has kept something else")

    def names(self, prefix: str = "") -> Iterator[tuple[str, int]]:
        """Name and size in bytes of each object below a folder, in the order of names."""
        top = self._normalize_name("")
        start = f"{self._normalize_name(prefix)}/" if prefix else top
        for found in self.bucket.objects.filter(Prefix=start):
            yield found.key.removeprefix(top), found.size

    def move(self, name: str, to: str) -> None:
        """Give an object another name, as only a repair may."""
        source = {"Bucket": self.bucket_name, "Key": self._normalize_name(name)}
        self.bucket.Object(self._normalize_name(to)).copy_from(CopySource=source)
        self.bucket.Object(source["Key"]).delete()
