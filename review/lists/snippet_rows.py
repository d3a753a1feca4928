"""The rows of snippet review: one field of one card each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from cards.fields import CONTACT_COLUMNS
from cards.models import Card, CardQuerySet
from extraction.models import Extraction
from extraction.reading.printable import printable
from extraction.result import Value

COLUMNS = {column.name: column for column in CONTACT_COLUMNS}

KEYBOARDS = {"phone": "tel", "email": "email", "url": "url"}
"""What a telephone shows to type with, by the kind of field."""


class SnippetForm(forms.Form):
    """One field of one card, with how the card stood when it was shown."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    status = forms.ChoiceField(choices=Card.Status.choices, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)

    def __init__(self, field: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_long = COLUMNS[field].info.kind == "long"
        text: Any = COLUMNS[field].formfield()
        text.widget.attrs.update(dir="auto", autocomplete="off", spellcheck="false")
        if keyboard := KEYBOARDS.get(COLUMNS[field].info.kind):
            text.widget.attrs["inputmode"] = keyboard
        text.widget.attrs.pop("maxlength", None)  # a browser would cut what is pasted
        if self.is_long:
            text.widget.attrs["rows"] = 2
        self.fields["text"] = text

    @classmethod
    def of(cls, card: Card, field: str) -> SnippetForm:
        text = getattr(card, field)
        shown = {"version": card.version, "status": card.status, "seen": text, "text": text}
        form = cls(field, initial=shown, auto_id=f"id_{card.pk}_%s")
        form.name(card, field)
        return form

    def name(self, card: Card, field: str) -> None:
        """Tells those who hear the page which input this is."""
        label = COLUMNS[field].verbose_name
        spoken = _("%(field)s of %(card)s") % {"field": label, "card": card}
        self.fields["text"].widget.attrs.update(
            {"aria-label": spoken, "aria-describedby": f"why_{card.pk}"}
        )

    def clean_seen(self) -> str:
        """As it was: browsers send other line ends."""
        return str(self.cleaned_data["seen"]).replace("\r\n", "\n")

    def clean_text(self) -> str:
        return printable(self.cleaned_data["text"] or "", keep_lines=self.is_long)


@dataclass(frozen=True, slots=True)
class Row:
    """A card as the page shows it; `problem` says why what was sent for it was not written."""

    card: Card
    form: SnippetForm
    machine: Value | None
    problem: str = ""
    theirs: str | None = None
    """What a colleague has put there meanwhile."""

    @property
    def read(self) -> str:
        """The machine's text."""
        return self.machine.text if self.machine else ""

    @property
    def percent(self) -> int:
        """How sure the machine was."""
        return round(self.machine.confidence * 100) if self.machine else 0

    @property
    def is_changed(self) -> bool:
        """Whether something else than the machine's text stands there."""
        return bool(self.form["seen"].value() != self.read)


def rows_of(cards: CardQuerySet, field: str) -> Iterator[Row]:
    """Two queries, and of each reading no more than the one value."""
    found = list(cards.with_front())
    readings = Extraction.objects.filter(card__in=found).order_by()
    columns = readings.values_list("pk", "status", "card", f"result__values__{field}")
    # In the order of the readings, so that the last one of each card stays. Sorted and chosen here:
    # SQLite would go through all readings that succeeded.
    values = {
        card: value
        for _, status, card, value in sorted(columns, key=itemgetter(0))
        if status == Extraction.Status.SUCCEEDED
    }
    for card in found:
        value = values.get(card.pk)
        yield Row(card, SnippetForm.of(card, field), Value.from_json(value) if value else None)
