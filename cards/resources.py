"""The Resource of import_export: which columns leave with a card, and how contacts come in.

A row of a sheet with the id of a card corrects that card, one without makes a new card.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

import tablib
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from import_export.resources import ModelResource

from cards.columns import CHUNK_ROWS, COLUMNS, NOT_IMPORTED, as_text, rows
from cards.fields import CONTACT_FIELDS
from cards.headers import MAX_IMPORT_ROWS, Mapped, clean, map_headers
from cards.models import Batch, Card
from cards.wording import figure

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SOURCE = "import"


@dataclass(frozen=True, slots=True)
class Change:
    """What an import does to one field, for the preview."""

    field: str
    before: str
    after: str


class Changes:
    """The differences that an imported row makes; stands in for the HTML of import_export."""

    def __init__(self, resource: CardResource, card: Card, is_new: bool) -> None:
        self.before = {} if is_new else _texts(card)
        self.after: dict[str, str] = {}

    def compare_with(self, resource: CardResource, card: Card) -> None:
        self.after = _texts(card)

    def as_html(self) -> list[Change]:
        """Plain values; the template escapes them."""
        names = dict.fromkeys((*self.after, *self.before))
        pairs = ((name, self.before.get(name, ""), self.after.get(name, "")) for name in names)
        return [Change(*pair) for pair in pairs if pair[1] != pair[2]]


class Known:
    """Finds the cards that the rows name by id, all of them in a few queries."""

    def __init__(self, resource: CardResource, dataset: tablib.Dataset) -> None:
        self.resource = resource
        self.cards: dict[UUID, Card] = {}
        ids = [found for number in resource.given_ids(dataset) if (found := _uuid(number))]
        for start in range(0, len(ids), CHUNK_ROWS):
            part = ids[start : start + CHUNK_ROWS]
            self.cards |= Card.objects.in_bulk(part)
        self.used: set[UUID] = set()

    def get_instance(self, row: Mapping[str, str]) -> Card | None:
        """The card to correct, None for a new one. Raises ValidationError."""
        given = row.get("id", "")
        if not given:
            return None
        number = _uuid(given)
        card = self.cards.get(number) if number else None
        if number is None or card is None:
            raise ValidationError(
                {"id": _("No card has this id. Clear the cell to make a new contact of the row.")}
            )
        if number in self.used:
            raise ValidationError({"id": _("An earlier row has the same id; keep one of them.")})
        self.used.add(number)
        since = self.resource.previewed_at
        if since and card.updated_at > since:
            raise ValidationError(_("The card was changed after the preview; look at it again."))
        return card


class CardResource(ModelResource):  # type: ignore[misc]
    """Contacts of a sheet into cards: previewed, then all of them or none.

    A person's list is human data: a new card is approved, has no sides, and belongs to a batch
    named for the file. A known one keeps its status; its version counts up, so that a colleague
    who has it open is told. Columns of the sheet that no field knows are kept in `extra`.
    """

    keep_record: ClassVar[Callable[[Card, Mapping[str, str] | None, User | None], None]]
    keep_record = staticmethod(lambda card, before, by: None)
    """Called in the import's transaction with each card written, what stood in the fields that
    changed (None for a new card), and who imports; `review` may set this to keep the decision."""

    class Meta:
        model = Card
        fields = ("id", *CONTACT_FIELDS, "extra")
        instance_loader_class = Known
        use_transactions = True
        skip_unchanged = True
        report_skipped = True
        name = "Contacts"

    def __init__(self, *, previewed_at: datetime | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.previewed_at = previewed_at
        self.mapped = Mapped({}, (), ())
        self.batch: Batch | None = None
        self.before: dict[str, str] = {}

    def init_instance(self, row: Any = None) -> Card:
        return Card(status=Card.Status.APPROVED, approved_at=timezone.now(), is_edited=True)

    @classmethod
    def column_names(cls) -> tuple[str, ...]:
        """The headers an import reads, in their usual order."""
        return cls.Meta.fields

    @classmethod
    def get_diff_class(cls) -> type[Changes]:
        return Changes

    def export(self, queryset: QuerySet[Card] | None = None, **kwargs: Any) -> tablib.Dataset:
        """A Dataset of native values. It holds every row; `exports.write` does not."""
        found = self.get_queryset() if queryset is None else queryset
        return tablib.Dataset(*rows(found), headers=[column.name for column in COLUMNS])

    def import_data(self, dataset: tablib.Dataset, dry_run: bool = False, **kwargs: Any) -> Any:
        """The import_export Result. A preview opens no transaction and writes nothing at all.

        On SQLite a transaction would keep every colleague from writing while the preview runs.
        """
        if not dry_run:
            return super().import_data(
                dataset, rollback_on_validation_errors=True, **_without_rollback(kwargs)
            )
        raise_errors = kwargs.pop("raise_errors", False)
        collect = kwargs.pop("collect_failed_rows", False)
        result = self.import_data_inner(
            dataset, True, raise_errors, False, collect, **_without_rollback(kwargs)
        )
        result.mapped = self.mapped
        return result

    def given_ids(self, dataset: tablib.Dataset) -> list[str]:
        headers = self.mapped.by_field.get("id", ())
        return [clean(text) for header in headers for text in dataset[header]]

    def before_import(self, dataset: tablib.Dataset, **kwargs: Any) -> None:
        """Learn the headers. Raises ValidationError when there is nothing to go by."""
        self.mapped = map_headers(dataset.headers or [], NOT_IMPORTED)
        if not any(name in CONTACT_FIELDS for name in self.mapped.by_field):
            raise ValidationError(
                _(
                    "None of the headers in the first row is known. Name the columns as in an"
                    " export (%(names)s …) and upload the file again."
                )
                % {"names": ", ".join(CONTACT_FIELDS[1:4])}
            )
        if len(dataset) > MAX_IMPORT_ROWS:
            raise ValidationError(
                _(
                    "The sheet has %(rows)s rows and the limit is %(limit)s;"
                    " split it and import the parts."
                )
                % {"rows": figure(len(dataset)), "limit": figure(MAX_IMPORT_ROWS)}
            )

    def before_import_row(self, row: dict[str, Any], **kwargs: Any) -> None:
        values = self.mapped.values(row)
        row.clear()
        row.update(values)

    def import_instance(self, instance: Card, row: Mapping[str, Any], **kwargs: Any) -> None:
        """Write what differs; spaces at the ends and control characters do not count."""
        self.before = {}
        for name in CONTACT_FIELDS:
            if name in row and row[name] != clean(getattr(instance, name)):
                self.before[name] = getattr(instance, name)
                setattr(instance, name, row[name])
        instance.extra = {**_given_extra(row, instance), **row["unknown"]}
        for name in row["unknown"]:
            if not row["unknown"][name]:
                del instance.extra[name]

    def skip_row(
        self, instance: Card, original: Card, row: Any, import_validation_errors: Any = None
    ) -> bool:
        """Unchanged, or without a word in it."""
        return not import_validation_errors and _texts(instance) == _texts(original)

    def validate_instance(
        self, instance: Card, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        errors = dict(import_validation_errors or {})
        others = {field.name for field in Card._meta.fields} - {*CONTACT_FIELDS, "extra"}
        try:
            instance.clean_fields(exclude=others | set(errors))
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)

    def save_instance(self, instance: Card, is_create: bool, row: Any, **kwargs: Any) -> None:
        if kwargs.get("dry_run"):
            return
        by = kwargs.get("user")
        if is_create:
            self._create(instance, kwargs.get("file_name") or "", by)
        else:
            self._correct(instance)
        type(self).keep_record(instance, None if is_create else self.before, by)

    def _create(self, card: Card, file_name: str, by: User | None) -> None:
        if self.batch is None:
            name = f"Import of {file_name}" if file_name else "Import"
            self.batch = Batch.objects.create(name=name[:120], source=SOURCE, created_by=by)
        card.batch = self.batch
        card.file_name = file_name[-255:]
        card.save(force_insert=True)

    def _correct(self, card: Card) -> None:
        card.is_edited = True
        seen = Card.objects.filter(pk=card.pk, version=card.version)
        changes = {name: getattr(card, name) for name in (*self.before, "extra", "is_edited")}
        if not seen.move(card.status, to=card.status, **changes):
            raise ValidationError(_("The card was changed during the import; look at it again."))


def _texts(card: Card) -> dict[str, str]:
    extra = {f"extra: {name}": as_text(value) for name, value in card.extra.items()}
    return {name: text for name, text in {**card.contact(), **extra}.items() if text}


def _given_extra(row: Mapping[str, Any], card: Card) -> dict[str, Any]:
    """What the column `extra` says, or what the card has when there is none."""
    if "extra" not in row:
        return dict(card.extra)
    try:
        found = json.loads(row["extra"] or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ValidationError({"extra": _("This is no JSON object; see an export for an example.")})
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _without_rollback(kwargs: dict[str, Any]) -> dict[str, Any]:
    known = ("use_transactions", "rollback_on_validation_errors")
    return {name: value for name, value in kwargs.items() if name not in known}
