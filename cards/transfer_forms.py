"""The forms of export and import, and the place where a sheet waits for its confirmation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.forms import ConfirmImportForm
from import_export.tmp_storages import MediaStorage

from cards import exports
from cards.headers import MAX_IMPORT_ROWS
from cards.models import Card
from cards.wording import figure

MAX_IMPORT_BYTES = 10_000_000
WAITING_IMPORT_AGE = timedelta(days=1)
ALL = "all"
OFFERED = (Card.Status.APPROVED, Card.Status.NEEDS_REVIEW)


class ExportForm(forms.Form):
    """Which of the cards at hand, and in which format. `counts` are cards by status."""

    which = forms.ChoiceField(label=_("Cards"), widget=forms.RadioSelect)
    format = forms.ChoiceField(label=_("Format"), widget=forms.RadioSelect)

    def __init__(self, counts: dict[str, int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        numbers = {status.value: counts.get(status, 0) for status in OFFERED}
        labels = {status.value: str(status.label) for status in OFFERED}
        numbers[ALL], labels[ALL] = sum(counts.values()), gettext("All")
        self.fields["which"].choices = [  # type: ignore[attr-defined]
            (value, f"{labels[value]} ({figure(numbers[value])})") for value in numbers
        ]
        self.fields["format"].choices = [  # type: ignore[attr-defined]
            (slug, format_.title) for slug, format_ in exports.formats().items()
        ]


class ImportForm(forms.Form):
    """A sheet of contacts. Its kind is seen by its first bytes; nobody has to name it."""

    import_file = forms.FileField(label=_("File"))

    def __init__(self, formats: Sequence[type], resources: Sequence[type], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.extensions = [format_().get_extension() for format_ in formats]
        accepted = ",".join(f".{extension}" for extension in self.extensions)
        field = self.fields["import_file"]
        field.widget.attrs["accept"] = accepted
        field.help_text = gettext("CSV or Excel (.xlsx), up to %(limit)s contacts.") % {
            "limit": figure(MAX_IMPORT_ROWS)
        }

    def clean(self) -> dict[str, Any]:
        file = self.cleaned_data.get("import_file")
        if not file:
            return self.cleaned_data
        if file.size > MAX_IMPORT_BYTES:
            raise forms.ValidationError(
                gettext("The file is larger than %(megabytes)s MB; split it.")
                % {"megabytes": MAX_IMPORT_BYTES // 1_000_000}
            )
        head = file.read(8)
        file.seek(0)
        if head.startswith(b"\xd0\xcf\x11\xe0"):
            raise forms.ValidationError(
                gettext("This is an old Excel file; save it as .xlsx or .csv.")
            )
        kind = "xlsx" if head.startswith(b"PK\x03\x04") else "csv"
        return {**self.cleaned_data, "format": str(self.extensions.index(kind)), "resource": ""}


class ConfirmForm(ConfirmImportForm):  # type: ignore[misc]
    previewed_at = forms.DateTimeField(widget=forms.HiddenInput)


class WaitingImport(MediaStorage):  # type: ignore[misc]
    """Keeps an uploaded sheet between preview and confirmation, at most a day."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.MEDIA_FOLDER = "imports"
        self.is_confirmed = self.name is not None

    def read(self) -> bytes:
        """The sheet; once confirmed it is gone when read, so that a second click finds nothing."""
        data: bytes = super().read()
        if self.is_confirmed:
            self.remove()
        return data

    def save(self, data: bytes) -> None:
        super().save(data)
        oldest = timezone.now() - WAITING_IMPORT_AGE
        for name in self._storage.listdir(self.MEDIA_FOLDER)[1]:
            path = f"{self.MEDIA_FOLDER}/{name}"
            if self._storage.get_modified_time(path) < oldest:
                self._storage.delete(path)
