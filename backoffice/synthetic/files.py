"""Writes drawn cards to files, with labels beside them that say what is on each."""

from __future__ import annotations

import io
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from PIL import Image

from backoffice.synthetic.card import DrawnCard, draw
from backoffice.synthetic.drawing import PX_PER_MM
from backoffice.synthetic.people import dice
from backoffice.synthetic.photograph import photograph

LABELS_NAME = "labels.jsonl"
_DOTS_PER_INCH = PX_PER_MM * 25.4
_PHONE_TYPES = (("phone", "work"), ("phone_2", "work"), ("mobile", "mobile"), ("fax", "fax"))


def write_cards(count: int, folder: Path | str, seed: int = 0, plain: bool = False) -> list[Path]:
    """Draw cards 1 to `count` into a folder, with `labels.jsonl`; return the cards' files.

    The cards are photographed unless `plain`. A file of the same name is replaced; the labels
    describe this run's cards alone. Shows progress on a terminal. Raises OSError when the
    folder cannot be written.
    """
    from tqdm import tqdm

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths, labels = [], []
    for number in tqdm(range(1, count + 1), unit="card", disable=None):
        card = draw(number, seed=seed)
        seen = card if plain else photographed(card, seed)
        files = save(seen, folder)
        paths += files
        labels += [label(seen, path, seed) for path in files]
    lines = "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in labels)
    _put(folder / LABELS_NAME, lines.encode())
    return paths


def photographed(card: DrawnCard, seed: int = 0) -> DrawnCard:
    """The card with each side as a photograph; the same for the same card and seed."""
    random = dice("photograph", seed, card.number)
    front = photograph(card.front, random)
    back = photograph(card.back, random) if card.back else None
    return DrawnCard(card.number, front, back, card.truth, card.address, (*card.traits, "photo"))


def save(card: DrawnCard, folder: Path | str) -> list[Path]:
    """Write the card as one file, and return it in a list: a JPEG, or a PDF of both sides.

    A PDF is one card whose pages are its sides. A two-sided card therefore gets no JPEG of its
    own, which would be taken in as a second card. The same card gives the same bytes.
    """
    folder = Path(folder)
    if card.back is None:
        path = folder / f"card-{card.number:05d}.jpg"
        _put(path, _encoded(card.front, "JPEG", quality=88, dpi=(_DOTS_PER_INCH, _DOTS_PER_INCH)))
        return [path]
    path = folder / f"card-{card.number:05d}.pdf"
    # A PDF holds its time of writing; a fixed one keeps the bytes the same.
    then = time.gmtime(946684800)
    content = _encoded(
        card.front, "PDF", save_all=True, append_images=[card.back], quality=88,
        resolution=_DOTS_PER_INCH, creationDate=then, modDate=then,
    )  # fmt: skip
    _put(path, content)
    return [path]


def label(card: DrawnCard, path: Path, seed: int = 0) -> dict[str, Any]:
    """What a reader ought to find on the card, in the shape the evaluation reads."""
    truth = card.truth
    phones = [
        {"number": truth[field], "type": kind} for field, kind in _PHONE_TYPES if field in truth
    ]
    kind = [trait for trait in card.traits if trait != "photo"]
    return {
        "id": f"drawn-{seed}-{card.number:05d}",
        "image": path.name,
        "kind": ["photo" if "photo" in card.traits else "rendered", *kind],
        "lang": truth["languages"].split(",")[0],
        "truth": {
            **{name: truth.get(name, "") for name in ("prefix", "full_name", "suffix")},
            **{name: truth.get(name, "") for name in ("job_title", "department", "company")},
            "emails": [truth["email"]],
            "phones": phones,
            "websites": [truth["website"]] if "website" in truth else [],
            "address": card.address,
            "alt": _alternatives(truth),
        },
    }


def _alternatives(truth: dict[str, str]) -> dict[str, list[str]]:
    """Other values that are right too: a name that is printed in two scripts."""
    return {"full_name": [truth["native_name"]]} if "native_name" in truth else {}


def _encoded(image: Image.Image, format: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def _put(path: Path, content: bytes) -> None:
    """Write a file that appears whole or not at all."""
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=".drawing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        # Temporary files are private; these are as readable as any other new file.
        os.chmod(aside, 0o644)
        os.replace(aside, path)
    except BaseException:
        os.unlink(aside)
        raise
