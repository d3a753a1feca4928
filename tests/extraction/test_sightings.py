"""What is seen in files, by several processes too, and kept."""

from __future__ import annotations

from pathlib import Path

from extraction.measuring import sightings
from extraction.measuring.sightings import Shelf


def test_what_lies_on_the_shelf_is_found_by_its_identity(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.put({"picture": "a", "model": "m"}, {"answer": 1})
    assert shelf.get({"model": "m", "picture": "a"}) == {"answer": 1}
    assert shelf.get({"picture": "a", "model": "n"}) is None


def test_half_a_document_is_no_document(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.put({"picture": "a"}, {"answer": 1})
    (file,) = (path for path in tmp_path.rglob("*.json"))
    file.write_text('{"answ')
    assert shelf.get({"picture": "a"}) is None


def test_several_processes_look_at_files_and_keep_their_order(tmp_path: Path) -> None:
    files = [tmp_path / "a.zip", tmp_path / "b.png"]
    files[0].write_bytes(b"PK\x03\x04")
    files[1].write_bytes(b"\x89PNG\r\n\x1a\n")
    first, second = sightings.see(files, Shelf(tmp_path / "kept"), processes=2)
    assert "no picture of a kind" in first.error
    assert second.error
    assert "no picture of a kind" not in second.error
