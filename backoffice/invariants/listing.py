"""What the vault keeps, listed once, and in groups that can be held against the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from backoffice.archive.papers import Folder
from cards import vault


@dataclass(frozen=True, slots=True)
class Listing:
    """All names, and among them: answers by the SHA-256 of their picture, the cards, the latest
    closing of each paid call and the latest version of each batch by id, the cards that were
    erased.

    A database that is asked afterwards knows of all that had been committed and copied by then.
    """

    names: frozenset[str]
    answers: Mapping[str, Sequence[str]]
    cards: Sequence[Folder]
    calls: Mapping[int, int]
    batches: Mapping[int, int]
    erased: frozenset[UUID]


def take() -> Listing:
    """Lists the vault. Raises VaultError."""
    names = frozenset(name for name, _size in vault.names())
    answers, cards = defaultdict(list), defaultdict(list)
    calls: dict[int, int] = {}
    batches: dict[int, int] = {}
    erased = set()
    for name in sorted(names):
        match name.split("/"):
            case ["images", _, picture, "readings", _]:
                answers[picture].append(name)
            case ["cards", _, card_id, *_]:
                cards[UUID(card_id)].append(name)
            case ["calls", _, file]:
                call, closing = map(int, _stem(file).split("-"))
                calls[call] = max(closing, calls.get(call, 0))
            case ["batches", batch, file]:
                batches[int(batch)] = int(_stem(file))
            case ["erased", file]:
                erased.add(UUID(_stem(file)))
    folders = [Folder(card_id, papers) for card_id, papers in cards.items()]
    return Listing(names, answers, folders, calls, batches, frozenset(erased))


def _stem(file: str) -> str:
    return file.removesuffix(".json")
