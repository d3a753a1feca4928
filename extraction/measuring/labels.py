"""Labelled cards: a JSON Lines file that says of each picture what is printed on the card."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from extraction.measuring.scoring import Truth
from extraction.reading import same
from extraction.reading.domains import FREE_MAIL


class LabelError(Exception):
    """A labels file that cannot be used, in words for whoever wrote it."""


@dataclass(frozen=True, slots=True)
class Label:
    """One labelled card: its id, the file of its picture (or a PDF whose pages are its sides),
    and what is printed on it."""

    id: str
    image: Path
    truth: Truth


def load(path: Path, *, limit: int | None = None) -> list[Label]:
    """The labels in a file, the first `limit` of them; pictures are named from its folder.

    Raises LabelError when the file, a line of it or a picture is missing or not as it must be.
    """
    try:
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise LabelError(f"{path} cannot be read: {reason}.") from error
    labels = [_label(path, number, line) for number, line in enumerate(lines[:limit], 1)]
    if not labels:
        raise LabelError(f"There are no labels in {path}.")
    if missing := [str(label.image) for label in labels if not label.image.is_file()]:
        raise LabelError(f"{len(missing)} pictures of {path} are not there, such as {missing[0]}.")
    return labels


def companies(truth: Truth) -> set[str]:
    """What tells whose card it is: the company, and the hosts of its e-mail and web."""
    hosts = {same.host(text) for text in (*truth.emails, *truth.websites)}
    own = {host for host in hosts if host.partition(".")[0] not in FREE_MAIL}
    return ({same.key(truth.company)} | own) - {""}


def folds(cards: Sequence[tuple[str, Collection[str]]], count: int) -> list[int]:
    """For each card, given as its id and its companies, the number of its fold, from 0.

    Cards that share a company, if only by way of a third card, are in the same fold, so that a
    reader is never scored on the layout of a company it was fitted on. The fold hangs on the
    cards alone, not on their order.
    """
    first = _first_of_group(cards)
    return [_hash(first[id]) % count for id, _ in cards]


def _label(path: Path, number: int, line: str) -> Label:
    try:
        data: dict[str, Any] = json.loads(line)
        return Label(
            str(data.get("id", number)), path.parent / data["image"], Truth.from_json(data)
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise LabelError(
            f"Line {number} of {path} is no label ({error!r}); nothing was read."
        ) from error


def _first_of_group(cards: Iterable[tuple[str, Collection[str]]]) -> dict[str, str]:
    """By each card's id, the first id in its group: union-find over cards and companies."""
    parents: dict[tuple[str, str], tuple[str, str]] = {}

    def root(node: tuple[str, str]) -> tuple[str, str]:
        while (parent := parents.setdefault(node, node)) != node:
            parents[node] = parents[parent]
            node = parent
        return node

    for id, names in cards:
        for name in names:
            # Cards sort before companies, so that the least node of a group is its first card.
            low, high = sorted((root(("card", id)), root(("company", name))))
            parents[high] = low
    return {id: root(("card", id))[1] for id, _ in cards}


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
