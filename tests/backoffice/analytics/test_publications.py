"""Finding the newest publication that can be trusted, those of other versions too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from backoffice.analytics import publications
from backoffice.analytics.publications import MANIFEST, SITE, PublicationError
from backoffice.archive.manifest import described
from cards import vault

FILES = {"contacts.csv": b"id\r\n1\r\n", SITE: b"cards"}


def put(place: Path, name: str, **changed: Any) -> Path:
    """A publication of two small files, made at the time that its name says."""
    folder = place / name
    for file, data in FILES.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(data)
    written = {
        "version": 1, "card_desk": "0.4.0", "counts": {"cards": 1}, "fields": ["full_name"],
        "as_of": f"2026-{name[4:6]}-{name[6:8]}T02:00:00+00:00",
        "files": {file: described(folder / file) for file in FILES},
    } | changed  # fmt: skip
    kept = {key: value for key, value in written.items() if value is not None}
    (folder / MANIFEST).write_bytes(vault.sealed(MANIFEST, kept))
    return folder


def test_the_newest_is_the_one_of_the_latest_moment(place: Path) -> None:
    put(place, "20260302T020000Z")
    newer = put(place, "20260303T020000Z")
    found = publications.newest()
    assert found
    assert found.folder == newer
    assert found.size == sum(map(len, FILES.values()))


def test_there_is_none_where_nothing_was_published(place: Path) -> None:
    assert publications.newest() is None
    place.mkdir()
    (place / ".making-5").mkdir()
    (place / "notes").mkdir()
    assert publications.all() == []


def test_a_damaged_one_gives_way_to_the_one_before(place: Path) -> None:
    older = put(place, "20260302T020000Z")
    newer = put(place, "20260303T020000Z")
    (newer / SITE).write_bytes(b"cord5")
    found = publications.newest(SITE)
    assert found
    assert found.folder == older


def test_of_a_damaged_one_the_whole_files_can_still_be_had(place: Path) -> None:
    folder = put(place, "20260302T020000Z")
    (folder / "contacts.csv").unlink()
    publications.check(folder, SITE)
    with pytest.raises(PublicationError, match="cannot be read"):
        publications.check(folder)
    assert publications.newest() is None


def test_damage_after_the_first_look_is_noticed(place: Path) -> None:
    folder = put(place, "20260302T020000Z")
    publications.check(folder)
    (folder / SITE).write_bytes(b"carts and more")
    with pytest.raises(PublicationError, match="its SHA-256 differs"):
        publications.check(folder, SITE)


def test_a_file_is_read_once(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = put(place, "20260302T020000Z")
    read: list[Path] = []

    def counted(path: Path) -> dict[str, Any]:
        read.append(path)
        return described(path)

    monkeypatch.setattr(publications, "described", counted)
    for _ in range(3):
        publications.check(folder, SITE)
    assert read == [folder / SITE]


def test_a_folder_whose_manifest_was_changed_is_none(place: Path) -> None:
    folder = put(place, "20260302T020000Z")
    manifest = folder / MANIFEST
    manifest.write_bytes(manifest.read_bytes().replace(b"0.4.0", b"0.4.1"))
    assert publications.all() == []
    with pytest.raises(PublicationError, match="no complete publication"):
        publications.read(folder)


def test_a_file_that_was_not_published_is_refused(place: Path) -> None:
    folder = put(place, "20260302T020000Z")
    with pytest.raises(PublicationError, match="There is no"):
        publications.check(folder, "../secret-key")


def test_manifests_of_earlier_and_later_versions_are_understood(place: Path) -> None:
    earlier = put(place, "20260302T020000Z", version=None, counts=None, fields=None, card_desk=None)
    later = put(place, "20260303T020000Z", version=3, regions={"eu": "…"})
    found = publications.all()
    assert [one.folder for one in found] == [later, earlier]
    assert found[1].counts == {}
    for one in found:
        publications.check(one.folder)
