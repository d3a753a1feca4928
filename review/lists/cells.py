"""A row of the list of waiting cards: its form, its marks, and its being saved by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, cast
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponseBase, JsonResponse, QueryDict
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cards import one_clock
from cards.admin import BADGES
from cards.fields import CONTACT_COLUMNS
from cards.models import Card
from cards.views import needs, staff_member
from cards.wording import within
from extraction.reading.printable import printable
from review import decisions, merging
from review.forms import parts_of_name
from review.models import Review, WaitingCard

EDITABLE = ("full_name", "company", "job_title", "email", "phone", "mobile")
LABELS = {column.name: column.verbose_name for column in CONTACT_COLUMNS}
"""By field; in the language of whoever reads them."""

DOUBTS_SHOWN = 3


class RowForm(forms.ModelForm[WaitingCard]):
    """A row of the list: knows what the person saw, and which version that was.

    Each input carries its first value along, so that only what this person changed counts as a
    change. A row whose card has moved on is refused with both values where they collide, and can
    then be sent again; edits of different cells both stay (`review.merging`).
    """

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    seen_status = forms.ChoiceField(choices=Card.Status.choices, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version
        self.initial["seen_status"] = self.instance.status
        for name, field in self.fields.items():
            if name in LABELS:
                field.show_hidden_initial = True
                field.widget.attrs.update(dir="auto", autocomplete="off", spellcheck="false")
                field.widget.attrs.pop("maxlength", None)  # a browser would cut what is pasted
                field.widget.attrs["aria-label"] = _("%(field)s of %(card)s") % {
                    "field": LABELS[name],
                    "card": self.instance,
                }

    @property
    def changed_data(self) -> list[str]:
        return [name for name in super().changed_data if name in LABELS]

    def has_changed(self) -> bool:
        return bool(self.changed_data)

    @property
    def seen(self) -> merging.Seen:
        """How the card stood when this person began, of a form that was sent."""
        return merging.Seen(
            version=self.cleaned_data.get("version", -1),
            status=self.cleaned_data.get("seen_status", ""),
            values={
                name: self.data.get(self.add_initial_prefix(name), "") for name in self.changed_data
            },
        )

    @property
    def typed(self) -> dict[str, str]:
        """What this person changed, also where it is refused."""
        raw = {name: self.data.get(self.add_prefix(name), "") for name in self.changed_data}
        return {name: self.cleaned_data.get(name, text) for name, text in raw.items()}

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        for name in self.changed_data:
            if name in values:  # those refused already are not
                values[name] = printable(values[name])
        if self.changed_data:
            merged = merging.merge(self.instance.pk, self.seen, self.typed)
            self._refuse(merged)
        return values

    def write(self, request: HttpRequest) -> Review:
        """The Review of what was typed. Raises CollisionError, HeldCard, Card.DoesNotExist."""
        typed = self.typed  # the list shows the whole name, its parts follow
        more = parts_of_name(typed["full_name"]) if "full_name" in typed else {}
        by = staff_member(request)
        return merging.write(self.instance.pk, self.seen, typed, by=by, more=more)

    def _refuse(self, merged: merging.Merged) -> None:
        for name, sentence in merged.collisions.items():
            self.add_error(name, sentence)
        if self.errors:  # the next attempt starts from what is shown now
            self.data = {
                **self.data.dict(),  # type: ignore[attr-defined]
                self.add_prefix("version"): str(merged.card.version),
                self.add_prefix("seen_status"): merged.card.status,
            }


class RowForms(forms.BaseModelFormSet[WaitingCard, RowForm]):
    """The rows that were sent, without those whose cards were erased meanwhile (`erased`)."""

    @cached_property
    def forms(self) -> list[RowForm]:
        return [form for form in super().forms if not form.instance._state.adding]


def erased(data: QueryDict) -> Iterator[str]:
    """A sentence with what was typed for each row of a sent list whose card is gone. One query."""
    sent = {name.removesuffix("-id"): text for name, text in data.items() if _names_row(name)}
    ids = [found for text in sent.values() if (found := _uuid(str(text)))]
    left = set(Card.objects.filter(pk__in=ids).values_list("pk", flat=True))
    for row, text in sent.items():
        typed = {
            name: str(data.get(f"{row}-{name}", ""))
            for name in EDITABLE
            if data.get(f"{row}-{name}") != data.get(f"initial-{row}-{name}")
        }
        if typed and _uuid(str(text)) not in left:
            words = _("A card is not here any more: it was erased. You had typed: %(typed)s.")
            yield words % {"typed": named(typed)}


def named(typed: Mapping[str, str]) -> str:
    """What was typed, each text after the name of its field."""
    return ", ".join(
        _("%(field)s “%(text)s”") % {"field": LABELS[name], "text": text}
        for name, text in typed.items()
    )


def marks(card: Card) -> list[tuple[str, str]]:
    """What stands beside a card in the list: the kind and the words of each badge.

    One query unless the card comes with its `claim__by`.
    """
    claim = getattr(card, "claim", None)
    if claim and claim.until > one_clock.now():
        return [*_doubts(card), ("accent", _("open by %(name)s") % {"name": claim.holder})]
    return _doubts(card)


@needs("cards.review_card")
@require_POST
def save_row(request: HttpRequest, card_id: UUID) -> HttpResponseBase:
    """Saves one row that the page sent by itself; how the card stands then, as JSON.

    409 when it was refused: `errors` has the sentences by field, the rest is what the next attempt
    starts from. Nothing is written by a row without changes.
    """
    try:
        form = _Row(request.POST, instance=WaitingCard.objects.get(pk=card_id))
        if not form.is_valid():
            return _refused(Card.objects.get(pk=card_id), form.errors)
        if not form.has_changed():
            return JsonResponse(_standing(Card.objects.get(pk=card_id)))
        now = timezone.localtime().strftime("%H:%M")
        return JsonResponse({**_standing(form.write(request).card), "saved": now})
    except merging.CollisionError as collision:
        return _refused(collision.card, {f: [text] for f, text in collision.collisions.items()})
    except decisions.HeldCard as held:
        return _refused(Card.objects.get(pk=card_id), {min(form.typed, key=EDITABLE.index): [held]})
    except Card.DoesNotExist:
        error = _("This card is no longer here. What you typed still is: copy what you need.")
        return JsonResponse({"error": error}, status=404)


def urls(wrap: Callable[..., Any]) -> list[URLPattern]:
    """Addresses below the list's own."""
    return [path("<uuid:card_id>/cells/", wrap(save_row), name="review_cells")]


_Row = cast("type[RowForm]", forms.modelform_factory(WaitingCard, RowForm, fields=EDITABLE))


def _names_row(name: str) -> bool:
    return name.startswith("form-") and name.endswith("-id")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _refused(card: Card, errors: Mapping[str, Iterable[Any]]) -> JsonResponse:
    found = {name: [str(text) for text in texts] for name, texts in errors.items()}
    return JsonResponse({**_standing(card), "errors": found}, status=409)


def _standing(card: Card) -> dict[str, Any]:
    return {
        "version": card.version,
        "status": card.status,
        "name": str(card),
        "values": {name: getattr(card, name) for name in EDITABLE},
        "marks": marks(card),
    }


def _doubts(card: Card) -> list[tuple[str, str]]:
    if card.status != Card.Status.NEEDS_REVIEW:
        return [(BADGES[Card.Status(card.status)], card.get_status_display())]
    if card.notice:
        return [("bad", _("see notice"))]
    if not card.doubtful_fields:
        return [("ok", _("none"))]
    return [
        ("doubt", within(str(LABELS.get(name, name))))
        for name in card.doubtful_fields[:DOUBTS_SHOWN]
    ]
