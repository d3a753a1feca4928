"""Where a vault can be: a folder, or a bucket of S3. Only `cards.vault` and what moves a vault use
these."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError
from django.core.files.storage import FileSystemStorage
from storages.backends.s3 import S3Storage

ASIDE = ".put-"
"""The name of a file begins with it until it is whole."""


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
        """Name and size in bytes of each object below a folder, in the order of names."""
        top = Path(self.location)
        for folder, folders, files in os.walk(top / prefix):
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
            Config(
                connect_timeout=3,
                read_timeout=15,
                retries={"mode": "standard", "total_max_attempts": 2},
            ),
        )
        super().__init__(**options)

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
        source = self._normalize_name(name)
        target = self.bucket.Object(self._normalize_name(to))
        target.copy({"Bucket": self.bucket_name, "Key": source})
        self.bucket.Object(source).delete()
