"""Reads the vault again and holds it against itself and against the database.

Every picture hashes to its name, every document to its seal; what the database knows of must be
there. What is damaged or missing can be put right from a second copy of the vault.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Literal

from django.db.models import F

from backoffice.archive.chunks import chunks
from cards import vault
from cards.models import Batch, Card, Side
from extraction.models import Call, Extraction
from review.models import Review, SecondLook

READERS = 8
"""Objects that are read at the same time."""

CHUNK = 200

BROKEN = ("missing", "damaged")
"""Kinds of findings that have to be put right."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the vault: `number` of `of`, from 1. Together the parts are all of it."""

    number: int = 1
    of: int = 1

    def has(self, name: str) -> bool:
        drawn = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
        return drawn % self.of == self.number - 1


@dataclass(frozen=True, slots=True)
class Finding:
    """An object that is not as it should be: why, and the ids of the cards it belongs to.

    Of one that is "unread" nothing is known: the vault did not give it just now.
    """

    name: str
    kind: Literal["missing", "damaged", "unread", "extra"]
    why: str
    cards: tuple[str, ...] = ()
    is_repaired: bool = False


@dataclass(slots=True)
class Report:
    """What was found: `objects` and `size` in bytes of all that was read."""

    objects: int = 0
    size: int = 0
    unsealed: int = 0
    """Documents of earlier versions, of which only the form can be checked."""
    findings: list[Finding] = field(default_factory=list)

    def of(self, kind: str) -> list[Finding]:
        return [finding for finding in self.findings if finding.kind == kind]

    @property
    def is_sound(self) -> bool:
        """Whether nothing is missing, damaged or unread any more; extra objects harm nobody."""
        return all(found.is_repaired or found.kind == "extra" for found in self.findings)


def verify(
    part: Part | None = None, *, repair: bool = False, tell: Callable[[int], object] | None = None
) -> Report:
    """Reads all objects of `part`. With `repair` what is damaged or missing comes from the copy.

    `tell` is told of each so many objects. Raises VaultError, before anything is repaired, when the
    vault cannot be listed or does not say whether it has an object.
    """
    part, report = part or Part(), Report()
    there: set[str] = set()
    with ThreadPoolExecutor(READERS) as readers:
        names = _listed(there, part)
        for chunk in chunks(names, CHUNK):
            for name, outcome in zip(chunk, readers.map(_check, chunk), strict=True):
                report.objects += 1
                report.size += outcome.size
                report.unsealed += outcome.is_unsealed
                if outcome.kind:
                    found = Finding(name, outcome.kind, outcome.why, cards_of(name))
                    report.findings.append(found)
            if tell:
                tell(len(chunk))
    for name in missing(there, part):
        why = "the database knows of it, and it is not there"
        report.findings.append(Finding(name, "missing", why, cards_of(name)))
    report.findings += _extra(there, part)
    if repair:
        report.findings = [_repaired(finding) for finding in report.findings]
    return report


def missing(listed: Collection[str], part: Part | None = None) -> Iterator[str]:
    """The names of `part` that the database expects, and that neither were `listed` in the vault
    nor came since: the database is asked after the listing. Raises VaultError."""
    part = part or Part()
    for name in expected():
        if name not in listed and part.has(name) and not vault.has(name):
            yield name


def expected() -> Iterator[str]:
    """The name of every object that the database says is in the vault."""
    pictures = Side.objects.order_by().values_list("picture", "media_type").distinct()
    for picture, media_type in pictures.iterator():
        yield vault.picture_name(picture, media_type)
    pictured = Side.objects.filter(position=0).values_list("card_id", flat=True)
    for card_id in pictured.iterator():
        yield vault.card_name(card_id)
    read = Extraction.objects.filter(status=Extraction.Status.SUCCEEDED).exclude(digest="")
    answers = read.filter(card__sides__position=0).order_by()
    for picture, digest in answers.values_list(F("card__sides__picture"), "digest").iterator():
        yield vault.reading_name(picture, digest)
    yield from _journaled()


def _journaled() -> Iterator[str]:
    """The name of everything that was committed and copied."""
    batches = Batch.objects.filter(journaled_version__gt=0).order_by()
    for batch_id, version in batches.values_list("pk", "journaled_version").iterator():
        yield vault.batch_name(batch_id, version)
    reviews = Review.objects.filter(journaled_at__isnull=False).order_by()
    for card_id, number in reviews.values_list("card_id", "number").iterator():
        yield vault.review_name(card_id, number)
    readings = Extraction.objects.filter(journaled_at__isnull=False).order_by()
    for card_id, reading_id in readings.values_list("card_id", "pk").iterator():
        yield vault.reading_row_name(card_id, reading_id)
    looks = SecondLook.objects.exclude(journaled_status="").order_by()
    for look in looks.values_list("card_id", "first__number", "journaled_status").iterator():
        yield vault.look_name(*look)
    calls = Call.objects.filter(journaled_at__isnull=False).order_by()
    for call in calls.values_list("started_at", "pk", "closings").iterator():
        yield vault.call_name(*call)
    # Imported cards have no pictures; their document goes before their first decision.
    imported = Review.objects.filter(
        number=1,
        decision=Review.Decision.IMPORTED,
        card_journaled_at__isnull=False,
        card__sides=None,
    )
    for card_id in imported.order_by().values_list("card_id", flat=True).iterator():
        yield vault.card_name(card_id)


@dataclass(frozen=True, slots=True)
class _Outcome:
    size: int = 0
    is_unsealed: bool = False
    kind: Literal["", "missing", "damaged", "unread"] = ""
    why: str = ""


def _listed(there: set[str], part: Part) -> Iterator[str]:
    """The names in the vault that belong to `part`, each noted in `there`."""
    for name, _size in vault.names():
        there.add(name)
        if part.has(name) and not name.startswith(vault.DAMAGED):
            yield name


def _check(name: str) -> _Outcome:
    """Reads an object, and says what is wrong with it."""
    try:
        data = vault.get(name)
    except vault.VaultAway as error:
        return _Outcome(kind="unread", why=f"could not be read: {error}")
    except vault.VaultError as error:
        return _Outcome(kind="missing", why=str(error))
    try:
        vault.check(name, data)
    except vault.VaultDamage as damage:
        return _Outcome(len(data), kind="damaged", why=damage.why)
    is_document = name.endswith(".json")
    return _Outcome(len(data), is_unsealed=is_document and not vault.is_sealed(data))


def cards_of(name: str) -> tuple[str, ...]:
    """The ids of the cards that an object belongs to. One query at most."""
    kind, owner = _owner(name)
    if kind == "cards":
        return (owner,)
    if kind == "images":
        cards = Card.objects.filter(sides__picture=owner).distinct().order_by("id")
        return tuple(str(card_id) for card_id in cards.values_list("pk", flat=True))
    return ()


def _owner(name: str) -> tuple[str, str]:
    """The folder that a name is in, and whose it is there: a card by its id in `cards`, a picture
    by its SHA-256 in `images`, "" elsewhere."""
    kind, _, rest = name.partition("/")
    return kind, rest.split("/")[1] if rest.count("/") > 1 else ""


def _extra(there: Iterable[str], part: Part) -> Iterator[Finding]:
    """Pictures and cards that the database does not know: an upload that was cut off before it
    was acknowledged leaves them, and so does a database that is older than the vault."""
    pictures = set(Side.objects.order_by().values_list("picture", flat=True).distinct())
    cards = {str(card_id) for card_id in Card.objects.order_by().values_list("pk", flat=True)}
    known = {"images": pictures, "cards": cards}
    for name in sorted(there):
        kind, owner = _owner(name)
        if kind in known and owner not in known[kind] and part.has(name):
            yield Finding(name, "extra", "the database does not know of it")


def _repaired(finding: Finding) -> Finding:
    """The finding once the copy has been asked for the object."""
    if finding.kind in ("extra", "unread"):
        return finding
    try:
        vault.replace(finding.name, vault.from_copy(finding.name))
    except vault.VaultError as error:
        why = f"{finding.why}; not repaired: {error}"
        return Finding(finding.name, finding.kind, why, finding.cards)
    return Finding(finding.name, finding.kind, finding.why, finding.cards, is_repaired=True)
