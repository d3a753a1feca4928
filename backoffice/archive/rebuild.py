"""Makes the rows of a database from the vault alone, or adds to a database what it lacks.

Batches first, then cards: each chunk in one transaction, each card wholly or not at all, so that
it may be stopped at any moment and goes on when it is called again. What the database has is left
as it is, unless the vault tells what happened to it later. Cards with a row that needs a new id
(a job that waits, a second look that is drawn again, decisions kept without one) come last: then
no id that a document names is free any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import DataError, IntegrityError, OperationalError, connection, transaction

from backoffice import schema
from backoffice.archive import backlogs, writing
from backoffice.archive.chunks import chunks
from backoffice.archive.papers import (
    Document,
    Folder,
    Inventory,
    Papers,
    Skipped,
    read_ahead,
    read_documents,
)
from backoffice.archive.rows import Clerk, Conflict, Rows
from backoffice.archive.there import Known, doubles, find_taken, known
from cards import vault
from cards.models import Batch, Card
from extraction.models import Call, Extraction

CHUNK = 500
"""Cards that are written in one transaction."""

LOOKED_AT = 100
"""The oldest and the latest cards of a database, to see whether they are in the vault."""

Tell = Callable[[int], object]

_ILL_FORMED = (AttributeError, KeyError, TypeError, ValueError)


class RebuildError(Exception):
    """Nothing was changed: why, and what to do."""


@dataclass(slots=True)
class Report:
    """What was added to the database, and what was not and why.

    `left_out` are cards that were never acknowledged: the same picture, uploaded twice at once,
    had become an older one. `placeholders` are the names of users that were made.
    """

    batches: int = 0
    cards: int = 0
    completed: int = 0
    readings: int = 0
    reviews: int = 0
    calls: int = 0
    backlogs: int = 0
    jobs: int = 0
    already: int = 0
    erased: int = 0
    left_out: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    placeholders: list[str] = field(default_factory=list)

    def count(self, rows: Rows) -> None:
        self.cards += len(rows.cards)
        self.completed += len(rows.forward)
        self.readings += len(rows.readings) + len(rows.ended)
        self.reviews += len(rows.reviews)
        self.jobs += len(rows.waiting)


def check(inventory: Inventory) -> None:
    """Raises RebuildError when the database is not ready, or the vault is none or another's."""
    try:
        is_old = bool(schema.due(connection))
    except OperationalError as error:
        raise RebuildError(
            f"The database cannot be opened: {error}. See that it runs and DATABASE_URL is right."
        ) from error
    if is_old:
        raise RebuildError(
            "The database is not migrated. Nothing was changed; run `manage.py migrate`, then"
            " `rebuild` again."
        )
    options = settings.STORAGES["vault"]["OPTIONS"]
    where = options.get("bucket_name") or options.get("location")
    if not (inventory.cards or inventory.batches):
        raise RebuildError(
            f"There is nothing in the vault ({where}) to make a database of. Nothing was changed;"
            " see that VAULT_URL, or DATA_DIR without it, names the vault you mean."
        )
    of_pictures = Card.objects.filter(sides__position=0)
    looked_at = {
        *of_pictures.order_by("pk").values_list("pk", flat=True)[:LOOKED_AT],
        *of_pictures.order_by("-pk").values_list("pk", flat=True)[:LOOKED_AT],
    }
    if looked_at and looked_at.isdisjoint(folder.card_id for folder in inventory.cards):
        raise RebuildError(
            f"The database has cards, and the vault ({where}) has none of them: they do not belong"
            " together. Nothing was changed; see that DATABASE_URL and VAULT_URL, or DATA_DIR"
            " without them, name those you mean."
        )


def rebuild(inventory: Inventory, *, tell: Tell = lambda number: None) -> Report:
    """What was made of the vault. `tell` is told of each so many cards and calls.

    Raises RebuildError, and VaultError when the vault does not answer any more: what was written
    stays, and the next call goes on there.
    """
    check(inventory)
    return _Rebuild(inventory, tell).run()


class _Rebuild:
    def __init__(self, inventory: Inventory, tell: Tell) -> None:
        self.inventory, self.tell = inventory, tell
        self.report = Report()
        self.clerk = Clerk()
        for folder in inventory.cards:
            for number in folder.readings():
                self.clerk.numbers.saw(Extraction, number)
        self.batches: dict[int, datetime] = {}

    def run(self) -> Report:
        self._write_batches()
        free = [one for one in self.inventory.cards if one.card_id not in self.inventory.erased]
        self.report.erased = len(self.inventory.erased)
        later = self._write_cards([folder for folder in free if folder.has_story], are_last=False)
        later += [folder for folder in free if not folder.has_story]
        later.sort(key=lambda folder: folder.card_id)
        self._write_cards(later, are_last=True)
        self._write_calls()
        self._write_backlogs()
        writing.set_sequences_on()
        self.report.placeholders = sorted(self.clerk.people.made)
        return self.report

    def _write_batches(self) -> None:
        self.batches = dict(Batch.objects.values_list("pk", "created_at"))
        versions = dict(Batch.objects.values_list("pk", "version"))
        for number, name in self.inventory.batches.items():
            version = int(name.rpartition("/")[2].removesuffix(".json"))
            if versions.get(number, 0) >= version:
                continue
            try:
                self._keep_batch(self.clerk.batch(vault.get_json(name), version))
            except (vault.VaultDamage, Conflict, *_ILL_FORMED) as error:
                # Each of its cards tells of it too.
                self._skip(name, error)

    def _keep_batch(self, batch: Batch) -> None:
        """Insert or bring forward. Raises Conflict when its id is another's."""
        before = self.batches.setdefault(batch.pk, batch.created_at)
        if before != batch.created_at:
            raise Conflict(f"batch {batch.pk} is another one in this database")
        batch.save()
        self.report.batches += 1

    def _write_cards(self, folders: Sequence[Folder], *, are_last: bool) -> list[Folder]:
        """The cards that have to come last; all others are written."""
        later: list[Folder] = []
        for chunk, found in read_ahead(self._lacking(folders)):
            have = known(chunk)
            papers = [one for one in found if isinstance(one, Papers)]
            self.report.skipped += [one for one in found if isinstance(one, Skipped)]
            find_taken(have, papers)
            if are_last:
                papers = self._taken_in(papers, have)
            waiting = self._write_chunk(papers, have, are_last=are_last)
            later += [folder for folder in chunk if folder.card_id in waiting]
            self.tell(len(chunk) - len(waiting))
        return later

    def _lacking(self, folders: Sequence[Folder]) -> Iterator[list[Folder]]:
        """In chunks, the cards of which the database has not got everything."""
        for chunk in chunks(folders, CHUNK):
            have = known(chunk)
            lacking = [folder for folder in chunk if not have.has_all_of(folder)]
            self.report.already += len(chunk) - len(lacking)
            self.tell(len(chunk) - len(lacking))
            if lacking:
                yield lacking

    def _write_chunk(
        self, papers: Sequence[Papers], have: Known, *, are_last: bool
    ) -> set[UUID]:  # fmt: skip
        """The ids of the cards that have to come last."""
        waiting, made = set(), []
        for one in papers:
            try:
                self.clerk.saw(one)
                if not are_last and self.clerk.needs_number(one, have):
                    waiting.add(one.card_id)
                    continue
                self._know_batch(one.card)
                made.append((one, self.clerk.rows(one, have)))
            except (Conflict, *_ILL_FORMED) as error:
                self._skip(str(one.card_id), error)
        self._save(made)
        return waiting

    def _save(self, made: Sequence[tuple[Papers, Rows]]) -> None:
        """All in one transaction; when the database refuses some, each in its own."""
        if not made:
            return
        rows = Rows()
        for _, its_rows in made:
            rows.add(its_rows)
        try:
            with transaction.atomic():
                writing.write(rows)
        except (DataError, IntegrityError, ValueError) as error:
            if len(made) > 1:
                for one in made:
                    self._save([one])
            else:
                self._skip(str(made[0][0].card_id), error)
        else:
            self.report.count(rows)

    def _know_batch(self, card: Document) -> None:
        """See that the batch of a card is there. Raises Conflict."""
        batch = card["batch"]
        if self.batches.get(batch["id"]) != datetime.fromisoformat(batch["created_at"]):
            self._keep_batch(self.clerk.batch_of(card))

    def _taken_in(self, papers: Sequence[Papers], have: Known) -> list[Papers]:
        """Without the cards that never were, and those of which nothing is known but that they
        were."""
        never = doubles(papers, have)
        kept = []
        for one in papers:
            if one.card_id in never:
                self.report.left_out.append(str(one.card_id))
            elif not (one.card["sides"] or one.reviews):
                why = "its values never reached the vault; import its sheet again"
                self.report.skipped.append(Skipped(str(one.card_id), why))
            else:
                kept.append(one)
        return kept

    def _write_calls(self) -> None:
        calls = self.inventory.calls
        closings = dict(Call.objects.exclude(card=None).values_list("pk", "closings"))
        lacking = [
            name for number, name in calls.items()
            if closings.get(number, -1) < int(name.rpartition("-")[2].removesuffix(".json"))
        ]  # fmt: skip
        self.tell(len(calls) - len(lacking))
        for some in chunks(lacking, CHUNK):
            found = []
            for name, document in read_documents(some):
                try:
                    if isinstance(document, vault.VaultDamage):
                        raise document
                    found.append(self.clerk.call(document))
                except (vault.VaultDamage, *_ILL_FORMED) as error:
                    self._skip(name, error)
            with transaction.atomic():
                self.report.calls += writing.write_calls(found)
            self.tell(len(some))

    def _write_backlogs(self) -> None:
        for name, document in read_documents(self.inventory.backlogs):
            try:
                if isinstance(document, vault.VaultDamage):
                    raise document
                requested_by = self.clerk.people.id(document["requested_by"])
                self.report.backlogs += backlogs.bring_back(document, requested_by)
            except (vault.VaultDamage, *_ILL_FORMED) as error:
                self._skip(name, error)

    def _skip(self, what: str, error: Exception) -> None:
        why = str(error)
        if isinstance(error, KeyError):
            why = f"a document of it lacks {error}"
        self.report.skipped.append(Skipped(what, why))
