"""Is what the vault keeps of cards in the database, and the reverse? Is what was erased gone?"""

from __future__ import annotations

from collections.abc import Iterator

from backoffice.archive import verify
from backoffice.archive.chunks import chunks
from backoffice.archive.papers import Folder
from backoffice.archive.there import Known, known
from backoffice.invariants.listing import Listing
from cards.models import Batch, Card
from review.models import SecondLook

REBUILD = "`manage.py rebuild` brings it back"


def unknown_cards(kept: Listing) -> Iterator[str]:
    """What the vault has of batches and cards and the database has not.

    A card of which nothing but `card.json` is there may be of an upload that was cut off before it
    was acknowledged; `verify` lists those as extra.
    """
    versions = dict(Batch.objects.values_list("pk", "version"))
    for number, version in kept.batches.items():
        if versions.get(number, 0) < version:
            yield f"Version {version} of batch {number} is in the vault alone; {REBUILD}."
    for chunk in chunks([card for card in kept.cards if card.card_id not in kept.erased]):
        have = known(chunk)
        for folder in chunk:
            yield from _unknown(folder, have)


def _unknown(folder: Folder, have: Known) -> Iterator[str]:
    card = folder.card_id
    if card not in have.cards:
        if folder.has_story:
            yield f"Card {card} was read or decided and is in the vault alone; {REBUILD}."
        return
    for number in sorted(folder.readings()):
        found = have.readings.get(number)
        if found is None or found.card_id != card or not found.has_ended:
            yield f"The end of reading {number} of card {card} is in the vault alone; {REBUILD}."
    for number in sorted(folder.reviews()):
        if (card, number) not in have.reviews:
            yield f"Decision {number} of card {card} is in the vault alone; {REBUILD}."
    waiting = SecondLook.Status.WAITING
    for number in sorted(folder.looks()):
        if have.looks.get((card, number), waiting) == waiting:
            yield (
                f"The second look at decision {number} of card {card} is in the vault alone;"
                f" {REBUILD}."
            )


def missing_objects(kept: Listing) -> Iterator[str]:
    """What the database says is in the vault and is not."""
    for name in verify.missing(kept.names):
        yield f"{name} is not in the vault{_of(name)}; `verify --repair` looks in the copy."


def _of(name: str) -> str:
    """Whose a picture or an answer is; other names say so themselves."""
    if not name.startswith("images/"):
        return ""
    return f" (card {', '.join(verify.cards_of(name))})"


def erased(kept: Listing) -> Iterator[str]:
    """Cards that were erased and are there all the same."""
    for card_id in Card.objects.filter(pk__in=kept.erased).values_list("pk", flat=True):
        yield f"Card {card_id} was erased and is in the database; erase it again."
    for folder in kept.cards:
        if folder.card_id in kept.erased:
            yield f"Card {folder.card_id} was erased and is in the vault; erase it again."
