"""Taking in: check a file, keep it in the vault, and make a card of it."""

from __future__ import annotations

import hashlib
import os
import stat
import zipfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, BinaryIO

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop
from PIL import Image

from cards import drafts, images, outlines, room, vault
from cards.models import Arrival, Batch, Card, Side
from cards.signals import card_taken_in

if TYPE_CHECKING:
    from django.contrib.auth.models import User

ACCEPTED = gettext_noop("JPEG, PNG, WebP, TIFF, HEIC, PDF or ZIP")
_CLUTTER = {"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"}


class Refused(Exception):
    """A file that is not taken in, with the reason in words for staff."""


def take_in(file: BinaryIO, batch: Batch, *, name: str, by: User | None = None) -> list[Arrival]:
    """What became of `file`: an Arrival for each card on it, or one for all that became of it.

    A ZIP has those of its members. Every file ends as taken in, already here or refused with a
    reason; a bad one does not keep its neighbours out. Raises vault.VaultError when the vault
    cannot be written, room.NoRoom when the disk is too full.
    """
    head = file.read(1024)
    file.seek(0)
    if images.media_type(head) == "application/zip":
        return _take_in_archive(file, batch, name=name, by=by)
    return _take_in_one(partial(_read, file), batch, name=name, by=by)


def side_picture(side: Side) -> Image.Image:
    """A side upright in RGB: its page, or the card cut out of it and straightened.

    Raises VaultError, PictureError.
    """
    data = vault.get_picture(side.picture, side.media_type)
    page = images.page(data, side.media_type, side.page, limits())
    return outlines.straighten(page, side.quad) if side.quad else page


def limits() -> images.Limits:
    """What one file may ask of this machine, from the settings."""
    return images.Limits(pixels=settings.MAX_PIXELS, pages=settings.MAX_PAGES)


def _take_in_archive(file: BinaryIO, batch: Batch, *, name: str, by: User | None) -> list[Arrival]:
    try:
        archive = _opened(file)
        members = _members(archive)
    except Refused as refusal:
        return [refuse(batch, name, str(refusal))]
    with archive:
        return [
            arrival
            for info in members
            for arrival in _take_in_one(
                partial(_unpack, archive, info), batch, name=f"{name}/{info.filename}", by=by
            )
        ]


def _opened(file: BinaryIO) -> zipfile.ZipFile:
    """The ZIP in `file`, its list of members read. Raises Refused."""
    if file.seek(0, os.SEEK_END) > settings.MAX_ARCHIVE_BYTES:
        raise Refused(
            f"The ZIP is larger than {settings.MAX_ARCHIVE_BYTES / 1e6:.0f} MB; send it in parts."
        )
    try:
        return zipfile.ZipFile(file)
    except Exception:  # on damaged bytes a decoder may raise anything
        raise Refused("The ZIP is damaged or cut off; make it again.") from None


def _members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files in a ZIP without what systems add by themselves. Raises Refused."""
    members = [info for info in archive.infolist() if not _is_clutter(info)]
    if not members:
        raise Refused("The ZIP holds no files.")
    if len(members) > settings.MAX_FILES:
        raise Refused(
            f"The ZIP holds {len(members)} files and the limit is {settings.MAX_FILES};"
            " send it in parts."
        )
    # Of a member no more is unpacked than it declares, and no more than a file may have.
    if sum(min(info.file_size, settings.MAX_FILE_BYTES) for info in members) > (
        settings.MAX_ARCHIVE_BYTES
    ):
        raise Refused(
            f"The ZIP unpacks to more than {settings.MAX_ARCHIVE_BYTES / 1e6:.0f} MB;"
            " send it in parts."
        )
    return members


def _read(file: IO[bytes]) -> bytes:
    data = file.read(settings.MAX_FILE_BYTES + 1)
    if not data:
        raise Refused("The file is empty.")
    if len(data) > settings.MAX_FILE_BYTES:
        raise Refused(
            f"The file is larger than {settings.MAX_FILE_BYTES / 1e6:.0f} MB;"
            " make it smaller and try again."
        )
    return data


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """The bytes of a ZIP's member, never more than a file may have. Raises Refused."""
    path = info.filename.replace("\\", "/")
    if path.startswith("/") or ".." in path.split("/") or path[1:3] == ":/":
        raise Refused("Its name in the ZIP points outside of the ZIP; rename it and try again.")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise Refused("It is a link, not a file; put the file itself into the ZIP.")
    if info.flag_bits & 0x1:
        raise Refused("It is protected with a password; make the ZIP without one.")
    try:
        with archive.open(info) as member:
            return _read(member)
    except Refused:
        raise
    except Exception:  # each kind of compression has errors of its own
        raise Refused("It is damaged in the ZIP; make the ZIP again.") from None


def _is_clutter(info: zipfile.ZipInfo) -> bool:
    is_folder = info.filename.endswith("/")
    return is_folder or not _CLUTTER.isdisjoint(PurePosixPath(info.filename).parts)


def _take_in_one(
    read: Callable[[], bytes], batch: Batch, *, name: str, by: User | None
) -> list[Arrival]:
    room.check_uploads()
    try:
        data = read()
        kind = images.media_type(data)
        if kind == "application/zip":
            raise Refused("A ZIP inside a ZIP is not opened; send it by itself.")
        if not kind:
            raise Refused(f"This is no picture of a kind we can read; send {ACCEPTED}.")
        sha256 = hashlib.sha256(data).hexdigest()
        if here := _duplicate(batch, sha256):
            return [_link(batch, name, here)]
        pages = [
            drafts.Page(sha256, kind, number, page.size, outlines.find(page))
            for number, page in enumerate(images.pages(data, kind, limits()))
        ]
    except (Refused, images.PictureError) as refusal:
        return [refuse(batch, name, str(refusal))]
    return _keep(data, pages, batch, name=name, by=by)


def _keep(
    data: bytes,
    pages: Sequence[drafts.Page],
    batch: Batch,
    *,
    name: str,
    by: User | None,
) -> list[Arrival]:
    """The vault first, then the database: what is acknowledged can be rebuilt."""
    picture = vault.put_picture(data, pages[0].media_type)
    found = drafts.drafts(pages, batch, name)
    for draft in found:
        vault.put_json(vault.card_name(draft.card.id), draft.document(by))
    with transaction.atomic():
        _wait_for_others(picture)
        if here := _duplicate(batch, picture):
            return [_link(batch, name, here)]
        return [_add(draft, by) for draft in found]


def _add(draft: drafts.Draft, by: User | None) -> Arrival:
    draft.save()
    card = draft.card
    arrival = _arrive(card.batch, card.file_name, Arrival.Outcome.TAKEN_IN, card=card)
    card_taken_in.send(sender=Card, card=card, extractor=card.batch.extractor, by=by)
    return arrival


def _link(batch: Batch, name: str, card: Card) -> Arrival:
    day = timezone.localtime(card.created_at)
    reason = f"The same picture came in on {day:%-d %B %Y} in “{card.batch.name}”."
    return _arrive(batch, name, Arrival.Outcome.ALREADY_HERE, card=card, reason=reason)


def refuse(batch: Batch, name: str, reason: str) -> Arrival:
    """The record that a file was not taken in."""
    return _arrive(batch, name, Arrival.Outcome.REFUSED, reason=reason)


def _arrive(
    batch: Batch, name: str, outcome: str, *, card: Card | None = None, reason: str = ""
) -> Arrival:
    return Arrival.objects.create(
        batch=batch, file_name=drafts.short_name(name), outcome=outcome, card=card, reason=reason
    )


def _duplicate(batch: Batch, sha256: str) -> Card | None:
    """The oldest card with this picture, when the batch wants to know of it."""
    if batch.duplicate_policy != Batch.DuplicatePolicy.SKIP:
        return None
    cards = Card.objects.filter(sides__picture=sha256).select_related("batch")
    return cards.order_by("id").first()


def _wait_for_others(sha256: str) -> None:
    """Let whoever is adding the same picture commit first; on SQLite the transaction did so."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(sha256[:15], 16)])
