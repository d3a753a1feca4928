"""The documents that the vault keeps: listed once, grouped by card, read by several at a time."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from cards import vault

READERS = 4
"""Cards whose documents are read at the same time."""

Document = dict[str, Any]


class Skipped(NamedTuple):
    """What could not be brought back: the name of a document or the id of a card, and why.

    It `may_pass` when the vault did not give a document, rather than a damaged one.
    """

    what: str
    why: str
    may_pass: bool = False


@dataclass(frozen=True, slots=True)
class Folder:
    """A card in the vault, by the names of its documents."""

    card_id: UUID
    names: Sequence[str]

    def readings(self) -> set[int]:
        return {int(_stem(name)) for name in self._of("extractions")}

    def reviews(self) -> set[int]:
        return {int(_stem(name)) for name in self._of("reviews")}

    def looks(self) -> dict[int, str]:
        """How each second look came out, by the number of the decision that was looked at."""
        found: dict[int, str] = {}
        for name in self._of("looks"):
            number, _, status = _stem(name).partition("-")
            found[int(number)] = max(found.get(int(number), ""), status, key=_FINALITY.index)
        return found

    @property
    def has_story(self) -> bool:
        """Whether the card was read or decided since it came in."""
        return any(self._of("extractions")) or any(self._of("reviews"))

    def _of(self, kind: str) -> Iterator[str]:
        return (name for name in self.names if name.split("/")[3] == kind)


_FINALITY = ("", "differs", "agreed", "settled", "dropped")
"""What becomes of a second look, the last word last."""


@dataclass(frozen=True, slots=True)
class Papers:
    """All documents of a card; decisions in their order, of each second look the last."""

    card_id: UUID
    card: Document
    readings: Sequence[Document]
    reviews: Sequence[Document]
    looks: Sequence[Document]

    @property
    def has_story(self) -> bool:
        return bool(self.readings or self.reviews)


@dataclass(slots=True)
class Inventory:
    """What there is: names of the latest documents of batches and calls by id, the cards, and the
    names of what backlogs asked.

    `erased` are the ids of cards that must not come back.
    """

    batches: dict[int, str] = field(default_factory=dict)
    calls: dict[int, str] = field(default_factory=dict)
    cards: list[Folder] = field(default_factory=list)
    backlogs: list[str] = field(default_factory=list)
    erased: set[UUID] = field(default_factory=set)


def take_inventory() -> Inventory:
    """Lists the vault. Raises VaultError."""
    found = Inventory()
    # Names come in order, so that the last of an object's documents is its latest.
    for name, _size in vault.names("batches"):
        found.batches[int(name.split("/")[1])] = name
    for name, _size in vault.names("calls"):
        number, _, closing = _stem(name).partition("-")
        before = found.calls.get(int(number))
        if before is None or int(_stem(before).partition("-")[2]) < int(closing):
            found.calls[int(number)] = name
    found.backlogs = [name for name, _size in vault.names("backlogs")]
    found.erased = {UUID(_stem(name)) for name, _size in vault.names("erased")}
    names = defaultdict(list)
    for name, _size in vault.names("cards"):
        names[name.split("/")[2]].append(name)
    folders = (Folder(UUID(card_id), papers) for card_id, papers in names.items())
    found.cards = sorted(folders, key=lambda folder: folder.card_id)
    return found


def read_ahead(
    chunks: Iterable[Sequence[Folder]],
) -> Iterator[tuple[Sequence[Folder], list[Papers | Skipped]]]:
    """Each chunk of cards with their documents, while the next chunk is being read.

    Raises VaultError when nothing at all can be read of a chunk: the vault does not answer.
    """
    with ThreadPoolExecutor(READERS) as readers:
        ahead: deque[tuple[Sequence[Folder], list[Future[Papers | Skipped]]]] = deque()
        for chunk in chunks:
            ahead.append((chunk, [readers.submit(read, folder) for folder in chunk]))
            if len(ahead) > 1:
                folders, futures = ahead.popleft()
                yield folders, _answered(futures)
        for folders, futures in ahead:
            yield folders, _answered(futures)


def _answered(chunk: Sequence[Future[Papers | Skipped]]) -> list[Papers | Skipped]:
    papers = [future.result() for future in chunk]
    lost = [found for found in papers if isinstance(found, Skipped) and found.may_pass]
    if lost and len(lost) == len(papers):
        raise vault.VaultError(lost[0].why)
    return papers


def read_documents(names: Sequence[str]) -> Iterator[tuple[str, Document | vault.VaultDamage]]:
    """Documents by name, or what is wrong with them. Raises VaultError."""

    def given(name: str) -> Document | vault.VaultDamage:
        try:
            return vault.get_json(name)
        except vault.VaultDamage as damage:
            return damage

    with ThreadPoolExecutor(READERS) as readers:
        yield from zip(names, readers.map(given, names), strict=True)


def read(folder: Folder) -> Papers | Skipped:
    """The documents of a card, or what is wrong with one of them."""
    found: dict[str, list[Document]] = defaultdict(list)
    latest = {f"{number:06d}-{status}" for number, status in folder.looks().items()}
    for name in sorted(folder.names):
        kind = name.split("/")[3]
        if kind == "looks" and _stem(name) not in latest:
            continue
        try:
            found[kind].append(vault.get_json(name))
        except vault.VaultDamage as damage:
            return Skipped(str(folder.card_id), f"{name} is damaged: {damage.why}")
        except vault.VaultError as error:
            return Skipped(str(folder.card_id), str(error), may_pass=True)
    if "card.json" not in found:
        return Skipped(str(folder.card_id), "its card.json, which says what it is, is missing")
    for kind, needed in _NEEDED.items():
        for document in found[kind]:
            if lacks := needed - document.keys():
                why = f"a document of its {kind} lacks {', '.join(sorted(lacks))}"
                return Skipped(str(folder.card_id), why)
    return Papers(
        folder.card_id, found["card.json"][0], found["extractions"], found["reviews"],
        found["looks"],
    )  # fmt: skip


_NEEDED = {
    "card.json": {"batch", "file_name", "sides", "taken_in_at", "taken_in_by"},
    "extractions": {"id", "card", "after", "sides", "requested_at", "finished_at"},
    "reviews": {"number", "decision", "values", "corrections", "by", "at"},
    "looks": {"id", "first", "status"},
}
"""What each kind of document must say to be worked with at all."""


def _stem(name: str) -> str:
    return name.rpartition("/")[2].removesuffix(".json")
