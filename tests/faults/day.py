"""A day of a site: cards come in, are read and decided upon, whatever happens to it meanwhile."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.faults import truth
from tests.faults.processes import until
from tests.faults.site import Site
from tests.faults.visitor import Visitor

READ = ("succeeded",)


@dataclass
class Day:
    """What staff were told is kept: `cards` by the tone of their picture, the names that they
    approved in `decided`, and in `slowest_seconds` the longest that they waited for one answer."""

    site: Site
    cards: dict[int, str] = field(default_factory=dict)
    decided: dict[str, list[str]] = field(default_factory=dict)
    slowest_seconds: float = 0
    visitor: Visitor = field(init=False)

    def __post_init__(self) -> None:
        self.visitor = Visitor(self.site)

    def take_in(self, count: int) -> None:
        """Send so many pictures more, each until the site says that it has it."""
        for tone in range(len(self.cards), len(self.cards) + count):
            began = time.monotonic()
            data, name = truth.picture(tone), f"{tone}.png"
            self.cards[tone] = self.visitor.until_done(self.visitor.upload, data, name)
            self._waited(began)

    def decide(self, count: int) -> None:
        """Approve so many cards more that have been read, each until the site says that it is
        done."""
        for card in self.to_decide()[:count]:
            name = f"Mira Ahlström {len(self.decided)}"
            began = time.monotonic()
            self.visitor.until_done(self._approve, card["id"], name)
            self._waited(began)
            self.decided[card["id"]] = [name]

    def to_decide(self) -> list[dict[str, str]]:
        """The cards that wait for a decision."""
        return [card for card in self.site.ask("cards") if card["status"] == "needs_review"]

    def until_read(self, count: int, *, seconds: float = 120, reviving: bool = False) -> float:
        """The seconds until so many of the cards are read, `reviving` what ends meanwhile."""

        def are_read() -> bool:
            if reviving:
                self.site.revive()
            return self.read() >= count

        return until(are_read, f"{count} cards read", seconds=seconds)

    def lost(self, *, unsent: int = 0) -> list[str]:
        """What is not as staff were told, or as it must be, once the site has settled."""
        return [*self.site.check(unsent=unsent), *self._missing()]

    def _missing(self) -> Iterator[str]:
        have = {card["id"]: card for card in self.site.ask("cards")}
        for tone, card_id in self.cards.items():
            if card_id not in have:
                yield f"picture {tone} was taken in as {card_id}, which is not there"
            elif tuple(have[card_id]["readings"]) != READ:
                yield f"not read once: {have[card_id]}"
        for card_id, times in Counter(self.cards.values()).items():
            if times > 1:
                yield f"{times} pictures became the card {card_id}"
        if (decided := self.site.ask("decided")) != self.decided:
            yield f"decided was {self.decided}, kept is {decided}"

    def read(self) -> int:
        """How many of the cards are read."""
        return sum(card["readings"] == [*READ] for card in self.site.ask("cards"))

    def _approve(self, card_id: str, name: str) -> None:
        """One that was done although no answer came is not done again."""
        (card,) = [card for card in self.site.ask("cards") if card["id"] == card_id]
        if card["status"] == "needs_review":
            self.visitor.approve(card, name)

    def _waited(self, began: float) -> None:
        self.slowest_seconds = max(self.slowest_seconds, time.monotonic() - began)
