"""Did everything that was acknowledged while the database was down become cards?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from backoffice.archive.papers import Document, read_documents
from backoffice.invariants.listing import Listing
from backoffice.readonly import waiting
from cards import vault
from cards.models import Arrival, Side

GRACE = timedelta(minutes=5)
"""Workers look for it every few seconds, and may have much to take in."""


def late(kept: Listing) -> Iterator[str]:
    """What waits for its cards for long."""
    for name in waiting.to_take_in(kept.names):
        at = waiting.came_at(name)
        if at is None or timezone.now() - at > GRACE:
            yield (
                f"{name} was acknowledged and is not taken in; see that workers run, and what their"
                " log says of it."
            )


def without_card(kept: Listing) -> Iterator[str]:
    """Pictures of the vault that were acknowledged, and have neither card nor refusal.

    Only what a document in `waiting/` names was: any other picture without a card is of an upload
    that was cut off before, and `verify` calls it extra. Cards themselves are never lost alone:
    others tell of those in the vault that the database lacks, and of those without job or end.
    """
    shown = set(Side.objects.order_by().values_list("picture", flat=True).distinct())
    lost = {name.split("/")[2] for name in kept.names if name.endswith(_ORIGINALS)} - shown
    if not lost:
        return
    taken = [name for name in sorted(kept.names) if waiting.marker(name) in kept.names]
    for name, document in read_documents(taken):
        try:
            if isinstance(document, vault.VaultDamage):
                raise document
            yield from _lost(name, document, lost)
        except vault.VaultDamage as damage:
            yield str(damage)


_ORIGINALS = tuple(f"/original.{extension}" for extension in vault.EXTENSIONS.values())


def _lost(name: str, document: Document, lost: set[str]) -> Iterator[str]:
    """What came with one document and is among the `lost` pictures. Raises VaultDamage."""
    files = [file for file in document["files"] if file["sha256"] in lost]
    if not files:
        return
    taken = vault.get_json(waiting.marker(name))
    # Earlier versions left refusals to the database alone, where `rebuild` finds none.
    refused = Arrival.objects.filter(batch=taken["batch"], outcome=Arrival.Outcome.REFUSED)
    names = {*taken.get("refused", ()), *refused.values_list("file_name", flat=True)}
    for file in files:
        if file["name"] not in names:
            picture = vault.picture_name(file["sha256"], file["media_type"])
            yield (
                f"{picture} came as {file['name']} with {name} and is on no card; upload that"
                " object of the vault."
            )
