"""The forms of second looks: a blind one, and one to settle what two reviewers differ on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _

from cards.fields import CONTACT_COLUMNS
from cards.models import Card
from extraction.comparison import Pieces, mark
from extraction.reading.printable import printable
from review import records
from review.forms import ContactForm
from review.models import SecondLook

OTHER = "other"
"""The choice of neither value: what is typed beside it counts."""


def blind_form(look: SecondLook, data: Any = None) -> ContactForm:
    """Every contact field with what the machine read: nothing in it comes from the first reviewer.

    It carries the version of the card.
    """
    read = records.machine_values(look.card)
    fields = {column.name: read.get(column.name, "") for column in CONTACT_COLUMNS}
    blank = Card(pk=look.card_id, batch_id=look.card.batch_id, version=look.card.version, **fields)
    return ContactForm(data, instance=blank)


def make_read_only(form: forms.BaseForm) -> None:
    """What was typed in `form` can be read and copied, and not gone on with."""
    for field in form.fields.values():
        field.widget.attrs["readonly"] = True


@dataclass(frozen=True, slots=True)
class Choice:
    """One of two values, in pieces that are marked where they differ from the other."""

    value: str
    text: str
    pieces: Pieces
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A field on which two reviewers differ, as the page shows it."""

    name: str
    label: str
    choices: tuple[Choice, ...]
    other: BoundField
    is_other: bool
    errors: Any


class SettleForm(forms.Form):
    """For each field on which two reviewers differ: one of their values, or another.

    The two stand in the order of their texts, so that nothing tells which one is on the card.
    """

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, look: SecondLook, data: Any = None) -> None:
        super().__init__(data, initial={"version": look.card.version})
        self._columns = [c for c in CONTACT_COLUMNS if c.name in look.differences]
        self._texts = {
            column.name: sorted(
                (look.first.values.get(column.name, ""), look.values.get(column.name, ""))
            )
            for column in self._columns
        }
        for column in self._columns:
            self.fields[_choice(column.name)] = forms.ChoiceField(
                choices=[("0", ""), ("1", ""), (OTHER, "")], required=False
            )
            typed = cast("forms.Field", column.formfield())
            typed.widget.attrs.update(
                autocomplete="off", spellcheck="false", dir="auto",
                placeholder=_("empty when the card has none"),
            )  # fmt: skip
            typed.widget.attrs.pop("maxlength", None)  # a browser would cut what is pasted
            self.fields[_typed(column.name)] = typed

    def clean(self) -> dict[str, Any]:
        """The value chosen for each field stands under its name."""
        cleaned = super().clean() or self.cleaned_data
        for column in self._columns:
            choice = self._chosen(column.name)
            if choice == OTHER:
                text = cleaned.get(_typed(column.name)) or ""
                cleaned[column.name] = printable(text, keep_lines=column.info.kind == "long")
            elif choice in ("0", "1"):
                cleaned[column.name] = self._texts[column.name][int(choice)]
            elif not choice:
                sentence = _("Choose one of the values, or type another.")
                self.add_error(_choice(column.name), sentence)
        return cleaned

    def values(self) -> dict[str, str]:
        return {column.name: self.cleaned_data[column.name] for column in self._columns}

    def rows(self) -> Iterator[Row]:
        for column in self._columns:
            choice, typed = self[_choice(column.name)], self[_typed(column.name)]
            one, other = self._texts[column.name]
            chosen = self._chosen(column.name)
            yield Row(
                column.name,
                str(column.verbose_name),
                (
                    Choice("0", one, _pieces(one, other), chosen == "0"),
                    Choice("1", other, _pieces(other, one), chosen == "1"),
                ),
                typed,
                chosen == OTHER,
                [*choice.errors, *typed.errors],
            )

    def _chosen(self, name: str) -> str:
        """The choice for a field. What is typed beside none is meant: the page's script, which
        chooses it, may not have begun."""
        choice, typed = (str(self[part(name)].value() or "") for part in (_choice, _typed))
        return choice or (OTHER if printable(typed) else "")


def _pieces(text: str, other: str) -> Pieces:
    """`text` with its differences marked, unless it is another text altogether."""
    pieces = mark(text, other)
    marked = sum(len(piece) for piece, is_marked in pieces if is_marked)
    return pieces if marked <= len(text) / 2 else ((text, False),) if text else ()


def _choice(name: str) -> str:
    return f"choice-{name}"


def _typed(name: str) -> str:
    return f"typed-{name}"
