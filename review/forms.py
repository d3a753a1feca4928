"""Forms that carry the version of the card that the person saw."""

from __future__ import annotations

from typing import Any

from django import forms

from cards.fields import CONTACT_COLUMNS, CONTACT_FIELDS
from cards.models import Card
from extraction.reading.names import split_name
from extraction.reading.printable import printable


def parts_of_name(full_name: str) -> dict[str, str]:
    """First and last name as they follow from a full name."""
    parts = split_name(full_name)
    return {"first_name": parts.first, "last_name": parts.last}


class ContactForm(forms.ModelForm[Card]):
    """Every contact field of a card."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    class Meta:
        model = Card
        fields = CONTACT_FIELDS
        widgets = {
            column.name: forms.Textarea(attrs={"rows": 2})
            for column in CONTACT_COLUMNS
            if column.info.kind == "long"
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version
        for column in CONTACT_COLUMNS:
            field = self.fields[column.name]
            # Their help is an instruction to the AI; reviewers see the card itself.
            field.help_text = ""
            field.widget.attrs.update(autocomplete="off", spellcheck="false", dir="auto")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        for column in CONTACT_COLUMNS:
            text = values.get(column.name) or ""
            values[column.name] = printable(text, keep_lines=column.info.kind == "long")
        self._follow_full_name(values)
        return values

    def values(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in CONTACT_FIELDS}

    def _follow_full_name(self, values: dict[str, Any]) -> None:
        """A corrected full name corrects first and last name, unless they were typed as well."""
        if "full_name" not in self.changed_data or {"first_name", "last_name"} & set(
            self.changed_data
        ):
            return
        values |= parts_of_name(values.get("full_name", ""))
