"""What holds whatever was killed, unplugged, filled or flushed: one check for each promise.

Each check yields a sentence for every case in which its promise is broken, naming the object or
the card. Nothing is changed. The site may run meanwhile: the vault is listed first and the database
is asked after it, so what is being done at that moment is not taken for a fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from backoffice.invariants import answers, files, jobs, known, listing, uploads
from backoffice.invariants.listing import Listing


@dataclass(frozen=True, slots=True)
class Invariant:
    """`holds` says in words what `find` looks for breaches of.

    Some hold `of_backups` too: of a database that is older than the vault beside it.
    """

    holds: str
    find: Callable[[Listing], Iterator[str]]
    of_backups: bool = False


INVARIANTS: Mapping[str, Invariant] = {
    "cards": Invariant("every card of the vault is in the database", known.unknown_cards),
    "pictures": Invariant(
        "what was uploaded without a database has a card, or was refused", uploads.without_card
    ),
    "waiting": Invariant(
        "what was uploaded without a database is taken in once there is one", uploads.late
    ),
    "jobs": Invariant(
        "every card waits for a job or for a person, or is decided", jobs.stuck, of_backups=True
    ),
    "objects": Invariant(
        "all that the database names is in the vault", known.missing_objects, of_backups=True
    ),
    "answers": Invariant("every answer of the vault is in the database", answers.unknown),
    "ledger": Invariant("ledger and vault have the same calls at the same cost", answers.ledger),
    "costs": Invariant(
        "what the ledger copied is as it was", answers.altered_calls, of_backups=True
    ),
    "leases": Invariant("no lease ran out over a minute ago", jobs.expired),
    "journal": Invariant("what was decided over a minute ago is in the vault", jobs.late),
    "published": Invariant("every publication is as it was made", files.damaged_publications),
    "erased": Invariant("what was erased stays erased", known.erased),
}


def examine(*, of_backups: bool = False) -> Iterator[tuple[str, Invariant, list[str]]]:
    """Each invariant by name, with the sentences about its breaches. Raises VaultError.

    With `of_backups` only those that hold of a database from a backup.
    """
    kept = listing.take()
    for name, invariant in INVARIANTS.items():
        if invariant.of_backups or not of_backups:
            yield name, invariant, list(invariant.find(kept))


def broken(*, of_backups: bool = False) -> list[str]:
    """A sentence for each breach; none when all is well. Raises VaultError when the vault cannot be
    listed or does not answer."""
    return [sentence for _, _, found in examine(of_backups=of_backups) for sentence in found]
