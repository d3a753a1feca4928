"""What the OCR sees in picture files, and what extractors say of them, kept in a private folder.

Measuring again then takes seconds and costs nothing. A thing is kept under the digest of all that
it depends on; the folder may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import os
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from PIL import Image

from cards import drafts, edges, images, ink, intake, outlines, proposals
from cards.drafts import cards_on
from cards.outlines import Quad
from extraction.extractors.base import BaseExtractor
from extraction.measuring.processes import spread
from extraction.questions import digest
from extraction.reading import codes, directions, ocr
from extraction.result import Seen

_LOOKING = (images, drafts, outlines, proposals, edges, ink, ocr, directions, codes)


@dataclass(frozen=True, slots=True)
class Sighting:
    """What was seen in one file, and the seconds it took when it was looked at.

    `error` says why nothing was seen; it is empty when all went well.
    """

    seen: Seen
    seconds: float
    error: str = ""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A folder of JSON documents, each under the digest of its identity."""

    folder: Path

    def get(self, identity: Mapping[str, Any]) -> dict[str, Any] | None:
        try:
            document: dict[str, Any] = json.loads(self._path(identity).read_bytes())
        except (OSError, ValueError):
            return None
        return document

    def put(self, identity: Mapping[str, Any], document: Mapping[str, Any]) -> None:
        """Keep `document`; it appears whole or not at all. Raises OSError."""
        path = self._path(identity)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        write_whole(path, json.dumps(document, ensure_ascii=False))

    def _path(self, identity: Mapping[str, Any]) -> Path:
        name = digest(identity)
        return self.folder / name[:2] / f"{name}.json"


def write_whole(path: Path, text: str, *, mode: int = 0o600) -> None:
    """Write a file that appears whole or not at all, for its owner alone unless `mode` says
    otherwise. Raises OSError."""
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(aside, mode)
        os.replace(aside, path)
    except BaseException:
        os.unlink(aside)
        raise


@dataclass(frozen=True, slots=True)
class CardSide:
    """One side of a card in a file: a page, counted from 0, or the part of it within `quad`."""

    number: int
    page: Image.Image
    quad: Quad | None

    def picture(self) -> Image.Image:
        return outlines.straighten(self.page, self.quad) if self.quad else self.page


def cards(path: Path) -> list[list[CardSide]]:
    """The sides of each card in a file, as taking it in would have them. Raises OSError,
    PictureError."""
    data = path.read_bytes()
    kind = images.media_type(data)
    if not kind or kind == "application/zip":
        raise images.PictureError("This is no picture of a kind we can read.")
    pages = list(images.pages(data, kind, intake.limits()))
    found = cards_on([outlines.find(page) for page in pages])
    return [[CardSide(number, pages[number], quad) for number, quad in card] for card in found]


def pictures(path: Path) -> list[Image.Image]:
    """The RGB sides of the card in a file, straightened; of several cards the first. Raises
    OSError, PictureError."""
    return [side.picture() for side in cards(path)[0]]


def look(path: Path) -> Seen:
    """What the OCR sees in a file. Takes about a second a side. Raises OSError, PictureError."""
    return ocr.read(pictures(path)).seen


def see(paths: Sequence[Path], shelf: Shelf, *, processes: int = 1) -> Iterator[Sighting]:
    """What is seen in each file, in their order: the shelf's, or else looked at now and kept.

    Looking takes about a second a file, in `processes` processes of one thread each. A file that
    is no picture gives a sighting with its error.
    """
    see_one = partial(_see_one, shelf=shelf)
    is_kept = all(_kept(path, shelf) for path in paths)
    yield from spread(see_one, paths, 1 if is_kept else processes)


def answer_identity(extractor: BaseExtractor, slug: str, path: Path) -> dict[str, Any]:
    """All that the answer of `extractor`, known as `slug`, to a file depends on."""
    return {
        "extractor": slug,
        "model": extractor.model,
        "parameters": extractor.parameters(),
        "ocr": ocr.identity(),
        "picture": _sha256(path),
    }


def _see_one(path: Path, shelf: Shelf) -> Sighting:
    try:
        kept = _kept(path, shelf)
        if kept is None:
            started = time.monotonic()
            seen = look(path)
            kept = {"seconds": round(time.monotonic() - started, 3), **seen.to_json()}
            shelf.put(_identity(path), kept)
    except images.PictureError as error:
        return Sighting(Seen(), 0.0, str(error))
    return Sighting(Seen.from_json(kept), kept["seconds"])


def _kept(path: Path, shelf: Shelf) -> dict[str, Any] | None:
    return shelf.get(_identity(path))


def _identity(path: Path) -> dict[str, Any]:
    return {"picture": _sha256(path), "ocr": ocr.identity(), "code": _code()}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@cache
def _code() -> str:
    """The digest of the modules that find cards, lines and codes: what they saw before they were
    changed is not what they see now."""
    sources = [inspect.getsource(module) for module in _LOOKING]
    return hashlib.sha256("".join(sources).encode()).hexdigest()
