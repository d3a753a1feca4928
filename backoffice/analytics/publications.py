"""What has been published: folders named for their time, each complete and never changed.

`manifest.json` is sealed like a document of the vault; a folder without a whole one is no
publication. Reading needs no database.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from backoffice.archive import dated
from backoffice.archive.manifest import described
from cards import vault

NAME = dated.NAME
MANIFEST = "manifest.json"
DATABASE = "card_desk.duckdb"
SITE = "site/cards.sqlite3"
"""What the site is read from while its database is down; `site_file` lays it out."""

VERSION = 1
"""Of the manifest; counted up when a reader of it has to know. What is new in it does not count."""

_Stamp = tuple[str, int, int, int]
_checked: dict[_Stamp, str] = {}
"""What came of checking a file, "" for whole; one that is another by now is checked anew."""


class PublicationError(Exception):
    """Why there is no publication, or why one cannot be used: what was kept, what to do next."""


@dataclass(frozen=True, slots=True)
class Publication:
    """All that was committed before `as_of` is in it. `counts` has the rows of each table, `fields`
    the names of the contact fields, `files` each file's size in bytes and its SHA-256."""

    folder: Path
    as_of: datetime
    card_desk: str
    counts: Mapping[str, int]
    fields: tuple[str, ...]
    files: Mapping[str, Mapping[str, Any]]

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(int(file["size"]) for file in self.files.values())


def root() -> Path:
    """The folder that publications are in."""
    return Path(settings.PUBLISH_DIR)


def all(folder: Path | None = None) -> list[Publication]:
    """The complete publications, newest first; their manifests are whole, their files unread."""
    folder = folder or root()
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        if NAME.fullmatch(path.name):
            with suppress(PublicationError):
                found.append(read(path))
    return sorted(found, key=lambda one: (one.as_of, one.name), reverse=True)


def newest(*names: str) -> Publication | None:
    """The newest publication that has these files whole, or all of its files when none is named;
    None when there is none. A file is read once in a process."""
    for found in all():
        with suppress(PublicationError):
            check(found.folder, *names)
            return found
    return None


def read(folder: Path) -> Publication:
    """The publication in `folder`, by its manifest. Raises PublicationError.

    Manifests of earlier versions may lack what is not asked for first, later ones may say more.
    """
    try:
        document = vault.unsealed(MANIFEST, (folder / MANIFEST).read_bytes())
        return Publication(
            folder=folder,
            as_of=datetime.fromisoformat(document["as_of"]),
            files=dict(document["files"]),
            card_desk=str(document.get("card_desk", "")),
            counts=dict(document.get("counts", {})),
            fields=tuple(document.get("fields", ())),
        )
    except (OSError, vault.VaultDamage, AttributeError, KeyError, TypeError, ValueError) as error:
        raise PublicationError(
            f"{folder} is no complete publication ({error}). Nothing was changed; take another one,"
            " or make one with `publish`."
        ) from error


def check(folder: Path, *names: str) -> None:
    """Raises PublicationError unless these files of a publication, or all of them, are whole."""
    publication = read(folder)
    for name in names or publication.files:
        if name not in publication.files:
            raise PublicationError(f"There is no {name} in {folder}; take another publication.")
        if why := _damage(folder / name, publication.files[name]):
            raise PublicationError(
                f"{folder / name} is not what was published: {why}. Nothing was changed; take"
                " another publication, or make one with `publish`."
            )


def folded(text: str) -> str:
    """`text` as the site's file keeps what is searched: look for it folded likewise."""
    return unicodedata.normalize("NFKC", text).casefold()


def document(publication: Publication) -> dict[str, Any]:
    """What the manifest says."""
    return {
        "version": VERSION,
        "as_of": publication.as_of.isoformat(),
        "card_desk": publication.card_desk,
        "counts": dict(publication.counts),
        "fields": list(publication.fields),
        "files": {name: dict(file) for name, file in publication.files.items()},
    }


def _damage(path: Path, expected: Mapping[str, Any]) -> str:
    """What is wrong with a file, "" when nothing is."""
    try:
        now = path.stat()
        stamp = (str(path), now.st_ino, now.st_size, now.st_mtime_ns)
        if stamp not in _checked:
            found = described(path)
            is_whole = found == {key: expected.get(key) for key in found}
            _checked[stamp] = "" if is_whole else "its SHA-256 differs"
        return _checked[stamp]
    except OSError as error:
        return f"it cannot be read ({error.strerror})"
