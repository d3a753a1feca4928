"""A published card as pages show it: what is missing is empty, what nobody knows by name any more
is shown under its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from backoffice.readonly.shelf import Document
from cards.admin import BADGES
from cards.fields import CONTACT_COLUMNS, GROUPS
from cards.kept import told
from cards.models import Card, Side
from cards.vault import EXTENSIONS


@dataclass(frozen=True, slots=True)
class Line:
    """A field with its text."""

    label: str
    text: str
    is_doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A card. `badge` is the kind of badge that its status has; `sides` are where its pictures
    stand among its sides."""

    id: str
    fields: Mapping[str, str]
    status: str
    badge: str
    batch: str
    added: str
    file_name: str
    sides: tuple[int, ...] = ()
    groups: tuple[Group, ...] = field(default=())

    @property
    def name(self) -> str:
        return self.fields.get("full_name") or self.fields.get("native_name") or ""

    @property
    def native_name(self) -> str:
        """Beside the name, when there are two."""
        return self.fields.get("native_name", "") if self.fields.get("full_name") else ""

    @property
    def title(self) -> str:
        return self.name or self.fields.get("company") or self.file_name or self.id


def row(card: Document) -> Shown:
    """A card in a list."""
    return Shown(**_common(card))


def whole(card: Document) -> Shown:
    """A card with all that is known of it."""
    return Shown(**_common(card), groups=tuple(_groups(card)))


def side(card: Document, number: int) -> Side | None:
    """A side of a card, for its picture; it is in no database. None when there is none."""
    sides = _list(card.get("sides"))
    try:
        found = sides[number]
        kept = Side(
            picture=str(found["picture"]), media_type=str(found["media_type"]),
            page=int(found.get("page") or 0), quad=found.get("quad"), position=number,
        )  # fmt: skip
    except (IndexError, KeyError, TypeError, ValueError, AttributeError):
        return None
    return kept if kept.media_type in EXTENSIONS else None


def is_read(card: Document) -> bool:
    return card.get("status") != Card.Status.UPLOADED


def _common(card: Document) -> dict[str, Any]:
    kept = _text(card.get("status"))
    try:
        status = Card.Status(kept)
        label, badge = str(status.label), BADGES[status]
    except ValueError:
        label, badge = kept, "quiet"
    sides = range(len(_list(card.get("sides"))))
    return {
        "id": _text(card.get("id")),
        "fields": _texts(card.get("fields")),
        "status": label,
        "badge": badge,
        "batch": _text(card.get("batch")),
        "added": _time(card.get("added_at")),
        "file_name": _text(card.get("file_name")),
        "sides": tuple(number for number in sides if side(card, number)),
    }


def _groups(card: Document) -> Iterator[Group]:
    """The fields in the order of the screen, those that this version does not know, the further
    ones, and what is known of the card itself. Without what is empty."""
    fields = _texts(card.get("fields"))
    doubtful = _list(card.get("doubtful_fields"))
    for title in GROUPS:
        columns = [column for column in CONTACT_COLUMNS if column.info.group == title]
        yield from _group(
            _(title),
            *(
                Line(str(column.verbose_name), fields.pop(column.name, ""), column.name in doubtful)
                for column in columns
            ),
        )
    further = fields | _texts(card.get("extra"))
    yield from _group(_("Extra"), *(Line(name, text) for name, text in further.items()))
    yield from _group(_("Card"), *_about(card))


def _about(card: Document) -> Iterator[Line]:
    yield Line(_("notice"), told(_text(card.get("notice"))))
    yield Line(_("batch"), _text(card.get("batch")))
    yield Line(_("original file"), _text(card.get("file_name")))
    yield Line(_("taken in"), _time(card.get("added_at")))
    yield Line(_("approved"), _time(card.get("approved_at")))
    yield Line(_("last change"), _time(card.get("updated_at")))


def _group(title: str, *lines: Line) -> Iterator[Group]:
    filled = tuple(line for line in lines if line.text)
    if filled:
        yield Group(title, filled)


def _texts(found: Any) -> dict[str, str]:
    pairs = found.items() if isinstance(found, dict) else ()
    return {str(name): _text(value) for name, value in pairs}


def _text(found: Any) -> str:
    return "" if found is None else str(found)


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []


def _time(found: Any) -> str:
    """A time of ISO 8601 on screen; anything else as it is."""
    try:
        at = datetime.fromisoformat(found)
    except (TypeError, ValueError):
        return _text(found)
    return date_format(timezone.localtime(at) if at.tzinfo else at, "DATETIME_FORMAT")
