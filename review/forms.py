"""Forms that carry the version of the card that the person saw."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.validators import ProhibitNullCharactersValidator
from django.http import QueryDict
from django.utils.translation import gettext as _

from cards.fields import CONTACT_COLUMNS, CONTACT_FIELDS
from cards.models import Card
from extraction.reading.names import split_name
from extraction.reading.printable import printable
from review.models import Draft
from review.records import EXTRA_PREFIX

MOST_EXTRA = 30
LONGEST_EXTRA_NAME = 40
LONGEST_EXTRA = 2_000


def parts_of_name(full_name: str) -> dict[str, str]:
    """First and last name as they follow from a full name."""
    parts = split_name(full_name)
    return {"first_name": parts.first, "last_name": parts.last}


class ContactForm(forms.ModelForm[Card]):
    """Every contact field of a card, and further ones as `extra_name` and `extra_value` pairs."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    class Meta:
        model = Card
        fields = CONTACT_FIELDS
        widgets = {
            column.name: forms.Textarea(attrs={"rows": 2})
            for column in CONTACT_COLUMNS
            if column.info.kind == "long"
        }

    def __init__(self, *args: Any, draft: Draft | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.typed: dict[str, str] = draft.values if draft else {}
        for name in CONTACT_FIELDS:
            if name in self.typed:
                self.initial[name] = self.typed[name]
        self.initial["version"] = self.instance.version
        for column in CONTACT_COLUMNS:
            field = self.fields[column.name]
            # Their help is an instruction to the AI; reviewers see the card itself.
            field.help_text = ""
            # Taken out like all that cannot be seen, not refused.
            field.validators = [
                rule
                for rule in field.validators
                if not isinstance(rule, ProhibitNullCharactersValidator)
            ]
            field.widget.attrs.update(autocomplete="off", spellcheck="false", dir="auto")
            field.widget.attrs.pop("maxlength", None)  # a browser would cut what is pasted

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        for column in CONTACT_COLUMNS:
            text = values.get(column.name) or ""
            values[column.name] = printable(text, keep_lines=column.info.kind == "long")
        self._follow_full_name(values)
        values["extra"] = self._extra()
        return values

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in (*CONTACT_FIELDS, "extra")}

    def extra_rows(self) -> list[tuple[str, str]]:
        """Name and text of each further field, as typed or else as they stand."""
        if not self._sends_extra():
            typed = {
                name.removeprefix(EXTRA_PREFIX): text
                for name, text in self.typed.items()
                if name.startswith(EXTRA_PREFIX)
            }
            standing = {str(name): str(text) for name, text in self.instance.extra.items()}
            return list((standing | typed).items())
        data = cast("QueryDict", self.data)
        names, texts = data.getlist("extra_name"), data.getlist("extra_value")
        return list(zip(names, texts, strict=False))

    def _sends_extra(self) -> bool:
        return self.is_bound and "extra_sent" in self.data

    def _extra(self) -> dict[str, str]:
        """The further fields; one without a name or a text is none."""
        if not self._sends_extra():
            return dict(self.instance.extra)
        found: dict[str, str] = {}
        for typed_name, typed_text in self.extra_rows():
            name, text = printable(typed_name), printable(typed_text, keep_lines=True)
            if not name and text:
                words = _("“%(text)s” needs a name for its field.")
                self.add_error(None, words % {"text": text[:60]})
            elif len(name) > LONGEST_EXTRA_NAME or len(text) > LONGEST_EXTRA:
                words = _("“%(name)s” is too long to be kept as a further field.")
                self.add_error(None, words % {"name": name[:60]})
            elif name and text:
                found[name] = text
        if len(found) > MOST_EXTRA:
            words = _("A card keeps %(number)s further fields at the most.")
            self.add_error(None, words % {"number": MOST_EXTRA})
        return found

    def _follow_full_name(self, values: dict[str, Any]) -> None:
        """A corrected full name corrects first and last name, unless they were typed as well."""
        if "full_name" not in self.changed_data or {"first_name", "last_name"} & set(
            self.changed_data
        ):
            return
        values |= parts_of_name(values.get("full_name", ""))
